#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

/// Functions of the normal distribution, built from fused multiply-adds without the C library's
/// transcendental functions, so that every machine gives the same bits. The inline ones have no
/// branches: loops over arrays of them vectorise.
namespace luxlane {

namespace portable {

inline constexpr double LN2_HIGH = 0x1.62e42fefa3800p-1;
inline constexpr double LN2_LOW = 0x1.ef35793c76730p-45;

/// Taylor series of exp to x^13 / 13!, highest power first.
inline constexpr std::array<double, 14> EXPONENTIAL = {1.0 / 6227020800.0,
                                                       1.0 / 479001600.0,
                                                       1.0 / 39916800.0,
                                                       1.0 / 3628800.0,
                                                       1.0 / 362880.0,
                                                       1.0 / 40320.0,
                                                       1.0 / 5040.0,
                                                       1.0 / 720.0,
                                                       1.0 / 120.0,
                                                       1.0 / 24.0,
                                                       1.0 / 6.0,
                                                       0.5,
                                                       1.0,
                                                       1.0};

/// Chebyshev interpolation of exp(x^2/2) Q(x) / t in u = 2t - 1, t = 4 / (x + 4), as a polynomial,
/// lowest power first.
inline constexpr std::array<double, 16> SCALED_TAIL = {
    0.18882128260338357,     0.15197416049224244,     0.096784350256778146,
    0.046630464583779188,    0.015099142201961971,    0.0018850452581208391,
    -0.00086991052783519374, -0.00040768856203979298, 3.3283996427990736e-05,
    5.7709461918242777e-05,  -3.5571569578785045e-07, -8.6447611304940608e-06,
    1.2238180246981756e-08,  1.3038825406042065e-06,  -2.0003401601798032e-08,
    -1.3540624266283885e-07};

}  // namespace portable

/// exp(x), 0 below -708; relative error below 1e-15. `x` at most 708.
inline double portable_exp(double x) {
    // Adding 1.5 * 2^52 rounds to an integer, which then stands in the low bits.
    constexpr double shift = 0x1.8p52;
    const double bounded = x < -708.0 ? -708.0 : x;
    const double shifted = std::fma(bounded, 1.4426950408889634, shift);
    const double n = shifted - shift;
    const double r = std::fma(n, -portable::LN2_LOW, std::fma(n, -portable::LN2_HIGH, bounded));
    double sum = portable::EXPONENTIAL[0];
#pragma GCC unroll 16
    for (std::size_t i = 1; i < portable::EXPONENTIAL.size(); ++i)
        sum = std::fma(sum, r, portable::EXPONENTIAL[i]);
    const std::uint64_t exponent = std::bit_cast<std::uint64_t>(shifted) + 1023;
    const double power = std::bit_cast<double>(exponent << 52);
    return x < -708.0 ? 0.0 : sum * power;
}

/// Probability that a standard normal variable exceeds `x` (the Q function), relative error below
/// 1e-10 for x <= 37, 0 beyond.
inline double normal_tail(double x) {
    const double magnitude = std::abs(x);
    const double t = 4.0 / (magnitude + 4.0);
    const double u = std::fma(2.0, t, -1.0);
    double sum = portable::SCALED_TAIL.back();
#pragma GCC unroll 16
    for (std::size_t i = portable::SCALED_TAIL.size() - 1; i-- > 0;)
        sum = std::fma(sum, u, portable::SCALED_TAIL[i]);
    const double tail = sum * t * portable_exp(-0.5 * magnitude * magnitude);
    return x < 0 ? 1.0 - tail : tail;
}

/// The x with normal_tail(-x) == `probability`; `probability` strictly inside (0, 1), else
/// std::domain_error. Absolute error below 1e-11. Acklam's start, refined by Halley steps on
/// normal_tail.
double normal_quantile(double probability);

/// Natural logarithm of a positive normal number, relative error below 1e-15.
double portable_log(double x);

/// ln(1 + x) for 1 + x a positive normal number, relative error below 1e-14 however small x is.
double portable_log1p(double x);

}  // namespace luxlane
