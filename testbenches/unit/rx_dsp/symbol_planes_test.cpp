#include "models/transport/symbol_planes.h"

#include <catch2/catch.hpp>

#include "models/common/random.h"

using namespace luxlane;

TEST_CASE("symbol_planes: of two successive bits the first is the symbol's most significant") {
    // Bits in wire order 1,0 0,1 1,1 0,0 and so on: levels 3, 1, 2, 0.
    const auto planes = split_planes(0b00'11'10'01, 0);
    CHECK(planes.high == 0b0101);
    CHECK(planes.low == 0b0110);
    const auto later = split_planes(0, 0b01);
    CHECK(later.high == std::uint64_t{1} << 32);
    CHECK(later.low == 0);
}

TEST_CASE("symbol_planes: joining undoes splitting") {
    for (std::uint64_t n = 0; n < 1000; ++n) {
        const auto words = random_block({1, 2, 3}, n);
        const std::uint64_t first = words[0] | std::uint64_t{words[1]} << 32;
        const std::uint64_t second = words[2] | std::uint64_t{words[3]} << 32;
        const auto planes = split_planes(first, second);
        REQUIRE(join_planes(planes, 0) == first);
        REQUIRE(join_planes(planes, 1) == second);
    }
}
