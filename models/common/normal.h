#pragma once

namespace luxlane {

/// Probability that a standard normal variable exceeds `x` (the Q function), relative error below
/// 1e-10 for 0 <= x <= 37. Built from fused multiply-adds alone, without the C library's
/// transcendental functions, so that every machine gives the same bits.
double normal_tail(double x);

/// The x with normal_tail(-x) == `probability`; `probability` strictly inside (0, 1), else
/// std::domain_error. Absolute error below 1e-11. Acklam's start, refined by Halley steps on
/// normal_tail.
double normal_quantile(double probability);

/// Natural logarithm of a positive normal number, relative error below 1e-15, same bits everywhere.
double portable_log(double x);

/// exp(x) for -708 <= x <= 708 (0 below), relative error below 1e-15, same bits everywhere.
double portable_exp(double x);

}  // namespace luxlane
