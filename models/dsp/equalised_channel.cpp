#include "models/dsp/equalised_channel.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace luxlane::dsp {

namespace {

double correlation(const sampled_channel& channel, std::size_t i, std::size_t j) {
    const std::size_t lag = i > j ? i - j : j - i;
    return lag == 0 ? 1.0 : channel.noise_correlation[lag - 1];
}

std::array<double, FORWARD_TAPS> single(std::size_t i) {
    std::array<double, FORWARD_TAPS> weight{};
    weight[i] = 1.0;
    return weight;
}

}  // namespace

symbol_response weigh(const sampled_channel& even, const sampled_channel& odd,
                      const std::array<double, FORWARD_TAPS>& weight) {
    symbol_response out;
    for (std::size_t i = 0; i < FORWARD_TAPS; ++i) {
        if (weight[i] == 0.0)
            continue;
        const sampled_channel& channel = i % 2 == FORWARD_PRE % 2 ? even : odd;
        for (std::size_t j = 0; j < PULSE_TAPS; ++j) {
            out.linear[i + j] += weight[i] * channel.pulse[j];
            out.pair[i + j] += weight[i] * channel.pair[j];
        }
        for (std::size_t n = 0; n < channel.neighbours; ++n)
            for (std::size_t j = 0; j < CROSSTALK_TAPS; ++j)
                out.crosstalk[n][i + j] += weight[i] * channel.crosstalk[n][j];
    }
    return out;
}

conditional_moments moments(const symbol_response& response, const sampled_channel& channel,
                            double wanted) {
    const double mean = channel.level_mean();
    const double spread = channel.level_variance();
    const auto mean_at = [&](std::size_t m) { return m == RESPONSE_MAIN ? wanted : mean; };
    conditional_moments out{0.0, 0.0};
    for (std::size_t m = 0; m < RESPONSE_TAPS; ++m) {
        const double pair = response.pair[m];
        const double older = m + 1 < RESPONSE_TAPS ? mean_at(m + 1) : mean;
        out.mean += mean_at(m) * (response.linear[m] + pair * older);
        if (m == RESPONSE_MAIN)
            continue;
        // The symbol's deviation meets the means of its partners; products of two deviations are
        // uncorrelated with either.
        double gain = response.linear[m] + pair * older;
        if (m > 0)
            gain += response.pair[m - 1] * mean_at(m - 1);
        out.variance += gain * gain * spread;
        if (m + 1 != RESPONSE_MAIN)
            out.variance += pair * pair * spread * spread;
    }
    for (std::size_t n = 0; n < channel.neighbours; ++n)
        for (const double tap : response.crosstalk[n]) {
            out.mean += mean * tap;
            out.variance += tap * tap * spread;
        }
    return out;
}

namespace {

/// Fills in the noise where the wanted symbol is s. sqrt(a b) of two samples' variances a, b around
/// their means A, B is sqrt(A B) (1 + (x + y) / 2 - (x - y)^2 / 8), x = a / A - 1, y = b / B - 1.
void add_noise(equalised_channel& out, const sampled_channel& even, const sampled_channel& odd,
               const receive_filter& filter, unsigned s) {
    std::array<double, FORWARD_TAPS> mean{};
    for (std::size_t i = 0; i < FORWARD_TAPS; ++i) {
        const sampled_channel& channel = i % 2 == FORWARD_PRE % 2 ? even : odd;
        double light = 0.0;
        if (channel.variance_slope != 0.0)
            light = moments(weigh(even, odd, single(i)), even, even.level[s]).mean;
        mean[i] = std::max(channel.variance_zero + channel.variance_slope * light, 1e-300);
    }
    std::array<double, FORWARD_TAPS> slope{};
    for (std::size_t i = 0; i < FORWARD_TAPS; ++i) {
        for (std::size_t j = 0; j < FORWARD_TAPS; ++j)
            slope[i] += filter.forward[i] * filter.forward[j] * correlation(even, i, j) *
                        std::sqrt(mean[j] / mean[i]);
        const sampled_channel& channel = i % 2 == FORWARD_PRE % 2 ? even : odd;
        out.variance_constant[s] += slope[i] * channel.variance_zero;
        slope[i] *= channel.variance_slope;
    }
    if (even.variance_slope == 0.0)
        return;
    out.variance[s] = weigh(even, odd, slope);
    for (std::size_t i = 0; i < FORWARD_TAPS; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const double product = filter.forward[i] * filter.forward[j];
            if (product == 0.0)
                continue;
            std::array<double, FORWARD_TAPS> apart{};
            apart[i] = even.variance_slope / mean[i];
            apart[j] = -even.variance_slope / mean[j];
            const double spread = moments(weigh(even, odd, apart), even, even.level[s]).variance;
            out.variance_constant[s] -= 2.0 * product * correlation(even, i, j) *
                                        std::sqrt(mean[i] * mean[j]) * spread / 8.0;
        }
}

}  // namespace

equalised_channel equalise(const sampled_channel& even, const sampled_channel& odd,
                           const receive_filter& filter) {
    equalised_channel out;
    out.signal = weigh(even, odd, filter.forward);
    for (std::size_t i = 0; i < FEEDBACK_TAPS; ++i)
        out.signal.linear[RESPONSE_MAIN + 1 + i] -= filter.feedback_a[i] / even.amplitude_a;
    out.constant = filter.forward_sum() * even.offset_a / even.amplitude_a;
    for (unsigned s = 0; s < even.levels(); ++s)
        add_noise(out, even, odd, filter, s);
    return out;
}

unsigned gray_distance(unsigned a, unsigned b) {
    const auto gray = [](unsigned symbol) { return symbol ^ (symbol >> 1); };
    return static_cast<unsigned>(std::popcount(gray(a) ^ gray(b)));
}

}  // namespace luxlane::dsp
