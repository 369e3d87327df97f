#pragma once

#include <cstdint>

namespace luxlane {

/// The number that a field of `bits` (2 .. 31) bits holds in two's complement.
constexpr int from_twos_complement(std::uint64_t field, unsigned bits) {
    const auto sign = 1 << (bits - 1);
    return (static_cast<int>(field) ^ sign) - sign;
}

/// The field of `bits` (2 .. 31) bits that holds `value` in two's complement; higher bits are lost.
constexpr std::uint32_t to_twos_complement(int value, unsigned bits) {
    return static_cast<std::uint32_t>(value) & ((1u << bits) - 1);
}

}  // namespace luxlane
