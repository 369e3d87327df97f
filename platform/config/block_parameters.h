#pragma once

#include <vector>

#include "platform/config/parameter.h"

namespace luxlane::config {

/// Appends what the blocks of a board bring beyond lanes and link: latencies, depths, powers, gain
/// steps. The defaults are those of the blocks' own settings.
void append_block_parameters(std::vector<parameter>& all);

}  // namespace luxlane::config
