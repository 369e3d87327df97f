#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

/// Blocks of 257 bits in bit streams packed as bit_io.h says.
namespace luxlane::coding {

inline constexpr std::size_t block257_bits = 257;

/// Bit i of the block, the i-th on the wire, is bit i mod 64 of word i / 64; the rest of the last
/// word is 0.
using block257 = std::array<std::uint64_t, 5>;

/// The block of four data blocks with these payloads.
constexpr block257 data_block257(std::uint64_t first, std::uint64_t second, std::uint64_t third,
                                 std::uint64_t fourth) {
    return {1 | first << 1, first >> 63 | second << 1, second >> 63 | third << 1,
            third >> 63 | fourth << 1, fourth >> 63};
}

/// Payload `index` (0..3) of a block of four data blocks.
constexpr std::uint64_t data_payload(const block257& block, std::size_t index) {
    return block[index] >> 1 | block[index + 1] << 63;
}

/// The block at bit `position`.
inline block257 read_block257(std::span<const std::uint64_t> words, std::size_t position) {
    assert(position + block257_bits <= 64 * words.size());
    const std::uint64_t* from = words.data() + position / 64;
    const unsigned shift = position % 64;
    if (shift == 0) {
        return {from[0], from[1], from[2], from[3], from[4] & 1};
    }
    const unsigned back = 64 - shift;
    return {from[0] >> shift | from[1] << back, from[1] >> shift | from[2] << back,
            from[2] >> shift | from[3] << back, from[3] >> shift | from[4] << back,
            (from[4] >> shift) & 1};
}

/// Replaces the block at bit `position`.
inline void write_block257(const block257& block, std::span<std::uint64_t> words,
                           std::size_t position) {
    assert(position + block257_bits <= 64 * words.size());
    std::uint64_t* to = words.data() + position / 64;
    const unsigned shift = position % 64;
    // The last word keeps the bits above `shift`, of which there are none at 63.
    const std::uint64_t above = ~std::uint64_t{1} << shift;
    if (shift == 0) {
        to[0] = block[0];
        to[1] = block[1];
        to[2] = block[2];
        to[3] = block[3];
        to[4] = (to[4] & above) | block[4];
        return;
    }
    const unsigned back = 64 - shift;
    to[0] = (to[0] & ~std::uint64_t{0} >> back) | block[0] << shift;
    to[1] = block[0] >> back | block[1] << shift;
    to[2] = block[1] >> back | block[2] << shift;
    to[3] = block[2] >> back | block[3] << shift;
    to[4] = (to[4] & above) | block[3] >> back | block[4] << shift;
}

}  // namespace luxlane::coding
