#include "models/coding/prbs.h"

#include <bit>
#include <catch2/catch.hpp>
#include <vector>

using namespace luxlane::coding;

namespace {

const prbs_kind all_kinds[] = {prbs_kind::prbs7,  prbs_kind::prbs9,  prbs_kind::prbs11,
                               prbs_kind::prbs13, prbs_kind::prbs15, prbs_kind::prbs23,
                               prbs_kind::prbs31};

bool bit_of(const std::vector<std::uint64_t>& words, std::uint64_t i) {
    return ((words[i / 64] >> (i % 64)) & 1u) != 0;
}

/// The recurrences of ITU-T O.150 and IEEE Std 802.3 94.3.10.8, written out.
bool recurrence(prbs_kind kind, const std::vector<std::uint64_t>& words, std::uint64_t i) {
    const auto back = [&](std::uint64_t delay) { return bit_of(words, i - delay); };
    switch (kind) {
        case prbs_kind::prbs7:
            return back(7) != back(6);
        case prbs_kind::prbs9:
            return back(9) != back(5);
        case prbs_kind::prbs11:
            return back(11) != back(9);
        case prbs_kind::prbs13:
            return (back(13) != back(12)) != (back(2) != back(1));
        case prbs_kind::prbs15:
            return back(15) != back(14);
        case prbs_kind::prbs23:
            return back(23) != back(18);
        case prbs_kind::prbs31:
            return back(31) != back(28);
    }
    return false;
}

std::vector<std::uint64_t> sequence(prbs_kind kind, std::uint32_t seed, std::size_t words) {
    std::vector<std::uint64_t> result(words);
    prbs_generator(kind, seed).fill(result);
    return result;
}

}  // namespace

TEST_CASE("every PRBS obeys its recurrence, from the seed on") {
    for (const prbs_kind kind : all_kinds) {
        const std::uint32_t seed = 0x2B5A91C7;
        auto words = sequence(kind, seed, 400);
        // Put the seed before the sequence: bit k of it came k + 1 bits earlier.
        std::uint64_t before = 0;
        for (unsigned k = 0; k < 32; ++k) {
            before |= std::uint64_t{(seed >> k) & 1u} << (63 - k);
        }
        words.insert(words.begin(), before);
        for (std::uint64_t i = 64; i < 64 * words.size(); ++i) {
            REQUIRE(bit_of(words, i) == recurrence(kind, words, i));
        }
    }
}

TEST_CASE("a PRBS has the full period and one more one than zeros") {
    for (const prbs_kind kind : all_kinds) {
        const std::uint64_t period = prbs_period(kind);
        if (period > (1u << 23)) {
            continue;  // PRBS31's period takes seconds
        }
        const auto words = sequence(kind, 1, static_cast<std::size_t>(period / 64 + 2));
        std::uint64_t ones = 0;
        std::uint64_t first_return = 0;
        std::uint32_t state = 1;
        const auto mask = static_cast<std::uint32_t>(period);
        for (std::uint64_t i = 0; i < period; ++i) {
            ones += bit_of(words, i);
            state = ((state << 1) | bit_of(words, i)) & mask;
            if (state == 1 && first_return == 0) {
                first_return = i + 1;
            }
        }
        REQUIRE(first_return == period);
        REQUIRE(ones == (period + 1) / 2);
    }
}

TEST_CASE("a zero seed is refused") {
    REQUIRE_THROWS_AS(prbs_generator(prbs_kind::prbs7, 0x80), std::invalid_argument);
}

TEST_CASE("the checker locks at any phase and counts each wrong bit once") {
    for (const prbs_kind kind : all_kinds) {
        auto words = sequence(kind, 77, 1000);
        // Begin in the middle of a word.
        for (std::size_t i = 0; i + 1 < words.size(); ++i) {
            words[i] = (words[i] >> 13) | (words[i + 1] << 51);
        }
        words.pop_back();
        std::uint64_t injected = 0;
        for (std::size_t i = 10; i < words.size(); i += 7) {
            words[i] ^= std::uint64_t{1} << (i % 64);
            ++injected;
        }
        prbs_checker checker(kind);
        checker.check(words);
        REQUIRE(checker.locked());
        REQUIRE(checker.errors() == injected);
        REQUIRE(checker.bits() >= 64 * (words.size() - 2));
        REQUIRE(checker.losses() == 0);
    }
}

TEST_CASE("a dark lane and another sequence never lock") {
    prbs_checker dark(prbs_kind::prbs15);
    dark.check(std::vector<std::uint64_t>(100, 0));
    REQUIRE_FALSE(dark.locked());
    prbs_checker other(prbs_kind::prbs15);
    other.check(sequence(prbs_kind::prbs31, 5, 1000));
    REQUIRE_FALSE(other.locked());
}

TEST_CASE("lock is kept at a quarter of wrong bits, lost above, and found again") {
    const auto words = sequence(prbs_kind::prbs23, 9, 44);
    prbs_checker checker(prbs_kind::prbs23);
    const std::span<const std::uint64_t> all(words);
    checker.check(all.first(4));
    REQUIRE(checker.locked());
    const std::uint64_t counted = checker.bits();
    // Finish the window of four words that began with lock, then damage whole windows.
    const std::size_t begin = 4 + (4 - counted / 64 % 4) % 4;
    checker.check(all.subspan(4, begin - 4));
    std::vector<std::uint64_t> damaged(all.begin() + static_cast<long>(begin), all.end());
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
    checker.reset();
    REQUIRE_FALSE(checker.locked());
    REQUIRE(checker.bits() == 0);
}
