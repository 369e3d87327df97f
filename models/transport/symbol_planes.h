#pragma once

#include <cstdint>

namespace luxlane {

/// PAM4 on a line of bits: two successive bits are one Gray-coded symbol, the first its most
/// significant. Its levels 0, 1, 2, 3 are 00, 01, 11, 10. The planes hold 64 symbols a word, `high`
/// the first bits and `low` the second ones.
struct symbol_plane_words {
    std::uint64_t low;
    std::uint64_t high;
};

/// The bits at even places, packed into the lower half.
constexpr std::uint64_t even_bits(std::uint64_t word) {
    word &= 0x5555'5555'5555'5555;
    word = (word | word >> 1) & 0x3333'3333'3333'3333;
    word = (word | word >> 2) & 0x0F0F'0F0F'0F0F'0F0F;
    word = (word | word >> 4) & 0x00FF'00FF'00FF'00FF;
    word = (word | word >> 8) & 0x0000'FFFF'0000'FFFF;
    return (word | word >> 16) & 0x0000'0000'FFFF'FFFF;
}

/// The lower half, spread over the even places.
constexpr std::uint64_t spread_bits(std::uint64_t word) {
    word &= 0x0000'0000'FFFF'FFFF;
    word = (word | word << 16) & 0x0000'FFFF'0000'FFFF;
    word = (word | word << 8) & 0x00FF'00FF'00FF'00FF;
    word = (word | word << 4) & 0x0F0F'0F0F'0F0F'0F0F;
    word = (word | word << 2) & 0x3333'3333'3333'3333;
    return (word | word << 1) & 0x5555'5555'5555'5555;
}

/// 64 symbols from 128 successive bits.
constexpr symbol_plane_words split_planes(std::uint64_t first, std::uint64_t second) {
    return {even_bits(first >> 1) | even_bits(second >> 1) << 32,
            even_bits(first) | even_bits(second) << 32};
}

/// The 32 symbols of a word's half, `half` 0 or 1, as 64 successive bits.
constexpr std::uint64_t join_planes(const symbol_plane_words& planes, unsigned half) {
    return spread_bits(planes.high >> (32 * half)) | spread_bits(planes.low >> (32 * half)) << 1;
}

}  // namespace luxlane
