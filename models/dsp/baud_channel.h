#pragma once

#include <array>
#include <span>

#include "models/photonics/lane_response.h"

namespace luxlane::dsp {

inline constexpr int PRE_CURSORS = photonics::PRE_CURSORS;
inline constexpr int PULSE_TAPS = photonics::PULSE_TAPS;
inline constexpr std::size_t MAX_NEIGHBOURS = 8;

/// The sampled channel of one lane at baud rate. A sample is
///   y[k] = offset + amplitude (L[k] + noise),
///   L[k] = sum_j pulse[j] b[k - j] + sum_n crosstalk[n] b_n[k],
/// with bits b in {0, 1} and white Gaussian noise of variance variance_zero + variance_slope L[k].
/// `symbol_channel` draws from exactly this, `error_law` integrates exactly this.
struct baud_channel {
    std::array<double, PULSE_TAPS> pulse{};  ///< taps -6 .. +10, sum 1
    double offset_a = 0.0;
    double amplitude_a = 0.0;
    double variance_zero = 0.0;   ///< relative to amplitude_a^2
    double variance_slope = 0.0;  ///< relative to amplitude_a^2, per unit of level
    std::array<double, MAX_NEIGHBOURS> crosstalk{};  ///< relative to amplitude_a
    std::size_t neighbours = 0;
};

/// The channel of a lane whose light is `own`, with up to 8 lit `neighbours` (more:
/// std::invalid_argument). A neighbour's light arrives with its own swing times its crosstalk
/// fraction, in the main cursor alone.
baud_channel make_baud_channel(const photonics::lane_response& own,
                               std::span<const photonics::lane_response* const> neighbours);

}  // namespace luxlane::dsp
