#include "models/coding/stripe.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "models/coding/bit_io.h"
#include "testbenches/unit/coding/random_bits.h"

using namespace luxlane::coding;
using luxlane::coding::testing::generator;

namespace {

constexpr std::size_t codeword_symbols = 544;

/// Most symbols of one codeword on one lane, with `interleave` codewords dealt symbol by symbol,
/// over `groups` groups of codewords.
std::size_t most_on_a_lane(std::size_t lanes, std::size_t interleave, std::size_t groups = 50) {
    const striping deal(lanes);
    std::size_t most = 0;
    for (std::size_t group = 0; group < groups; ++group) {
        for (std::size_t codeword = 0; codeword < interleave; ++codeword) {
            std::vector<std::size_t> on_lane(lanes);
            for (std::size_t s = 0; s < codeword_symbols; ++s) {
                const std::uint64_t index = (group * codeword_symbols + s) * interleave + codeword;
                most = std::max(most, ++on_lane[deal.lane_of(index)]);
            }
        }
    }
    return most;
}

}  // namespace

TEST_CASE("symbol i goes to lane (i + i / L) mod L, or i mod L for an odd L") {
    for (const std::uint64_t i : {0, 1, 271, 272, 273, 100000, 73984, 73983}) {
        REQUIRE(striping(272).lane_of(i) == (i + i / 272) % 272);
        REQUIRE(striping(425).lane_of(i) == i % 425);
        REQUIRE(striping(272).row_of(i) == i / 272);
    }
    REQUIRE_THROWS_AS(striping(0), std::invalid_argument);
}

TEST_CASE("each row fills each lane once, and index_of is the inverse") {
    for (const std::size_t lanes : {1, 2, 34, 425, 460, 544}) {
        const striping deal(lanes);
        for (std::uint64_t row = 0; row < 3 * lanes; row += 7) {
            std::set<std::size_t> seen;
            for (std::uint64_t i = row * lanes; i < (row + 1) * lanes; ++i) {
                seen.insert(deal.lane_of(i));
                REQUIRE(deal.index_of(deal.lane_of(i), row) == i);
            }
            REQUIRE(seen.size() == lanes);
        }
    }
}

TEST_CASE("one codeword puts as few symbols on a lane as the lane count allows") {
    REQUIRE(most_on_a_lane(34, 1) == 16);
    REQUIRE(most_on_a_lane(68, 1) == 8);
    REQUIRE(most_on_a_lane(136, 1) == 4);
    REQUIRE(most_on_a_lane(272, 1) == 2);
    REQUIRE(most_on_a_lane(425, 1) == 2);
    REQUIRE(most_on_a_lane(544, 1) == 1);
}

TEST_CASE("a codeword puts at most two symbols on each of 400 lanes, wherever it begins in a row") {
    // 544 symbols can touch three rows of 400, but then not the same lane three times.
    REQUIRE(most_on_a_lane(400, 1, 400) == 2);
}

TEST_CASE("interleaved codewords keep their spread where L is even") {
    for (const std::size_t interleave : {2, 4}) {
        REQUIRE(most_on_a_lane(68, interleave) == 8);
        REQUIRE(most_on_a_lane(136, interleave) == 4);
        REQUIRE(most_on_a_lane(272, interleave) == 2);
        REQUIRE(most_on_a_lane(544, interleave) == 1);
        REQUIRE(most_on_a_lane(425, interleave) == 2);
    }
}

TEST_CASE("scatter puts every symbol where the formula says, and gather brings it back") {
    generator random(21);
    for (const std::size_t lanes : {1, 2, 34, 272, 425}) {
        for (const std::size_t rows : {1, 31, 32, 33, 100}) {
            const striping deal(lanes);
            const std::uint64_t first_row = random() % 100000;
            const std::size_t words = words_for_bits(10 * rows) + 1;
            const auto symbols = testing::random_symbols(rows * lanes, random);
            auto lane_words = testing::random_words(lanes * words, random);
            const auto before = lane_words;
            deal.scatter(symbols, first_row, lane_words, words);
            for (std::size_t i = 0; i < symbols.size(); ++i) {
                const std::uint64_t index = first_row * lanes + i;
                const std::size_t row = static_cast<std::size_t>(deal.row_of(index) - first_row);
                const std::size_t bit = 64 * words * deal.lane_of(index) + 10 * row;
                REQUIRE(read_bits(lane_words, bit, 10) == symbols[i]);
            }
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                REQUIRE(lane_words[(lane + 1) * words - 1] == before[(lane + 1) * words - 1]);
            }
            std::vector<std::uint16_t> back(symbols.size());
            deal.gather(lane_words, words, first_row, back);
            REQUIRE(back == symbols);
        }
    }
}

TEST_CASE("the blind gearbox slices host lanes bit by bit, in the order of their unit intervals") {
    // Spelled out as IEEE Std 802.3 multiplexes: unit interval by unit interval, host lane a sends
    // the next bit of its PCS lane 4a + m; a chunk is one symbol of each of 32 PCS lanes.
    for (const std::size_t lanes : {1, 5, 32, 34, 63, 272, 425}) {
        const striping deal(lanes, gearbox_mode::blind);
        REQUIRE_FALSE(deal.rotates());
        const std::uint64_t row = 7;
        std::uint64_t wire = 0;
        for (std::size_t chunk = 0; chunk < lanes; chunk += 32) {
            for (unsigned interval = 0; interval < 40; ++interval) {
                for (std::size_t host = 0; host < 8; ++host) {
                    const std::size_t column = chunk + 4 * host + interval % 4;
                    if (column >= lanes) {
                        continue;
                    }
                    const symbol_bit symbol{row * lanes + column, interval / 4};
                    const lane_bit place{wire % lanes, 10 * row + wire / lanes};
                    REQUIRE(deal.place_of(symbol) == place);
                    REQUIRE(deal.symbol_at(place) == symbol);
                    ++wire;
                }
            }
        }
        REQUIRE(wire == 10 * lanes);
    }
}

TEST_CASE("aligned symbols stand whole on their lane") {
    generator random(24);
    for (const std::size_t lanes : {1, 34, 425, 544}) {
        const striping deal(lanes);
        for (int trial = 0; trial < 1000; ++trial) {
            const symbol_bit symbol{random() % 1000000, static_cast<unsigned>(random() % 10)};
            const lane_bit place = deal.place_of(symbol);
            REQUIRE(place.lane == deal.lane_of(symbol.index));
            REQUIRE(place.bit == 10 * deal.row_of(symbol.index) + symbol.bit);
            REQUIRE(deal.symbol_at(place) == symbol);
        }
    }
}

TEST_CASE("blind scatter puts every bit where the map says, and gather brings it back") {
    generator random(25);
    for (const std::size_t lanes : {1, 2, 31, 34, 64, 272, 425}) {
        for (const std::size_t rows : {1, 31, 33}) {
            const striping deal(lanes, gearbox_mode::blind);
            const std::uint64_t first_row = random() % 100000;
            const std::size_t words = words_for_bits(10 * rows) + 1;
            const auto symbols = testing::random_symbols(rows * lanes, random);
            auto lane_words = testing::random_words(lanes * words, random);
            deal.scatter(symbols, first_row, lane_words, words);
            bool equal = true;
            for (std::size_t i = 0; i < symbols.size(); ++i) {
                for (unsigned bit = 0; bit < 10; ++bit) {
                    const lane_bit place = deal.place_of({first_row * lanes + i, bit});
                    const std::size_t at = 64 * words * place.lane +
                                           static_cast<std::size_t>(place.bit - 10 * first_row);
                    equal = equal && read_bits(lane_words, at, 1) == (symbols[i] >> bit & 1u);
                }
            }
            REQUIRE(equal);
            std::vector<std::uint16_t> back(symbols.size());
            deal.gather(lane_words, words, first_row, back);
            REQUIRE(back == symbols);
        }
    }
}

TEST_CASE("parts of rows and lanes that are too short are refused") {
    const striping deal(4);
    std::vector<std::uint64_t> lane_words(4);
    std::vector<std::uint16_t> symbols(28);
    REQUIRE_THROWS_AS(deal.scatter(std::span(symbols).first(27), 0, lane_words, 1),
                      std::invalid_argument);
    REQUIRE_THROWS_AS(deal.scatter(symbols, 0, lane_words, 1), std::invalid_argument);
    REQUIRE_THROWS_AS(deal.gather(lane_words, 2, 0, symbols), std::invalid_argument);
}
