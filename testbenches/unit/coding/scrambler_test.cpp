#include "models/coding/scrambler.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "models/coding/bit_io.h"

using namespace luxlane::coding;

namespace {

/// The definition, bit by bit: the last 58 bits sent, the newest at the back.
class reference {
public:
    explicit reference(std::uint64_t state) {
        for (unsigned i = 0; i < 64; ++i) {
            sent_.push_back((state >> i & 1) != 0);
        }
    }
    bool scramble(bool bit) {
        const bool out = (bit != sent_[sent_.size() - 39]) != sent_[sent_.size() - 58];
        sent_.push_back(out);
        return out;
    }

private:
    std::vector<bool> sent_;
};

std::vector<std::uint64_t> random_words(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> words(count);
    for (std::uint64_t& word : words) {
        word = random();
    }
    return words;
}

}  // namespace

TEST_CASE("Words and runs at any position and of any length are scrambled as defined") {
    const std::vector<std::uint64_t> data = random_words(12, 1);
    for (std::size_t position = 0; position < 130; position += 13) {
        for (std::size_t count = 0; count < 400; count += count < 70 ? 1 : 57) {
            std::vector<std::uint64_t> words = data;
            scrambler run(0x123456789ABCDEF0);
            run.scramble(words, position, count);
            reference expected(0x123456789ABCDEF0);
            std::vector<std::uint64_t> scrambled = data;
            for (std::size_t i = 0; i < count; ++i) {
                const bool bit = read_bits(data, position + i, 1) != 0;
                write_bits(scrambled, position + i, 1, expected.scramble(bit) ? 1 : 0);
            }
            REQUIRE(words == scrambled);
            descrambler back(0x123456789ABCDEF0);
            back.descramble(words, position, count);
            REQUIRE(words == data);
            REQUIRE(back.state() == run.state());
        }
    }
}

TEST_CASE("A run in parts is scrambled as the whole run") {
    const std::vector<std::uint64_t> data = random_words(161, 2);
    const std::size_t bits = 40 * 257;
    std::vector<std::uint64_t> whole = data;
    scrambler at_once;
    at_once.scramble(whole, 0, bits);
    std::vector<std::uint64_t> parts = data;
    scrambler piecewise;
    for (std::size_t block = 0; block < 40; ++block) {
        piecewise.scramble(parts, 257 * block, 257);
    }
    REQUIRE(parts == whole);
    REQUIRE(piecewise.state() == at_once.state());
}

TEST_CASE("A descrambler of any state is right after 58 bits") {
    std::vector<std::uint64_t> data = random_words(4, 3);
    std::vector<std::uint64_t> words = data;
    scrambler(0xFEDCBA9876543210).scramble(words, 0, 256);
    descrambler(0).descramble(words, 0, 256);
    REQUIRE(words[0] >> 58 == data[0] >> 58);
    REQUIRE(words[1] == data[1]);
    REQUIRE(words[0] != data[0]);
}

TEST_CASE("A wrong bit on the line becomes three, 39 and 58 bits later") {
    const std::vector<std::uint64_t> data = random_words(4, 4);
    for (std::size_t wrong = 0; wrong < 190; ++wrong) {
        std::vector<std::uint64_t> words = data;
        scrambler().scramble(words, 0, 256);
        words[wrong / 64] ^= std::uint64_t{1} << wrong % 64;
        descrambler().descramble(words, 0, 256);
        std::vector<std::uint64_t> expected = data;
        for (const std::size_t later : {0, 39, 58}) {
            expected[(wrong + later) / 64] ^= std::uint64_t{1} << (wrong + later) % 64;
        }
        REQUIRE(words == expected);
    }
}

TEST_CASE("Payloads that stand still leave the scrambler balanced") {
    // The longest run of a random stream of 2^20 bits is 20 +- a few; one of 64 has odds of 1e-13.
    for (const std::uint64_t payload : {std::uint64_t{0}, std::uint64_t{0x1E}, ~std::uint64_t{0}}) {
        scrambler run(0x0123456789ABCDEF);
        unsigned longest = 0;
        unsigned length = 0;
        bool last = false;
        for (int i = 0; i < 1 << 14; ++i) {
            const std::uint64_t sent = run.scramble(payload);
            for (unsigned bit = 0; bit < 64; ++bit) {
                const bool now = (sent >> bit & 1) != 0;
                length = now == last ? length + 1 : 1;
                longest = std::max(longest, length);
                last = now;
            }
        }
        REQUIRE(longest < 64);
    }
}
