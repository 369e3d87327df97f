#include "models/coding/prbs.h"

#include <itpp/comm/sequence.h>

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

/// Exponents of the polynomials of ITU-T O.150 and 802.3.
std::vector<unsigned> polynomial(prbs_kind kind) {
    switch (kind) {
        case prbs_kind::prbs7:
            return {7, 6};
        case prbs_kind::prbs9:
            return {9, 5};
        case prbs_kind::prbs11:
            return {11, 9};
        case prbs_kind::prbs13:
            return {13, 12, 2, 1};
        case prbs_kind::prbs15:
            return {15, 14};
        case prbs_kind::prbs23:
            return {23, 18};
        case prbs_kind::prbs31:
            return {31, 28};
    }
    return {};
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

TEST_CASE("filling gives the same bits however it is cut into calls") {
    for (const prbs_kind kind : all_kinds) {
        prbs_generator one(kind, 3);
        prbs_generator other(kind, 3);
        std::vector<std::uint64_t> words;
        for (const std::size_t size : {5u, 1u, 31u, 62u, 300u, 0u, 64u, 7u, 1000u, 61u, 2u}) {
            std::vector<std::uint64_t> part(size);
            other.fill(part);
            words.insert(words.end(), part.begin(), part.end());
        }
        for (const std::uint64_t word : words) {
            REQUIRE(word == one.next_word());
        }
    }
}

TEST_CASE("every PRBS equals the shift register of IT++") {
    for (const prbs_kind kind : all_kinds) {
        const auto length = static_cast<int>(kind);
        itpp::bvec connections(length + 1);
        connections.zeros();
        connections(0) = 1;
        for (const unsigned tap : polynomial(kind)) {
            connections(static_cast<int>(tap)) = 1;
        }
        itpp::bvec state(length);  // the newest bit first
        for (int k = 0; k < length; ++k) {
            state(k) = itpp::bin((0x2B5A91C7u >> k) & 1u);
        }
        itpp::LFSR oracle(connections);
        oracle.set_state(state);
        const auto words = sequence(kind, 0x2B5A91C7, 300);
        const itpp::bvec bits = oracle.shift(static_cast<int>(64 * words.size()));
        for (std::uint64_t i = 0; i < 64 * words.size(); ++i) {
            REQUIRE(bit_of(words, i) == (bits(static_cast<int>(i)) == itpp::bin(1)));
        }
    }
}
