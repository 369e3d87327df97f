#include "platform/workload/bf16.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

using namespace luxlane::workload;

TEST_CASE("rounding to bf16", "[workload]") {
    CHECK(to_bf16(1.0f) == 0x3F80);
    CHECK(to_bf16(-2.0f) == 0xC000);
    CHECK(to_bf16(0.0f) == 0x0000);
    CHECK(to_bf16(1.00390625f) == 0x3F80);  // 1 + 2^-8: tie to even
    CHECK(to_bf16(1.01171875f) == 0x3F82);  // 1 + 3 x 2^-8: tie to even
    CHECK(to_bf16(1.004f) == 0x3F81);
    CHECK(to_bf16(std::numeric_limits<float>::max()) == 0x7F80);
    CHECK(to_bf16(std::numeric_limits<float>::quiet_NaN()) == 0x7FC0);
    CHECK(to_bf16(std::numeric_limits<float>::signaling_NaN()) == 0x7FC0);
    CHECK(from_bf16(0x4049) == 3.140625f);
}

TEST_CASE("scaling in bulk is rounding one by one", "[workload]") {
    std::mt19937 random(3);
    std::vector<float> values(1003);
    for (auto& each : values) {
        each = static_cast<float>(random()) * 1e-9f - 2.0f;
    }
    values[5] = std::numeric_limits<float>::quiet_NaN();
    values[1001] = std::numeric_limits<float>::infinity();
    std::vector<std::uint16_t> scaled(values.size());
    scale_to_bf16(scaled, values, 0.37f);
    for (std::size_t i = 0; i < values.size(); ++i) {
        CHECK(scaled[i] == to_bf16(values[i] * 0.37f));
    }
    CHECK_THROWS_AS(scale_to_bf16(scaled, std::span(values).first(5), 1.0f), std::invalid_argument);
}

TEST_CASE("reference sums of known values", "[workload]") {
    CHECK(reference_sum(0x3F80, 0x3F80) == 0x4000);  // 1 + 1
    CHECK(reference_sum(0x3F80, 0xBF80) == 0x0000);
    CHECK(reference_sum(0x8000, 0x8000) == 0x8000);
    CHECK(reference_sum(0x3F80, 0x3B80) == 0x3F80);  // 1 + 2^-8: tie, to even
    CHECK(reference_sum(0x3F81, 0x3B80) == 0x3F82);
    CHECK(reference_sum(0xBF81, 0xBB80) == 0xBF82);
    CHECK(reference_sum(0x3F80, 0x3B81) == 0x3F81);
    CHECK(reference_sum(0x0001, 0x0001) == 0x0002);
    CHECK(reference_sum(0x7F7F, 0x7F7F) == 0x7F80);
    CHECK(reference_sum(0x7F7F, 0x7B7F) ==
          0x7F80);  // half a last place and more beyond the largest
    CHECK(reference_sum(0x7F7F, 0x7A80) == 0x7F7F);  // a quarter
    CHECK(reference_sum(0x7F80, 0xFF80) == 0x7FC0);
    CHECK(reference_sum(0xFFFF, 0x3F80) == 0x7FC0);
}

TEST_CASE("reference sums are the nearest bf16 numbers", "[workload]") {
    std::mt19937 random(4);
    for (int i = 0; i < 100000; ++i) {
        const auto word = random();
        const auto a = static_cast<std::uint16_t>(word & 0xBFFF);  // below 2: no overflow
        const auto b = static_cast<std::uint16_t>((word >> 16 & 0x83FF) | (a & 0x7C00));
        const double exact = double{from_bf16(a)} + double{from_bf16(b)};
        const std::uint16_t sum = reference_sum(a, b);
        const double error = std::fabs(double{from_bf16(sum)} - exact);
        const auto up = static_cast<std::uint16_t>(sum + 1);
        const double up_error = std::fabs(double{from_bf16(up)} - exact);
        // Equal distances only with an even result.
        REQUIRE((error < up_error || (error == up_error && (sum & 1) == 0)));
        if ((sum & 0x7FFF) != 0) {
            const auto down = static_cast<std::uint16_t>(sum - 1);
            const double down_error = std::fabs(double{from_bf16(down)} - exact);
            REQUIRE((error < down_error || (error == down_error && (sum & 1) == 0)));
        }
    }
}
