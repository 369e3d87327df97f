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

/// Random bits of 128 PAM4 symbols.
std::vector<std::uint64_t> some_bits() {
    std::vector<std::uint64_t> words;
    for (std::uint64_t k = 0; k < 4; ++k) {
        const auto random = random_block({5, 0, 0}, k);
        words.push_back(random[0] | std::uint64_t{random[1]} << 32);
    }
    return words;
}

unsigned symbol(const std::vector<std::uint64_t>& words, std::size_t k) {
    return static_cast<unsigned>(words[k / 32] >> (2 * (k % 32))) & 3;
}

}  // namespace

TEST_CASE("line code: the levels of four pairs of bits, the first bit the high one") {
    // {first, second} = 00 01 11 10 are Gray's levels 0 1 2 3 (802.3 120.5.7.1), 00 01 10 11 plain.
    const auto levels = [](const line_code& code) {
        std::vector<std::uint64_t> words{0b01'11'10'00};
        encode(code, words);
        return words[0] & 0xFF;
    };
    CHECK(levels({}) == 0b11'10'01'00);
    CHECK(levels({.inverted = true}) == 0b00'01'10'11);
    CHECK(levels({.gray = false}) == 0b10'11'01'00);
}

TEST_CASE("line code: every setting returns the bits") {
    for (unsigned setting = 0; setting < 16; ++setting) {
        const line_code code{.format = setting & 8 ? photonics::modulation::nrz : pam4,
                             .gray = (setting & 1) != 0,
                             .precode = (setting & 2) != 0,
                             .inverted = (setting & 4) != 0};
        auto words = some_bits();
        encode(code, words);
        decode(code, words);
        CHECK(words == some_bits());
    }
}

TEST_CASE("line code: an inverted wire turns the first bit of Gray code alone") {
    auto words = some_bits();
    encode({.inverted = true}, words);
    decode({}, words);
    const auto sent = some_bits();
    for (std::size_t k = 0; k < 128; ++k) {
        CHECK(symbol(words, k) == (symbol(sent, k) ^ 0b01));
    }
}

TEST_CASE("line code: precoding turns a burst of alternating errors into two") {
    const line_code code{.precode = true};
    auto words = some_bits();
    encode(code, words);
    for (std::size_t k = 20; k < 27; ++k) {
        const std::uint64_t step = k % 2 == 0 ? 1 : 3;
        const std::uint64_t level = (symbol(words, k) + step) & 3;
        words[k / 32] &= ~(std::uint64_t{3} << (2 * (k % 32)));
        words[k / 32] |= level << (2 * (k % 32));
    }
    decode(code, words);
    std::vector<std::size_t> wrong;
    for (std::size_t k = 0; k < 128; ++k) {
        if (symbol(words, k) != symbol(some_bits(), k)) {
            wrong.push_back(k);
        }
    }
    CHECK(wrong == std::vector<std::size_t>{20, 27});
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
