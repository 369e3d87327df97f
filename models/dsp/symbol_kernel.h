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

/// The `symbol` fidelity of one lane, in single precision, SIMD with run-time dispatch: AVX2,
/// AVX-512 and the scalar twin give the same bits. Not the channel's own double arithmetic: NRZ
/// coefficients are rounded to a grid of 2^-24 of the greatest possible L, which makes sums of
/// them exact in any order.
class symbol_kernel {
public:
    /// Samples that a block needs on either side for the equaliser.
    static constexpr std::size_t MARGIN = 2;

    /// Too many neighbours or a coefficient that is not finite: std::invalid_argument.
    explicit symbol_kernel(const sampled_channel& channel);

    /// Samples of one block. `own` frames n = 64 w symbols; `neighbours` has one entry of the same
    /// shape for each neighbour of the channel; `samples` is [n + 4], from two symbols before the
    /// block to two behind it. Symbol k of the block takes the noise at `first_position` + k of
    /// `noise` (and the four positions before it, as it is correlated), so that blocks may be cut
    /// anywhere. Shapes that do not fit: std::invalid_argument.
    void sample(const framed_symbols& own, std::span<const framed_symbols> neighbours,
                const stream_key& noise, std::uint64_t first_position,
                std::span<float> samples) const;

    /// Samples, equalises and slices one block into its [n / 64] words of decisions (`high` empty
    /// for NRZ). The feedback's history is the symbols sent before the block: an error propagates
    /// within its block only. Allocates nothing. Same shapes, errors and noise as `sample`.
    void receive(const framed_symbols& own, std::span<const framed_symbols> neighbours,
                 const stream_key& noise, std::uint64_t first_position,
                 const receive_filter& filter, std::span<std::uint64_t> low,
                 std::span<std::uint64_t> high) const;

    /// Scalar twin of `sample` for one symbol, k in -2 .. n + 1.
    float sample_scalar(const framed_symbols& own, std::span<const framed_symbols> neighbours,
                        const stream_key& noise, std::uint64_t first_position,
                        std::int64_t symbol) const;

    /// NRZ: what each symbol adds to L, on the grid.
    struct nrz_terms {
        std::array<std::array<float, 2>, PULSE_TAPS> pulse;
        /// [tap][symbol][the symbol before it]
        std::array<std::array<std::array<float, 2>, 2>, PULSE_TAPS> pair;
        std::array<std::array<std::array<float, 2>, CROSSTALK_TAPS>, MAX_NEIGHBOURS> crosstalk;
    };

    /// The terms summed over windows of symbols, oldest in bit 0. Windows overlap by the symbol
    /// that a pair shares. The last `own` table is that of the pair beyond the oldest tap.
    template <std::size_t ENTRIES, std::size_t OWN, std::size_t SIDE>
    struct window_tables {
        alignas(64) std::array<std::array<float, ENTRIES>, OWN + 1> own;
        alignas(64) std::array<std::array<std::array<float, ENTRIES>, SIDE>, MAX_NEIGHBOURS> side;
    };

    /// What the vector code reads.
    struct coefficients {
        window_tables<8, 8, 2> narrow;  ///< 3-symbol windows, one AVX2 register a table
        window_tables<32, 4, 1> wide;   ///< 5-symbol windows, two AVX-512 registers a table
        bool oldest_pair;               ///< whether the last `own` table counts
        bool noisy;
        std::size_t neighbours;
        float offset, amplitude, variance_zero, variance_slope;
        std::array<float, NOISE_LAGS + 1> colour;
        // PAM4
        std::array<float, 4> level;
        std::array<float, PULSE_TAPS> pulse, pair;
        std::array<std::array<float, CROSSTALK_TAPS>, MAX_NEIGHBOURS> crosstalk;
    };

private:
    struct chunk;

    void set_nrz_terms(const sampled_channel& channel);
    void check_shapes(const framed_symbols& own, std::span<const framed_symbols> neighbours,
                      std::size_t words) const;
    bool pam4() const { return format_ == photonics::modulation::pam4; }
    void fill(chunk& part, const framed_symbols& own, std::span<const framed_symbols> neighbours,
              const stream_key& noise, std::uint64_t first_position, std::size_t word,
              std::size_t words) const;
    float level_scalar(const framed_symbols& own, std::span<const framed_symbols> neighbours,
                       std::int64_t symbol) const;

    photonics::modulation format_;
    std::array<double, 4> level_;
    nrz_terms terms_{};
    coefficients c_{};
};

/// Equalises and slices [n + 4] samples into [n / 64] words; NRZ leaves `high` empty. `before`
/// holds the symbols decided before the block, newest in bit 63, low and high plane. Of `channel`
/// it takes the format and the levels. Shapes that do not fit: std::invalid_argument.
void equalise_and_slice(std::span<const float> samples, const receive_filter& filter,
                        const sampled_channel& channel, std::array<std::uint64_t, 2> before,
                        std::span<std::uint64_t> low, std::span<std::uint64_t> high);

}  // namespace luxlane::dsp
