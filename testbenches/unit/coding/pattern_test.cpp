#include <array>
#include <bit>
#include <catch2/catch.hpp>
#include <random>
#include <stdexcept>
#include <vector>

#include "models/coding/pam4.h"
#include "models/coding/pattern_checker.h"
#include "models/coding/pattern_generator.h"

using namespace luxlane::coding;

namespace {

using words_t = std::vector<std::uint64_t>;

test_pattern prbs(prbs_kind sequence, bool quaternary = false, bool inverted = false) {
    test_pattern pattern;
    pattern.sequence = sequence;
    pattern.quaternary = quaternary;
    pattern.inverted = inverted;
    return pattern;
}

test_pattern user(std::initializer_list<std::uint8_t> bytes) {
    test_pattern pattern;
    pattern.kind = pattern_kind::user;
    pattern.user_bytes = static_cast<std::uint8_t>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), pattern.user.begin());
    return pattern;
}

test_pattern square(std::uint8_t half_period, bool quaternary = false) {
    test_pattern pattern;
    pattern.kind = pattern_kind::square;
    pattern.half_period = half_period;
    pattern.quaternary = quaternary;
    return pattern;
}

std::vector<test_pattern> all_patterns() {
    std::vector<test_pattern> all;
    for (const prbs_kind kind :
         {prbs_kind::prbs7, prbs_kind::prbs9, prbs_kind::prbs11, prbs_kind::prbs13,
          prbs_kind::prbs15, prbs_kind::prbs23, prbs_kind::prbs31}) {
        for (const bool inverted : {false, true}) {
            all.push_back(prbs(kind, false, inverted));
            all.push_back(prbs(kind, true, inverted));
        }
    }
    for (const auto half : std::array<std::uint8_t, 4>{1, 8, 13, 32}) {
        all.push_back(square(half));
        all.push_back(square(half, true));
    }
    all.push_back(user({0x12, 0x34}));
    all.push_back(user({1, 2, 3}));
    all.push_back(user({0xF0, 1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                        16,   17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31}));
    all.back().inverted = true;
    return all;
}

words_t generate(const test_pattern& pattern, std::size_t words) {
    words_t result(words);
    pattern_generator(pattern).fill(result);
    return result;
}

/// The levels, 0 to 3, of the symbols in `words`.
std::vector<std::uint8_t> levels_of(const words_t& words) {
    std::vector<std::uint8_t> levels;
    for (const std::uint64_t word : words) {
        const std::uint64_t gray = gray_encode(word);
        for (unsigned i = 0; i < 32; ++i) {
            levels.push_back(static_cast<std::uint8_t>(gray >> (2 * i) & 3));
        }
    }
    return levels;
}

bool bit_of(const words_t& words, std::size_t i) { return ((words[i / 64] >> (i % 64)) & 1) != 0; }

/// The stream from bit `shift` (1..63) on, one word shorter.
words_t delayed(const words_t& words, unsigned shift) {
    words_t result(words.size() - 1);
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = words[i] >> shift | words[i + 1] << (64 - shift);
    }
    return result;
}

}  // namespace

TEST_CASE("the quaternary square wave is eight threes and eight zeros") {
    // IEEE Std 802.3 120.5.11.2.4.
    const auto levels = levels_of(generate(square(8, true), 4));
    for (std::size_t i = 0; i < levels.size(); ++i) {
        REQUIRE(levels[i] == (i % 16 < 8 ? 3 : 0));
    }
    const words_t binary = generate(square(5), 4);
    for (std::size_t i = 0; i < 256; ++i) {
        REQUIRE(bit_of(binary, i) == (i % 10 < 5));
    }
}

TEST_CASE("a user pattern repeats its bytes, bit 0 of the first one first") {
    test_pattern pattern = user({0x12, 0x34, 0x56});
    const words_t words = generate(pattern, 2);
    REQUIRE(words[0] == 0x3412'5634'1256'3412);
    REQUIRE(words[1] == 0x1256'3412'5634'1256);
    pattern.inverted = true;
    REQUIRE(generate(pattern, 1)[0] == ~words[0]);
}

TEST_CASE("PRBS13Q has its known period and balance of levels") {
    // 8191 symbols: two periods of PRBS13, which together hold every pair of successive bits once
    // at an even place. As every state but zero occurs, so does every pair equally often, but 00.
    const auto levels = levels_of(generate(prbs(prbs_kind::prbs13, true), 600));
    std::array<std::size_t, 4> counts{};
    for (std::size_t i = 0; i < 8191; ++i) {
        ++counts[levels[i]];
        REQUIRE(levels[i + 8191] == levels[i]);
    }
    REQUIRE(counts == std::array<std::size_t, 4>{2047, 2048, 2048, 2048});
}

TEST_CASE("every checker locks at any phase and counts each wrong bit and symbol once") {
    for (const test_pattern& pattern : all_patterns()) {
        CAPTURE(static_cast<unsigned>(pattern.kind), static_cast<unsigned>(pattern.sequence),
                pattern.quaternary, pattern.inverted, static_cast<unsigned>(pattern.half_period));
        for (const unsigned shift : {2u, 34u}) {
            words_t words = delayed(generate(pattern, 1200), shift);
            std::uint64_t bits = 0;
            std::uint64_t symbols = 0;
            for (std::size_t i = 10; i < words.size(); i += 7) {
                const unsigned at = 2 * static_cast<unsigned>(i % 32);
                // Now one bit of a symbol, now both.
                const std::uint64_t wrong = i % 2 == 0 ? 1 : 3;
                words[i] ^= wrong << at;
                bits += static_cast<unsigned>(std::popcount(wrong));
                ++symbols;
            }
            pattern_checker checker(pattern);
            checker.check(words);
            REQUIRE(checker.locked());
            REQUIRE(checker.errors() == bits);
            REQUIRE(checker.symbol_errors() == (pattern.quaternary ? symbols : 0));
            REQUIRE(checker.bits() >= 64 * (words.size() - 4));
            REQUIRE(checker.losses() == 0);
        }
    }
}

TEST_CASE("each injected error is counted once") {
    for (const test_pattern& pattern : all_patterns()) {
        pattern_generator generator(pattern);
        pattern_checker checker(pattern);
        words_t words(50);
        generator.fill(words);
        checker.check(words);
        generator.inject(70);
        for (unsigned i = 0; i < 4; ++i) {
            generator.fill(words);
            checker.check(words);
        }
        REQUIRE(checker.errors() == 70);
    }
}

TEST_CASE("a dark lane, another sequence and the wrong polarity never lock") {
    const auto locks = [](const test_pattern& expected, const words_t& words) {
        pattern_checker checker(expected);
        checker.check(words);
        return checker.locked() || checker.losses() > 0;
    };
    const test_pattern prbs15 = prbs(prbs_kind::prbs15);
    REQUIRE_FALSE(locks(prbs15, words_t(100, 0)));
    REQUIRE_FALSE(locks(prbs15, words_t(100, ~std::uint64_t{0})));
    REQUIRE_FALSE(locks(prbs(prbs_kind::prbs13, false, true), words_t(100, 0)));
    REQUIRE_FALSE(locks(prbs(prbs_kind::prbs13, false, true), words_t(100, ~std::uint64_t{0})));
    REQUIRE_FALSE(locks(prbs15, generate(prbs(prbs_kind::prbs31), 1000)));
    REQUIRE_FALSE(locks(prbs15, generate(prbs(prbs_kind::prbs15, false, true), 1000)));
    REQUIRE_FALSE(locks(user({0x12, 0x34}), generate(user({0x12, 0x35}), 1000)));
    REQUIRE_FALSE(locks(square(8), generate(square(7), 1000)));
}

TEST_CASE("lock is kept at a quarter of wrong bits, lost above, and found again") {
    for (const test_pattern& pattern : {prbs(prbs_kind::prbs23), user({0x12, 0x34})}) {
        const words_t words = generate(pattern, 44);
        pattern_checker checker(pattern);
        const std::span<const std::uint64_t> all(words);
        checker.check(all.first(4));
        REQUIRE(checker.locked());
        const std::uint64_t counted = checker.bits();
        // Finish the window of four words that began with lock, then damage whole windows.
        const std::size_t begin = 4 + (4 - counted / 64 % 4) % 4;
        checker.check(all.subspan(4, begin - 4));
        words_t damaged(all.begin() + static_cast<long>(begin), all.end());
        for (std::size_t i = 0; i < 4; ++i) {
            damaged[i] ^= 0xFFFF;  // 64 of 256
        }
        checker.check(std::span(damaged).first(4));
        REQUIRE(checker.locked());
        REQUIRE(checker.errors() == 64);
        damaged[4] ^= 1;
        for (std::size_t i = 4; i < 8; ++i) {
            damaged[i] ^= 0xFFFF0000;  // with the bit above, 65 of 256
        }
        checker.check(std::span(damaged).subspan(4, 4));
        REQUIRE_FALSE(checker.locked());
        REQUIRE(checker.losses() == 1);
        checker.check(std::span(damaged).subspan(8));
        REQUIRE(checker.locked());
        checker.clear();
        REQUIRE(checker.locked());
        REQUIRE(checker.bits() == 0);
        REQUIRE(checker.losses() == 0);
    }
}

TEST_CASE("the gate closes after exactly as many bits as asked for") {
    const words_t words = [] {
        words_t all = generate(prbs(prbs_kind::prbs9), 100);
        for (std::uint64_t& word : all) {
            word ^= std::uint64_t{1} << 39;
        }
        return all;
    }();
    for (const bool last_error_inside : {false, true}) {
        pattern_checker checker(prbs(prbs_kind::prbs9));
        // Clean words to lock on; then every word has its 40th bit wrong.
        pattern_generator generator(prbs(prbs_kind::prbs9));
        words_t clean(2);
        generator.fill(clean);
        checker.check(clean);
        REQUIRE(checker.locked());
        checker.gate(10 * 64 + (last_error_inside ? 40 : 39));
        checker.check(std::span(words).subspan(2));
        REQUIRE(checker.gate_done());
        REQUIRE(checker.bits() == 10u * 64 + (last_error_inside ? 40 : 39));
        REQUIRE(checker.errors() == (last_error_inside ? 11u : 10u));
        // Opened again it finds its phase by itself.
        checker.gate(128);
        REQUIRE_FALSE(checker.gate_done());
        checker.check(generate(prbs(prbs_kind::prbs9), 10));
        REQUIRE(checker.gate_done());
        REQUIRE(checker.errors() == (last_error_inside ? 11u : 10u));
        REQUIRE(checker.losses() == 0);
    }
}

TEST_CASE("patterns that no lane can send are refused") {
    REQUIRE_THROWS_AS(pattern_generator(user({1})), std::invalid_argument);
    test_pattern pattern = user({1, 2});
    pattern.user_bytes = 33;
    REQUIRE_THROWS_AS(pattern_checker(pattern), std::invalid_argument);
    REQUIRE_THROWS_AS(pattern_generator(square(0)), std::invalid_argument);
    REQUIRE_THROWS_AS(pattern_generator(square(33)), std::invalid_argument);
    REQUIRE_THROWS_AS(pattern_checker(prbs(static_cast<prbs_kind>(8))), std::invalid_argument);
    REQUIRE_THROWS_AS(pattern_generator::after_seed(prbs(prbs_kind::prbs7), 0x80),
                      std::invalid_argument);
}
