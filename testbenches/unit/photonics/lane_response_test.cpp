#include "models/photonics/lane_response.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <numeric>

#include "models/photonics/constants.h"
#include "models/photonics/light_shares.h"

using namespace luxlane::photonics;

namespace {

double phi(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// Step through a Gaussian spread and one pole, in closed form.
double smoothed_step(double t, double sigma, double tau) {
    return phi(t / sigma) -
           std::exp(sigma * sigma / (2.0 * tau * tau) - t / tau) * phi(t / sigma - sigma / tau);
}

/// An emitter whose light is proportional to its carriers, whose lifetime does not depend on them.
constexpr double LIFETIME_S = 1.0 / 6e9;
constexpr led_coefficients LINEAR_EMITTER = {"linear", 7.5e-9, 1e9, 5e-23, 0.0, 1e32, "test"};

/// A lane of which only the carrier lifetime and the fibre limit the bandwidth.
lane_parameters two_part_lane(double length_m) {
    lane_parameters lane;
    lane.emitter = LINEAR_EMITTER;
    lane.length_m = length_m;
    lane.transmit_post_tap = 0.0;
    lane.driver_resistance_ohm = 1.0;
    lane.node_capacitance_f = 1e-15;
    lane.photodiode_bandwidth_hz = 1e12;
    lane.amplifier_bandwidth_hz = 1e12;
    return lane;
}

/// NRZ rectangle through chain_response at `time_s` behind its start, by the Fourier integral.
double fourier_pulse(const lane_parameters& lane, double time_s) {
    const double interval = 1.0 / lane.symbol_rate_bd();
    constexpr double step_hz = 20e6;
    double sum = 0.0;
    for (double f = 0.5 * step_hz; f < 60e9; f += step_hz) {
        const double turn = PI * f * interval;
        const std::complex<double> rectangle = std::polar(std::sin(turn) / (PI * f), -turn);
        const auto arrival = std::polar(1.0, 2.0 * PI * f * time_s);
        sum += 2.0 * step_hz * (chain_response(lane, f) * rectangle * arrival).real();
    }
    return sum;
}

}  // namespace

TEST_CASE("Pulse response equals the closed form of Gaussian and pole", "[lane_response]") {
    const double length_m = GENERATE(5.0, 20.0, 40.0);
    const lane_parameters lane = two_part_lane(length_m);
    const double sigma = std::hypot(chromatic_sigma_s(430e-9, lane.linewidth_m, length_m),
                                    lane.modal_sigma_s_per_m * length_m);
    const double interval = 1.0 / lane.rate_bps;
    const auto pulse_at = [&](double t) {
        return smoothed_step(t, sigma, LIFETIME_S) - smoothed_step(t - interval, sigma, LIFETIME_S);
    };
    double greatest = 0.0;
    for (int n = 0; n < 64; ++n)
        greatest = std::max(greatest, pulse_at(n * interval / 32));
    const lane_response response = extract(lane);
    const double main_s = response.sampling_phase_ui * interval;
    CHECK(pulse_at(main_s) >= 0.985 * greatest);
    for (int tap = -PRE_CURSORS; tap <= POST_CURSORS; ++tap) {
        INFO("tap " << tap << " at " << length_m << " m");
        CHECK(response.pulse[static_cast<std::size_t>(tap + PRE_CURSORS)] ==
              Approx(pulse_at(main_s + tap * interval)).margin(2e-3));
        CHECK(response.pair[static_cast<std::size_t>(tap + PRE_CURSORS)] ==
              Approx(0.0).margin(1e-5));
    }
    CHECK(response.residual < 1e-5);
}

TEST_CASE("A linear lane's pulse is the Fourier integral of its chain response",
          "[lane_response]") {
    lane_parameters lane = two_part_lane(10.0);
    lane.format = GENERATE(modulation::nrz, modulation::pam4);
    lane.rate_bps = 3e9 * lane.bits_per_symbol();
    lane.driver_resistance_ohm = 1000.0;
    lane.node_capacitance_f = 60e-15;
    lane.photodiode_bandwidth_hz = 6e9;
    lane.amplifier_bandwidth_hz = 1.5e9;
    lane.transmit_pre_tap = 0.05;
    lane.transmit_post_tap = 0.1;
    lane.transmit_post2_tap = -0.03;
    lane.ctle_peaking_db = 4.0;
    const lane_response response = extract(lane);
    for (int tap = -PRE_CURSORS; tap <= POST_CURSORS; ++tap) {
        INFO("tap " << tap);
        CHECK(response.pulse[static_cast<std::size_t>(tap + PRE_CURSORS)] ==
              Approx(fourier_pulse(lane, (response.sampling_phase_ui + tap) / 3e9)).margin(2e-3));
    }
}

TEST_CASE("Taps sum to one over the whole range", "[lane_response]") {
    lane_parameters lane;
    lane.format = GENERATE(modulation::nrz, modulation::pam4);
    lane.rate_bps = GENERATE(0.5e9, 2e9, 4e9, 8e9);
    lane.length_m = GENERATE(0.0, 10.0, 50.0);
    const lane_response response = extract(lane);
    CHECK(std::accumulate(response.pulse.begin(), response.pulse.end(), 0.0) +
              std::accumulate(response.pair.begin(), response.pair.end(), 0.0) ==
          Approx(1.0));
    CHECK(response.one_a > response.zero_a);
    CHECK(response.noise_one_a >= response.noise_zero_a);
}

TEST_CASE("Chain response is 1 at rest and the product of its parts", "[lane_response]") {
    const lane_parameters lane = two_part_lane(20.0);
    CHECK(std::abs(chain_response(lane, 0.0)) == Approx(1.0));
    const double f_led = 1.0 / (2.0 * PI * LIFETIME_S);
    const double sigma = std::hypot(chromatic_sigma_s(430e-9, 16e-9, 20.0), 60e-12);
    CHECK(std::abs(chain_response(lane, 1e9)) ==
          Approx(gaussian_response(sigma, 1e9) * std::abs(single_pole(f_led, 1e9))).epsilon(1e-3));
}

TEST_CASE("Levels follow the budget", "[lane_response]") {
    lane_parameters lane;
    lane.length_m = 20.0;
    const lane_response response = extract(lane);
    // 7 + 1.5 + 1.5 + 20 x 0.08 dB, and what a 15 um spot leaves beside +-20 um: erf^2(sqrt2
    // 20/15).
    const double on_aperture = std::pow(std::erf(std::sqrt(2.0) * 20.0 / 15.0), 2);
    const double in_own_cores = 1.0 + 4.0 * 0.5 * 0.1 * std::expm1(-2.0 * 1e-4 * 20.0);
    CHECK(response.received_power_w ==
          Approx(response.transmit_power_w * std::pow(10.0, -1.16) * on_aperture * in_own_cores)
              .epsilon(1e-9));
    CHECK(0.5 * (response.one_a + response.zero_a) == Approx(0.25 * response.received_power_w));
    CHECK(response.group_delay_s == Approx(20 * 5.02e-9).epsilon(1e-3));
}

TEST_CASE("What the emitter sends is detected or goes astray at a named place", "[lane_response]") {
    lane_parameters lane;
    lane.length_m = GENERATE(0.0, 10.0, 50.0);
    lane.offset_x_m = GENERATE(0.0, 12e-6, 50e-6);
    lane.offset_y_m = -4e-6;
    lane.excess_loss_db = 0.7;
    const auto budget = link_budget(lane);
    const double sent_w = budget.front().average_power_w;
    double accounted_w = budget.back().average_power_w, loss_db = 0.0;
    for (const budget_stage& stage : budget) {
        INFO(stage.name);
        CHECK(stage.lost_w >= 0.0);
        accounted_w += stage.lost_w;
        loss_db += stage.loss_db;
    }
    CHECK(std::abs(accounted_w - sent_w) <= 1e-12 * sent_w);
    const lane_response response = extract(lane);
    CHECK(sent_w == Approx(response.transmit_power_w));
    CHECK(budget.back().average_power_w == Approx(response.received_power_w));
    CHECK(loss_db ==
          Approx(-10.0 * std::log10(response.received_power_w / response.transmit_power_w)));
    // What the neighbours' photodiodes catch from the spot is what is lost to them.
    const spot_fractions spot = shares_of(lane).spot;
    const double neighbours = spot.above + spot.left + spot.right + spot.below + spot.above_left +
                              spot.above_right + spot.below_left + spot.below_right;
    CHECK(response.received_power_w / spot.own * neighbours == Approx(budget.back().lost_w));
}

TEST_CASE("Light shifted towards a neighbour is the neighbour's crosstalk", "[lane_response]") {
    lane_parameters lane;
    lane.core_coupling_per_m = 0.0;
    lane.electrical_crosstalk = 0.0;
    lane.offset_x_m = 10e-6;
    const lane_response response = extract(lane);
    const auto part = [](double from_um, double to_um) {
        const double scale = std::sqrt(2.0) / 15.0;
        return 0.5 * (std::erf(scale * to_um) - std::erf(scale * from_um));
    };
    CHECK(response.crosstalk[2] == Approx(part(20.0, 60.0) / part(-30.0, 10.0)));
    CHECK(response.crosstalk[1] < 1e-6);
    CHECK(response.crosstalk[0] == Approx(part(30.0, 70.0) / part(-20.0, 20.0)));
    CHECK(response.crosstalk[3] == Approx(response.crosstalk[0]));
    lane.electrical_crosstalk = 0.01;
    CHECK(extract(lane).crosstalk[2] - response.crosstalk[2] == Approx(0.01));
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
