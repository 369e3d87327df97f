#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace luxlane::coding {

/// Largest degree of a polynomial that find_roots searches.
inline constexpr std::size_t max_locator_degree = 15;

/// Chien search over GF(2^10): indices i < n, ascending, with L(a^-(n-1-i)) = 0, that is, where in
/// a codeword of `n` symbols, highest coefficient first, the locator L places errors. `locator`
/// holds the coefficients of L, constant term 1 first, at most sixteen. Returns how many there are,
/// at most the degree, and writes them to `positions`.
std::size_t find_roots(std::span<const std::uint16_t> locator, std::size_t n,
                       std::uint16_t* positions);

}  // namespace luxlane::coding
