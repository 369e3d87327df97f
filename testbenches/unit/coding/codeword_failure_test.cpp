#include "models/coding/codeword_failure.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "models/coding/rs_fec.h"
#include "testbenches/unit/coding/random_codewords.h"

using namespace luxlane::coding;
using luxlane::coding::testing::generator;

namespace {

double failure_at(fec_kind kind, double bit_error_ratio) {
    return codeword_failure_ratio(kind, symbol_error_ratio(bit_error_ratio));
}

/// Half a unit of a table's last of two digits, relative.
constexpr double two_digits = 0.05;

struct monte_carlo {
    std::size_t words;
    std::size_t failures;
    std::size_t unmarked;  // those of them that the decoder took for other codewords
};

/// Sends the zero codeword and random ones through independent bit errors of ratio `p` and the
/// decoder.
monte_carlo run(fec_kind kind, double p, std::size_t words, generator& random) {
    const rs_code& code = *code_of(kind);
    const std::size_t n = code.codeword_symbols();
    std::vector<std::vector<std::uint16_t>> sent(8, std::vector<std::uint16_t>(n));
    for (std::size_t i = 1; i < sent.size(); ++i) {
        sent[i] = testing::random_codeword(code, random);
    }
    std::vector<std::uint16_t> received(n);
    monte_carlo result{words, 0, 0};
    std::geometric_distribution<std::size_t> gap(p);
    for (std::size_t i = 0; i < words; ++i) {
        const auto& codeword = sent[i % sent.size()];
        received = codeword;
        for (std::size_t bit = gap(random); bit < 10 * n; bit += 1 + gap(random)) {
            received[bit / 10] = static_cast<std::uint16_t>(received[bit / 10] ^ 1u << bit % 10);
        }
        const bool failed = code.decode(received).status == decode_status::uncorrectable;
        const bool wrong = !failed && received != codeword;
        result.unmarked += wrong;
        result.failures += failed || wrong;
    }
    return result;
}

/// Whether a count lies in the central 99 % of the binomial law, of which at most half a percent
/// lies on either side.
bool inside(const monte_carlo& result, double expected) {
    const auto n = static_cast<double>(result.words);
    const auto probability = [&](double k) {
        return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                        k * std::log(expected) + (n - k) * std::log1p(-expected));
    };
    double up_to = 0;
    for (std::size_t k = 0; k < result.failures; ++k) {
        up_to += probability(static_cast<double>(k));
    }
    const double at = probability(static_cast<double>(result.failures));
    INFO(result.failures << " failures of " << result.words << ", expected " << n * expected);
    // Less than one unmarked word in 4e5 failures is expected (miscorrection_ratio).
    return up_to < 0.995 && up_to + at > 0.005 && result.unmarked <= 2;
}

}  // namespace

TEST_CASE("codewords fail as often as the table says") {
    // Binomial tails to two digits, computed apart from this code.
    const struct {
        double bit_error_ratio;
        double kr4;
        double kp4;
        double rs272;
    } table[] = {{1e-3, 1.6e-1, 1.5e-4, 6.4e-3},
                 {2.4e-4, 5.2e-5, 8.2e-13, 4.2e-7},
                 {1e-4, 8.9e-8, 1.4e-18, 5.3e-10},
                 {1e-5, 1.4e-15, 2.1e-34, 6.5e-18},
                 {1e-6, 1.4e-23, 2.2e-50, 6.7e-26}};
    for (const auto& row : table) {
        CAPTURE(row.bit_error_ratio);
        CHECK(failure_at(fec_kind::kr4, row.bit_error_ratio) ==
              Approx(row.kr4).epsilon(two_digits));
        CHECK(failure_at(fec_kind::kp4, row.bit_error_ratio) ==
              Approx(row.kp4).epsilon(two_digits));
        CHECK(failure_at(fec_kind::rs272, row.bit_error_ratio) ==
              Approx(row.rs272).epsilon(two_digits));
    }
    // Without a code a single wrong bit of 5140 fails the message.
    CHECK(failure_at(fec_kind::none, 1e-6) == Approx(1 - std::pow(1 - 1e-6, 5140)).epsilon(1e-9));
}

TEST_CASE("the bit error ratio for a failure ratio is that of the table") {
    CHECK(bit_error_ratio_for(fec_kind::kr4, 1e-12) == Approx(2.3e-5).epsilon(0.025));
    CHECK(bit_error_ratio_for(fec_kind::kp4, 1e-12) == Approx(2.43e-4).epsilon(0.0025));
    CHECK(bit_error_ratio_for(fec_kind::rs272, 1e-12) == Approx(4.5e-5).epsilon(0.0125));
    CHECK(bit_error_ratio_for(fec_kind::kr4, 1e-15) == Approx(9.6e-6).epsilon(0.006));
    CHECK(bit_error_ratio_for(fec_kind::kp4, 1e-15) == Approx(1.54e-4).epsilon(0.004));
    CHECK(bit_error_ratio_for(fec_kind::rs272, 1e-15) == Approx(1.9e-5).epsilon(0.027));
    for (const double target : {1e-40, 1e-3, 0.5, 0.99}) {
        CHECK(failure_at(fec_kind::kp4, bit_error_ratio_for(fec_kind::kp4, target)) ==
              Approx(target).epsilon(1e-8));
    }
}

TEST_CASE("the real codec fails as often as the formula says") {
    const bool long_run = std::getenv("LUXLANE_LONG") != nullptr;
    const std::size_t scale = long_run ? 20 : 1;
    generator random(61);
    const double p = 1e-3;
    CHECK(inside(run(fec_kind::kr4, p, 20000 * scale, random), failure_at(fec_kind::kr4, p)));
    CHECK(inside(run(fec_kind::rs272, p, 100000 * scale, random), failure_at(fec_kind::rs272, p)));
    CHECK(inside(run(fec_kind::kp4, p, 200000 * scale, random), failure_at(fec_kind::kp4, p)));
}

TEST_CASE("lanes that are alike give the formula, and lanes that differ the sum over cases") {
    for (const fec_kind kind : {fec_kind::none, fec_kind::kr4, fec_kind::kp4, fec_kind::rs272}) {
        for (const double p : {1e-3, 1e-4, 1e-6}) {
            const std::vector<double> alike(codeword_symbols_of(kind), symbol_error_ratio(p));
            CHECK(codeword_failure_ratio(kind, alike) == Approx(failure_at(kind, p)).epsilon(1e-9));
        }
    }
    // Exactly t symbols of dead lanes are wrong, whatever their order: then one more error fails.
    std::vector<double> ratios(528, 0.0);
    for (std::size_t i = 0; i < 7; ++i) {
        ratios[75 * i] = 1.0;
    }
    CHECK(codeword_failure_ratio(fec_kind::kr4, ratios) == 0.0);
    ratios[1] = 1e-9;
    ratios[527] = 1e-7;
    CHECK(codeword_failure_ratio(fec_kind::kr4, ratios) ==
          Approx(1e-9 + 1e-7 - 1e-16).epsilon(1e-12));
    // Two classes of symbols, by the product of two binomial laws.
    std::vector<double> two(272, 1e-3);
    std::fill_n(two.begin(), 20, 0.05);
    double expected = 0;
    const auto binomial = [](double n, double k, double s) {
        return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1)) *
               std::pow(s, k) * std::pow(1 - s, n - k);
    };
    for (int bad = 0; bad <= 20; ++bad) {
        for (int good = std::max(0, 8 - bad); good <= 60; ++good) {
            expected += binomial(20, bad, 0.05) * binomial(252, good, 1e-3);
        }
    }
    CHECK(codeword_failure_ratio(fec_kind::rs272, two) == Approx(expected).epsilon(1e-9));
}

TEST_CASE("few words that cannot be corrected are taken for others") {
    // C(n,t) / 1024^t but for a few per cent: one in 5e5, 2e16 and 6e7.
    CHECK(1 / miscorrection_ratio(fec_kind::kr4) == Approx(5.4e5).epsilon(0.1));
    CHECK(1 / miscorrection_ratio(fec_kind::kp4) == Approx(2e16).epsilon(0.2));
    CHECK(1 / miscorrection_ratio(fec_kind::rs272) == Approx(6e7).epsilon(0.2));
    for (const fec_kind kind : {fec_kind::kr4, fec_kind::kp4, fec_kind::rs272}) {
        CHECK(miscorrection_ratio(kind) <=
              1 / std::tgamma(static_cast<double>(correctable_of(kind)) + 1));
    }
    CHECK(miscorrection_ratio(fec_kind::none) == 1.0);
    CHECK(undetected_ratio(fec_kind::none, 1e-6) == codeword_failure_ratio(fec_kind::none, 1e-6));
    CHECK(undetected_ratio(fec_kind::kp4, symbol_error_ratio(2.4e-4)) ==
          Approx(8.2e-13 / 2e16).epsilon(0.2));
}

TEST_CASE("behind the decoder only what it gave up is wrong") {
    // Where failures are rare nearly all have t + 1 errors, of hardly more than one bit each.
    CHECK(decoded_bit_error_ratio(fec_kind::kp4, 1e-5) ==
          Approx(2.1e-34 * 16 / 5440).epsilon(0.06));
    CHECK(decoded_bit_error_ratio(fec_kind::kr4, 1e-6) == Approx(1.4e-23 * 8 / 5280).epsilon(0.06));
    // Where all fail, or nothing is coded, errors pass.
    CHECK(decoded_bit_error_ratio(fec_kind::kr4, 0.1) == Approx(0.1).epsilon(1e-9));
    CHECK(decoded_bit_error_ratio(fec_kind::none, 1e-7) == Approx(1e-7).epsilon(1e-9));
    CHECK(decoded_bit_error_ratio(fec_kind::kp4, 0.0) == 0.0);
}

TEST_CASE("certainties are certain, and what is no probability is refused") {
    for (const fec_kind kind : {fec_kind::none, fec_kind::kp4}) {
        CHECK(codeword_failure_ratio(kind, 0.0) == 0.0);
        CHECK(codeword_failure_ratio(kind, 1.0) == 1.0);
    }
    CHECK(symbol_error_ratio(1.0) == 1.0);
    CHECK(symbol_error_ratio(1e-20) == Approx(1e-19).epsilon(1e-12));
    CHECK_THROWS_AS(symbol_error_ratio(-1e-9), std::out_of_range);
    CHECK_THROWS_AS(codeword_failure_ratio(fec_kind::kp4, 1.1), std::out_of_range);
    CHECK_THROWS_AS(codeword_failure_ratio(fec_kind::kp4, std::nan("")), std::out_of_range);
    CHECK_THROWS_AS(codeword_failure_ratio(fec_kind::kp4, std::vector<double>(528)),
                    std::invalid_argument);
    CHECK_THROWS_AS(bit_error_ratio_for(fec_kind::kp4, 0.0), std::out_of_range);
    CHECK_THROWS_AS(bit_error_ratio_for(fec_kind::kp4, 1.0), std::out_of_range);
}
