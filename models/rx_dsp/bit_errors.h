#pragma once

#include <cstdint>
#include <span>

#include "models/common/random.h"
#include "models/dsp/error_rates.h"
#include "models/transport/lane_frame.h"

namespace luxlane {

/// The statistical fidelity's errors of one lane: which line bits a slicer with given error rates
/// takes for the other.
///
/// Positions are drawn as geometric gaps, block by block of `BLOCK` line bits, from a stream that
/// only seed, lane and block select. So a line bit's fate depends neither on how the stream was cut
/// into frames nor on whether its neighbours were simulated. Where ones and zeros fail at different
/// rates, candidates come at the greater rate and are thinned by the bit they meet.
class bit_error_source {
public:
    static constexpr std::uint64_t BLOCK = 4096;

    bit_error_source() = default;
    /// `positions` and `polarity` are two streams of the lane's own.
    bit_error_source(const dsp::error_rates& rates, const stream_key& positions,
                     const stream_key& polarity);

    /// Flips the bits of `frame` on `lane`, [frame.stride] words, that are received wrongly.
    /// Returns how many.
    std::uint64_t apply(const lane_frame& frame, std::span<std::uint64_t> bits) const;

private:
    std::uint64_t apply_block(std::uint64_t block, const lane_frame& frame,
                              std::span<std::uint64_t> bits) const;
    bool meets(std::uint64_t line_bit, bool sent_one) const;

    stream_key positions_{};
    stream_key polarity_{};
    double per_log_ = 0.0;      ///< 1 / ln(1 - p): gap = floor(ln(u) * per_log_)
    double clean_below_ = 1.0;  ///< a first draw below it leaves the block without candidates
    double keep_one_ = 1.0;     ///< part of the candidates that a one turns into errors
    double keep_zero_ = 1.0;
};

/// Fills the block with what a slicer without a signal decides: fair coins of the stream, keyed by
/// line bit.
void fill_with_noise(const lane_frame& frame, const stream_key& coins,
                     std::span<std::uint64_t> bits);

}  // namespace luxlane
