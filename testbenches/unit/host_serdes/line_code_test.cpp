#include "models/host_serdes/line_code.h"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "models/common/random.h"
#include "models/host_serdes/symbol_mux.h"

using namespace luxlane;
using namespace luxlane::host;

namespace {

constexpr auto pam4 = photonics::modulation::pam4;

/// Bits of symbol k, the first in bit 0.
unsigned data(std::uint64_t k) { return random_block({5, 0, 0}, k)[0] & 3; }

}  // namespace

TEST_CASE("line code: Gray levels of 802.3 120.5.7.1, the first bit is the high one") {
    // {A, B} = 00 01 11 10 are levels 0 1 2 3; A is sent first and stands in bit 0.
    CHECK(level_of_bits(0b00, true) == 0);
    CHECK(level_of_bits(0b10, true) == 1);
    CHECK(level_of_bits(0b11, true) == 2);
    CHECK(level_of_bits(0b01, true) == 3);
    CHECK(level_of_bits(0b01, false) == 2);
    CHECK(level_of_bits(0b10, false) == 1);
    for (unsigned level = 0; level < 4; ++level) {
        CHECK(level_of_bits(bits_of_level(level, true), true) == level);
        CHECK(level_of_bits(bits_of_level(level, false), false) == level);
    }
}

TEST_CASE("line code: every setting returns the bits, from the second symbol on if precoded") {
    for (unsigned setting = 0; setting < 16; ++setting) {
        const line_code code{.format = setting & 8 ? photonics::modulation::nrz : pam4,
                             .gray = (setting & 1) != 0,
                             .precode = (setting & 2) != 0,
                             .inverted = (setting & 4) != 0};
        const unsigned mask = code.format == pam4 ? 3 : 1;
        line_encoder encoder(code);
        line_decoder decoder(code);
        for (std::uint64_t k = 0; k < 100; ++k) {
            const unsigned bits = data(k) & mask;
            const unsigned received = decoder.bits(encoder.symbol(bits));
            if (k > 0) {
                REQUIRE(received == bits);
            }
        }
    }
}

TEST_CASE("line code: an inverted wire turns the high bit of Gray code alone") {
    line_encoder encoder({.inverted = true});
    line_decoder decoder({});
    for (unsigned bits = 0; bits < 4; ++bits) {
        CHECK(decoder.bits(encoder.symbol(bits)) == (bits ^ 0b01));
    }
}

TEST_CASE("line code: precoding turns a burst of alternating errors into two") {
    const line_code code{.precode = true};
    line_encoder encoder(code);
    line_decoder decoder(code);
    std::vector<std::uint64_t> wrong;
    int sign = 1;
    for (std::uint64_t k = 0; k < 40; ++k) {
        unsigned symbol = encoder.symbol(data(k));
        if (k >= 20 && k < 27) {
            symbol = (symbol + static_cast<unsigned>(sign)) & 3;
            sign = -sign;
        }
        if (decoder.bits(symbol) != data(k) && k > 0) {
            wrong.push_back(k);
        }
    }
    CHECK(wrong == std::vector<std::uint64_t>{20, 27});
}

TEST_CASE("symbol multiplex: four PCS lanes of ten-bit symbols on each electrical lane") {
    const symbol_mux mux(8);
    CHECK(mux.chunk_bits() == 320);
    // Time 0..3 of lane 0 carry bit 0 of symbols 0..3, time 4 bit 1 of symbol 0.
    CHECK(mux.stream_bit(0, 0) == 0);
    CHECK(mux.stream_bit(0, 3) == 30);
    CHECK(mux.stream_bit(0, 4) == 1);
    CHECK(mux.stream_bit(7, 39) == 319);
    CHECK(mux.stream_bit(2, 40 + 5) == 320 + 90 + 1);
    std::set<std::uint64_t> places;
    for (unsigned lane = 0; lane < 8; ++lane) {
        for (std::uint64_t bit = 0; bit < 80; ++bit) {
            places.insert(mux.stream_bit(lane, bit));
        }
    }
    CHECK(places.size() == 640);
    CHECK(*places.rbegin() == 639);
}
