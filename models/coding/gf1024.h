#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// Arithmetic of GF(2^10), p(x) = x^10 + x^3 + 1, generator a = x (IEEE Std 802.3 91.5.2.7).
/// Elements are numbers 0..1023, bit b the coefficient of x^b; addition is exclusive or.
namespace luxlane::coding::gf1024 {

/// Number of non-zero elements, the period of the powers of a.
inline constexpr std::size_t period = 1023;

/// Powers of a. Sixteen periods long, so that the decoder's search steps through it by up to 15 a
/// position without ever reducing an exponent.
inline constexpr auto powers = [] {
    std::array<std::uint16_t, 16 * period> table{};
    unsigned element = 1;
    for (std::size_t e = 0; e < table.size(); ++e) {
        table[e] = static_cast<std::uint16_t>(element);
        element <<= 1;
        if ((element & 0x400u) != 0) {
            element ^= 0x409u;
        }
    }
    return table;
}();

/// Logarithms to the base a of 1..1023; the entry of 0 is unused.
inline constexpr auto logarithms = [] {
    std::array<std::uint16_t, period + 1> table{};
    for (std::size_t e = 0; e < period; ++e) {
        table[powers[e]] = static_cast<std::uint16_t>(e);
    }
    return table;
}();

/// Product of two elements.
constexpr std::uint16_t multiply(std::uint16_t a, std::uint16_t b) {
    return (a == 0 || b == 0) ? std::uint16_t{0}
                              : powers[static_cast<std::size_t>(logarithms[a]) + logarithms[b]];
}

/// Quotient of two elements; `b` must not be 0.
constexpr std::uint16_t divide(std::uint16_t a, std::uint16_t b) {
    return a == 0 ? std::uint16_t{0} : powers[logarithms[a] + period - logarithms[b]];
}

}  // namespace luxlane::coding::gf1024
