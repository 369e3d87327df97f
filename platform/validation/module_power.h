#pragma once

#include "platform/config/configuration.h"

namespace luxlane::validation {

/// What one end of the link draws at full rate in both directions, W, by the blocks of the
/// published budget (M-11, M-12). The converter's share is on top of all blocks, at the smaller
/// host interface.
struct module_power {
    double driver_w;    ///< drivers and MicroLEDs of the data lanes
    double receiver_w;  ///< amplifiers, equalisers, slicers
    double back_end_w;
    double host_cpo_w, host_pluggable_w;
    double controller_w;
    double converter_w;

    double total_w(double host_w) const {
        return driver_w + receiver_w + back_end_w + host_w + controller_w + converter_w;
    }
};

/// The same constants that the board's blocks charge.
module_power module_power_of(const config::configuration& board);

}  // namespace luxlane::validation
