#include "models/dsp/importance_sampling.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/dsp/statistical_eye.h"
#include "testbenches/unit/dsp/counted_symbols.h"
#include "testbenches/unit/dsp/enumerated_law.h"

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

constexpr stream_key STREAM = {5, 0, 7};

double upper_tail(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

sampled_channel noisy_channel(double sigma) {
    sampled_channel channel;
    channel.pulse[6] = 1.0;
    channel.amplitude_a = 1e-6;
    channel.variance_zero = sigma * sigma;
    return channel;
}

receive_filter middle_slicer() {
    receive_filter filter;
    filter.threshold_a[0] = 0.5e-6;
    return filter;
}

/// Interference on both sides, pairs, coloured noise that grows with light, crosstalk.
sampled_channel rich_channel(double sigma) {
    sampled_channel channel = noisy_channel(sigma);
    channel.pulse[5] = 0.09;
    channel.pulse[6] = 0.68;
    channel.pulse[7] = 0.17;
    channel.pulse[8] = 0.04;
    channel.pair[6] = 0.03;
    channel.variance_slope = 0.05 * sigma * sigma;
    channel.noise_correlation = {0.35, 0.08, 0.02, 0.0};
    channel.neighbours = 1;
    channel.crosstalk[0] = {0.0, 0.004, 0.03, 0.008, 0.0};
    return channel;
}

void make_pam4(sampled_channel& channel) {
    channel.format = photonics::modulation::pam4;
    channel.level = {0.0, 0.35, 0.69, 1.0};
    channel.pulse[8] = 0.0;
    channel.pulse[5] = 0.05;
    channel.crosstalk[0] = {0.0, 0.0, 0.012, 0.0, 0.0};
}

}  // namespace

TEST_CASE("noise alone is integrated exactly, up to Q = 8") {
    for (const double q : {1.0, 3.0, 6.0, 7.034, 8.0}) {
        const auto found = sample_rare_errors(noisy_channel(0.5 / q), middle_slicer(), STREAM, 100);
        CHECK(found.ber == Approx(upper_tail(q)).epsilon(1e-9));
        CHECK(found.interval.high - found.interval.low < 1e-6 * found.ber);
    }
}

TEST_CASE("patterns that one symbol in 65536 meets decide, and are found") {
    // Sixteen equal interferers: only the two worst patterns come within 23 sigma of the threshold.
    auto channel = noisy_channel(0.013);
    for (std::size_t j = 0; j < channel.pulse.size(); ++j)
        if (j != 6)
            channel.pulse[j] = 0.025;
    receive_filter filter;
    filter.threshold_a[0] = 0.7e-6;
    double exact = 0.0, choices = 1.0;
    for (int high = 0; high <= 16; ++high) {
        exact += choices / 65536.0 * upper_tail((0.7 - 0.025 * high) / 0.013);
        choices *= (16.0 - high) / (high + 1.0);
    }
    REQUIRE(exact < 1e-100);
    const auto found = sample_rare_errors(channel, filter, STREAM, 20000);
    CHECK(found.ber == Approx(exact).epsilon(0.05));
    CHECK(found.interval.low < exact);
    CHECK(found.interval.high > exact);
}

TEST_CASE("estimates agree with enumeration down to 1e-15") {
    for (const bool pam4 : {false, true})
        for (const double sigma : {0.1, 0.06, 0.05, 0.04}) {
            auto channel = rich_channel(pam4 ? 0.3 * sigma : sigma);
            if (pam4)
                make_pam4(channel);
            const auto filter = train(channel, {.forward_taps = 3});
            const double exact = enumerated_law(channel, filter).rates().ber;
            const auto found = sample_rare_errors(channel, filter, STREAM, 40000);
            INFO("exact " << exact << ", found " << found.ber);
            // Noise of unequal correlated samples is second order: a percent.
            CHECK(found.interval.low < 1.01 * exact);
            CHECK(found.interval.high > 0.99 * exact);
            CHECK(found.interval.high < 1.1 * found.interval.low);
        }
}

TEST_CASE("intervals hold what they promise") {
    auto channel = rich_channel(0.05);
    channel.variance_slope = 0.0;
    const auto filter = train(channel, {.forward_taps = 3});
    const double exact = enumerated_law(channel, filter).rates().ber;
    REQUIRE(exact < 1e-7);
    constexpr std::uint64_t runs = 400;
    std::uint64_t covered = 0;
    for (std::uint64_t seed = 0; seed < runs; ++seed) {
        const auto found = sample_rare_errors(channel, filter, {seed, 0, 7}, 2000);
        covered += found.interval.low <= exact && exact <= found.interval.high;
    }
    const auto share = clopper_pearson(covered, runs, 0.999);
    INFO(covered << " of " << runs << " intervals of 95 % hold the exact " << exact);
    CHECK(share.low <= 0.95);
    CHECK(share.high >= 0.95);
}

TEST_CASE("errors that feedback multiplies are sampled as often as counted") {
    auto channel = rich_channel(0.12);
    channel.pulse[7] = 0.3;
    const auto filter = train(channel, {.forward_taps = 3, .feedback_taps = 1});
    counted_symbols source(channel, filter, 3);
    error_counter counter;
    for (int k = 0; k < 500; ++k)
        counter.add(source.next());
    REQUIRE(counter.errors() > 1000);
    const auto found = sample_rare_errors(channel, filter, STREAM, 40000);
    const auto counted = counter.interval(0.99);
    INFO("counted " << counter.ber() << ", sampled " << found.ber);
    CHECK(found.interval.low < counted.high);
    CHECK(found.interval.high > counted.low);
}

TEST_CASE("the same stream gives the same answer, another one another") {
    const auto channel = rich_channel(0.05);
    const auto filter = train(channel, {.forward_taps = 3});
    const auto first = sample_rare_errors(channel, filter, {1, 2, 3}, 5000);
    CHECK(sample_rare_errors(channel, filter, {1, 2, 3}, 5000).ber == first.ber);
    CHECK(sample_rare_errors(channel, filter, {2, 2, 3}, 5000).ber != first.ber);
    CHECK(first.patterns == 5000);
    CHECK(sample_rare_errors(channel, filter, {1, 2, 3}, 0).patterns == 4);
    CHECK_THROWS_AS(sample_rare_errors(channel, filter, {1, 2, 3}, 10, 1.0), std::domain_error);
}
