#include "models/photonics/extraction.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <string>

#include "models/common/random.h"
#include "models/photonics/constants.h"
#include "models/photonics/fir.h"
#include "models/photonics/training.h"

using namespace luxlane;
using namespace luxlane::photonics;

namespace {

std::set<std::string> runs(modulation format, std::size_t length) {
    const auto symbols = training_symbols(format);
    std::set<std::string> found;
    for (std::size_t k = 0; k < symbols.size(); ++k) {
        std::string run;
        for (std::size_t i = 0; i < length; ++i)
            run += static_cast<char>('0' + symbols[(k + i) % symbols.size()]);
        found.insert(run);
    }
    return found;
}

/// Individuals of one module, as many as `count`.
std::vector<lane_parameters> individuals(std::size_t count) {
    std::vector<lane_parameters> lanes(count);
    for (std::size_t l = 0; l < count; ++l) {
        lanes[l].drive_factor = 1.0 + 0.03 * gaussian({1, 0, 0}, l);
        lanes[l].excess_loss_db = 0.3 * gaussian({1, 0, 1}, l);
        lanes[l].responsivity_factor = 1.0 + 0.03 * gaussian({1, 0, 2}, l);
        lanes[l].noise_factor = 1.0 + 0.05 * gaussian({1, 0, 3}, l);
    }
    return lanes;
}

void check_close(const lane_response& a, const lane_response& b) {
    for (std::size_t tap = 0; tap < PULSE_TAPS; ++tap) {
        CHECK(a.pulse[tap] == Approx(b.pulse[tap]).margin(2e-6));
        CHECK(a.pair[tap] == Approx(b.pair[tap]).margin(2e-6));
    }
    CHECK(a.one_a == Approx(b.one_a));
    CHECK(a.zero_a == Approx(b.zero_a));
    CHECK(a.noise_one_a == Approx(b.noise_one_a));
    CHECK(a.sampling_phase_ui == b.sampling_phase_ui);
    CHECK(a.residual == Approx(b.residual).margin(2e-6));
}

}  // namespace

TEST_CASE("The training sequence holds every run of its length", "[extraction]") {
    CHECK(runs(modulation::nrz, 8).size() == 256);
    CHECK(runs(modulation::pam4, 3).size() == 64);
}

TEST_CASE("Taps are recovered from samples that follow them exactly", "[extraction]") {
    const auto format = GENERATE(modulation::nrz, modulation::pam4);
    const std::array<double, 4> level = format == modulation::nrz
                                            ? std::array<double, 4>{0.0, 1.0, 0.0, 0.0}
                                            : std::array<double, 4>{0.0, 0.4, 0.73, 1.0};
    std::array<double, PULSE_TAPS> pulse, pair;
    double sum = 0.0;
    for (std::size_t tap = 0; tap < PULSE_TAPS; ++tap) {
        pulse[tap] = 0.1 * gaussian({2, 0, 0}, tap);
        pair[tap] = 0.02 * gaussian({2, 0, 1}, tap);
        sum += pulse[tap] + pair[tap];
    }
    pulse[PRE_CURSORS] += 1.0 - sum;
    const auto symbols = training_symbols(format);
    const auto value = [&](std::size_t k) { return level[symbols[k % TRAINING_SYMBOLS]]; };
    std::array<double, TRAINING_SYMBOLS> samples{};
    for (std::size_t k = 0; k < TRAINING_SYMBOLS; ++k)
        for (std::size_t tap = 0; tap < PULSE_TAPS; ++tap) {
            const std::size_t newer = k + TRAINING_SYMBOLS + PRE_CURSORS - tap;
            samples[k] += pulse[tap] * value(newer) + pair[tap] * value(newer) * value(newer - 1);
        }
    const fitted_taps fitted = tap_fit(format, level).fit(samples);
    for (std::size_t tap = 0; tap < PULSE_TAPS; ++tap) {
        CHECK(fitted.pulse[tap] == Approx(pulse[tap]).margin(1e-10));
        CHECK(fitted.pair[tap] == Approx(pair[tap]).margin(1e-10));
    }
    CHECK(fitted.residual < 1e-10);
    // What no tap explains is left as residual: here the alternating sign of every symbol.
    for (std::size_t k = 0; k < TRAINING_SYMBOLS; ++k)
        samples[k] += k % 2 == 0 ? 0.01 : -0.01;
    CHECK(tap_fit(format, level).fit(samples).residual == Approx(0.01).epsilon(0.2));
}

TEST_CASE("A lane's response does not depend on its company", "[extraction]") {
    std::vector<lane_parameters> lanes = individuals(19);
    lanes[3].length_m = 45.0;  // another chain, of other length
    lanes[17].ctle_peaking_db = 6.0;
    const std::vector<lane_response> together = extract(lanes);
    REQUIRE(together.size() == lanes.size());
    for (const std::size_t l : {0u, 3u, 15u, 16u, 17u, 18u}) {
        INFO("lane " << l);
        check_close(together[l], extract(lanes[l]));
    }
    CHECK(extract(lanes) == together);
}

TEST_CASE("Phases pass through the main cursor and follow the pulse", "[extraction]") {
    lane_parameters lane;
    lane.length_m = GENERATE(1.0, 30.0);
    std::vector<lane_response> response(1);
    std::vector<phase_response> phases(1);
    extract({&lane, 1}, response, phases);
    CHECK(phases[0].pulse[8] == response[0].pulse);
    CHECK(phases[0].pair[8] == response[0].pair);
    CHECK(phases[0].residual[8] == response[0].residual);
    const phase_response alone = extract_phases(lane);
    CHECK(alone.pulse == phases[0].pulse);
    for (std::size_t p = 1; p < PHASES; ++p) {
        INFO("phase " << p);
        const double step = phases[0].pulse[p][PRE_CURSORS] - phases[0].pulse[p - 1][PRE_CURSORS];
        CHECK(std::abs(step) < 0.15);
    }
    // Half a symbol later or earlier the pulse is no greater than at its main cursor.
    CHECK(phases[0].pulse[0][PRE_CURSORS] < phases[0].pulse[8][PRE_CURSORS]);
    CHECK(phases[0].pulse[15][PRE_CURSORS] < phases[0].pulse[8][PRE_CURSORS]);
}

TEST_CASE("PAM4 levels droop as the static light of equal currents does", "[extraction]") {
    lane_parameters lane;
    lane.format = modulation::pam4;
    lane.rate_bps = 4e9;
    lane.transmit_post_tap = 0.0;
    const lane_response response = extract(lane);
    const led_device led = emitter_of(lane);
    const double high_a = lane.on_current_a, low_a = high_a / lane.current_extinction_ratio;
    std::array<double, 4> light;
    for (std::size_t s = 0; s < 4; ++s)
        light[s] = steady_state(led, low_a + (high_a - low_a) * static_cast<double>(s) / 3.0)
                       .optical_power_w;
    for (std::size_t s = 0; s < 4; ++s)
        CHECK(response.level[s] ==
              Approx((light[s] - light[0]) / (light[3] - light[0])).margin(1e-5));
    CHECK(response.one_a / response.zero_a == Approx(light[3] / light[0]).epsilon(1e-5));
}

TEST_CASE("Noise is that of its parts in the amplifier's noise bandwidth", "[extraction]") {
    lane_parameters lane;
    lane.noise_density_a_per_rthz = 5e-12;
    lane.intensity_noise_modes = 1e9;
    lane.dark_current_a = 1e-6;
    const lane_response response = extract(lane);
    // Butterworth: 1.11 f_el (physics.md 3), here pi / (2 sqrt 2).
    const double bandwidth_hz = PI / (2.0 * std::sqrt(2.0)) * lane.amplifier_bandwidth_hz;
    const auto expected_a = [&](double photocurrent_a) {
        return std::sqrt((25e-24 + 2.0 * ELEMENTARY_CHARGE_C * (photocurrent_a + 1e-6)) *
                         bandwidth_hz);
    };
    CHECK(response.noise_one_a == Approx(expected_a(response.one_a)).epsilon(1e-4));
    CHECK(response.noise_zero_a == Approx(expected_a(response.zero_a)).epsilon(1e-4));
    // Butterworth noise: e^-x (cos x + sin x) with x = sqrt 2 pi f T, by the residues at its poles.
    for (std::size_t lag = 0; lag < NOISE_LAGS; ++lag) {
        const double x = std::sqrt(2.0) * PI * lane.amplifier_bandwidth_hz *
                         static_cast<double>(lag + 1) / lane.rate_bps;
        CHECK(response.noise_correlation[lag] ==
              Approx(std::exp(-x) * (std::cos(x) + std::sin(x))).margin(1e-4));
    }
}

TEST_CASE("Jitter makes noise in proportion to it", "[extraction]") {
    lane_parameters lane;
    lane.length_m = 30.0;
    lane.random_jitter_s = 3e-12;
    const double random = extract(lane).jitter_noise;
    CHECK(random > 0.0);
    lane.random_jitter_s = 6e-12;
    CHECK(extract(lane).jitter_noise == Approx(2.0 * random));
    lane.random_jitter_s = 0.0;
    lane.sinusoidal_jitter_s = std::sqrt(2.0) * 3e-12;
    CHECK(extract(lane).jitter_noise == Approx(random));
    lane.sinusoidal_jitter_s = 0.0;
    lane.duty_cycle_distortion = 2.0 * 3e-12 * lane.rate_bps;
    CHECK(extract(lane).jitter_noise == Approx(random));
}

TEST_CASE("Dark lanes stay zero, and what cannot be extracted is refused", "[extraction]") {
    std::vector<lane_parameters> lanes(2);
    lanes[1].drive_factor = 0.0;
    CHECK(extract(lanes)[1] == lane_response{});
    CHECK(extract(lanes)[0].one_a > 0.0);
    CHECK(extract(std::span<const lane_parameters>{}).empty());
    CHECK(extract_phases(lanes[1]).pulse[8] == std::array<double, PULSE_TAPS>{});

    lanes[1] = {};
    lanes[1].rate_bps = 1e9;
    CHECK_THROWS_AS(extract(lanes), std::invalid_argument);
    lanes[1] = {};
    lanes[1].format = modulation::pam4;
    CHECK_THROWS_AS(extract(lanes), std::invalid_argument);
    lanes[1] = {};
    lanes[1].length_m = std::nan("");
    CHECK_THROWS_WITH(extract(lanes), Catch::Contains("length_m"));
    lanes[1] = {};
    std::vector<lane_response> one(1);
    CHECK_THROWS_AS(extract(lanes, one, {}), std::invalid_argument);
    lanes[1].transmit_pre_tap = lanes[1].transmit_post_tap = 0.45;
    CHECK_THROWS_WITH(extract(lanes), Catch::Contains("transmit taps"));
}

TEST_CASE("Filters equal the sum of products", "[extraction]") {
    constexpr std::size_t taps = 21, samples = 151, width = 16;
    std::vector<float> tap(taps * width), in((samples + taps - 1) * width), out(samples * width);
    fill_gaussian(tap, {3, 0, 0}, 0);
    fill_gaussian(in, {3, 0, 1}, 0);
    filter_rows(tap, in, out);
    for (const std::size_t lane : {0u, 7u, 15u}) {
        std::vector<float> lane_tap(taps), lane_in(samples + taps - 1), lane_out(samples);
        for (std::size_t i = 0; i < taps; ++i)
            lane_tap[i] = tap[i * width + lane];
        for (std::size_t t = 0; t < lane_in.size(); ++t)
            lane_in[t] = in[t * width + lane];
        filter(lane_tap, lane_in, lane_out);
        for (std::size_t t = 0; t < samples; ++t) {
            double sum = 0.0;
            for (std::size_t i = 0; i < taps; ++i)
                sum += static_cast<double>(lane_tap[i]) *
                       static_cast<double>(lane_in[t + taps - 1 - i]);
            CHECK(static_cast<double>(lane_out[t]) == Approx(sum).margin(1e-5));
            CHECK(lane_out[t] == Approx(out[t * width + lane]).margin(1e-5));
        }
    }
    CHECK_THROWS_AS(filter(tap, in, out), std::invalid_argument);
    CHECK_THROWS_AS(filter_rows(tap, out, in), std::invalid_argument);
}
