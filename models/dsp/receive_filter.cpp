#include "models/dsp/receive_filter.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "models/dsp/equalised_channel.h"

namespace luxlane::dsp {

namespace {

using tap_vector = std::array<double, FORWARD_TAPS>;
using tap_matrix = std::array<tap_vector, FORWARD_TAPS>;

/// The response of one sample (weight 1 at tap i) as a straight line in the symbols.
struct straight_response {
    std::array<double, RESPONSE_TAPS> own;
    std::array<std::array<double, CROSSTALK_RESPONSE_TAPS>, MAX_NEIGHBOURS> crosstalk;
};

std::array<double, RESPONSE_TAPS> straighten(const symbol_response& response, double mean) {
    std::array<double, RESPONSE_TAPS> out = response.linear;
    for (std::size_t m = 0; m < RESPONSE_TAPS; ++m) {
        out[m] += mean * response.pair[m];
        if (m > 0)
            out[m] += mean * response.pair[m - 1];
    }
    return out;
}

straight_response sample_response(const sampled_channel& channel, std::size_t tap) {
    tap_vector weight{};
    weight[tap] = 1.0;
    const symbol_response response = weigh(channel, channel, weight);
    return {straighten(response, channel.level_mean()), response.crosstalk};
}

/// Solves the symmetric positive definite system for taps first .. last by Cholesky's
/// decomposition; the other elements stay 0.
tap_vector solve(tap_matrix a, tap_vector b, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i <= last; ++i) {
        for (std::size_t j = first; j <= i; ++j) {
            double sum = a[i][j];
            for (std::size_t k = first; k < j; ++k)
                sum -= a[i][k] * a[j][k];
            a[i][j] = i == j ? std::sqrt(sum) : sum / a[j][j];
        }
    }
    tap_vector x{};
    for (std::size_t i = first; i <= last; ++i) {
        double sum = b[i];
        for (std::size_t k = first; k < i; ++k)
            sum -= a[i][k] * x[k];
        x[i] = sum / a[i][i];
    }
    for (std::size_t i = last + 1; i-- > first;) {
        for (std::size_t k = i + 1; k <= last; ++k)
            x[i] -= a[k][i] * x[k];
        x[i] /= a[i][i];
    }
    return x;
}

/// Forward taps of least mean square error when feedback removes `feedback_taps` post cursors.
tap_vector forward_taps(const sampled_channel& channel, const filter_shape& shape) {
    const std::size_t side = (shape.forward_taps - 1) / 2;
    const std::size_t first = FORWARD_PRE - side;
    const std::size_t last = FORWARD_PRE + side;
    std::array<straight_response, FORWARD_TAPS> response;
    for (std::size_t i = first; i <= last; ++i)
        response[i] = sample_response(channel, i);
    const double spread = channel.level_variance();
    constexpr tap_vector main_sample = {0.0, 0.0, 1.0, 0.0, 0.0};
    const double middle =
        moments(weigh(channel, channel, main_sample), channel, channel.level_mean()).mean;
    const double noise = std::max(channel.variance_zero + channel.variance_slope * middle, 0.0);
    const auto removed = [&](std::size_t m) {
        return m > RESPONSE_MAIN && m <= RESPONSE_MAIN + shape.feedback_taps;
    };
    tap_matrix covariance{};
    tap_vector wanted{};
    double trace = 0.0;
    for (std::size_t i = first; i <= last; ++i) {
        wanted[i] = spread * response[i].own[RESPONSE_MAIN];
        for (std::size_t j = first; j <= i; ++j) {
            double sum = 0.0;
            for (std::size_t m = 0; m < RESPONSE_TAPS; ++m)
                if (!removed(m))
                    sum += response[i].own[m] * response[j].own[m];
            for (std::size_t n = 0; n < channel.neighbours; ++n)
                sum = std::inner_product(response[i].crosstalk[n].begin(),
                                         response[i].crosstalk[n].end(),
                                         response[j].crosstalk[n].begin(), sum);
            const double coloured = i == j ? 1.0 : channel.noise_correlation[i - j - 1];
            covariance[i][j] = spread * sum + noise * coloured;
        }
        trace += covariance[i][i];
    }
    // A noiseless channel may leave the system singular; so little noise changes no other.
    constexpr double least_noise = 1e-12;
    for (std::size_t i = first; i <= last; ++i)
        covariance[i][i] += least_noise * trace + 1e-300;
    return solve(covariance, wanted, first, last);
}

}  // namespace

double receive_filter::forward_sum() const {
    return std::accumulate(forward.begin(), forward.end(), 0.0);
}

receive_filter train(const sampled_channel& channel, const filter_shape& shape) {
    if (shape.forward_taps != 1 && shape.forward_taps != 3 && shape.forward_taps != 5)
        throw std::invalid_argument("train: forward taps must be 1, 3 or 5");
    if (shape.feedback_taps > FEEDBACK_TAPS)
        throw std::invalid_argument("train: feedback taps must be 0 .. 5");
    if (!(shape.step >= 0.0))
        throw std::invalid_argument("train: the taps' step must not be negative");
    receive_filter filter;
    const tap_vector taps = forward_taps(channel, shape);
    // A dark lane gives no main tap; its samples then pass as they are.
    if (taps[FORWARD_PRE] > 0.0) {
        for (std::size_t i = 0; i < FORWARD_TAPS; ++i) {
            const double tap = taps[i] / taps[FORWARD_PRE];
            filter.forward[i] = shape.step > 0.0 ? std::round(tap / shape.step) * shape.step : tap;
        }
        filter.forward[FORWARD_PRE] = 1.0;
    }
    const auto response = straighten(weigh(channel, channel, filter.forward), channel.level_mean());
    for (std::size_t i = 0; i < shape.feedback_taps; ++i)
        filter.feedback_a[i] = channel.amplitude_a * response[RESPONSE_MAIN + 1 + i];
    set_thresholds(channel, filter);
    return filter;
}

void set_thresholds(const sampled_channel& channel, receive_filter& filter) {
    const level_statistics levels = equalised_levels(channel, filter);
    filter.threshold_a = {};
    for (unsigned t = 0; t + 1 < channel.levels(); ++t) {
        const double sum = levels.sigma[t] + levels.sigma[t + 1];
        const double weight = sum > 0.0 ? levels.sigma[t] / sum : 0.5;
        filter.threshold_a[t] = levels.mean[t] + weight * (levels.mean[t + 1] - levels.mean[t]);
    }
}

level_statistics equalised_levels(const sampled_channel& channel, const receive_filter& filter) {
    const equalised_channel equalised = equalise(channel, channel, filter);
    level_statistics out;
    for (unsigned s = 0; s < channel.levels(); ++s) {
        const auto signal = moments(equalised.signal, channel, channel.level[s]);
        const double noise = equalised.variance_constant[s] +
                             moments(equalised.variance[s], channel, channel.level[s]).mean;
        out.mean[s] = channel.amplitude_a * (equalised.constant + signal.mean);
        out.sigma[s] = channel.amplitude_a * std::sqrt(std::max(signal.variance + noise, 0.0));
    }
    return out;
}

}  // namespace luxlane::dsp
