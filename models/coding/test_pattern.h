#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/coding/prbs.h"

namespace luxlane::coding {

/// Test patterns of a lane. SSPRQ (IEEE Std 802.3 120.5.11.2.3) is not among them: the seeds of its
/// sections could not be confirmed from a public source.
enum class pattern_kind : std::uint8_t { prbs, square, user };

/// Shortest and longest user pattern, bytes.
inline constexpr std::size_t user_pattern_bytes_min = 2;
inline constexpr std::size_t user_pattern_bytes_max = 32;

/// What a lane sends, and its receiver expects, instead of traffic. Bits are those before Gray
/// mapping, in order of sending.
struct test_pattern {
    pattern_kind kind = pattern_kind::prbs;
    prbs_kind sequence = prbs_kind::prbs31;
    /// Two bits a symbol, the first one the more significant (PRBS13Q and PRBS31Q of IEEE Std 802.3
    /// 120.5.11.2): a PRBS has the same bits, and its checker also counts wrong symbols; a square
    /// wave has Gray coded 3s and 0s instead of ones and zeros.
    bool quaternary = false;
    bool inverted = false;         ///< every bit
    std::uint8_t half_period = 8;  ///< square: equal symbols in a row, 1..32, the high ones first
    std::uint8_t user_bytes = 2;   ///< user: bytes that repeat, 2..32
    std::array<std::uint8_t, user_pattern_bytes_max> user{};  ///< bit 0 of byte 0 first
    friend bool operator==(const test_pattern&, const test_pattern&) = default;
};

/// std::invalid_argument naming the field that is out of range.
void check(const test_pattern& pattern);

/// A square or user pattern from each position of its period on: element p holds the 64 bits from
/// position p, the first one in bit 0. As many elements as the period has bits, at most 256.
std::vector<std::uint64_t> periodic_words(const test_pattern& pattern);

}  // namespace luxlane::coding
