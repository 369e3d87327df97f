#include "platform/workload/bf16.h"

#include <bit>
#include <cmath>
#include <stdexcept>

namespace luxlane::workload {
namespace {

constexpr std::uint16_t quiet_nan = 0x7FC0;
constexpr std::uint16_t largest_finite = 0x7F7F;

std::uint16_t round_bits(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

}  // namespace

float from_bf16(std::uint16_t value) { return std::bit_cast<float>(std::uint32_t{value} << 16); }

std::uint16_t to_bf16(float value) { return std::isnan(value) ? quiet_nan : round_bits(value); }

void scale_to_bf16(std::span<std::uint16_t> to, std::span<const float> values, float factor) {
    if (to.size() != values.size()) {
        throw std::invalid_argument("scale_to_bf16: spans of different sizes");
    }
    // Blocks of a constant size are what the compiler turns into vectors at -O2.
    constexpr std::size_t block = 16;
    std::size_t i = 0;
    for (; i + block <= to.size(); i += block) {
        for (std::size_t k = 0; k < block; ++k) {
            const float product = values[i + k] * factor;
            to[i + k] = product == product ? round_bits(product) : quiet_nan;
        }
    }
    for (; i < to.size(); ++i) {
        to[i] = to_bf16(values[i] * factor);
    }
}

std::uint16_t reference_sum(std::uint16_t a, std::uint16_t b) {
    const float sum = from_bf16(a) + from_bf16(b);
    if (!std::isfinite(sum)) {
        return std::isnan(sum) ? quiet_nan : to_bf16(sum);
    }
    const auto below = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(sum) >> 16);
    const auto above = static_cast<std::uint16_t>(below + 1);
    // IEEE 754 rounds to infinity from half a last place beyond the largest finite number.
    const double upper =
        (below & 0x7FFF) == largest_finite ? 0x1p128 : double{std::fabs(from_bf16(above))};
    const double exact = std::fabs(sum);
    const double to_lower = exact - double{std::fabs(from_bf16(below))};
    const double to_upper = upper - exact;
    // Without branches, which nobody could predict.
    const auto nearer = static_cast<unsigned>(to_upper < to_lower);
    const auto tie_to_even = static_cast<unsigned>(to_upper == to_lower) & below;
    return static_cast<std::uint16_t>(below + ((nearer | tie_to_even) & 1));
}

void add_reference(std::span<std::uint16_t> sums, std::span<const std::uint16_t> addends) {
    if (sums.size() != addends.size()) {
        throw std::invalid_argument("add_reference: spans of different sizes");
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] = reference_sum(sums[i], addends[i]);
    }
}

}  // namespace luxlane::workload
