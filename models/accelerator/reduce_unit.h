#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/accelerator/descriptor.h"

namespace luxlane::collective {

/// Adds `addend` to `sum` element by element, in bfloat16: both are widened to binary32 (exact),
/// added there, and the result is rounded to nearest, ties to even. Infinities and denormals as
/// IEEE 754; every result that is not a number is the canonical quiet NaN 7FC0h, so that no bit
/// depends on which operand was the NaN. std::invalid_argument if the sizes differ.
void add_bf16(std::span<std::uint16_t> sum, std::span<const std::uint16_t> addend);

/// The same for binary32, IEEE 754 round to nearest even; canonical quiet NaN 7FC00000h.
void add_fp32(std::span<std::uint32_t> sum, std::span<const std::uint32_t> addend);

/// Adds `bytes` bytes of elements in memory; both pointers aligned to the element, `bytes` a
/// multiple of it. The areas may coincide (x + x) but not overlap partly. std::invalid_argument for
/// element_type::bytes, which has no sum.
void add_elements(element_type type, std::byte* sum, const std::byte* addend, std::size_t bytes);

}  // namespace luxlane::collective
