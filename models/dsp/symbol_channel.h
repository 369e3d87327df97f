#pragma once

#include <cstdint>
#include <span>

#include "models/common/random.h"
#include "models/dsp/baud_channel.h"
#include "models/dsp/equaliser.h"

namespace luxlane::dsp {

/// Bits of one lane around a block of symbols, packed with bit k % 64 of word k / 64: one word of
/// history, the block's own words, one word of lookahead. A block of n symbols has n / 64 + 2.
using framed_bits = std::span<const std::uint64_t>;

/// The `symbol` fidelity's view of one lane, in single precision.
class symbol_channel {
public:
    explicit symbol_channel(const baud_channel& channel);

    /// Samples of one block. `own` frames n = 64 w symbols; `neighbours[i]` has the same shape, one
    /// for each neighbour of the channel; `samples` is [n + 2], from the symbol before the block to
    /// the one after it. Symbol k of the block takes the noise at `first_position` + k of `noise`,
    /// so that blocks may be cut anywhere. Shapes that do not fit: std::invalid_argument.
    void sample(framed_bits own, std::span<const framed_bits> neighbours, const stream_key& noise,
                std::uint64_t first_position, std::span<float> samples) const;

    /// Samples, equalises and slices one block into its [n / 64] words of decisions. Allocates
    /// nothing. Same shapes, errors and noise as `sample`.
    void receive(framed_bits own, std::span<const framed_bits> neighbours, const stream_key& noise,
                 std::uint64_t first_position, const equaliser_taps& taps, double threshold_a,
                 std::span<std::uint64_t> decisions) const;

    /// Scalar twin of `sample` for one symbol, k in -1 .. n.
    float sample_scalar(framed_bits own, std::span<const framed_bits> neighbours,
                        const stream_key& noise, std::uint64_t first_position,
                        std::int64_t symbol) const;

    /// The single-precision coefficients that the kernels share.
    struct coefficients {
        std::array<float, PULSE_TAPS> pulse;
        std::array<float, MAX_NEIGHBOURS> crosstalk;
        std::size_t neighbours;
        float offset, amplitude, variance_zero, variance_slope;
    };

private:
    void check_shapes(framed_bits own, std::span<const framed_bits> neighbours,
                      std::size_t words) const;

    coefficients c_;
};

/// Filters [n + 2] samples with the three taps and packs the decisions z > threshold into [n / 64]
/// words; the vector form of `equalise` followed by `slice`, with the same bits.
void equalise_and_slice(std::span<const float> samples, const equaliser_taps& taps,
                        double threshold_a, std::span<std::uint64_t> decisions);

}  // namespace luxlane::dsp
