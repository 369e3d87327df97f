#pragma once

#include <cstdint>

#include "models/photonics/lane_parameters.h"
#include "models/photonics/power_monitor.h"

namespace luxlane {

/// The converter of each lane's average light, W: 12 bits in steps of 10 nW (LANE_POWER).
inline constexpr photonics::power_monitor LANE_MONITOR{.bits = 12, .full_scale = 40.96e-6};

/// What the photodiode array brings to a board beyond the lanes themselves.
/// Where the values come from stands in platform/config, for `luxlane describe`.
struct pd_array_settings {
    double gain_step_db = 2.0;          ///< of transimpedance, 20 log10
    double amplifier_power_w = 0.8e-3;  ///< per enabled lane
    double settling_time_s = 500e-9;    ///< from register to output
};

struct pd_array_config : pd_array_settings {
    unsigned lanes = 460;  ///< 400 data and 60 spare lanes: MOSAIC has 460 and more
    std::uint64_t seed = 1;
    std::uint32_t direction = 0;  ///< tells the two directions of a cable apart in random streams
    /// The nominal lane; this block uses its receiver (parameter_notes).
    photonics::lane_parameters lane = {};
    photonics::lane_spread spread = {};
};

}  // namespace luxlane
