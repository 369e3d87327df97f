#include "models/coding/fec_interleave.h"

#include <catch2/catch.hpp>

#include "testbenches/unit/coding/random_bits.h"

using namespace luxlane::coding;
using luxlane::coding::testing::generator;

TEST_CASE("symbols are dealt round robin, and woven in the same order again") {
    generator random(31);
    for (const std::size_t ways : {1, 2, 4}) {
        // Messages of every code, and lengths around those of registers.
        for (const std::size_t each : {1, 15, 16, 17, 258, 514, 544}) {
            const std::size_t stride = each + 30;
            const auto stream = testing::random_symbols(ways * each, random);
            const auto before = testing::random_symbols(ways * stride, random);
            auto rows = before;
            deal_symbols(stream, ways, rows, stride);
            for (std::size_t w = 0; w < ways; ++w) {
                for (std::size_t s = 0; s < stride; ++s) {
                    REQUIRE(rows[w * stride + s] ==
                            (s < each ? stream[s * ways + w] : before[w * stride + s]));
                }
            }
            std::vector<std::uint16_t> woven(stream.size());
            weave_symbols(rows, stride, ways, woven);
            REQUIRE(woven == stream);
        }
    }
}

TEST_CASE("every place on the wire is one symbol of one codeword") {
    const auto place = [](std::size_t index, std::size_t symbols, std::size_t ways) {
        const codeword_place found = codeword_place_of(index, symbols, ways);
        return std::pair(found.codeword, found.symbol);
    };
    using pair = std::pair<std::size_t, std::size_t>;
    REQUIRE(place(543, 544, 1) == pair(0, 543));
    REQUIRE(place(544, 544, 1) == pair(1, 0));
    REQUIRE(place(1, 544, 2) == pair(1, 0));
    REQUIRE(place(1087, 544, 2) == pair(1, 543));
    REQUIRE(place(1088, 544, 2) == pair(2, 0));
    REQUIRE(place(7, 272, 4) == pair(3, 1));
}

TEST_CASE("other interleaves than 1, 2 and 4, and rows that do not fit, are refused") {
    std::vector<std::uint16_t> stream(12);
    std::vector<std::uint16_t> rows(12);
    REQUIRE_THROWS_AS(deal_symbols(stream, 3, rows, 4), std::invalid_argument);
    REQUIRE_THROWS_AS(deal_symbols(stream, 0, rows, 4), std::invalid_argument);
    REQUIRE_THROWS_AS(deal_symbols(stream, 2, rows, 5), std::invalid_argument);
    REQUIRE_THROWS_AS(deal_symbols(stream, 2, rows, 7), std::invalid_argument);
    REQUIRE_THROWS_AS(weave_symbols(rows, 4, 4, std::span(stream).first(11)),
                      std::invalid_argument);
}
