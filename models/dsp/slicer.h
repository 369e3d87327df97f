#pragma once

#include <cstdint>
#include <span>

namespace luxlane::dsp {

/// Means and standard deviations of the two levels before a slicer, in its input's unit.
struct slicer_levels {
    double one, zero;
    double sigma_one, sigma_zero;
};

/// (s0 I1 + s1 I0) / (s0 + s1): where two Gaussian levels of unequal width are best told apart
/// (Agrawal, Fiber-Optic Communication Systems). The mean of the levels when both widths are 0.
double optimum_threshold(const slicer_levels& levels);

/// Packs `samples[k] > threshold` into bit k % 64 of word k / 64. [n] samples, [n / 64] words,
/// n a multiple of 64, else std::invalid_argument.
void slice(std::span<const float> samples, float threshold, std::span<std::uint64_t> bits);

/// Follows the two levels by their decisions and keeps the threshold between them.
class adaptive_slicer {
public:
    enum class rule { midpoint, optimum };

    /// `weight` in (0, 1]: share of each observed block in the running averages.
    adaptive_slicer(const slicer_levels& start, rule tracking, double weight);

    /// Updates the averages from [n] samples and their [n / 64] words of decisions. A block
    /// without ones (zeros) leaves that level where it was.
    void observe(std::span<const float> samples, std::span<const std::uint64_t> decisions);

    double threshold() const;
    const slicer_levels& levels() const { return levels_; }

private:
    slicer_levels levels_;
    rule rule_;
    double weight_;
};

}  // namespace luxlane::dsp
