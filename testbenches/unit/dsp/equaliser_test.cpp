#include "models/dsp/equaliser.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/dsp/deskew.h"
#include "models/dsp/eye.h"

using namespace luxlane::dsp;

namespace {

baud_channel channel_with(double pre, double main, double post) {
    baud_channel channel;
    channel.amplitude_a = 1e-6;
    channel.pulse[PRE_CURSORS - 1] = pre;
    channel.pulse[PRE_CURSORS] = main;
    channel.pulse[PRE_CURSORS + 1] = post;
    return channel;
}

/// Mean square error of a unit-gain target, by definition: residual pulse and white noise.
double mean_square_error(const baud_channel& channel, const equaliser_taps& taps, double gain) {
    const auto pulse = equalised_pulse(channel, taps);
    double error = 0.0;
    for (int i = 0; i < EQUALISED_TAPS; ++i) {
        const double target = i == EQUALISED_PRE_CURSORS ? 1.0 : 0.0;
        const double residue = gain * pulse[static_cast<std::size_t>(i)] - target;
        error += 0.25 * residue * residue;
    }
    const double power =
        taps.pre_gain() * taps.pre_gain() + 1.0 + taps.post_gain() * taps.post_gain();
    return error + gain * gain * power * channel.variance_zero;
}

}  // namespace

TEST_CASE("A clean channel needs no equaliser", "[equaliser]") {
    baud_channel channel = channel_with(0.0, 1.0, 0.0);
    channel.variance_zero = 0.01;
    CHECK(mmse_taps(channel) == equaliser_taps{0, 64, 0});
}

TEST_CASE("A post cursor is cancelled by the tap that sees the earlier sample", "[equaliser]") {
    const equaliser_taps taps = mmse_taps(channel_with(0.0, 0.9, 0.1));
    CHECK(taps.pre == 0);
    CHECK(taps.post == -7);  // -0.1 / 0.9 in 1/64
    CHECK(mmse_taps(channel_with(0.1, 0.9, 0.0)).pre == -7);
}

TEST_CASE("No other codes have a smaller mean square error", "[equaliser]") {
    baud_channel channel = channel_with(0.16, 0.70, 0.14);
    channel.variance_zero = GENERATE(1e-4, 4e-3, 4e-2);
    const equaliser_taps best = mmse_taps(channel);
    const auto best_over_gain = [&](const equaliser_taps& taps) {
        double lowest = INFINITY;
        for (double gain = 0.2; gain < 2.5; gain += 0.002)
            lowest = std::min(lowest, mean_square_error(channel, taps, gain));
        return lowest;
    };
    const double reached = best_over_gain(best);
    for (int pre = best.pre - 3; pre <= best.pre + 3; ++pre)
        for (int post = best.post - 3; post <= best.post + 3; ++post) {
            const equaliser_taps other{static_cast<std::int8_t>(pre), 64,
                                       static_cast<std::int8_t>(post)};
            // One code of rounding may separate neighbours in the flat minimum.
            CHECK(best_over_gain(other) > reached * (1.0 - 2e-3));
        }
}

TEST_CASE("Filtering samples is convolving the pulse", "[equaliser]") {
    const baud_channel channel = channel_with(0.2, 0.7, 0.1);
    const equaliser_taps taps{-10, 64, -5};
    // The response to a single one among zeros, symbol 20, sample i being symbol i - 1.
    std::vector<float> samples(66, 0.0f), out(64);
    for (int j = -1; j <= 1; ++j)
        samples[static_cast<std::size_t>(20 + 1 + j)] =
            static_cast<float>(channel.pulse[static_cast<std::size_t>(PRE_CURSORS + j)]);
    equalise(samples, taps, out);
    const auto pulse = equalised_pulse(channel, taps);
    for (int m = -EQUALISED_PRE_CURSORS; m < 10; ++m)
        CHECK(out[static_cast<std::size_t>(20 + m)] ==
              Approx(pulse[static_cast<std::size_t>(m + EQUALISED_PRE_CURSORS)]).margin(1e-7));
    CHECK_THROWS_AS(equalise(std::span(samples).first(10), taps, out), std::invalid_argument);
}

TEST_CASE("Eye opening is main cursor less all the others", "[eye]") {
    baud_channel channel = channel_with(0.1, 0.8, 0.1);
    channel.variance_zero = 0.01;
    const eye_opening eye = measure_eye(channel, {});
    CHECK(eye.height_fraction == Approx(0.6));
    CHECK(eye.height_a == Approx(0.6e-6));
    CHECK(eye.noise_a == Approx(0.1e-6));
    CHECK(eye.merit_db == Approx(20.0 * std::log10(3.0)));
    channel.crosstalk[channel.neighbours++] = 0.7;
    CHECK(measure_eye(channel, {}).merit_db == -INFINITY);
    CHECK(ber_of_q(q_of_ber(1e-9)) == Approx(1e-9).epsilon(1e-9));
}

TEST_CASE("Elastic FIFO depth", "[deskew]") {
    CHECK(fifo_depth(0.0, 2e9) == 2);
    CHECK(fifo_depth(50e-12, 2e9) == 3);  // a tenth of a unit interval
    CHECK(fifo_depth(1.2e-9, 2e9) == 5);  // 2.4 unit intervals
    CHECK(deskew_delay_ui(1.0e-9, 2.4e-9, 2e9) == 3);
    CHECK(skew_ui(50e-12, 2e9) == Approx(0.1));  // 1 cm of fibre, MOSAIC
}
