#include "models/coding/pam4.h"

#include <catch2/catch.hpp>
#include <cstddef>
#include <random>
#include <vector>

using namespace luxlane::coding;

namespace {

using levels_t = std::vector<std::uint8_t>;

std::vector<std::uint64_t> random_words(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> words(count);
    for (std::uint64_t& word : words) {
        word = random();
    }
    return words;
}

/// The two bits of each symbol as a number, without Gray mapping.
levels_t symbols_of(const std::vector<std::uint64_t>& words) {
    levels_t symbols(32 * words.size());
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        symbols[i] = static_cast<std::uint8_t>((words[i / 32] >> (2 * (i % 32))) & 3);
    }
    return symbols;
}

std::vector<std::uint64_t> words_of(const levels_t& symbols) {
    std::vector<std::uint64_t> words(symbols.size() / 32);
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        words[i / 32] |= std::uint64_t{symbols[i]} << (2 * (i % 32));
    }
    return words;
}

}  // namespace

TEST_CASE("PAM4 levels are Gray coded as 802.3 says, first bit first") {
    // Pairs 00, 01, 11, 10 in order of sending; the first bit of a pair is bit 0.
    REQUIRE(gray_encode(0b01'11'10'00) == 0b11'10'01'00);
    for (const std::uint64_t word : random_words(1000, 1)) {
        REQUIRE(gray_decode(gray_encode(word)) == word);
    }
    // Neighbouring levels differ in one bit.
    for (std::uint64_t level = 0; level < 3; ++level) {
        const std::uint64_t changed = gray_decode(level) ^ gray_decode(level + 1);
        REQUIRE((changed == 1 || changed == 2));
    }
}

TEST_CASE("precoding follows P(j) = (G(j) - P(j-1)) mod 4 across words") {
    auto words = random_words(500, 2);
    const levels_t plain = symbols_of(words);
    pam4_precoder precoder;
    precoder.encode(words);
    const levels_t precoded = symbols_of(words);
    unsigned before = 0;
    for (std::size_t i = 0; i < plain.size(); ++i) {
        before = (plain[i] + 4 - before) % 4;
        REQUIRE(precoded[i] == before);
    }
    pam4_precoding_decoder decoder;
    decoder.decode(words);
    REQUIRE(symbols_of(words) == plain);
}

TEST_CASE("precoding turns an error burst of a decision feedback equaliser into two errors") {
    std::mt19937_64 random(3);
    for (unsigned round = 0; round < 200; ++round) {
        auto words = random_words(20, 100 + round);
        const levels_t plain = symbols_of(words);
        pam4_precoder().encode(words);
        levels_t received = symbols_of(words);
        const std::size_t first = random() % 500;
        const std::size_t length = 1 + random() % 100;
        unsigned error = random() % 2 == 0 ? 1 : 3;  // +1 or -1, mod 4
        for (std::size_t i = first; i < first + length; ++i) {
            received[i] = static_cast<std::uint8_t>((received[i] + error) % 4);
            error = 4 - error;
        }
        words = words_of(received);
        pam4_precoding_decoder().decode(words);
        const levels_t decoded = symbols_of(words);
        for (std::size_t i = 0; i < plain.size(); ++i) {
            REQUIRE((decoded[i] != plain[i]) == (i == first || i == first + length));
        }
    }
}
