#include "models/dsp/deskew.h"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <vector>

#include "models/common/random.h"

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

constexpr std::uint64_t PATTERN = 0x5a3c'96f0'11e7'c24b;

/// Eight words of random bits with the training word from bit `position`.
std::vector<std::uint64_t> stream(std::uint32_t lane, std::size_t position) {
    std::vector<std::uint64_t> bits(8);
    for (std::size_t w = 0; w < bits.size(); ++w) {
        const auto block = random_block({31, lane, 0}, w);
        bits[w] = std::uint64_t{block[0]} << 32 | block[1];
    }
    for (std::size_t k = 0; k < 64; ++k) {
        std::uint64_t& word = bits[(position + k) / 64];
        const std::uint64_t bit = std::uint64_t{1} << ((position + k) % 64);
        word = (PATTERN >> k & 1) ? word | bit : word & ~bit;
    }
    return bits;
}

}  // namespace

TEST_CASE("A training word is found at every position, with a few errors", "[deskew]") {
    for (std::size_t position = 0; position <= 7 * 64; ++position) {
        auto bits = stream(0, position);
        CHECK(find_training_word(bits, PATTERN, 64, 0) == position);
        for (const std::size_t wrong : {0u, 17u, 40u})
            bits[(position + wrong) / 64] ^= std::uint64_t{1} << ((position + wrong) % 64);
        CHECK(find_training_word(bits, PATTERN, 64, 4) == position);
        CHECK_FALSE(find_training_word(bits, PATTERN, 64, 2));
    }
    const std::vector<std::uint64_t> one = {0b1011000};
    CHECK(find_training_word(one, 0b1011, 4, 0) == 3u);
    CHECK_FALSE(find_training_word({}, PATTERN, 64, 0));
    CHECK_THROWS_AS(find_training_word(one, 1, 0, 0), std::out_of_range);
    CHECK_THROWS_AS(find_training_word(one, 1, 65, 0), std::out_of_range);
    CHECK_THROWS_AS(find_training_word(one, 1, 8, 4), std::out_of_range);
}

TEST_CASE("Lanes wait for the slowest one", "[deskew]") {
    const std::vector<std::vector<std::uint64_t>> bits = {stream(0, 100), stream(1, 163),
                                                          stream(2, 37)};
    const std::vector<std::span<const std::uint64_t>> lanes(bits.begin(), bits.end());
    CHECK(word_alignment(lanes, PATTERN, 64, 4) == std::vector<std::uint32_t>{63, 0, 126});
    // The same skew told by delays at 2 Gb/s.
    CHECK(deskew_delay_ui(50e-9, 81.5e-9, 2e9) == 63);
    CHECK_FALSE(word_alignment(lanes, ~PATTERN, 64, 4));
}

TEST_CASE("An elastic FIFO holds the skew and a word on either side", "[deskew]") {
    CHECK(fifo_depth(0.0, 2e9) == 2);
    CHECK(fifo_depth(1.2e-9, 2e9) == 5);  // 2.4 symbols
}
