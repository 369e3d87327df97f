#include "models/coding/rs_fec.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>

#include "models/coding/gf1024.h"
#include "testbenches/unit/coding/libfec_code.h"
#include "testbenches/unit/coding/random_codewords.h"

using namespace luxlane::coding;
using luxlane::coding::testing::generator;
using luxlane::coding::testing::libfec_code;
using luxlane::coding::testing::random_codeword;
using word = std::vector<std::uint16_t>;

namespace {

const rs_code* const all_codes[] = {&rs_code::kp4(), &rs_code::kr4(), &rs_code::rs272()};

/// Replaces `count` different symbols by wrong ones; returns their positions, ascending.
std::vector<std::size_t> damage(word& codeword, std::size_t count, generator& random) {
    auto positions = testing::random_subset(count, codeword.size(), random);
    std::sort(positions.begin(), positions.end());
    testing::damage(codeword, positions, random);
    return positions;
}

}  // namespace

TEST_CASE("the generator polynomials are those of IEEE Std 802.3 Table 91-1") {
    REQUIRE(rs_code::kr4().generator() ==
            word{1, 904, 6, 701, 32, 656, 925, 900, 614, 391, 592, 265, 945, 290, 432});
    REQUIRE(rs_code::kp4().generator() ==
            word{1,   575, 552, 187, 230, 552, 1,   108, 565, 282, 249, 593, 132, 94,  720, 495,
                 385, 942, 503, 883, 361, 788, 610, 193, 392, 127, 185, 158, 128, 834, 523});
    REQUIRE(rs_code::rs272().generator() == rs_code::kr4().generator());
}

TEST_CASE("the parity of known messages is that of other codecs") {
    std::ifstream file(std::string(LUXLANE_VECTORS) + "/rs_gf1024.txt");
    REQUIRE(file.is_open());
    const std::function<unsigned(unsigned, unsigned)> messages[] = {
        [](unsigned i, unsigned) { return i % 1024; },
        [](unsigned i, unsigned k) { return i + 1 == k ? 1u : 0u; },
        [](unsigned i, unsigned) { return (i * i * 7 + 13 * i + 5) % 1024; }};
    int compared = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') {
            continue;
        }
        std::istringstream fields(line);
        std::string name;
        std::string kind;
        fields >> name >> kind;
        word parity;
        for (unsigned symbol = 0; fields >> symbol;) {
            parity.push_back(static_cast<std::uint16_t>(symbol));
        }
        for (const rs_code* code : all_codes) {
            const std::size_t k = code->message_symbols();
            if (name ==
                "RS(" + std::to_string(code->codeword_symbols()) + "," + std::to_string(k) + ")") {
                word codeword(code->codeword_symbols());
                for (unsigned i = 0; i < k; ++i) {
                    codeword[i] = static_cast<std::uint16_t>(
                        messages[kind[0] - 'A'](i, static_cast<unsigned>(k)));
                }
                code->encode(std::span(codeword).first(k), codeword);
                REQUIRE(word(codeword.begin() + static_cast<long>(k), codeword.end()) == parity);
                ++compared;
            }
        }
    }
    REQUIRE(compared == 9);
}

TEST_CASE("1000 random codewords with 0 to t + 1 errors: the same as libfec") {
    generator random(11);
    for (const rs_code* code : all_codes) {
        const libfec_code oracle(*code);
        for (std::size_t trial = 0; trial < 1000; ++trial) {
            const word sent = random_codeword(*code, random);
            word by_oracle = sent;
            oracle.encode(by_oracle);
            REQUIRE(by_oracle == sent);

            const std::size_t count = trial % (code->correctable() + 2);
            word received = sent;
            const auto positions = damage(received, count, random);
            const word before = received;
            by_oracle = received;
            const int oracle_errors = oracle.decode(by_oracle);
            REQUIRE(code->is_codeword(received) == (count == 0));
            const decode_result result = code->decode(received);
            if (count > code->correctable()) {
                REQUIRE(oracle_errors < 0);
                REQUIRE(result.status == decode_status::uncorrectable);
                REQUIRE(received == before);
            } else {
                REQUIRE(oracle_errors == static_cast<int>(count));
                REQUIRE(result.status ==
                        (count == 0 ? decode_status::clean : decode_status::corrected));
                REQUIRE(result.errors == count);
                REQUIRE(std::equal(positions.begin(), positions.end(), result.positions.begin()));
                REQUIRE(received == by_oracle);
                REQUIRE(received == sent);
            }
        }
    }
}

TEST_CASE("a single error of any value is corrected at every position") {
    generator random(12);
    const rs_code& code = rs_code::kp4();
    const word sent = random_codeword(code, random);
    for (std::size_t position = 0; position < sent.size(); ++position) {
        word received = sent;
        received[position] = static_cast<std::uint16_t>(received[position] ^ (1 + position % 1023));
        const decode_result result = code.decode(received);
        REQUIRE(result.errors == 1);
        REQUIRE(result.positions[0] == position);
        REQUIRE(received == sent);
    }
}

TEST_CASE("random words are uncorrectable and stay as they are") {
    generator random(13);
    for (const rs_code* code : all_codes) {
        for (int trial = 0; trial < 200; ++trial) {
            word received = testing::random_symbols(code->codeword_symbols(), random);
            const word before = received;
            // C(272,7) / 1024^7: RS(272,258) takes one random word in 6e7 for a correctable one.
            // The others: KR4 one in 5e5, KP4 one in 2e16.
            REQUIRE(code->decode(received).status == decode_status::uncorrectable);
            REQUIRE(received == before);
        }
    }
}

TEST_CASE("codes of other sizes work too, down to one message symbol and up to the full length") {
    generator random(14);
    for (const auto& [n, k] : {std::pair<std::size_t, std::size_t>{1023, 993},
                               {1023, 1015},
                               {9, 1},
                               {24, 8},
                               {31, 15},
                               {47, 17},
                               {100, 82}}) {
        const rs_code code(n, k);
        const libfec_code oracle(code);
        for (int trial = 0; trial < 20; ++trial) {
            const word sent = random_codeword(code, random);
            word by_oracle = sent;
            oracle.encode(by_oracle);
            REQUIRE(by_oracle == sent);
            word received = sent;
            damage(received, code.correctable(), random);
            REQUIRE(code.decode(received).errors == code.correctable());
            REQUIRE(received == sent);
        }
    }
}

TEST_CASE("impossible codes and wrong sizes are refused") {
    REQUIRE_THROWS_AS(rs_code(1024, 1000), std::invalid_argument);
    REQUIRE_THROWS_AS(rs_code(100, 100), std::invalid_argument);
    REQUIRE_THROWS_AS(rs_code(100, 91), std::invalid_argument);
    REQUIRE_THROWS_AS(rs_code(100, 68), std::invalid_argument);
    REQUIRE_THROWS_AS(rs_code(100, 94), std::invalid_argument);
    const rs_code& code = rs_code::kp4();
    word codeword(544);
    word message(513);
    REQUIRE_THROWS_AS(code.encode(message, codeword), std::invalid_argument);
    REQUIRE_THROWS_AS(code.decode(message), std::invalid_argument);
    REQUIRE_THROWS_AS(code.is_codeword(message), std::invalid_argument);
}
