#pragma once

#include "models/photonics/ageing.h"
#include "models/photonics/array_geometry.h"
#include "models/transport/optical_stage.h"

namespace luxlane {

/// What the cable and its emitters bring to a board beyond the lanes themselves.
struct optical_channel_settings {
    /// How the bundle's image lies on the photodiodes: moves each lane's spot (array_geometry).
    photonics::array_alignment alignment = {};
    double powered_s = 0.0;  ///< what the emitters have behind them, at the nominal drive
    photonics::power_law_ageing ageing = {};
};

/// Of the lane: emitter, optics and temperature.
struct optical_channel_config : optical_channel_settings, optical_stage_config {
    photonics::lane_spread spread = {};
};

}  // namespace luxlane
