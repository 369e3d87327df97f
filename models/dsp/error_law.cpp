#include "models/dsp/error_law.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "models/common/normal.h"

namespace luxlane::dsp {

namespace {

/// One bit other than the wanted one, by what it adds when it is 1 (relative to the amplitude).
struct interferer {
    double shift;
    double variance;
};

constexpr std::size_t MAX_INTERFERERS = EQUALISED_TAPS - 1 + 3 * MAX_NEIGHBOURS;
constexpr std::size_t MAX_ENUMERATED = 10;
constexpr std::size_t PATTERNS = std::size_t{1} << MAX_ENUMERATED;
constexpr double NEGLIGIBLE_SHIFT_SIGMA = 0.05;

/// The equalised sample as a sum over independent bits: wanted one, interferers, noise floor.
struct decomposition {
    interferer wanted{};
    std::array<interferer, MAX_INTERFERERS> others{};
    std::size_t count = 0;
    double floor_variance = 0.0;
};

decomposition decompose(const baud_channel& channel, const equaliser_taps& taps) {
    const std::array<double, 3> gain = {taps.pre_gain(), taps.main_gain(), taps.post_gain()};
    const auto pulse = equalised_pulse(channel, taps);
    decomposition out;
    // The bit of tap m reaches the three filtered samples through three neighbouring raw taps.
    for (std::size_t m = 0; m < EQUALISED_TAPS; ++m) {
        interferer bit{pulse[m], 0.0};
        for (std::size_t i = 0; i < gain.size(); ++i)
            if (m >= i && m - i < PULSE_TAPS)
                bit.variance += gain[i] * gain[i] * channel.pulse[m - i] * channel.variance_slope;
        if (m == EQUALISED_PRE_CURSORS)
            out.wanted = bit;
        else
            out.others[out.count++] = bit;
    }
    for (std::size_t n = 0; n < channel.neighbours; ++n)
        for (const double g : gain)
            out.others[out.count++] = {g * channel.crosstalk[n],
                                       g * g * channel.crosstalk[n] * channel.variance_slope};
    for (const double g : gain)
        out.floor_variance += g * g * channel.variance_zero;
    return out;
}

/// Means and variances of all patterns, built by doubling.
struct pattern_table {
    std::array<double, PATTERNS> mean, variance, tail;
    std::size_t size = 1;

    void add(const interferer& bit) {
        const std::size_t half = size;
        for (std::size_t i = 0; i < half; ++i) {
            mean[half + i] = mean[i] + bit.shift;
            variance[half + i] = variance[i] + bit.variance;
        }
        size *= 2;
    }

    /// Mean over the patterns of P(noise exceeds `sign` * (mean + shift)).
    double mean_tail(double shift, double extra_variance, double sign) {
        constexpr double smallest_variance = 1e-30;  // a noiseless lane divides by no zero
        const std::size_t count = size;  // a local: stores to the arrays cannot change it
        for (std::size_t i = 0; i < count; ++i) {
            const double total = variance[i] + extra_variance;
            const double bounded = total > smallest_variance ? total : smallest_variance;
            tail[i] = normal_tail(sign * (mean[i] + shift) / std::sqrt(bounded));
        }
        double sum = 0.0;
        for (std::size_t i = 0; i < count; ++i)
            sum += tail[i];
        return sum / static_cast<double>(count);
    }
};

}  // namespace

error_rates ber_nrz(const baud_channel& channel, const equaliser_taps& taps, double threshold_a) {
    decomposition bits = decompose(channel, taps);
    const auto others = std::span(bits.others).first(bits.count);
    std::ranges::sort(others, [](const interferer& a, const interferer& b) {
        return std::abs(a.shift) > std::abs(b.shift);
    });
    const double threshold = (threshold_a - taps.sum() * channel.offset_a) / channel.amplitude_a;
    const double negligible = NEGLIGIBLE_SHIFT_SIGMA * std::sqrt(bits.floor_variance);
    std::size_t enumerated = 0;
    pattern_table table;
    table.mean[0] = -threshold;
    table.variance[0] = bits.floor_variance;
    for (std::size_t i = 0; i < others.size(); ++i) {
        if (i < MAX_ENUMERATED && std::abs(others[i].shift) >= negligible) {
            ++enumerated;
            continue;
        }
        table.mean[0] += 0.5 * others[i].shift;
        table.variance[0] += 0.5 * others[i].variance + 0.25 * others[i].shift * others[i].shift;
    }
    for (std::size_t i = 0; i < enumerated; ++i)
        table.add(others[i]);
    error_rates rates;
    rates.given_one = table.mean_tail(bits.wanted.shift, bits.wanted.variance, 1.0);
    rates.given_zero = table.mean_tail(0.0, 0.0, -1.0);
    rates.ber = 0.5 * (rates.given_one + rates.given_zero);
    return rates;
}

slicer_levels equalised_levels(const baud_channel& channel, const equaliser_taps& taps) {
    const decomposition bits = decompose(channel, taps);
    double mean = 0.0;
    double variance = bits.floor_variance;
    for (std::size_t i = 0; i < bits.count; ++i) {
        const interferer& bit = bits.others[i];
        mean += 0.5 * bit.shift;
        variance += 0.5 * bit.variance + 0.25 * bit.shift * bit.shift;
    }
    const double zero_a = taps.sum() * channel.offset_a + channel.amplitude_a * mean;
    return {.one = zero_a + channel.amplitude_a * bits.wanted.shift,
            .zero = zero_a,
            .sigma_one = channel.amplitude_a * std::sqrt(variance + bits.wanted.variance),
            .sigma_zero = channel.amplitude_a * std::sqrt(variance)};
}

error_rates trained_ber(const baud_channel& channel) {
    const equaliser_taps taps = mmse_taps(channel);
    return ber_nrz(channel, taps, optimum_threshold(equalised_levels(channel, taps)));
}

}  // namespace luxlane::dsp
