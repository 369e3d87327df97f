#include "models/photonics/lane_response.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

using namespace luxlane::photonics;

namespace {

double phi(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// Step through a Gaussian spread and one pole, in closed form.
double smoothed_step(double t, double sigma, double tau) {
    return phi(t / sigma) -
           std::exp(sigma * sigma / (2.0 * tau * tau) - t / tau) * phi(t / sigma - sigma / tau);
}

/// A lane of which only the carrier lifetime and the fibre limit the bandwidth.
lane_parameters two_part_lane(double length_m) {
    lane_parameters lane;
    lane.length_m = length_m;
    lane.transmit_post_tap = 0.0;
    lane.driver_resistance_ohm = 1.0;
    lane.node_capacitance_f = 1e-15;
    lane.photodiode_bandwidth_hz = 1e12;
    lane.amplifier_bandwidth_hz = 1e12;
    return lane;
}

}  // namespace

TEST_CASE("Pulse response equals the closed form of Gaussian and pole", "[lane_response]") {
    const double length_m = GENERATE(5.0, 20.0, 40.0);
    const lane_parameters lane = two_part_lane(length_m);
    const led_device led = emitter_of(lane);
    const double average_a = 0.5 * lane.on_current_a * (1.0 + 1.0 / lane.current_extinction_ratio);
    const double tau = steady_state(led, average_a).differential_lifetime_s;
    const double sigma = std::hypot(chromatic_sigma_s(430e-9, lane.linewidth_m, length_m),
                                    lane.modal_sigma_s_per_m * length_m);
    const double interval = 1.0 / lane.rate_bps;
    const auto pulse_at = [&](double t) {
        return smoothed_step(t + 0.5 * interval, sigma, tau) -
               smoothed_step(t - 0.5 * interval, sigma, tau);
    };
    double peak_s = 0.0;
    for (int n = 0; n < 64; ++n)
        if (pulse_at(n * interval / 32) > pulse_at(peak_s))
            peak_s = n * interval / 32;
    const lane_response response = extract(lane);
    for (int tap = -PRE_CURSORS; tap <= POST_CURSORS; ++tap) {
        INFO("tap " << tap << " at " << length_m << " m");
        CHECK(response.pulse[static_cast<std::size_t>(tap + PRE_CURSORS)] ==
              Approx(pulse_at(peak_s + tap * interval)).margin(2e-3));
    }
}

TEST_CASE("Taps sum to one over the whole range", "[lane_response]") {
    lane_parameters lane;
    lane.rate_bps = GENERATE(0.5e9, 2e9, 4e9, 8e9);
    lane.length_m = GENERATE(0.0, 10.0, 50.0);
    const lane_response response = extract(lane);
    CHECK(std::accumulate(response.pulse.begin(), response.pulse.end(), 0.0) == Approx(1.0));
    CHECK(response.one_a > response.zero_a);
    CHECK(response.noise_one_a >= response.noise_zero_a);
}

TEST_CASE("Chain response is 1 at rest and the product of its parts", "[lane_response]") {
    const lane_parameters lane = two_part_lane(20.0);
    CHECK(std::abs(chain_response(lane, 0.0)) == Approx(1.0));
    const double average_a = 0.5 * lane.on_current_a * 1.1;
    const double f_led = steady_state(emitter_of(lane), average_a).electrical_bandwidth_hz;
    const double sigma = std::hypot(chromatic_sigma_s(430e-9, 16e-9, 20.0), 60e-12);
    CHECK(std::abs(chain_response(lane, 1e9)) ==
          Approx(gaussian_response(sigma, 1e9) * std::abs(single_pole(f_led, 1e9))).epsilon(1e-3));
}

TEST_CASE("Levels follow the budget", "[lane_response]") {
    lane_parameters lane;
    lane.length_m = 20.0;
    const lane_response response = extract(lane);
    // 7 + 1.5 + 1.5 + 20 x 0.08 dB.
    CHECK(total_loss_db(lane) == Approx(11.6));
    CHECK(response.received_power_w ==
          Approx(response.transmit_power_w * std::pow(10.0, -1.16)).epsilon(1e-9));
    CHECK(0.5 * (response.one_a + response.zero_a) == Approx(0.25 * response.received_power_w));
    const auto budget = link_budget(lane);
    CHECK(budget.front().average_power_w == Approx(response.transmit_power_w));
    CHECK(budget.back().average_power_w == Approx(response.received_power_w));
    CHECK(response.group_delay_s == Approx(20 * 5.02e-9).epsilon(1e-3));
}

TEST_CASE("Individuality moves what it should", "[lane_response]") {
    const lane_response nominal = extract({});
    lane_parameters lane;
    lane.excess_loss_db = 3.0103;
    lane.skew_s = 20e-12;
    const lane_response weak = extract(lane);
    CHECK(weak.one_a == Approx(0.5 * nominal.one_a).epsilon(1e-5));
    CHECK(weak.group_delay_s - nominal.group_delay_s == Approx(20e-12).epsilon(1e-6));
    lane = {};
    lane.drive_factor = 0.5;
    CHECK(extract(lane).one_a < 0.6 * nominal.one_a);
    lane = {};
    lane.noise_factor = 2.0;
    CHECK(extract(lane).noise_zero_a == Approx(2.0 * nominal.noise_zero_a).epsilon(0.01));
}

TEST_CASE("Transmit equaliser trades swing for speed", "[lane_response]") {
    lane_parameters lane;
    lane.transmit_post_tap = 0.0;
    const lane_response plain = extract(lane);
    lane.transmit_post_tap = 0.2;
    const lane_response shaped = extract(lane);
    CHECK(shaped.one_a - shaped.zero_a < plain.one_a - plain.zero_a);
    CHECK(shaped.pulse[PRE_CURSORS + 1] < plain.pulse[PRE_CURSORS + 1]);
}

TEST_CASE("Every number has a note, a unit and a default in range", "[lane_parameters]") {
    const lane_parameters lane = default_800g();
    CHECK_NOTHROW(check(lane));
    for (const parameter_note& note : parameter_notes()) {
        INFO(note.name);
        CHECK(!note.unit.empty());
        CHECK(!note.meaning.empty());
        CHECK(!note.source.empty());
        lane_parameters wrong = lane;
        wrong.*note.member = std::nan("");
        CHECK_THROWS_WITH(check(wrong), Catch::Contains(std::string(note.name)));
        wrong.*note.member = note.maximum * 1.01 + 1e-15;
        CHECK_THROWS_AS(extract(wrong), std::out_of_range);
    }
    // The named emitter set and the format are the members that are no numbers.
    CHECK(parameter_notes().size() * sizeof(double) ==
          sizeof(lane_parameters) - sizeof(led_coefficients) - sizeof(double));
}
