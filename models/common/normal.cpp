#include "models/common/normal.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <stdexcept>

namespace luxlane {

namespace {

constexpr double LN2_HIGH = 0x1.62e42fefa3800p-1;
constexpr double LN2_LOW = 0x1.ef35793c76730p-45;

/// Chebyshev interpolation of exp(x^2/2) Q(x) / t in u = 2t - 1, t = 4 / (x + 4), as a polynomial.
constexpr std::array<double, 16> SCALED_TAIL = {
    0.18882128260338357,     0.15197416049224244,     0.096784350256778146,
    0.046630464583779188,    0.015099142201961971,    0.0018850452581208391,
    -0.00086991052783519374, -0.00040768856203979298, 3.3283996427990736e-05,
    5.7709461918242777e-05,  -3.5571569578785045e-07, -8.6447611304940608e-06,
    1.2238180246981756e-08,  1.3038825406042065e-06,  -2.0003401601798032e-08,
    -1.3540624266283885e-07};

double upper_tail(double x) {
    const double t = 4.0 / (x + 4.0);
    const double u = std::fma(2.0, t, -1.0);
    double sum = SCALED_TAIL.back();
    for (std::size_t i = SCALED_TAIL.size() - 1; i-- > 0;)
        sum = std::fma(sum, u, SCALED_TAIL[i]);
    return sum * t * portable_exp(-0.5 * x * x);
}

/// Acklam's rational approximation of the lower quantile, relative error 1.2e-9.
double quantile_start(double p) {
    constexpr double low = 0.02425;
    if (p < low) {
        const double q = std::sqrt(-2.0 * portable_log(p));
        return (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) *
                      q -
                  2.549732539343734) *
                     q +
                 4.374664141464968) *
                    q +
                2.938163982698783) /
               ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q +
                 3.754408661907416) *
                    q +
                1.0);
    }
    const double q = p - 0.5;
    const double r = q * q;
    return (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) *
                  r +
              1.383577518672690e+02) *
                 r -
             3.066479806614716e+01) *
                r +
            2.506628277459239) *
           q /
           (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) *
                  r +
              6.680131188771972e+01) *
                 r -
             1.328068155288572e+01) *
                r +
            1.0);
}

}  // namespace

double portable_exp(double x) {
    if (x < -708.0)
        return 0.0;
    const double n = std::nearbyint(x * 1.4426950408889634);
    const double r = std::fma(n, -LN2_LOW, std::fma(n, -LN2_HIGH, x));
    double sum = 1.0 / 6227020800.0;
    constexpr std::array<double, 13> inverse_factorial = {1.0 / 479001600.0,
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
    for (const double term : inverse_factorial)
        sum = std::fma(sum, r, term);
    const auto exponent = static_cast<std::uint64_t>(static_cast<std::int64_t>(n) + 1023);
    return sum * std::bit_cast<double>(exponent << 52);
}

double portable_log(double x) {
    constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcd;
    const std::uint64_t shifted = std::bit_cast<std::uint64_t>(x) - sqrt_half;
    const double exponent = static_cast<double>(static_cast<std::int64_t>(shifted) >> 52);
    const double mantissa = std::bit_cast<double>((shifted & 0xfffffffffffff) + sqrt_half);
    // ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.172
    const double s = (mantissa - 1.0) / (mantissa + 1.0);
    const double s2 = s * s;
    double sum = 2.0 / 23.0;
    for (int k = 21; k >= 3; k -= 2)
        sum = std::fma(sum, s2, 2.0 / k);
    const double tail = s * s2 * sum;
    return std::fma(exponent, LN2_HIGH, std::fma(2.0, s, std::fma(exponent, LN2_LOW, tail)));
}

double normal_tail(double x) { return x < 0 ? 1.0 - upper_tail(-x) : upper_tail(x); }

double normal_quantile(double probability) {
    if (!(probability > 0.0 && probability < 1.0))
        throw std::domain_error("normal_quantile: probability must lie inside (0, 1)");
    // Work in the lower half, where the tail has full relative accuracy: 1 - p is exact here.
    if (probability > 0.5)
        return -normal_quantile(1.0 - probability);
    double x = quantile_start(probability);
    for (int step = 0; step < 2; ++step) {
        constexpr double sqrt_two_pi = 2.5066282746310002;
        const double excess =
            (upper_tail(-x) - probability) * sqrt_two_pi * portable_exp(0.5 * x * x);
        x -= excess / std::fma(0.5 * x, excess, 1.0);
    }
    return x;
}

}  // namespace luxlane
