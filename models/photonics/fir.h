#pragma once

#include <cstddef>
#include <span>

namespace luxlane::photonics {

/// Finite impulse responses in single precision; all targets give the same bits.

/// One lane: out[t] = sum_i taps[i] in[t + taps.size() - 1 - i]; `in` holds taps.size() - 1 samples
/// more than `out`, else std::invalid_argument.
void filter(std::span<const float> taps, std::span<const float> in, std::span<float> out);

/// Sixteen lanes, each with its own taps: the same over rows of 16, `taps` [taps][16], `in`
/// [samples + taps - 1][16], `out` [samples][16].
void filter_rows(std::span<const float> taps, std::span<const float> in, std::span<float> out);

}  // namespace luxlane::photonics
