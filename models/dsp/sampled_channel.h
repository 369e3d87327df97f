#pragma once

#include <array>
#include <span>

#include "models/photonics/lane_response.h"

namespace luxlane::dsp {

using photonics::NOISE_LAGS;
using photonics::PRE_CURSORS;
using photonics::PULSE_TAPS;

inline constexpr std::size_t MAX_NEIGHBOURS = 4;
/// Taps of a neighbour's pulse that count, two on either side of its main cursor.
inline constexpr std::size_t CROSSTALK_TAPS = 5;

/// The sampled channel of one lane at symbol rate. With symbol values v in 0 .. 1
/// (`level[symbol]`), a sample is
///   y[k] = offset_a + amplitude_a (L[k] + sqrt(variance_zero + variance_slope L[k]) w[k]),
///   L[k] = sum_j pulse[j] v[k+6-j] + pair[j] v[k+6-j] v[k+5-j]
///        + sum_n sum_i crosstalk[n][i] v_n[k+2-i],
/// w a unit Gaussian whose samples 1 .. 4 apart correlate by `noise_correlation`. The variances
/// include what has no better description: fit residual, jitter, baseline wander, supply noise.
/// `symbol_kernel` draws from exactly this, `statistical_eye` integrates exactly this.
struct sampled_channel {
    photonics::modulation format = photonics::modulation::nrz;
    std::array<double, 4> level = {0.0, 1.0, 0.0, 0.0};
    std::array<double, PULSE_TAPS> pulse{};
    std::array<double, PULSE_TAPS> pair{};
    double offset_a = 0.0;
    double amplitude_a = 0.0;
    double variance_zero = 0.0;   ///< over amplitude_a^2, at L = 0
    double variance_slope = 0.0;  ///< over amplitude_a^2, per unit of L
    std::array<double, NOISE_LAGS> noise_correlation{};
    std::array<std::array<double, CROSSTALK_TAPS>, MAX_NEIGHBOURS> crosstalk{};
    std::size_t neighbours = 0;
    /// Of `variance_zero`, what stands for the sampling clock's jitter; a law that moves the
    /// sampling instant itself leaves it out.
    double jitter_variance = 0.0;

    unsigned levels() const { return format == photonics::modulation::pam4 ? 4 : 2; }
    double level_mean() const;
    double level_variance() const;
};

/// A lit lane and the part of its light that falls into the lane in question.
struct shining_neighbour {
    const photonics::lane_response* response;
    double fraction;
};

/// The channel of a lane with up to four lit `neighbours` (more: std::invalid_argument), all of one
/// format. Neighbours keep the lane's own symbol timing; their pairs are replaced by the straight
/// line at mean level, light beyond two symbols from their main cursor joins the outermost taps.
/// A dark lane is expressed in units of its noise instead of its swing.
sampled_channel make_sampled_channel(const photonics::lane_parameters& lane,
                                     const photonics::lane_response& own,
                                     std::span<const shining_neighbour> neighbours);

}  // namespace luxlane::dsp
