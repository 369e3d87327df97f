// IT++ as a second oracle, in a program of its own: its headers are heavy.

#include <itpp/comm/reedsolomon.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "models/coding/rs_fec.h"
#include "testbenches/unit/coding/random_codewords.h"

using namespace luxlane::coding;
using luxlane::coding::testing::generator;
using word = std::vector<std::uint16_t>;

namespace {

constexpr std::size_t full_length = 1023;
constexpr int symbol_bits = 10;

/// IT++ takes the lowest coefficient first and codes the full length only: symbols in reversed
/// order, the zeros of the shortening behind the message, each symbol's highest bit first.
class itpp_code {
public:
    explicit itpp_code(const rs_code& code)
        : n_(code.codeword_symbols()),
          k_(code.message_symbols()),
          codec_(symbol_bits, static_cast<int>(code.correctable()), true, 0) {}

    void encode(word& codeword) {
        const itpp::bvec coded = codec_.encode(bits_of(codeword, k_));
        for (std::size_t i = 0; i < n_ - k_; ++i) {
            codeword[n_ - 1 - i] = symbol(coded, full_message() + i);
        }
    }

    /// Whether the message could be corrected; then it is, the parity is not.
    bool decode(word& received) {
        itpp::bvec coded = bits_of(received, k_);
        coded.set_size(static_cast<int>(full_length) * symbol_bits, true);
        for (std::size_t i = 0; i < n_ - k_; ++i) {
            put(coded, full_message() + i, received[n_ - 1 - i]);
        }
        itpp::bvec message;
        itpp::bvec valid;
        const bool decoded = codec_.decode(coded, message, valid);
        for (std::size_t i = 0; decoded && i < k_; ++i) {
            received[k_ - 1 - i] = symbol(message, i);
        }
        return decoded;
    }

private:
    std::size_t full_message() const { return full_length - (n_ - k_); }

    itpp::bvec bits_of(const word& codeword, std::size_t count) const {
        itpp::bvec bits(static_cast<int>(full_message()) * symbol_bits);
        bits.zeros();
        for (std::size_t i = 0; i < count; ++i) {
            put(bits, i, codeword[count - 1 - i]);
        }
        return bits;
    }

    static void put(itpp::bvec& bits, std::size_t place, std::uint16_t value) {
        for (int b = 0; b < symbol_bits; ++b) {
            bits[static_cast<int>(place) * symbol_bits + b] =
                static_cast<int>(value >> (symbol_bits - 1 - b) & 1);
        }
    }

    static std::uint16_t symbol(const itpp::bvec& bits, std::size_t place) {
        int value = 0;
        for (int b = 0; b < symbol_bits; ++b) {
            value = 2 * value + int{bits[static_cast<int>(place) * symbol_bits + b]};
        }
        return static_cast<std::uint16_t>(value);
    }

    std::size_t n_;
    std::size_t k_;
    itpp::Reed_Solomon codec_;
};

const rs_code* const all_codes[] = {&rs_code::kp4(), &rs_code::kr4(), &rs_code::rs272()};

}  // namespace

TEST_CASE("parity of random messages is that of IT++") {
    generator random(51);
    for (const rs_code* code : all_codes) {
        itpp_code oracle(*code);
        for (int trial = 0; trial < 5; ++trial) {
            const word sent = testing::random_codeword(*code, random);
            word by_oracle = sent;
            std::fill(by_oracle.begin() + static_cast<long>(code->message_symbols()),
                      by_oracle.end(), std::uint16_t{0});
            oracle.encode(by_oracle);
            REQUIRE(by_oracle == sent);
        }
    }
}

TEST_CASE("up to t errors are corrected as by IT++, and one more by neither") {
    // Its decoder with erasures corrects none beyond t symbols in all: libfec is the oracle there.
    generator random(52);
    for (const rs_code* code : all_codes) {
        itpp_code oracle(*code);
        const auto k = static_cast<long>(code->message_symbols());
        const std::size_t t = code->correctable();
        for (const std::size_t errors : {std::size_t{1}, t / 2, t, t + 1}) {
            const word sent = testing::random_codeword(*code, random);
            word received = sent;
            testing::damage(received, testing::random_subset(errors, sent.size(), random), random);
            word by_oracle = received;
            const bool decoded = oracle.decode(by_oracle);
            const decode_result result = code->decode(received);
            REQUIRE(decoded == (errors <= t));
            REQUIRE(decoded == (result.status == decode_status::corrected));
            if (decoded) {
                REQUIRE(std::equal(sent.begin(), sent.begin() + k, by_oracle.begin()));
                REQUIRE(received == sent);
            }
        }
    }
}
