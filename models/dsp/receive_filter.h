#pragma once

#include <array>
#include <cstddef>

#include "models/dsp/sampled_channel.h"

namespace luxlane::dsp {

inline constexpr std::size_t FORWARD_TAPS = 5;
inline constexpr std::size_t FORWARD_PRE = 2;
inline constexpr std::size_t FEEDBACK_TAPS = 5;

/// Feed-forward and decision-feedback equaliser with the slicer's thresholds:
///   z[k] = sum_i forward[i] y[k+2-i] - sum_i feedback_a[i] v[k-1-i],
/// v the values (0 .. 1) of the symbols decided before. NRZ decides 1 where z > threshold_a[0];
/// PAM4 decides the number of thresholds below z.
struct receive_filter {
    std::array<double, FORWARD_TAPS> forward = {0.0, 0.0, 1.0, 0.0, 0.0};
    std::array<double, FEEDBACK_TAPS> feedback_a{};
    std::array<double, 3> threshold_a{};

    double forward_sum() const;
    bool has_feedback() const { return feedback_a != std::array<double, FEEDBACK_TAPS>{}; }
    bool operator==(const receive_filter&) const = default;
};

/// Which taps may be other than zero, and how fine they are.
struct filter_shape {
    unsigned forward_taps = 3;   ///< 1, 3 or 5
    unsigned feedback_taps = 0;  ///< 0 .. 5
    double step = 0.0;           ///< resolution of the forward taps; 0: continuous. Main tap 1
};

/// The shape of the lane's equaliser.
inline filter_shape shape_of(const photonics::lane_parameters& lane) {
    return {.forward_taps = static_cast<unsigned>(lane.feed_forward_taps),
            .feedback_taps = static_cast<unsigned>(lane.feedback_taps)};
}

/// Minimum mean square error equaliser for the channel (interference, crosstalk, coloured noise at
/// mid level), scaled to a main tap of 1, feedback cancelling the equalised post cursors;
/// thresholds at the optimum between adjacent levels. Impossible shapes: std::invalid_argument.
receive_filter train(const sampled_channel& channel, const filter_shape& shape);

/// Sets the thresholds to the optimum for the other taps.
void set_thresholds(const sampled_channel& channel, receive_filter& filter);

/// Mean and total standard deviation (noise, interference, crosstalk) of each level before the
/// slicer, A, feedback applied with right decisions.
struct level_statistics {
    std::array<double, 4> mean{}, sigma{};
};
level_statistics equalised_levels(const sampled_channel& channel, const receive_filter& filter);

}  // namespace luxlane::dsp
