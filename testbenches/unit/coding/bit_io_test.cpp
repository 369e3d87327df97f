#include "models/coding/bit_io.h"

#include <catch2/catch.hpp>
#include <vector>

#include "testbenches/unit/coding/random_bits.h"

using namespace luxlane::coding;
using luxlane::coding::testing::generator;

namespace {

bool bit_of(const std::vector<std::uint64_t>& words, std::size_t i) {
    return ((words[i / 64] >> (i % 64)) & 1u) != 0;
}

}  // namespace

TEST_CASE("a field is read and written bit for bit, across words too") {
    generator random(1);
    for (int trial = 0; trial < 2000; ++trial) {
        auto words = testing::random_words(3, random);
        const auto before = words;
        const unsigned count = 1 + static_cast<unsigned>(random() % 64);
        const std::size_t position = random() % (192 - count + 1);
        const std::uint64_t value = random();
        write_bits(words, position, count, value);
        for (std::size_t i = 0; i < 192; ++i) {
            const bool inside = i >= position && i < position + count;
            const bool expected =
                inside ? ((value >> (i - position)) & 1u) != 0 : bit_of(before, i);
            REQUIRE(bit_of(words, i) == expected);
        }
        const std::uint64_t mask =
            count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
        REQUIRE(read_bits(words, position, count) == (value & mask));
    }
}

TEST_CASE("a copy moves its bits and no others") {
    generator random(2);
    for (int trial = 0; trial < 500; ++trial) {
        const auto from = testing::random_words(8, random);
        auto to = testing::random_words(8, random);
        const auto before = to;
        const std::size_t count = random() % 400;
        const std::size_t source = random() % (512 - count);
        const std::size_t target = random() % (512 - count);
        copy_bits(from, source, to, target, count);
        for (std::size_t i = 0; i < 512; ++i) {
            const bool inside = i >= target && i < target + count;
            REQUIRE(bit_of(to, i) ==
                    (inside ? bit_of(from, source + i - target) : bit_of(before, i)));
        }
    }
}

TEST_CASE("symbols are ten bits each, in order, lowest bit first") {
    generator random(3);
    for (const std::size_t count : {1, 6, 7, 8, 9, 32, 33, 514, 1028}) {
        const auto symbols = testing::random_symbols(count, random);
        std::vector<std::uint64_t> bits(words_for_bits(10 * count));
        bits_from_symbols(symbols, bits);
        for (std::size_t i = 0; i < 10 * count; ++i) {
            REQUIRE(bit_of(bits, i) == (((symbols[i / 10] >> (i % 10)) & 1) != 0));
        }
        std::vector<std::uint16_t> back(count);
        symbols_from_bits(bits, back);
        REQUIRE(back == symbols);
    }
}
