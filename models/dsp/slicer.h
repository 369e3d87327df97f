#pragma once

#include <array>
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

/// The four levels of PAM4, by symbol, in the slicer's input's unit.
struct pam4_levels {
    std::array<double, 4> mean{}, sigma{};
};

/// Slices PAM4 with ascending thresholds into Gray-coded bit planes: symbols 0, 1, 2, 3 are (high,
/// low) = 00, 01, 11, 10. [n] samples, [n / 64] words each, else std::invalid_argument.
void slice(std::span<const float> samples, const std::array<float, 3>& thresholds,
           std::span<std::uint64_t> low, std::span<std::uint64_t> high);

/// Follows the levels of NRZ (two) or PAM4 (four) by their decisions and keeps the thresholds
/// between them.
class adaptive_slicer {
public:
    enum class rule { midpoint, optimum };

    /// `weight` in (0, 1], else std::out_of_range: share of each observed block in the running
    /// averages.
    adaptive_slicer(const slicer_levels& start, rule tracking, double weight);
    adaptive_slicer(const pam4_levels& start, rule tracking, double weight);

    /// Updates the averages from [n] samples and their [n / 64] words of decisions; PAM4 needs both
    /// planes, NRZ leaves `high` empty (else std::invalid_argument). A level that occurs less than
    /// twice in the block stays where it was.
    void observe(std::span<const float> samples, std::span<const std::uint64_t> low,
                 std::span<const std::uint64_t> high = {});

    /// The threshold of NRZ, or the lowest of PAM4.
    double threshold() const { return thresholds()[0]; }
    /// Ascending; NRZ uses the first alone.
    std::array<double, 3> thresholds() const;

    slicer_levels levels() const;  ///< of the lowest two symbols
    const pam4_levels& all_levels() const { return levels_; }

private:
    pam4_levels levels_;
    unsigned count_;
    rule rule_;
    double weight_;
};

}  // namespace luxlane::dsp
