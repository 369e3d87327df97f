#include "models/dsp/statistical_eye.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "testbenches/unit/dsp/enumerated_law.h"

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

double upper_tail(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

sampled_channel clean_channel(double sigma) {
    sampled_channel channel;
    channel.pulse[6] = 1.0;
    channel.amplitude_a = 2e-6;
    channel.offset_a = 0.3e-6;
    channel.variance_zero = sigma * sigma;
    return channel;
}

receive_filter slicer_at(double relative) {
    receive_filter filter;
    filter.threshold_a[0] = 0.3e-6 + 2e-6 * relative;
    return filter;
}

/// A channel with interference on both sides, pairs, level-dependent coloured noise, crosstalk.
sampled_channel rich_channel(double sigma) {
    sampled_channel channel = clean_channel(sigma);
    channel.pulse = {};
    channel.pulse[5] = 0.09;
    channel.pulse[6] = 0.68;
    channel.pulse[7] = 0.17;
    channel.pulse[8] = 0.04;
    channel.pair[6] = 0.03;
    channel.pair[7] = -0.01;
    channel.variance_slope = 0.05 * sigma * sigma;
    channel.noise_correlation = {0.35, 0.08, 0.02, 0.0};
    channel.neighbours = 2;
    channel.crosstalk[0] = {0.0, 0.004, 0.03, 0.008, 0.0};
    channel.crosstalk[1] = {0.0, 0.0, 0.011, 0.0, 0.0};
    return channel;
}

void check_against_enumeration(const sampled_channel& channel, const receive_filter& filter,
                               double accuracy) {
    const error_rates law = first_error_law(channel, filter);
    const error_rates exact = enumerated_law(channel, filter).rates();
    INFO("exact " << exact.ber << ", law " << law.ber
                  << ", ratio - 1: " << law.ber / exact.ber - 1.0);
    CHECK(law.ber == Approx(exact.ber).epsilon(accuracy));
    CHECK(law.given_one == Approx(exact.given_one).epsilon(accuracy));
    CHECK(law.given_zero == Approx(exact.given_zero).epsilon(accuracy));
}

/// Phases of a triangular pulse of two symbols' width: displacement moves weight linearly.
photonics::phase_response triangle() {
    photonics::phase_response phases{};
    for (std::size_t p = 0; p < photonics::PHASES; ++p) {
        const double t = (static_cast<double>(p) - 8.0) / 16.0;
        for (int j = 0; j < PULSE_TAPS; ++j)
            phases.pulse[p][static_cast<std::size_t>(j)] = std::max(0.0, 1.0 - std::abs(j - 6 + t));
    }
    return phases;
}

}  // namespace

TEST_CASE("NRZ in white noise alone follows the table of BER(Q)") {
    // physics: BER -> Q of the normal distribution.
    const std::pair<double, double> table[] = {{1e-3, 3.090},  {2e-4, 3.540}, {2.4e-4, 3.492},
                                               {2e-8, 5.491},  {1e-9, 5.998}, {1e-10, 6.361},
                                               {1e-12, 7.034}, {1e-15, 7.941}};
    for (const auto& [ber, q] : table) {
        const auto rates = symbol_error_law(clean_channel(0.5 / q), slicer_at(0.5));
        CHECK(rates.ber == Approx(ber).epsilon(0.005));
        CHECK(rates.ber == Approx(upper_tail(q)).epsilon(1e-9));
    }
}

TEST_CASE("each level meets its own noise and distance") {
    auto channel = clean_channel(0.1);
    channel.variance_slope = 0.03;
    const auto rates = symbol_error_law(channel, slicer_at(0.4));
    CHECK(rates.given_zero == Approx(upper_tail(0.4 / 0.1)).epsilon(1e-9));
    CHECK(rates.given_one == Approx(upper_tail(0.6 / 0.2)).epsilon(1e-9));
}

TEST_CASE("PAM4 in white noise alone has 3/4 of a tail of errors for two bits") {
    auto channel = clean_channel(1.0 / 6.0 / 5.0);
    channel.format = photonics::modulation::pam4;
    channel.level = {0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0};
    receive_filter filter;
    for (std::size_t t = 0; t < 3; ++t)
        filter.threshold_a[t] = 0.3e-6 + 2e-6 * (1.0 + 2.0 * static_cast<double>(t)) / 6.0;
    // Six of the eight tails of four symbols, one bit each; two symbols away there is nothing.
    CHECK(symbol_error_law(channel, filter).ber == Approx(0.75 * upper_tail(5.0)).epsilon(1e-8));
    std::swap(filter.threshold_a[0], filter.threshold_a[2]);
    CHECK(symbol_error_law(channel, filter).ber == Approx(0.75 * upper_tail(5.0)).epsilon(1e-8));
}

TEST_CASE("one post cursor gives the mean of two tails, and feedback one") {
    auto channel = clean_channel(0.06);
    channel.pulse[6] = 0.8;
    channel.pulse[7] = 0.2;
    const auto rates = symbol_error_law(channel, slicer_at(0.5));
    const double open = upper_tail(0.5 / 0.06);
    const double closed = upper_tail(0.3 / 0.06);
    CHECK(rates.given_one == Approx(0.5 * (open + closed)).epsilon(2e-3));
    CHECK(rates.given_zero == Approx(0.5 * (open + closed)).epsilon(2e-3));
    auto filter = slicer_at(0.4);
    filter.feedback_a[0] = 0.2 * 2e-6;
    CHECK(first_error_law(channel, filter).ber == Approx(upper_tail(0.4 / 0.06)).epsilon(1e-9));
}

TEST_CASE("NRZ laws agree with enumeration down to 1e-15 within 2 %") {
    for (const double sigma : {0.2, 0.1, 0.07, 0.05, 0.04}) {
        const auto channel = rich_channel(sigma);
        for (const filter_shape& shape :
             {filter_shape{.forward_taps = 1}, filter_shape{.forward_taps = 3},
              filter_shape{.forward_taps = 3, .feedback_taps = 2},
              filter_shape{.forward_taps = 5, .feedback_taps = 1}}) {
            INFO("sigma " << sigma << ", taps " << shape.forward_taps << "+"
                          << shape.feedback_taps);
            check_against_enumeration(channel, train(channel, shape), 0.02);
        }
    }
}

TEST_CASE("PAM4 laws agree with enumeration down to 1e-15 within 2 %") {
    for (const double sigma : {0.06, 0.03, 0.015, 0.012}) {
        auto channel = rich_channel(sigma);
        channel.format = photonics::modulation::pam4;
        channel.level = {0.0, 0.35, 0.69, 1.0};
        channel.neighbours = 1;
        channel.crosstalk[0] = {0.0, 0.0, 0.012, 0.0, 0.0};
        channel.pulse[8] = 0.0;
        channel.pulse[5] = 0.05;
        channel.pair[7] = 0.0;
        for (const unsigned taps : {1u, 3u}) {
            INFO("sigma " << sigma << ", taps " << taps);
            check_against_enumeration(
                channel, train(channel, {.forward_taps = taps, .feedback_taps = 1}), 0.02);
        }
    }
}

TEST_CASE("noise that grows fivefold with light is followed pattern by pattern") {
    auto channel = rich_channel(0.015);
    channel.variance_slope = 5.0 * channel.variance_zero;
    check_against_enumeration(channel, train(channel, {.forward_taps = 1}), 0.02);
    // Correlated samples of unequal noise: only to second order around their means.
    channel = rich_channel(0.05);
    channel.variance_slope = 0.3 * channel.variance_zero;
    check_against_enumeration(channel, train(channel, {.forward_taps = 3}), 0.1);
}

TEST_CASE("a closed eye and a noiseless lane are counted, not refused") {
    auto closed = clean_channel(1e-4);
    closed.pulse[7] = 0.7;
    closed.pulse[8] = 0.7;
    // A one behind two zeros is 1, a zero behind two ones 1.4: threshold 1.2 errs one time in four
    // of the zeros and in one of four of the ones.
    const auto rates = symbol_error_law(closed, slicer_at(1.2));
    CHECK(rates.given_one == Approx(0.25));
    CHECK(rates.given_zero == Approx(0.25));
    const auto silent = symbol_error_law(clean_channel(0.0), slicer_at(0.5));
    CHECK(silent.ber == 0.0);
    auto dark = clean_channel(0.1);
    dark.pulse = {};
    CHECK(symbol_error_law(dark, slicer_at(0.0)).ber == Approx(0.5));
    dark.pulse[3] = NAN;
    CHECK_THROWS_AS(symbol_error_law(dark, slicer_at(0.0)), std::invalid_argument);
}

TEST_CASE("displacement follows the pulse between phases and into the next symbol") {
    const auto channel = clean_channel(0.1);
    const auto phases = triangle();
    const auto moved = displace(channel, phases, 0.3);
    // y[k + 0.3] holds 0.7 of symbol k and 0.3 of k + 1.
    CHECK(moved.pulse[6] == Approx(0.7));
    CHECK(moved.pulse[5] == Approx(0.3));
    CHECK(moved.pulse[7] == Approx(0.0).margin(1e-12));
    const auto next = displace(channel, phases, 1.0);
    CHECK(next.pulse[5] == Approx(1.0));
    CHECK_THROWS_AS(displace(channel, phases, 1.01), std::invalid_argument);
}

TEST_CASE("displacement replaces the noise that stands for jitter") {
    auto channel = clean_channel(0.1);
    channel.variance_zero += 4e-4;
    channel.jitter_variance = 4e-4;
    channel.noise_correlation[0] = 0.25;
    const auto moved = displace(channel, triangle(), 0.0);
    CHECK(moved.variance_zero == Approx(0.01));
    CHECK(moved.jitter_variance == 0.0);
    CHECK(moved.noise_correlation[0] == Approx(0.25 * 104.0 / 100.0));
}

TEST_CASE("jitter averages the error rate over its distribution") {
    const auto channel = clean_channel(0.08);
    const auto phases = triangle();
    const auto filter = slicer_at(0.5);
    // On the triangle a displacement of t costs |t| of the distance when the neighbour differs,
    // which it does in half of the cases.
    const auto at = [&](double t) {
        return 0.5 * (upper_tail(0.5 / 0.08) + upper_tail((0.5 - std::abs(t)) / 0.08));
    };
    double sine = 0.0;
    constexpr int points = 20000;
    for (int i = 0; i < points; ++i)
        sine += at(0.1 * std::sin(2.0 * M_PI * (i + 0.5) / points)) / points;
    CHECK(jittered_error_law(channel, phases, filter, {.sinusoidal_ui = 0.1}).ber ==
          Approx(sine).epsilon(0.05));
    double gauss = 0.0;
    for (int i = -800; i <= 800; ++i) {
        const double x = i * 0.01;
        gauss += at(0.04 * x) * std::exp(-0.5 * x * x) * 0.01 / std::sqrt(2.0 * M_PI);
    }
    CHECK(jittered_error_law(channel, phases, filter, {.random_ui = 0.04}).ber ==
          Approx(gauss).epsilon(0.25));
    CHECK(jittered_error_law(channel, phases, filter, {.duty_cycle_ui = 0.2}).ber ==
          Approx(at(0.1)).epsilon(0.005));
    CHECK(jittered_error_law(channel, phases, filter, {}).ber == Approx(at(0.0)).epsilon(0.005));
}

TEST_CASE("duty cycle moves the equaliser's samples against each other") {
    const auto channel = clean_channel(0.08);
    auto filter = slicer_at(0.5);
    filter.forward = {0.0, 0.2, 1.0, 0.2, 0.0};
    filter.threshold_a[0] = 1.4 * 0.3e-6 + 2e-6 * 0.7;
    const auto phases = triangle();
    const auto early = displace(channel, phases, -0.0625);
    const auto late = displace(channel, phases, 0.0625);
    // Main sample early: 0.9375 v[k] + 0.0625 v[k-1] + 0.2 (late samples of k + 1 and k - 1).
    auto combined = clean_channel(0.08);
    combined.pulse = {};
    combined.pulse[6] = 0.9375 + 0.2 * 0.0625;
    combined.pulse[7] = 0.0625 + 0.2 * 0.9375;
    combined.pulse[5] = 0.2 * 0.9375;
    combined.pulse[4] = 0.2 * 0.0625;
    combined.variance_zero = 0.0064 * 1.08;
    auto plain = slicer_at(0.7);
    const double expected = enumerated_law(combined, plain).rates().ber;
    CHECK(jittered_error_law(channel, phases, filter, {.duty_cycle_ui = 0.125}).ber ==
          Approx(expected).epsilon(0.01));
    CHECK(early.pulse[7] == Approx(0.0625));
    CHECK(late.pulse[5] == Approx(0.0625));
}

TEST_CASE("the eye holds the law, and densities of its levels") {
    const auto channel = clean_channel(0.05);
    const auto phases = triangle();
    const auto filter = slicer_at(0.5);
    const sampling_jitter jitter{.random_ui = 0.01};
    const auto eye = make_statistical_eye(channel, phases, filter, jitter, 200);
    REQUIRE(eye.phase_ui.size() == 16);
    CHECK(eye.phase_ui[8] == 0.0);
    CHECK(eye.phase_ui[0] == -0.5);
    CHECK(eye.at_centre.ber == eye.ber[8]);
    CHECK(eye.ber[8] ==
          Approx(jittered_error_law(channel, phases, filter, jitter).ber).epsilon(1e-6));
    CHECK(eye.ber[0] > 0.2);
    CHECK(eye.ber[3] > eye.ber[5]);
    CHECK(eye.ber[13] > eye.ber[11]);
    for (const auto& column : eye.density)
        CHECK(std::accumulate(column.begin(), column.end(), 0.0) == Approx(1.0));
    // At the centre without jitter: two Gaussians at the levels.
    const auto still = make_statistical_eye(channel, phases, filter, {}, 200);
    const double bin_a = still.voltage_a[1] - still.voltage_a[0];
    for (std::size_t i = 0; i < 200; i += 10) {
        const double x = (still.voltage_a[i] - 0.3e-6) / 2e-6;
        const auto bell = [&](double level) {
            return std::exp(-0.5 * std::pow((x - level) / 0.05, 2.0)) /
                   (0.05 * std::sqrt(2.0 * M_PI)) * bin_a / 2e-6;
        };
        CHECK(still.density[8][i] ==
              Approx(0.5 * (bell(0.0) + bell(1.0))).epsilon(0.03).margin(1e-5));
    }
    CHECK_THROWS_AS(make_statistical_eye(channel, phases, filter, {}, 1), std::invalid_argument);
}
