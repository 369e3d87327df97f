#pragma once

#include "models/photonics/power_monitor.h"
#include "models/transport/optical_stage.h"

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

/// Of the lane: the receiver.
struct pd_array_config : pd_array_settings, optical_stage_config {
    photonics::lane_spread spread = {};
};

}  // namespace luxlane
