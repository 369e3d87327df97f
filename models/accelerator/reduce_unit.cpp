#include "models/accelerator/reduce_unit.h"

#include <bit>
#include <stdexcept>

namespace luxlane::collective {
namespace {

constexpr std::uint32_t infinity_bits = 0x7f800000;
constexpr std::uint32_t quiet_nan_bits = 0x7fc00000;

std::uint32_t add_bits(std::uint32_t a, std::uint32_t b) {
    const std::uint32_t sum =
        std::bit_cast<std::uint32_t>(std::bit_cast<float>(a) + std::bit_cast<float>(b));
    return (sum & 0x7fffffff) > infinity_bits ? quiet_nan_bits : sum;
}

// Adding half of the last place, less one where the kept part is even, carries exactly when the
// value rounds up; an overflow of the mantissa is the next exponent, and finally infinity.
// The quiet NaN's dropped half is zero: it passes unchanged.
std::uint16_t add_one(std::uint16_t a, std::uint16_t b) {
    const std::uint32_t sum = add_bits(std::uint32_t{a} << 16, std::uint32_t{b} << 16);
    return static_cast<std::uint16_t>((sum + 0x7fff + ((sum >> 16) & 1)) >> 16);
}

std::uint32_t add_one(std::uint32_t a, std::uint32_t b) { return add_bits(a, b); }

// Blocks of a constant size are what the compiler turns into vectors at -O2.
template <class Word>
void add_words(std::span<Word> sum, std::span<const Word> addend) {
    if (sum.size() != addend.size()) {
        throw std::invalid_argument("reduction of spans of different sizes");
    }
    constexpr std::size_t block = 64 / sizeof(Word);
    std::size_t i = 0;
    for (; i + block <= sum.size(); i += block) {
        Word result[block];
        for (std::size_t k = 0; k < block; ++k) {
            result[k] = add_one(sum[i + k], addend[i + k]);
        }
        for (std::size_t k = 0; k < block; ++k) {
            sum[i + k] = result[k];
        }
    }
    for (; i < sum.size(); ++i) {
        sum[i] = add_one(sum[i], addend[i]);
    }
}

template <class Word>
void add_memory(std::byte* sum, const std::byte* addend, std::size_t bytes) {
    add_words<Word>({reinterpret_cast<Word*>(sum), bytes / sizeof(Word)},
                    {reinterpret_cast<const Word*>(addend), bytes / sizeof(Word)});
}

}  // namespace

void add_bf16(std::span<std::uint16_t> sum, std::span<const std::uint16_t> addend) {
    add_words(sum, addend);
}

void add_fp32(std::span<std::uint32_t> sum, std::span<const std::uint32_t> addend) {
    add_words(sum, addend);
}

void add_elements(element_type type, std::byte* sum, const std::byte* addend, std::size_t bytes) {
    switch (type) {
        case element_type::bf16:
            return add_memory<std::uint16_t>(sum, addend, bytes);
        case element_type::fp32:
            return add_memory<std::uint32_t>(sum, addend, bytes);
        case element_type::bytes:
            break;
    }
    throw std::invalid_argument("reduction of plain bytes");
}

}  // namespace luxlane::collective
