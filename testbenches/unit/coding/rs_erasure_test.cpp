#include <algorithm>
#include <catch2/catch.hpp>

#include "models/coding/rs_fec.h"
#include "testbenches/unit/coding/libfec_code.h"
#include "testbenches/unit/coding/random_codewords.h"

using namespace luxlane::coding;
using luxlane::coding::testing::generator;
using luxlane::coding::testing::libfec_code;
using word = std::vector<std::uint16_t>;

namespace {

const rs_code* const all_codes[] = {&rs_code::kp4(), &rs_code::kr4(), &rs_code::rs272()};

/// A codeword with errors at places nobody knows and random symbols at erased ones.
struct damaged_word {
    word sent;
    word received;
    std::vector<std::uint16_t> erasures;
    std::vector<std::uint16_t> wrong;  // positions, ascending
};

damaged_word damaged(const rs_code& code, std::size_t errors, std::size_t erasures,
                     generator& random) {
    damaged_word result;
    result.sent = testing::random_codeword(code, random);
    result.received = result.sent;
    const auto places = testing::random_subset(errors + erasures, result.sent.size(), random);
    testing::damage(result.received, std::span(places).first(errors), random);
    for (const std::size_t place : std::span(places).subspan(errors)) {
        result.received[place] = static_cast<std::uint16_t>(random() & 0x3FF);
        result.erasures.push_back(static_cast<std::uint16_t>(place));
    }
    std::sort(result.erasures.begin(), result.erasures.end());
    for (std::size_t i = 0; i < result.sent.size(); ++i) {
        if (result.received[i] != result.sent[i]) {
            result.wrong.push_back(static_cast<std::uint16_t>(i));
        }
    }
    return result;
}

/// Differences outside the erasures.
std::size_t changes(const word& a, const word& b, const std::vector<std::uint16_t>& erasures) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        count += a[i] != b[i] && !std::binary_search(erasures.begin(), erasures.end(), i);
    }
    return count;
}

}  // namespace

TEST_CASE("e errors and f erasures with 2 e + f <= n - k are corrected, as by libfec") {
    generator random(41);
    for (const rs_code* code : all_codes) {
        const libfec_code oracle(*code);
        const std::size_t parity = code->parity_symbols();
        for (std::size_t erasures = 0; erasures <= parity; ++erasures) {
            for (std::size_t errors = 0; 2 * errors + erasures <= parity; ++errors) {
                for (int trial = 0; trial < 5; ++trial) {
                    damaged_word test = damaged(*code, errors, erasures, random);
                    word by_oracle = test.received;
                    oracle.decode(by_oracle, test.erasures);
                    REQUIRE(by_oracle == test.sent);
                    const decode_result result = code->decode(test.received, test.erasures);
                    REQUIRE(test.received == test.sent);
                    REQUIRE(result.status ==
                            (test.wrong.empty() ? decode_status::clean : decode_status::corrected));
                    REQUIRE(result.errors == test.wrong.size());
                    REQUIRE(
                        std::equal(test.wrong.begin(), test.wrong.end(), result.positions.begin()));
                }
            }
        }
    }
}

TEST_CASE("beyond that a word is left as it was, or becomes the codeword that libfec finds") {
    generator random(42);
    for (const rs_code* code : all_codes) {
        const libfec_code oracle(*code);
        const std::size_t parity = code->parity_symbols();
        std::size_t refused = 0;
        for (int trial = 0; trial < 3000; ++trial) {
            const std::size_t erasures = random() % (parity + 1);
            const std::size_t errors = (parity - erasures) / 2 + 1 + random() % 4;
            damaged_word test = damaged(*code, errors, erasures, random);
            const word before = test.received;
            word by_oracle = test.received;
            const int oracle_errors = oracle.decode(by_oracle, test.erasures);
            const decode_result result = code->decode(test.received, test.erasures);
            if (result.status == decode_status::uncorrectable) {
                REQUIRE(test.received == before);
                REQUIRE(result.errors == 0);
                ++refused;
                // libfec also accepts errors in the zeros that it pads with, which leaves no
                // codeword, and more errors than the erasures leave room for.
                const bool beyond =
                    2 * changes(before, by_oracle, test.erasures) + erasures > parity;
                REQUIRE((oracle_errors < 0 || beyond || !code->is_codeword(by_oracle)));
            } else {
                REQUIRE(code->is_codeword(test.received));
                REQUIRE(oracle_errors >= 0);
                REQUIRE(by_oracle == test.received);
            }
        }
        REQUIRE(refused > 1000);
    }
}

TEST_CASE("more erasures than parity symbols are uncorrectable unless the word is clean") {
    generator random(43);
    const rs_code& code = rs_code::kr4();
    damaged_word test = damaged(code, 1, 15, random);
    const word before = test.received;
    REQUIRE(code.decode(test.received, test.erasures).status == decode_status::uncorrectable);
    REQUIRE(test.received == before);
    REQUIRE(code.decode(test.sent, test.erasures).status == decode_status::clean);
}

TEST_CASE("erasures outside the word, twice or in disorder are refused") {
    word zeros(528);
    const rs_code& code = rs_code::kr4();
    for (const std::vector<std::uint16_t>& erasures :
         {std::vector<std::uint16_t>{528}, {3, 3}, {4, 3}, {1, 2, 600}}) {
        REQUIRE_THROWS_AS(code.decode(zeros, erasures), std::invalid_argument);
    }
}
