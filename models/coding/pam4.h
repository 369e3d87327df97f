#pragma once

#include <cstdint>
#include <span>

/// PAM4 on 64-bit words. A word holds 32 symbols, the first one in bits 1:0. As bits, a symbol's
/// first bit (bit 0) is the more significant one of Gray's pair; as a level, 0 (lowest) to 3, its
/// two bits are a number.
namespace luxlane::coding {

inline constexpr std::uint64_t pam4_low_bits = 0x5555'5555'5555'5555;

/// Gray mapping of IEEE Std 802.3 120.5.7.1: bit pairs, first bit first, 00 01 11 10 become the
/// levels 0 1 2 3, so that a wrong decision by one level is one wrong bit.
constexpr std::uint64_t gray_encode(std::uint64_t bits) {
    const std::uint64_t first = bits & pam4_low_bits;
    const std::uint64_t second = bits >> 1 & pam4_low_bits;
    return first << 1 | (first ^ second);
}

/// Inverse of gray_encode.
constexpr std::uint64_t gray_decode(std::uint64_t levels) {
    const std::uint64_t first = levels >> 1 & pam4_low_bits;
    const std::uint64_t second = (levels & pam4_low_bits) ^ first;
    return second << 1 | first;
}

/// Sum modulo 4, symbol by symbol.
constexpr std::uint64_t pam4_add(std::uint64_t a, std::uint64_t b) {
    return a ^ b ^ (a & b & pam4_low_bits) << 1;
}

/// Difference a - b modulo 4, symbol by symbol.
constexpr std::uint64_t pam4_subtract(std::uint64_t a, std::uint64_t b) {
    return pam4_add(a, b ^ (b & pam4_low_bits) << 1);
}

/// Precoder 1/(1+D) mod 4 of IEEE Std 802.3 120.5.7.2: P(j) = (G(j) - P(j-1)) mod 4, on levels.
///
/// A decision feedback equaliser of one tap that errs once goes on erring by +1 and -1 in turns.
/// The decoder adds neighbours, so that of such a burst only the first and the last error remain.
class pam4_precoder {
public:
    /// Precodes 32 symbols.
    std::uint64_t encode(std::uint64_t levels);
    /// Precodes in place.
    void encode(std::span<std::uint64_t> levels);
    void reset() { last_ = 0; }

private:
    std::uint64_t last_ = 0;  // P(j-1)
};

/// Inverse of pam4_precoder: G(j) = (P(j) + P(j-1)) mod 4. One wrong symbol makes at most two.
class pam4_precoding_decoder {
public:
    /// Decodes 32 symbols.
    std::uint64_t decode(std::uint64_t levels);
    /// Decodes in place.
    void decode(std::span<std::uint64_t> levels);
    void reset() { last_ = 0; }

private:
    std::uint64_t last_ = 0;
};

}  // namespace luxlane::coding
