#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// Arithmetic of GF(2^10), p(x) = x^10 + x^3 + 1, generator a = x (IEEE Std 802.3 91.5.2.7).
/// Elements are numbers 0..1023, bit b the coefficient of x^b; addition is exclusive or.
namespace luxlane::coding::gf1024 {

/// Number of non-zero elements, the period of the powers of a.
inline constexpr std::size_t period = 1023;

/// Powers of a. As many periods long as polynomials of the decoder have coefficients, up to 31, so
/// that the exponent of none of their terms has to be reduced.
inline constexpr auto powers = [] {
    std::array<std::uint16_t, 31 * period> table{};
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

/// Stands for the logarithm of 0: a sum with it is beyond those of any two others.
inline constexpr std::size_t log_of_zero = 2 * period;

/// Logarithms to the base a.
inline constexpr auto logarithms = [] {
    std::array<std::uint16_t, period + 1> table{static_cast<std::uint16_t>(log_of_zero)};
    for (std::size_t e = 0; e < period; ++e) {
        table[powers[e]] = static_cast<std::uint16_t>(e);
    }
    return table;
}();

/// Elements by the sum of two logarithms, of which one or both may be log_of_zero.
inline constexpr auto elements = [] {
    std::array<std::uint16_t, 2 * log_of_zero + 1> table{};
    for (std::size_t e = 0; e < log_of_zero; ++e) {
        table[e] = powers[e];
    }
    return table;
}();

/// Product of two elements.
constexpr std::uint16_t multiply(std::uint16_t a, std::uint16_t b) {
    return elements[static_cast<std::size_t>(logarithms[a]) + logarithms[b]];
}

/// Quotient of two elements; `b` must not be 0.
constexpr std::uint16_t divide(std::uint16_t a, std::uint16_t b) {
    return a == 0 ? std::uint16_t{0} : powers[logarithms[a] + period - logarithms[b]];
}

}  // namespace luxlane::coding::gf1024
