#include "models/dsp/slicer.h"

#include <array>
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

adaptive_slicer::adaptive_slicer(const slicer_levels& start, rule tracking, double weight)
    : levels_(start), rule_(tracking), weight_(weight) {
    if (!(weight > 0.0 && weight <= 1.0))
        throw std::out_of_range("adaptive_slicer: weight must lie in (0, 1]");
}

void adaptive_slicer::observe(std::span<const float> samples,
                              std::span<const std::uint64_t> decisions) {
    if (samples.size() != decisions.size() * 64)
        throw std::invalid_argument("adaptive_slicer: 64 samples for each word");
    struct moments {
        double count = 0.0, sum = 0.0, squares = 0.0;
    };
    std::array<moments, 2> found;
    for (std::size_t k = 0; k < samples.size(); ++k) {
        const std::size_t bit = (decisions[k / 64] >> (k % 64)) & 1;
        // About the running mean, so that the squares keep their digits.
        const double x = samples[k] - (bit ? levels_.one : levels_.zero);
        found[bit].count += 1.0;
        found[bit].sum += x;
        found[bit].squares += x * x;
    }
    const auto follow = [this](const moments& m, double& mean, double& sigma) {
        if (m.count < 2.0)
            return;
        const double shift = m.sum / m.count;
        const double variance = m.squares / m.count - shift * shift;
        mean += weight_ * shift;
        sigma = std::sqrt(std::lerp(sigma * sigma, variance > 0.0 ? variance : 0.0, weight_));
    };
    follow(found[1], levels_.one, levels_.sigma_one);
    follow(found[0], levels_.zero, levels_.sigma_zero);
}

double adaptive_slicer::threshold() const {
    return rule_ == rule::optimum ? optimum_threshold(levels_) : 0.5 * (levels_.one + levels_.zero);
}

}  // namespace luxlane::dsp
