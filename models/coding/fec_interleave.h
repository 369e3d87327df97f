#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace luxlane::coding {

/// Deals a stream of symbols round robin to `ways` rows: symbol s becomes number s / ways of row
/// s mod ways, and row w begins at `rows[w * stride]`. The rest of a row stays as it is, so that
/// messages can be dealt in place of their codewords (IEEE Std 802.3 119.2.4.4).
/// std::invalid_argument unless `ways` is 1, 2 or 4, divides the stream, and the rows fit.
void deal_symbols(std::span<const std::uint16_t> stream, std::size_t ways,
                  std::span<std::uint16_t> rows, std::size_t stride);

/// The inverse of deal_symbols, and the order of `ways` codewords on the wire: symbol s of the
/// stream is number s / ways of row s mod ways. Same shapes, same errors.
void weave_symbols(std::span<const std::uint16_t> rows, std::size_t stride, std::size_t ways,
                   std::span<std::uint16_t> stream);

/// Where a symbol stands in the codewords of a group.
struct codeword_place {
    std::size_t codeword;
    std::size_t symbol;
};

/// Codeword and symbol of wire symbol `index`, where sets of `ways` interleaved codewords of
/// `codeword_symbols` symbols follow one another.
constexpr codeword_place codeword_place_of(std::size_t index, std::size_t codeword_symbols,
                                           std::size_t ways) {
    const std::size_t set = index / (codeword_symbols * ways);
    const std::size_t in_set = index % (codeword_symbols * ways);
    return {set * ways + in_set % ways, in_set / ways};
}

}  // namespace luxlane::coding
