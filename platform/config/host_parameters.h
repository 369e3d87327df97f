#pragma once

#include <vector>

#include "platform/config/parameter.h"

namespace luxlane::config {

/// Appends [host]: the electrical lanes of boards whose link.host_interface is not "direct". The
/// defaults are those of the block's own settings.
void append_host_parameters(std::vector<parameter>& all);

}  // namespace luxlane::config
