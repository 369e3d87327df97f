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

/// Weights of the difference of samples i and j.
std::array<double, FORWARD_TAPS> difference(std::size_t i, std::size_t j) {
    std::array<double, FORWARD_TAPS> weight{};
    weight[i] = 1.0;
    weight[j] = -1.0;
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

equalised_channel equalise(const sampled_channel& even, const sampled_channel& odd,
                           const receive_filter& filter) {
    equalised_channel out;
    out.signal = weigh(even, odd, filter.forward);
    for (std::size_t i = 0; i < FEEDBACK_TAPS; ++i)
        out.signal.linear[RESPONSE_MAIN + 1 + i] -= filter.feedback_a[i] / even.amplitude_a;
    out.constant = filter.forward_sum() * even.offset_a / even.amplitude_a;

    // sqrt(a b) of two samples' variances around their mean c: c + (da + db) / 2 - (da - db)^2 /
    // (8 c).
    std::array<double, FORWARD_TAPS> slope{};
    double power = 0.0;
    for (std::size_t i = 0; i < FORWARD_TAPS; ++i)
        for (std::size_t j = 0; j < FORWARD_TAPS; ++j)
            slope[i] += filter.forward[i] * filter.forward[j] * correlation(even, i, j);
    for (const double s : slope)
        power += s;
    for (double& s : slope)
        s *= even.variance_slope;
    out.variance = weigh(even, odd, slope);
    out.variance_constant = 0.5 * (even.variance_zero + odd.variance_zero) * power;
    if (even.variance_slope == 0.0)
        return out;

    constexpr std::array<double, FORWARD_TAPS> main_sample = {0.0, 0.0, 1.0, 0.0, 0.0};
    const double average = moments(weigh(even, odd, main_sample), even, even.level_mean()).mean;
    const double middle = std::max(even.variance_zero + even.variance_slope * average, 1e-300);
    const double bend = even.variance_slope * even.variance_slope / (8.0 * middle);
    for (std::size_t i = 0; i < FORWARD_TAPS; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const double weight =
                2.0 * filter.forward[i] * filter.forward[j] * correlation(even, i, j);
            if (weight == 0.0)
                continue;
            const symbol_response apart = weigh(even, odd, difference(i, j));
            for (unsigned s = 0; s < even.levels(); ++s) {
                const auto [mean, variance] = moments(apart, even, even.level[s]);
                out.variance_bend[s] -= weight * bend * (mean * mean + variance);
            }
        }
    return out;
}

unsigned gray_distance(unsigned a, unsigned b) {
    const auto gray = [](unsigned symbol) { return symbol ^ (symbol >> 1); };
    return static_cast<unsigned>(std::popcount(gray(a) ^ gray(b)));
}

}  // namespace luxlane::dsp
