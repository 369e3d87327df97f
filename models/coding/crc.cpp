#include "models/coding/crc.h"

#include <array>
#include <cstring>

namespace luxlane::coding {
namespace {

constexpr std::size_t octets_at_once = 16;

/// slices[s][octet] is what `octet` leaves in the register s octets later.
constexpr auto slices = [] {
    std::array<std::array<std::uint32_t, 256>, octets_at_once> table{};
    for (std::uint32_t octet = 0; octet < 256; ++octet) {
        std::uint32_t remainder = octet;
        for (int bit = 0; bit < 8; ++bit) {
            remainder = (remainder >> 1) ^ ((remainder & 1u) != 0 ? 0xEDB88320u : 0u);
        }
        table[0][octet] = remainder;
    }
    for (std::size_t slice = 1; slice < table.size(); ++slice) {
        for (std::uint32_t octet = 0; octet < 256; ++octet) {
            const std::uint32_t before = table[slice - 1][octet];
            table[slice][octet] = (before >> 8) ^ table[0][before & 0xFF];
        }
    }
    return table;
}();

}  // namespace

std::uint32_t crc32(std::span<const std::uint8_t> octets, std::uint32_t previous) {
    std::uint32_t remainder = ~previous;
    std::size_t i = 0;
    for (; i + octets_at_once <= octets.size(); i += octets_at_once) {
        std::array<std::uint64_t, 2> words;
        std::memcpy(words.data(), octets.data() + i, sizeof words);
        words[0] ^= remainder;
        // Two sums, so that only half of the look-ups wait for each other.
        std::array<std::uint32_t, 2> sums{};
#pragma GCC unroll 8
        for (std::size_t octet = 0; octet < 8; ++octet) {
            sums[0] ^= slices[15 - octet][(words[0] >> (8 * octet)) & 0xFF];
            sums[1] ^= slices[7 - octet][(words[1] >> (8 * octet)) & 0xFF];
        }
        remainder = sums[0] ^ sums[1];
    }
    for (; i < octets.size(); ++i) {
        remainder = (remainder >> 8) ^ slices[0][(remainder ^ octets[i]) & 0xFF];
    }
    return ~remainder;
}

}  // namespace luxlane::coding
