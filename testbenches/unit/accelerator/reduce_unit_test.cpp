#include "models/accelerator/reduce_unit.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

using namespace luxlane::collective;

namespace {

std::uint16_t sum_bf16(std::uint16_t a, std::uint16_t b) {
    add_bf16({&a, 1}, {&b, 1});
    return a;
}

float widen(std::uint16_t value) { return std::bit_cast<float>(std::uint32_t{value} << 16); }

// Rounds to 8 significant bits (fewer below 2^-126) by the C library's rounding to integers.
double round_to_bf16(double value) {
    if (value == 0.0 || !std::isfinite(value)) {
        return value;
    }
    const int place = std::max(std::ilogb(value), -126) - 7;
    const double rounded = std::ldexp(std::nearbyint(std::ldexp(value, -place)), place);
    return std::abs(rounded) >= 0x1p128 ? std::copysign(INFINITY, value) : rounded;
}

// binary32 of a sum in double is the correctly rounded sum (53 >= 2 x 24 + 2 bits).
double expected_bf16(std::uint16_t a, std::uint16_t b) {
    const double sum = double{widen(a)} + double{widen(b)};
    return round_to_bf16(static_cast<float>(sum));
}

}  // namespace

TEST_CASE("bf16 sums of known values", "[accelerator]") {
    CHECK(sum_bf16(0x3F80, 0x3F80) == 0x4000);  // 1 + 1
    CHECK(sum_bf16(0x3F80, 0xBF80) == 0x0000);  // 1 - 1 = +0
    CHECK(sum_bf16(0x8000, 0x8000) == 0x8000);  // -0 - 0 = -0
    CHECK(sum_bf16(0x8000, 0x0000) == 0x0000);
    CHECK(sum_bf16(0x3F80, 0x3B80) == 0x3F80);  // 1 + 2^-8: tie, to even, down
    CHECK(sum_bf16(0x3F81, 0x3B80) == 0x3F82);  // the next: tie, to even, up
    CHECK(sum_bf16(0x3F80, 0x3B81) == 0x3F81);  // just above the tie
    CHECK(sum_bf16(0x0001, 0x0001) == 0x0002);  // denormals are kept
    CHECK(sum_bf16(0x007F, 0x0001) == 0x0080);  // up to the smallest normal number
    CHECK(sum_bf16(0x7F7F, 0x7F7F) == 0x7F80);  // overflow to infinity
    CHECK(sum_bf16(0x7F7F, 0x7B7F) == 0x7F80);  // ... by rounding alone: (255 + 255/256) 2^120
    CHECK(sum_bf16(0x7F80, 0xC000) == 0x7F80);
    CHECK(sum_bf16(0xFF80, 0xFF7F) == 0xFF80);
}

TEST_CASE("bf16 sums that are no number give the canonical quiet NaN", "[accelerator]") {
    CHECK(sum_bf16(0x7F80, 0xFF80) == 0x7FC0);  // inf - inf
    CHECK(sum_bf16(0x7F81, 0x3F80) == 0x7FC0);  // signalling
    CHECK(sum_bf16(0x3F80, 0xFFFF) == 0x7FC0);
    CHECK(sum_bf16(0x7FC1, 0xFFC2) == 0x7FC0);
}

TEST_CASE("bf16 sums agree with arithmetic in double", "[accelerator]") {
    std::mt19937 random(1);
    std::vector<std::uint16_t> a(200003), b(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        const auto word = random();
        a[i] = static_cast<std::uint16_t>(word);
        // Half of them with near exponents, where rounding and cancellation happen.
        b[i] = static_cast<std::uint16_t>(word >> 16);
        if (i % 2 == 0) {
            b[i] = static_cast<std::uint16_t>((b[i] & 0x83FF) | (a[i] & 0x7C00));
        }
    }
    auto sum = a;
    add_bf16(sum, b);
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double expected = expected_bf16(a[i], b[i]);
        const double got = widen(sum[i]);
        if (std::isnan(expected)
                ? sum[i] != 0x7FC0
                : (got != expected || std::signbit(got) != std::signbit(expected))) {
            FAIL(a[i] << " + " << b[i] << " = " << sum[i] << ", not " << expected);
        }
    }
}

TEST_CASE("fp32 sums agree with arithmetic in double", "[accelerator]") {
    std::mt19937 generator(2);
    const auto random = [&] { return static_cast<std::uint32_t>(generator()); };
    std::vector<std::uint32_t> a(100001), b(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        a[i] = random();
        b[i] = i % 2 == 0 ? (random() & 0x83FFFFFF) | (a[i] & 0x7C000000) : random();
    }
    auto sum = a;
    add_fp32(sum, b);
    for (std::size_t i = 0; i < a.size(); ++i) {
        const auto expected = static_cast<float>(double{std::bit_cast<float>(a[i])} +
                                                 double{std::bit_cast<float>(b[i])});
        const std::uint32_t bits =
            std::isnan(expected) ? 0x7FC00000 : std::bit_cast<std::uint32_t>(expected);
        if (sum[i] != bits) {
            FAIL(a[i] << " + " << b[i] << " = " << sum[i] << ", not " << bits);
        }
    }
}

TEST_CASE("sums of elements in memory", "[accelerator]") {
    alignas(4) std::uint16_t a[70], b[70];
    for (std::uint16_t i = 0; i < 70; ++i) {
        a[i] = b[i] = static_cast<std::uint16_t>(0x3F80 + i);
    }
    auto* sum = reinterpret_cast<std::byte*>(a);
    add_elements(element_type::bf16, sum, reinterpret_cast<const std::byte*>(b), 67 * 2);
    for (std::uint16_t i = 0; i < 70; ++i) {
        CHECK(a[i] == (i < 67 ? 0x4000 : 0x3F80) + i);  // x + x: the exponent grows by one
    }
    add_elements(element_type::bf16, sum, sum, 2);
    CHECK(a[0] == 0x4080);
    CHECK_THROWS_AS(add_elements(element_type::bytes, sum, sum, 4), std::invalid_argument);
    std::vector<std::uint16_t> three(3), four(4);
    CHECK_THROWS_AS(add_bf16(three, four), std::invalid_argument);
}
