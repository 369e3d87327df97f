#include "models/dsp/sampled_channel.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/photonics/linear_chain.h"

namespace luxlane::dsp {

namespace {

using photonics::lane_response;

constexpr int CROSSTALK_PRE = 2;
static_assert(CROSSTALK_TAPS == 2 * CROSSTALK_PRE + 1);

double square(double x) { return x * x; }

double mean_of(const std::array<double, 4>& level, unsigned levels) {
    double sum = 0.0;
    for (unsigned s = 0; s < levels; ++s)
        sum += level[s];
    return sum / levels;
}

/// A neighbour's response as a straight line in its symbols: taps, and what they leave at zero.
struct straight_response {
    std::array<double, CROSSTALK_TAPS> taps{};
    double constant = 0.0;
};

straight_response straighten(const lane_response& response, double mean) {
    straight_response out;
    const auto add = [&](int tap, double gain) {
        const int i = std::clamp(tap - (PRE_CURSORS - CROSSTALK_PRE), 0,
                                 static_cast<int>(CROSSTALK_TAPS) - 1);
        out.taps[static_cast<std::size_t>(i)] += gain;
    };
    for (int j = 0; j < PULSE_TAPS; ++j) {
        const double pair = response.pair[static_cast<std::size_t>(j)];
        add(j, response.pulse[static_cast<std::size_t>(j)] + mean * pair);
        add(j + 1, mean * pair);
        out.constant -= mean * mean * pair;
    }
    return out;
}

}  // namespace

double sampled_channel::level_mean() const { return mean_of(level, levels()); }

double sampled_channel::level_variance() const {
    const double mean = level_mean();
    double sum = 0.0;
    for (unsigned s = 0; s < levels(); ++s)
        sum += square(level[s] - mean);
    return sum / levels();
}

sampled_channel make_sampled_channel(const photonics::lane_parameters& lane,
                                     const lane_response& own,
                                     std::span<const shining_neighbour> neighbours) {
    if (neighbours.size() > MAX_NEIGHBOURS)
        throw std::invalid_argument("make_sampled_channel: a lane has at most 4 lit neighbours");
    sampled_channel channel;
    channel.format = lane.format;
    channel.level = own.level;
    channel.offset_a = own.zero_a;
    const double swing_a = own.one_a - own.zero_a;
    if (swing_a > 0.0) {
        channel.pulse = own.pulse;
        channel.pair = own.pair;
        channel.amplitude_a = swing_a;
    } else {
        channel.level = channel.levels() == 4 ? std::array{0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0}
                                              : std::array{0.0, 1.0, 0.0, 0.0};
        channel.amplitude_a = own.noise_zero_a > 0.0 ? own.noise_zero_a : 1.0;
    }
    const double unit = 1.0 / square(channel.amplitude_a);
    const double noise_zero = square(own.noise_zero_a) * unit;
    if (swing_a > 0.0)
        channel.variance_slope = square(own.noise_one_a) * unit - noise_zero;

    double neighbours_zero = 0.0;
    const unsigned levels = channel.levels();
    for (const shining_neighbour& other : neighbours) {
        const lane_response& light = *other.response;
        const double gain = other.fraction * (light.one_a - light.zero_a) / channel.amplitude_a;
        const auto straight = straighten(light, mean_of(light.level, levels));
        auto& taps = channel.crosstalk[channel.neighbours++];
        for (std::size_t i = 0; i < CROSSTALK_TAPS; ++i)
            taps[i] = gain * straight.taps[i];
        neighbours_zero +=
            gain * straight.constant + other.fraction * light.zero_a / channel.amplitude_a;
    }
    channel.offset_a += channel.amplitude_a * neighbours_zero;

    // The neighbours' rest light makes shot noise like the lane's own.
    const double quiet = noise_zero + channel.variance_slope * neighbours_zero;
    const double wander = swing_a > 0.0 ? photonics::baseline_wander(lane) : 0.0;
    const double white =
        swing_a > 0.0 ? square(own.residual) + square(lane.supply_noise_relative) : 0.0;
    channel.jitter_variance = swing_a > 0.0 ? square(own.jitter_noise) : 0.0;
    channel.variance_zero = quiet + wander + white + channel.jitter_variance;

    // The amplifier's noise has its spectrum, wander hardly moves within four symbols, what depends
    // on the data is taken as white.
    const double filtered = quiet + channel.variance_slope * channel.level_mean();
    const double total = filtered + wander + white + channel.jitter_variance;
    for (std::size_t lag = 0; lag < channel.noise_correlation.size(); ++lag)
        channel.noise_correlation[lag] =
            total > 0.0 ? (filtered * own.noise_correlation[lag] + wander) / total : 0.0;
    return channel;
}

}  // namespace luxlane::dsp
