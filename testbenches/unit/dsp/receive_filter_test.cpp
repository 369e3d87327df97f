#include "models/dsp/receive_filter.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/dsp/equalised_channel.h"

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

sampled_channel clean_channel(double sigma) {
    sampled_channel channel;
    channel.pulse[6] = 1.0;
    channel.amplitude_a = 1e-6;
    channel.offset_a = 0.2e-6;
    channel.variance_zero = sigma * sigma;
    return channel;
}

}  // namespace

TEST_CASE("a channel without interference and white noise needs no equaliser") {
    const auto filter = train(clean_channel(0.1), {.forward_taps = 5, .feedback_taps = 5});
    for (std::size_t i = 0; i < FORWARD_TAPS; ++i)
        CHECK(filter.forward[i] == Approx(i == FORWARD_PRE ? 1.0 : 0.0).margin(1e-12));
    for (const double tap : filter.feedback_a)
        CHECK(tap == Approx(0.0).margin(1e-18));
    CHECK(filter.threshold_a[0] == Approx(0.7e-6));
}

TEST_CASE("without noise three taps solve the normal equations of one post cursor") {
    // y[k] = v[k] + h v[k-1]: minimising over (f1, f2, f3) by hand gives R f = p with
    // R = [1+hh, h, 0; h, 1+hh, h; 0, h, 1+hh] and p = (h, 1, 0), taps on y[k+1], y[k], y[k-1].
    constexpr double h = 0.4;
    auto channel = clean_channel(0.0);
    channel.pulse[7] = h;
    const auto filter = train(channel, {.forward_taps = 3});
    const double a = 1.0 + h * h;
    // From the third row f3 = -h/a f2; from the first f1 = (h s - h f2) / a, s the scale of p. The
    // second row: h f1 + a f2 + h f3 = s.
    const double f2_over_s = (1.0 - h * h / a) / (a - 2.0 * h * h / a);
    const double f1_over_s = (h - h * f2_over_s) / a;
    CHECK(filter.forward[1] == Approx(f1_over_s / f2_over_s).margin(1e-9));
    CHECK(filter.forward[3] == Approx(-h / a).epsilon(1e-9));
    CHECK(filter.forward[0] == 0.0);
    CHECK(filter.forward[4] == 0.0);
}

TEST_CASE("feedback takes post cursors off") {
    auto channel = clean_channel(0.1);
    channel.pulse[7] = 0.4;
    channel.pulse[8] = -0.1;
    const auto filter = train(channel, {.forward_taps = 1, .feedback_taps = 2});
    CHECK(filter.feedback_a[0] == Approx(0.4e-6));
    CHECK(filter.feedback_a[1] == Approx(-0.1e-6));
    CHECK(filter.feedback_a[2] == 0.0);
    const auto levels = equalised_levels(channel, filter);
    CHECK(levels.sigma[0] == Approx(0.1e-6));
    CHECK(filter.threshold_a[0] == Approx(0.7e-6));
}

TEST_CASE("forward taps leave to the feedback what it removes") {
    // With the post cursor gone y[k+1] only brings more of v[k]: v[k+1] + h v[k] + noise. The
    // normal equations of (y[k+1], y[k]) are [1/4 + hh/4 + n, h/4; h/4, 1/4 + n] f = (h/4, 1/4)
    // and y[k-1] holds nothing of v[k].
    constexpr double h = 0.4;
    auto channel = clean_channel(0.1);
    channel.pulse[7] = h;
    const auto filter = train(channel, {.forward_taps = 3, .feedback_taps = 1});
    const double first = 0.25 * h * (0.25 + 0.01) - 0.25 * h * 0.25;
    const double second = 0.25 * (0.25 + 0.25 * h * h + 0.01) - 0.25 * h * 0.25 * h;
    CHECK(filter.forward[1] == Approx(first / second).epsilon(0.01));
}

TEST_CASE("coloured noise is whitened as far as it helps") {
    // Alternating noise on a clean pulse: the sum of neighbouring samples would cancel it.
    auto channel = clean_channel(0.3);
    channel.noise_correlation = {-0.6, 0.2, 0.0, 0.0};
    const auto filter = train(channel, {.forward_taps = 3});
    CHECK(filter.forward[1] > 0.05);
    CHECK(filter.forward[1] == Approx(filter.forward[3]));
    // Least of r00 + ... by the normal equations of interference v/4 and noise.
    const double r0 = 0.25 + 0.09;
    const double r1 = -0.6 * 0.09;
    const double r2 = 0.2 * 0.09;
    CHECK(filter.forward[1] == Approx(-r1 / (r0 + r2)));
}

TEST_CASE("taps are multiples of the step") {
    auto channel = clean_channel(0.05);
    channel.pulse[5] = 0.11;
    channel.pulse[7] = 0.37;
    const auto filter = train(channel, {.forward_taps = 5, .feedback_taps = 0, .step = 1.0 / 64});
    CHECK(filter.forward[2] == 1.0);
    for (const double tap : filter.forward)
        CHECK(tap * 64.0 == std::round(tap * 64.0));
}

TEST_CASE("levels and thresholds of PAM4 follow uneven light and level-dependent noise") {
    auto channel = clean_channel(0.02);
    channel.format = photonics::modulation::pam4;
    channel.level = {0.0, 0.4, 0.7, 1.0};
    channel.variance_slope = 12e-4;
    const auto filter = train(channel, {.forward_taps = 1});
    const auto levels = equalised_levels(channel, filter);
    for (unsigned s = 0; s < 4; ++s) {
        CHECK(levels.mean[s] == Approx(0.2e-6 + 1e-6 * channel.level[s]));
        CHECK(levels.sigma[s] == Approx(1e-6 * std::sqrt(4e-4 + 12e-4 * channel.level[s])));
    }
    // sigma 0.02 and sqrt(4e-4 + 4.8e-4) share the first gap.
    const double second = std::sqrt(8.8e-4);
    CHECK(filter.threshold_a[0] == Approx(0.2e-6 + 0.4e-6 * 0.02 / (0.02 + second)));
}

TEST_CASE("pairs move the levels that they touch") {
    auto channel = clean_channel(0.01);
    channel.pulse[6] = 0.8;
    channel.pair[6] = 0.2;
    const auto levels = equalised_levels(channel, receive_filter{});
    // A one is 0.8 or 1.0 with equal chance.
    CHECK(levels.mean[1] == Approx(0.2e-6 + 0.9e-6));
    CHECK(levels.sigma[1] == Approx(1e-6 * std::hypot(0.1, 0.01)));
    CHECK(levels.mean[0] == Approx(0.2e-6));
    CHECK(levels.sigma[0] == Approx(0.01e-6));
}

TEST_CASE("impossible shapes are refused, a dark lane is not") {
    const auto channel = clean_channel(0.1);
    CHECK_THROWS_AS(train(channel, {.forward_taps = 2}), std::invalid_argument);
    CHECK_THROWS_AS(train(channel, {.forward_taps = 3, .feedback_taps = 6}), std::invalid_argument);
    CHECK_THROWS_AS(train(channel, {.step = std::nan("")}), std::invalid_argument);
    auto dark = channel;
    dark.pulse = {};
    const auto filter = train(dark, {.forward_taps = 5});
    CHECK(filter.forward == receive_filter{}.forward);
    CHECK(filter.threshold_a[0] == Approx(0.2e-6));
}
