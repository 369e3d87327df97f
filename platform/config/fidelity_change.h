#pragma once

#include <string>

#include "models/transport/fidelity.h"

namespace luxlane::config {

/// From one moment on, both boards simulate the lanes in another way.
struct fidelity_change {
    fidelity to = fidelity::statistical;
    double after_link_up_s = 0.0;
};

/// "waveform@100us" -> the change. std::invalid_argument says what was found and what would be
/// right.
fidelity_change parse_fidelity_change(const std::string& text);

}  // namespace luxlane::config
