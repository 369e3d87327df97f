#pragma once

#include <cstdint>

#include "models/photonics/ageing.h"
#include "models/photonics/array_geometry.h"
#include "models/photonics/lane_parameters.h"

namespace luxlane {

/// What the cable and its emitters bring to a board beyond the lanes themselves.
struct optical_channel_settings {
    /// How the bundle's image lies on the photodiodes: moves each lane's spot (array_geometry).
    photonics::array_alignment alignment = {};
    double powered_s = 0.0;  ///< what the emitters have behind them, at the nominal drive
    photonics::power_law_ageing ageing = {};
};

struct optical_channel_config : optical_channel_settings {
    unsigned lanes = 460;  ///< 400 data and 60 spare lanes: MOSAIC has 460 and more
    std::uint64_t seed = 1;
    std::uint32_t direction = 0;  ///< tells the two directions of a cable apart in random streams
    /// The nominal lane; this block uses its emitter, optics and temperature (parameter_notes).
    photonics::lane_parameters lane = {};
    photonics::lane_spread spread = {};
};

}  // namespace luxlane
