#include "models/dsp/equaliser.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace luxlane::dsp {

namespace {

std::int8_t code_of(double gain) {
    const double code = std::nearbyint(gain * equaliser_taps::ONE);
    return static_cast<std::int8_t>(std::clamp(code, -63.0, 63.0));
}

}  // namespace

equaliser_taps mmse_taps(const baud_channel& channel) {
    // Bits of +-1/2 have variance 1/4; correlation of samples `distance` symbols apart.
    const auto correlation = [&](std::size_t distance) {
        double sum = 0.0;
        for (std::size_t i = 0; i + distance < channel.pulse.size(); ++i)
            sum += 0.25 * channel.pulse[i] * channel.pulse[i + distance];
        return sum;
    };
    double white = channel.variance_zero + 0.5 * channel.variance_slope;
    for (std::size_t n = 0; n < channel.neighbours; ++n)
        white += 0.25 * channel.crosstalk[n] * channel.crosstalk[n];
    const double r0 = correlation(0) + white;
    const double r1 = correlation(1);
    const double r2 = correlation(2);
    // What b[k] contributes to y[k+1], y[k], y[k-1].
    const double p_pre = 0.25 * channel.pulse[PRE_CURSORS + 1];
    const double p_main = 0.25 * channel.pulse[PRE_CURSORS];
    const double p_post = 0.25 * channel.pulse[PRE_CURSORS - 1];
    // The 3x3 Toeplitz system splits into its even and odd parts.
    const double even = 0.5 * (p_pre + p_post);
    const double odd = 0.5 * (p_pre - p_post) / (r0 - r2);
    const double determinant = (r0 + r2) * r0 - 2.0 * r1 * r1;
    const double side = (even * r0 - r1 * p_main) / determinant;
    const double main = (p_main * (r0 + r2) - 2.0 * r1 * even) / determinant;
    return {code_of((side + odd) / main), equaliser_taps::ONE, code_of((side - odd) / main)};
}

std::array<double, EQUALISED_TAPS> equalised_pulse(const baud_channel& channel,
                                                   const equaliser_taps& taps) {
    std::array<double, EQUALISED_TAPS> out{};
    for (std::size_t i = 0; i < channel.pulse.size(); ++i) {
        out[i] += taps.pre_gain() * channel.pulse[i];
        out[i + 1] += taps.main_gain() * channel.pulse[i];
        out[i + 2] += taps.post_gain() * channel.pulse[i];
    }
    return out;
}

void equalise(std::span<const float> samples, const equaliser_taps& taps, std::span<float> out) {
    if (samples.size() != out.size() + 2)
        throw std::invalid_argument("equalise: two more samples than outputs");
    const auto pre = static_cast<float>(taps.pre_gain());
    const auto main = static_cast<float>(taps.main_gain());
    const auto post = static_cast<float>(taps.post_gain());
    for (std::size_t k = 0; k < out.size(); ++k)
        out[k] = std::fma(pre, samples[k + 2], std::fma(post, samples[k], main * samples[k + 1]));
}

}  // namespace luxlane::dsp
