#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace luxlane::coding {

/// CRC-8 of the `bits` (1..64) low bits of `value`, bit 0 first: x^8 + x^2 + x + 1 (07h), register
/// preset to all ones, so that a dark lane's zeros have no valid CRC. Over whole octets this is the
/// catalogued CRC-8/ROHC (RFC 3095 5.9.1).
constexpr std::uint8_t crc8(std::uint64_t value, unsigned bits) {
    unsigned remainder = 0xFF;
    for (unsigned i = 0; i < bits; ++i) {
        const bool feedback = (((value >> i) ^ remainder) & 1u) != 0;
        remainder = (remainder >> 1) ^ (feedback ? 0xE0u : 0u);  // 07h, bit-reversed
    }
    return static_cast<std::uint8_t>(remainder);
}

/// CRC-32 of IEEE Std 802.3 3.2.9 over `octets`: 04C11DB7h, bit 0 of each octet first, preset to
/// and exclusive-ored with all ones. Pass an earlier result as `previous` to go on after it.
std::uint32_t crc32(std::span<const std::uint8_t> octets, std::uint32_t previous = 0);

}  // namespace luxlane::coding
