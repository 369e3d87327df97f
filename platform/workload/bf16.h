#pragma once

#include <cstdint>
#include <span>

namespace luxlane::workload {

/// bfloat16 numbers are the upper halves of binary32 numbers.
float from_bf16(std::uint16_t value);

/// Rounds to nearest, ties to even; anything that is not a number gives 7FC0h.
std::uint16_t to_bf16(float value);

/// to_bf16(values[i] * factor); the sizes must be equal, else std::invalid_argument.
void scale_to_bf16(std::span<std::uint16_t> to, std::span<const float> values, float factor);

/// The host's reference for the sum of two bfloat16 numbers: added as binary32, then the nearer of
/// the two neighbours, found by their distances. Written apart from the accelerator's reduction
/// unit, which it checks.
std::uint16_t reference_sum(std::uint16_t a, std::uint16_t b);

/// sums[i] = reference_sum(sums[i], addends[i]); std::invalid_argument if the sizes differ.
void add_reference(std::span<std::uint16_t> sums, std::span<const std::uint16_t> addends);

}  // namespace luxlane::workload
