#include "models/dsp/error_counter.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "models/common/random.h"

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

/// Blocks of `bits` independent bits with error probability `probability`.
next_block independent_errors(double probability, std::uint64_t bits, std::uint64_t seed) {
    return [=, position = std::uint64_t{0}]() mutable -> std::optional<block_count> {
        block_count block{0, bits};
        for (std::uint64_t k = 0; k < bits; ++k)
            block.errors += uniform53({seed, 0, 0}, position++) < probability;
        return block;
    };
}

}  // namespace

TEST_CASE("Clopper-Pearson intervals are the tabulated ones", "[error_counter]") {
    // 95 % limits as in binomial tables (Documenta Geigy, Scientific Tables, 7th edition).
    struct row {
        std::uint64_t errors, bits;
        double low, high;
    };
    for (const row& r : {row{1, 10, 0.0025, 0.4450}, row{5, 10, 0.1871, 0.8129},
                         row{2, 20, 0.0123, 0.3170}, row{10, 100, 0.0490, 0.1762}}) {
        const error_interval found = clopper_pearson(r.errors, r.bits);
        CHECK(found.low == Approx(r.low).margin(6e-5));
        CHECK(found.high == Approx(r.high).margin(6e-5));
    }
    for (const std::uint64_t n : {1u, 30u, 1000u, 1'000'000'000u}) {
        const double exact = -std::expm1(std::log(0.025) / static_cast<double>(n));
        CHECK(clopper_pearson(0, n).low == 0.0);
        CHECK(clopper_pearson(0, n).high == Approx(exact).epsilon(1e-7));
        CHECK(clopper_pearson(n, n).low == Approx(1.0 - exact).epsilon(1e-7));
        CHECK(clopper_pearson(n, n).high == 1.0);
    }
    // Poisson limits for few errors among many bits: 100 counts lie in 81.36 .. 121.63 (Garwood).
    const error_interval rare = clopper_pearson(100, 1'000'000'000'000);
    CHECK(rare.low == Approx(81.36e-12).epsilon(1e-4));
    CHECK(rare.high == Approx(121.63e-12).epsilon(1e-4));
    CHECK_THROWS_AS(clopper_pearson(2, 1), std::out_of_range);
    CHECK_THROWS_AS(clopper_pearson(0, 0), std::out_of_range);
    CHECK_THROWS_AS(clopper_pearson(0, 5, 1.0), std::out_of_range);
}

TEST_CASE("Without errors the bound is three over the bits", "[error_counter]") {
    CHECK(upper_bound_without_errors(1'000'000) == Approx(3e-6).epsilon(0.0015));
    CHECK(upper_bound_without_errors(1'000'000) == Approx(-std::log(0.05) * 1e-6).epsilon(1e-5));
    error_counter counter;
    CHECK(counter.interval().high == 1.0);
    counter.add({0, 3'000'000'000'000});
    CHECK(counter.interval().low == 0.0);
    CHECK(counter.interval().high == Approx(1e-12).epsilon(0.0015));
    CHECK_THROWS_AS(counter.add({2, 1}), std::invalid_argument);
}

TEST_CASE("Intervals cover the truth as often as they say", "[error_counter]") {
    constexpr double truth = 0.02;
    constexpr int runs = 400;
    int covered = 0, covered_by_blocks = 0;
    for (int run = 0; run < runs; ++run) {
        const auto next = independent_errors(truth, 250, 100 + static_cast<std::uint64_t>(run));
        error_counter counter;
        for (int block = 0; block < 20; ++block)
            counter.add(*next());
        const auto exact = counter.independent_interval();
        const auto scatter = counter.block_interval().value();
        covered += exact.low <= truth && truth <= exact.high;
        covered_by_blocks += scatter.low <= truth && truth <= scatter.high;
    }
    // Exact intervals cover at least 95 %, block intervals about as much; 4 sigma of 400 runs is
    // 4.4 %.
    CHECK(covered >= 0.95 * runs - 0.044 * runs);
    CHECK(covered_by_blocks >= 0.95 * runs - 0.055 * runs);
}

TEST_CASE("Bursts widen the interval by the root of their length", "[error_counter]") {
    constexpr std::uint64_t burst = 16;
    const auto single = independent_errors(0.001, 10'000, 7);
    error_counter counter;
    for (int block = 0; block < 200; ++block) {
        const auto found = *single();
        counter.add({found.errors * burst, found.bits * burst});
    }
    const error_interval narrow = counter.independent_interval();
    const error_interval scatter = counter.block_interval().value();
    // sqrt(16) = 4; the scatter of a variance from 200 blocks is 10 %, of its root 5 %.
    CHECK((scatter.high - scatter.low) / (narrow.high - narrow.low) == Approx(4.0).epsilon(0.2));
    CHECK(counter.interval().high == scatter.high);
    error_counter few;
    few.add({1, 100});
    CHECK_FALSE(few.block_interval());
}

TEST_CASE("A run stops by the first rule that holds and says which", "[error_counter]") {
    const auto run = [](const stop_rules& rules) {
        return count_until(rules, independent_errors(0.01, 1000, 9));
    };
    const auto by_errors = run({.target_errors = 100, .maximum_bits = 1'000'000});
    CHECK(by_errors.reason == stop_reason::target_errors);
    CHECK(by_errors.errors >= 100);
    CHECK(by_errors.errors < 150);
    CHECK(by_errors.ber == double(by_errors.errors) / double(by_errors.bits));
    CHECK(by_errors.low < 0.01);
    CHECK(by_errors.high > 0.01);
    CHECK_FALSE(by_errors.correlated);

    const auto by_width = run({.target_errors = 0, .relative_width = 0.2});
    CHECK(by_width.reason == stop_reason::interval_width);
    CHECK(by_width.high - by_width.low <= 0.2 * by_width.ber);
    // Width 2 * 1.96 / sqrt(errors) = 0.2 needs 384 errors.
    CHECK(by_width.errors == Approx(400).margin(60));

    const auto by_cap = run({.target_errors = 100, .maximum_bits = 3000});
    CHECK(by_cap.reason == stop_reason::maximum_bits);
    CHECK(by_cap.bits == 3000);

    int left = 2;
    const auto by_user = count_until({}, [&]() -> std::optional<block_count> {
        if (left-- == 0)
            return std::nullopt;
        return block_count{0, 1000};
    });
    CHECK(by_user.reason == stop_reason::interrupted);
    CHECK(by_user.bits == 2000);
    CHECK(by_user.ber == 0.0);
    CHECK(by_user.high == Approx(3.0 / 2000).epsilon(0.0025));
    CHECK(to_string(by_user.reason) == "interrupted");
}

TEST_CASE("What cannot be counted is refused with another way to go", "[error_counter]") {
    const auto next = independent_errors(0.5, 10, 1);
    CHECK_THROWS_WITH(count_until({.predicted_ber = 1e-12}, next),
                      Catch::Contains("1.0e-12") && Catch::Contains("importance sampling") &&
                          Catch::Contains("statistical eye"));
    CHECK_THROWS_AS(count_until({.predicted_ber = std::nan("")}, next), std::domain_error);
    CHECK_NOTHROW(count_until({.target_errors = 1, .predicted_ber = 1e-9}, next));
    CHECK_THROWS_AS(count_until({.maximum_bits = 0}, next), std::out_of_range);
    CHECK_THROWS_AS(count_until({.confidence = 2.0}, next), std::out_of_range);
}
