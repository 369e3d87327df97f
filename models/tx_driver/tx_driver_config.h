#pragma once

#include "models/photonics/drive_dac.h"
#include "models/photonics/energy.h"
#include "models/transport/optical_stage.h"

namespace luxlane {

/// Bias and modulation DAC of each lane: 10 bits in steps of 1 uA (LANE_CURRENT).
inline constexpr photonics::drive_dac LANE_DAC{.bits = 10, .full_scale_a = 1.023e-3};

/// What the transmitter brings to a board beyond the lanes themselves.
/// Where the values come from stands in platform/config, for `luxlane describe`.
struct tx_driver_settings {
    photonics::driver_supply supply = {};
    double predriver_power_w = 0.1e-3;  ///< per driving lane
    double settling_time_s = 500e-9;    ///< from register to light
    double thermal_resistance_k_per_w = 15.0;
    double temperature_limit_c = 85.0;
};

/// Of the lane: rate, driver and temperature.
struct tx_driver_config : tx_driver_settings, optical_stage_config {
    photonics::lane_spread spread = {};
};

}  // namespace luxlane
