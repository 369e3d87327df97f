#include "models/coding/management_word.h"

#include <catch2/catch.hpp>
#include <vector>

#include "testbenches/unit/coding/random_bits.h"

using namespace luxlane::coding;
using luxlane::coding::testing::generator;

TEST_CASE("lane l carries nibble l mod 8, the lowest first") {
    REQUIRE(management_word::encode(0x89ABCDEF, 0) == 0xF);
    REQUIRE(management_word::encode(0x89ABCDEF, 7) == 0x8);
    REQUIRE(management_word::encode(0x89ABCDEF, 393) == 0xE);
}

TEST_CASE("the word survives a third of the lanes lying and others being unusable") {
    generator random(4);
    for (int trial = 0; trial < 200; ++trial) {
        const std::size_t lanes = 400;
        const auto word = static_cast<std::uint32_t>(random());
        std::vector<std::uint8_t> flags(lanes);
        std::vector<std::uint8_t> usable(lanes, 1);
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            flags[lane] = management_word::encode(word, lane);
        }
        std::uint32_t dissents = 0;
        for (std::size_t lane = 0; lane < lanes; lane += 3) {
            flags[lane] = static_cast<std::uint8_t>(~flags[lane] & 0xF);
            dissents += 4;
        }
        auto result = management_word::decode(flags, usable);
        REQUIRE(result.decided);
        REQUIRE(result.word == word);
        REQUIRE(result.dissents == dissents);
        for (std::size_t lane = 0; lane < lanes; lane += 3) {
            usable[lane] = 0;
        }
        result = management_word::decode(flags, usable);
        REQUIRE(result.decided);
        REQUIRE(result.word == word);
        REQUIRE(result.dissents == 0);
    }
}

TEST_CASE("a tie and a nibble without a usable lane leave the word undecided") {
    std::vector<std::uint8_t> flags(16, 0);
    std::vector<std::uint8_t> usable(16, 1);
    REQUIRE(management_word::decode(flags, usable).decided);
    flags[3] = 1;  // lane 11 says 0
    auto result = management_word::decode(flags, usable);
    REQUIRE_FALSE(result.decided);
    REQUIRE(result.dissents == 1);
    usable[11] = 0;
    result = management_word::decode(flags, usable);
    REQUIRE(result.decided);
    REQUIRE(result.word == 0x1000);
    usable[3] = 0;
    REQUIRE_FALSE(management_word::decode(flags, usable).decided);
}

TEST_CASE("flags and marks of different sizes are refused") {
    const std::vector<std::uint8_t> flags(8);
    const std::vector<std::uint8_t> usable(7);
    REQUIRE_THROWS_AS(management_word::decode(flags, usable), std::invalid_argument);
}
