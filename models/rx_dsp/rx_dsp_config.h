#pragma once

#include "models/transport/optical_stage.h"

namespace luxlane {

/// What the receiver's digital part brings to a board beyond the lanes themselves.
/// Where the values come from stands in platform/config, for `luxlane describe`.
struct rx_dsp_settings {
    double cdr_lock_time_s = 2e-6;
    double cdr_minimum_q = 1.3;  ///< eye opening over noise at which the clock recovery locks
    double adapt_time_s = 20e-6;
    double cdr_power_w = 0.05e-3;              ///< per enabled lane
    double slicer_energy_j_per_bit = 0.1e-12;  ///< of equaliser and slicer
};

/// Of the lane: rate (until the first frame tells the line's), equaliser and jitter. LANE_TAPS has
/// room for three feed-forward taps.
struct rx_dsp_config : rx_dsp_settings, optical_stage_config {};

}  // namespace luxlane
