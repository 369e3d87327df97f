#include "models/dsp/slicer.h"

#include <cmath>
#include <stdexcept>

namespace luxlane::dsp {

double optimum_threshold(const slicer_levels& levels) {
    const double sum = levels.sigma_zero + levels.sigma_one;
    if (!(sum > 0.0))
        return 0.5 * (levels.one + levels.zero);
    return (levels.sigma_zero * levels.one + levels.sigma_one * levels.zero) / sum;
}

void slice(std::span<const float> samples, float threshold, std::span<std::uint64_t> bits) {
    if (samples.size() != bits.size() * 64)
        throw std::invalid_argument("slice: 64 samples for each word");
    for (std::size_t w = 0; w < bits.size(); ++w) {
        std::uint64_t word = 0;
        for (std::size_t k = 0; k < 64; ++k)
            word |= std::uint64_t{samples[64 * w + k] > threshold} << k;
        bits[w] = word;
    }
}

void slice(std::span<const float> samples, const std::array<float, 3>& thresholds,
           std::span<std::uint64_t> low, std::span<std::uint64_t> high) {
    // Symbol 3 is (1, 0): the low plane is set between the outer thresholds.
    slice(samples, thresholds[1], high);
    slice(samples, thresholds[0], low);
    for (std::size_t k = 0; k < samples.size(); ++k)
        low[k / 64] &= ~(std::uint64_t{samples[k] > thresholds[2]} << (k % 64));
}

adaptive_slicer::adaptive_slicer(const slicer_levels& start, rule tracking, double weight)
    : adaptive_slicer(pam4_levels{.mean = {start.zero, start.one},
                                  .sigma = {start.sigma_zero, start.sigma_one}},
                      tracking, weight) {
    count_ = 2;
}

adaptive_slicer::adaptive_slicer(const pam4_levels& start, rule tracking, double weight)
    : levels_(start), count_(4), rule_(tracking), weight_(weight) {
    if (!(weight > 0.0 && weight <= 1.0))
        throw std::out_of_range("adaptive_slicer: weight must lie in (0, 1]");
}

void adaptive_slicer::observe(std::span<const float> samples, std::span<const std::uint64_t> low,
                              std::span<const std::uint64_t> high) {
    if (samples.size() != low.size() * 64 || high.size() != (count_ == 4 ? low.size() : 0))
        throw std::invalid_argument("adaptive_slicer: 64 samples for each word of each plane");
    struct moments {
        double count = 0.0, sum = 0.0, squares = 0.0;
    };
    std::array<moments, 4> found;
    for (std::size_t k = 0; k < samples.size(); ++k) {
        const std::size_t low_bit = (low[k / 64] >> (k % 64)) & 1;
        const std::size_t high_bit = high.empty() ? 0 : (high[k / 64] >> (k % 64)) & 1;
        const std::size_t symbol = 2 * high_bit + (high_bit ^ low_bit);
        // About the running mean, so that the squares keep their digits.
        const double x = samples[k] - levels_.mean[symbol];
        found[symbol].count += 1.0;
        found[symbol].sum += x;
        found[symbol].squares += x * x;
    }
    for (unsigned s = 0; s < count_; ++s) {
        const moments& m = found[s];
        if (m.count < 2.0)
            continue;
        const double shift = m.sum / m.count;
        const double variance = m.squares / m.count - shift * shift;
        double& sigma = levels_.sigma[s];
        levels_.mean[s] += weight_ * shift;
        sigma = std::sqrt(std::lerp(sigma * sigma, variance > 0.0 ? variance : 0.0, weight_));
    }
}

std::array<double, 3> adaptive_slicer::thresholds() const {
    std::array<double, 3> found{};
    for (unsigned s = 0; s + 1 < count_; ++s) {
        const slicer_levels pair{.one = levels_.mean[s + 1],
                                 .zero = levels_.mean[s],
                                 .sigma_one = levels_.sigma[s + 1],
                                 .sigma_zero = levels_.sigma[s]};
        found[s] = rule_ == rule::optimum ? optimum_threshold(pair) : 0.5 * (pair.one + pair.zero);
    }
    return found;
}

slicer_levels adaptive_slicer::levels() const {
    return {.one = levels_.mean[1],
            .zero = levels_.mean[0],
            .sigma_one = levels_.sigma[1],
            .sigma_zero = levels_.sigma[0]};
}

}  // namespace luxlane::dsp
