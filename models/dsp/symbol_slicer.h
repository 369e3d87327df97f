#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/dsp/receive_filter.h"
#include "models/dsp/sampled_channel.h"

namespace luxlane::dsp {

/// Equaliser and slicer of `symbol_kernel`, SIMD with run-time dispatch.
///
/// The feedback moves the thresholds instead of the samples. Symbols beyond the reach of every
/// possible feedback are decided at once; only those between wait for the decisions before them.
/// Rounding is monotonous, so that both ways decide alike, to the bit.
class symbol_slicer {
public:
    symbol_slicer(const receive_filter& filter, photonics::modulation format,
                  const std::array<double, 4>& level);

    /// Slices 64 `words` symbols into `low` and, for PAM4, `high`. `samples` starts two symbols
    /// before the block and ends two after it. `history` holds the symbols decided before, newest
    /// in bit 63, low and high plane; it is brought up to date.
    void slice(const float* samples, std::size_t words, std::array<std::uint64_t, 2>& history,
               std::uint64_t* low, std::uint64_t* high) const;

    /// Thresholds that the vector pass compares each sample with.
    static constexpr std::size_t MAX_COMPARISONS = 6;

private:
    struct chunk_masks;

    void slice_nrz(const chunk_masks& masks, std::size_t words, std::uint64_t& history,
                   std::uint64_t* low) const;
    void slice_pam4(const chunk_masks& masks, std::size_t words,
                    std::array<std::uint64_t, 2>& history, std::uint64_t* low,
                    std::uint64_t* high) const;
    float feedback(std::uint64_t low, std::uint64_t high) const;

    photonics::modulation format_;
    std::array<float, FORWARD_TAPS> forward_;
    std::array<float, 3> threshold_;  ///< rising
    /// feedback_a[i] times the level of the symbol with Gray code 2 high + low.
    std::array<std::array<float, 4>, FEEDBACK_TAPS> term_{};
    std::size_t feedback_taps_ = 0;
    /// NRZ: threshold after the last five decisions, the newest in bit 4.
    std::array<float, 32> moved_{};
    std::size_t comparisons_ = 0;
    std::array<float, MAX_COMPARISONS> compared_{};
};

}  // namespace luxlane::dsp
