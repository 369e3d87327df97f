#include "models/common/normal.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <stdexcept>

namespace luxlane {

namespace {

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
    return std::fma(exponent, portable::LN2_HIGH,
                    std::fma(2.0, s, std::fma(exponent, portable::LN2_LOW, tail)));
}

// The rounding error of 1 + x cancels between the logarithm and the quotient (Kahan; Goldberg,
// ACM Computing Surveys 23, 5 (1991), theorem 4).
double portable_log1p(double x) {
    const double sum = 1.0 + x;
    return sum == 1.0 ? x : portable_log(sum) * (x / (sum - 1.0));
}

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
            (normal_tail(-x) - probability) * sqrt_two_pi * portable_exp(0.5 * x * x);
        x -= excess / std::fma(0.5 * x, excess, 1.0);
    }
    return x;
}

}  // namespace luxlane
