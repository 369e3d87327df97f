#include "models/coding/crc.h"

#include <array>
#include <cstring>

namespace luxlane::coding {
namespace {

/// slices[s][octet] is what `octet` leaves in the register s octets later.
constexpr auto slices = [] {
    std::array<std::array<std::uint32_t, 256>, 8> table{};
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
    for (; i + 8 <= octets.size(); i += 8) {
        std::uint64_t group;
        std::memcpy(&group, octets.data() + i, sizeof group);
        group ^= remainder;
        remainder = 0;
        for (std::size_t octet = 0; octet < 8; ++octet) {
            remainder ^= slices[7 - octet][(group >> (8 * octet)) & 0xFF];
        }
    }
    for (; i < octets.size(); ++i) {
        remainder = (remainder >> 8) ^ slices[0][(remainder ^ octets[i]) & 0xFF];
    }
    return ~remainder;
}

}  // namespace luxlane::coding
