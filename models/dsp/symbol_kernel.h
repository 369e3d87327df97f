#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/common/random.h"
#include "models/dsp/receive_filter.h"
#include "models/dsp/sampled_channel.h"

namespace luxlane::dsp {

/// One bit plane of one lane around a block of symbols, packed with symbol k % 64 of word k / 64:
/// one word of history, the block's own words, one word of lookahead. A block of n symbols has
/// n / 64 + 2.
using framed_bits = std::span<const std::uint64_t>;

/// A lane's symbols: NRZ uses `low` alone; PAM4 codes symbols 0, 1, 2, 3 as (high, low) = 00, 01,
/// 11, 10.
struct framed_symbols {
    framed_bits low;
    framed_bits high = {};
};

/// The `symbol` fidelity of one lane, in single precision, SIMD with run-time dispatch.
class symbol_kernel {
public:
    /// Samples that a block needs on either side for the equaliser.
    static constexpr std::size_t MARGIN = 2;

    explicit symbol_kernel(const sampled_channel& channel);

    /// Samples of one block. `own` frames n = 64 w symbols; `neighbours` has one entry of the same
    /// shape for each neighbour of the channel; `samples` is [n + 4], from two symbols before the
    /// block to two behind it. Symbol k of the block takes the noise at `first_position` + k of
    /// `noise` (and earlier positions, as it is correlated), so that blocks may be cut anywhere.
    /// Shapes that do not fit: std::invalid_argument.
    void sample(const framed_symbols& own, std::span<const framed_symbols> neighbours,
                const stream_key& noise, std::uint64_t first_position,
                std::span<float> samples) const;

    /// Samples, equalises and slices one block into its [n / 64] words of decisions (`high` empty
    /// for NRZ). The feedback's history is the symbols sent before the block. Allocates nothing.
    void receive(const framed_symbols& own, std::span<const framed_symbols> neighbours,
                 const stream_key& noise, std::uint64_t first_position,
                 const receive_filter& filter, std::span<std::uint64_t> low,
                 std::span<std::uint64_t> high) const;

    /// Scalar twin of `sample` for one symbol, k in -2 .. n + 1.
    float sample_scalar(const framed_symbols& own, std::span<const framed_symbols> neighbours,
                        const stream_key& noise, std::uint64_t first_position,
                        std::int64_t symbol) const;

private:
    // The owner of this file decides.
};

/// Equalises and slices [n + 4] samples into [n / 64] words; NRZ leaves `high` empty. `before`
/// holds the symbols decided before the block, newest in bit 63, low and high plane.
void equalise_and_slice(std::span<const float> samples, const receive_filter& filter,
                        const sampled_channel& channel, std::array<std::uint64_t, 2> before,
                        std::span<std::uint64_t> low, std::span<std::uint64_t> high);

}  // namespace luxlane::dsp
