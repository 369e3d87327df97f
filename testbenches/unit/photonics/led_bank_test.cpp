#include "models/photonics/led_bank.h"

#include <hwy/targets.h>

#include <algorithm>
#include <boost/numeric/odeint/integrate/integrate_adaptive.hpp>
#include <boost/numeric/odeint/stepper/generation/generation_runge_kutta_dopri5.hpp>
#include <boost/numeric/odeint/stepper/generation/make_controlled.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "models/common/random.h"
#include "models/photonics/driver.h"

using namespace luxlane::photonics;

namespace {

constexpr std::size_t WIDTH = led_bank::WIDTH;
constexpr unsigned SAMPLES = 16;
constexpr double CHARGE_C = 1.602176634e-19;

std::vector<float> random_symbols(std::size_t count, unsigned levels) {
    std::vector<float> symbols(count);
    for (std::size_t k = 0; k < count; ++k)
        symbols[k] = static_cast<float>(luxlane::random_block({7, 0, levels}, k)[0] % levels) /
                     static_cast<float>(levels - 1);
    return symbols;
}

/// [symbols][16] currents of a bank whose first lane is `lane`, the others dark.
std::vector<float> currents_of(const lane_parameters& lane, std::span<const float> symbols) {
    std::vector<float> one(symbols.size() - 4);
    drive_currents(lane, symbols, one);
    std::vector<float> all(one.size() * WIDTH);
    for (std::size_t k = 0; k < one.size(); ++k)
        all[k * WIDTH] = one[k];
    return all;
}

/// The rate equation in double precision and SI units, by Dormand and Prince's method, written
/// from the physics and not from the code under test. 300 K, no defects.
struct reference_emitter {
    using point = std::array<double, 2>;  // carriers per m^3, junction current

    explicit reference_emitter(const lane_parameters& lane) : lane_(lane), m_(lane.emitter) {
        const double area =
            3.14159265358979 / 4 * lane.emitter_diameter_m * lane.emitter_diameter_m;
        volume_ = area * m_.active_thickness_m;
        const double kt_q = 1.380649e-23 * 300.0 / CHARGE_C;
        const double junction = 2.0 * kt_q / drive_of(lane).average_a;
        const double source = lane.driver_resistance_ohm + 1.65e-7 / area;
        pole_s = 1.0 / (1.0 / junction + 1.0 / source) * lane.node_capacitance_f;
    }

    double rate(double n) const {
        const double p0 = m_.background_per_m3;
        return m_.a_per_s * n + m_.b_m3_per_s * n * (n + p0) + m_.c_m6_per_s * n * n * (n + p0) +
               m_.leakage_m6_per_s * n * n * n;
    }

    void settle(double current_a) {
        double low = 0.0, high = 1e28;
        for (int step = 0; step < 200; ++step) {
            const double middle = 0.5 * (low + high);
            (rate(middle) * CHARGE_C * volume_ < current_a ? low : high) = middle;
        }
        at = {low, current_a};
    }

    void run(double current_a, double sweep_per_s, double span_s) {
        namespace odeint = boost::numeric::odeint;
        if (span_s <= 0.0)
            return;
        const double n_scale = 1e24, i_scale = 1e-4;  // so that tolerances mean the same for both
        const auto slope = [&](const point& x, point& dx, double) {
            const double n = x[0] * n_scale, i = x[1] * i_scale;
            dx[0] = (i / (CHARGE_C * volume_) - rate(n) - n * sweep_per_s) / n_scale;
            dx[1] = (current_a - i) / pole_s / i_scale;
        };
        point x = {at[0] / n_scale, at[1] / i_scale};
        odeint::integrate_adaptive(
            odeint::make_controlled(1e-10, 1e-10, odeint::runge_kutta_dopri5<point>()), slope, x,
            0.0, span_s, span_s / 50);
        at = {x[0] * n_scale, x[1] * i_scale};
    }

    double light_w() const {
        const double photon_j = 6.62607015e-34 * 2.99792458e8 / lane_.wavelength_m;
        return photon_j * lane_.extraction_efficiency * volume_ * m_.b_m3_per_s * at[0] *
               (at[0] + m_.background_per_m3);
    }

    point at{};
    double pole_s;

private:
    lane_parameters lane_;
    led_coefficients m_;
    double volume_;
};

std::vector<double> reference_light(const lane_parameters& lane, std::span<const float> currents) {
    reference_emitter emitter(lane);
    emitter.settle(double{currents[0]});
    const double sample_s = 1.0 / lane.symbol_rate_bd() / SAMPLES;
    const double edge_a = 0.25 * lane.on_current_a * (1.0 - 1.0 / lane.current_extinction_ratio);
    const double middle_a = 0.5 * lane.on_current_a * (1.0 + 1.0 / lane.current_extinction_ratio);
    double left_s = 0.0;
    std::vector<double> light;
    for (std::size_t k = 0; k < currents.size() / WIDTH; ++k) {
        const double now = double{currents[k * WIDTH]};
        const double before = double{currents[k ? (k - 1) * WIDTH : 0]};
        if (before - now > edge_a && now < middle_a)
            left_s = lane.sweep_out_rate_per_s > 0.0 ? lane.sweep_out_window_s : 0.0;
        else if (now - before > edge_a && now > middle_a)
            left_s = 0.0;
        for (unsigned s = 0; s < SAMPLES; ++s) {
            const double swept_s = std::clamp(left_s, 0.0, sample_s);
            emitter.run(now, lane.sweep_out_rate_per_s, swept_s);
            emitter.run(now, 0.0, sample_s - swept_s);
            left_s -= sample_s;
            light.push_back(emitter.light_w());
        }
    }
    return light;
}

std::vector<float> bank_light(const lane_parameters& lane, std::span<const float> currents) {
    led_bank bank(std::span(&lane, 1), SAMPLES);
    bank.settle(currents.first(WIDTH));
    std::vector<float> light(currents.size() * SAMPLES);
    bank.advance(currents, light);
    return light;
}

/// Greatest distance from the reference over the static swing.
double worst_error(const lane_parameters& lane, unsigned levels = 2) {
    const auto symbols = random_symbols(64, levels);
    const auto currents = currents_of(lane, symbols);
    const auto light = bank_light(lane, currents);
    const auto expected = reference_light(lane, currents);
    const drive_levels drive = drive_of(lane);
    const led_device led = emitter_of(lane);
    const double swing = steady_state(led, drive.long_one_a).optical_power_w -
                         steady_state(led, drive.long_zero_a).optical_power_w;
    double worst = 0.0;
    for (std::size_t s = 0; s < expected.size(); ++s)
        worst = std::max(worst, std::abs(double{light[s * WIDTH]} - expected[s]) / swing);
    return worst;
}

lane_parameters lane_of(std::string_view set, double rate_bps) {
    lane_parameters lane;
    lane.emitter = led_set(set);
    lane.rate_bps = rate_bps;
    return lane;
}

}  // namespace

TEST_CASE("Light in time follows an independent solution", "[led_bank]") {
    for (const led_coefficients& set : led_sets())
        for (const double rate : {1e8, 1e9, 2e9, 4e9, 8e9}) {
            INFO(set.name << " at " << rate << " bit/s");
            CHECK(worst_error(lane_of(set.name, rate)) < 0.002);
        }
}

TEST_CASE("Sweep-out follows an independent solution", "[led_bank]") {
    for (const led_coefficients& set : led_sets())
        for (const double rate : {1e9, 3e9, 8e9})
            for (const double sweep : {5e9, 2e10, 1e11})
                for (const double window : {37e-12, 100e-12, 1e-9}) {
                    lane_parameters lane = lane_of(set.name, rate);
                    lane.sweep_out_rate_per_s = sweep;
                    lane.sweep_out_window_s = window;
                    INFO(set.name << " " << rate << " bit/s, sweep " << sweep << " for " << window);
                    CHECK(worst_error(lane) < 0.003);
                }
}

TEST_CASE("Overdrive, clipping, slow nodes and four levels follow it too", "[led_bank]") {
    lane_parameters lane = lane_of("fast_doped", 4e9);
    lane.transmit_post_tap = 0.3;
    lane.transmit_overdrive = 0.5;
    lane.current_extinction_ratio = 100.0;
    CHECK(worst_error(lane) < 0.002);
    lane.node_capacitance_f = 2e-12;
    CHECK(worst_error(lane) < 0.002);
    lane.node_capacitance_f = 1e-15;
    CHECK(worst_error(lane) < 0.002);
    lane.on_current_a = 10e-3;
    CHECK(worst_error(lane) < 0.002);
    lane = lane_of("fast_doped", 4e9);
    lane.format = modulation::pam4;
    CHECK(worst_error(lane, 4) < 0.002);
    lane.sweep_out_rate_per_s = 1e10;
    CHECK(worst_error(lane, 4) < 0.002);
}

TEST_CASE("Settled light is the static light", "[led_bank]") {
    for (const led_coefficients& set : led_sets()) {
        lane_parameters lane = lane_of(set.name, 2e9);
        lane.temperature_k = 340.0;
        lane.defect_growth = 0.7;
        const drive_levels drive = drive_of(lane);
        for (const double current_a : {drive.long_zero_a, drive.average_a, drive.long_one_a}) {
            std::vector<float> currents(100 * WIDTH, static_cast<float>(current_a));
            const auto light = bank_light(lane, currents);
            const double expected =
                steady_state(emitter_of(lane), double{static_cast<float>(current_a)})
                    .optical_power_w;
            INFO(set.name << " at " << current_a << " A");
            CHECK(light[0] == Approx(expected).epsilon(1e-5));
            CHECK(light[99 * SAMPLES * WIDTH] == Approx(expected).epsilon(1e-5));
            led_bank bank(std::span(&lane, 1), SAMPLES);
            CHECK(bank.static_light_w(0, current_a) == Approx(expected).epsilon(1e-6));
        }
    }
}

TEST_CASE("A small step is a two-pole exponential", "[led_bank]") {
    for (const led_coefficients& set : led_sets()) {
        lane_parameters lane = lane_of(set.name, 1e9);
        lane.node_capacitance_f = 300e-15;
        const double bias_a = drive_of(lane).average_a;
        std::vector<float> currents(12 * WIDTH, static_cast<float>(bias_a));
        for (std::size_t k = 1; k < 12; ++k)
            currents[k * WIDTH] = static_cast<float>(bias_a * 1.002);
        const auto light = bank_light(lane, currents);
        const double lifetime = steady_state(emitter_of(lane), bias_a).differential_lifetime_s;
        const double pole = reference_emitter(lane).pole_s;
        const double low = double{light[(SAMPLES - 1) * WIDTH]};
        const double high = steady_state(emitter_of(lane), bias_a * 1.002).optical_power_w;
        for (const unsigned sample : {1u, 4u, 16u, 48u, 100u}) {
            const double t = sample / (16.0 * lane.rate_bps);
            const double expected =
                1.0 - (lifetime * std::exp(-t / lifetime) - pole * std::exp(-t / pole)) /
                          (lifetime - pole);
            const double found =
                (double{light[(SAMPLES + sample - 1) * WIDTH]} - low) / (high - low);
            INFO(set.name << " after " << t << " s");
            CHECK(found == Approx(expected).margin(0.003));
        }
    }
}

TEST_CASE("Light ends after the current, sooner with sweep-out", "[led_bank]") {
    lane_parameters lane = lane_of("fast_doped", 1e9);
    lane.current_extinction_ratio = 1e6;
    lane.transmit_post_tap = 0.0;
    const std::vector<float> symbols = {0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0};
    const auto currents = currents_of(lane, symbols);
    const auto plain = bank_light(lane, currents);
    lane.sweep_out_rate_per_s = 1e10;
    lane.sweep_out_window_s = 200e-12;
    const auto swept = bank_light(lane, currents);
    const std::size_t fall = 4 * SAMPLES;  // the first sample behind the last one
    const float top = plain[(fall - 1) * WIDTH];
    CHECK(plain[(fall + 1) * WIDTH] > 0.2f * top);  // 125 ps after the current has stopped
    for (std::size_t s = 0; s < fall; ++s)
        CHECK(swept[s * WIDTH] == Approx(plain[s * WIDTH]).epsilon(1e-4));
    for (std::size_t s = fall; s < fall + 2 * SAMPLES; ++s)
        CHECK(swept[s * WIDTH] < plain[s * WIDTH]);
}

TEST_CASE("The return of an overshoot is no falling edge", "[led_bank]") {
    lane_parameters lane = lane_of("fast_doped", 2e9);
    lane.transmit_post_tap = 0.35;
    const std::vector<float> symbols = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1};
    const auto currents = currents_of(lane, symbols);
    const auto plain = bank_light(lane, currents);
    lane.sweep_out_rate_per_s = 1e10;
    CHECK(bank_light(lane, currents) == plain);
}

TEST_CASE("Carriers that go in recombine", "[led_bank]") {
    // Without Auger and doping, integral I dt / q = integral (A n + B n^2) V dt, with n from light.
    lane_parameters lane = lane_of("nonpolar_rashidi", 1e9);
    lane.current_extinction_ratio = 1e6;
    const double photon_j = 6.62607015e-34 * 2.99792458e8 / lane.wavelength_m;
    const double volume = 3.14159265358979 / 4 * 1e-10 * 18e-9;
    const double step_s = 1.0 / lane.rate_bps / SAMPLES;
    std::vector<float> symbols(200, 0.0f);
    for (std::size_t k = 10; k < 80; k += 3)
        symbols[k] = symbols[k + 1] = 1.0f;
    const auto currents = currents_of(lane, symbols);
    const auto light = bank_light(lane, currents);
    double injected = 0.0, recombined = 0.0;
    for (std::size_t k = 0; k < currents.size(); k += WIDTH)
        injected += double{currents[k]} / lane.rate_bps / CHARGE_C;
    for (std::size_t s = 0; s < light.size(); s += WIDTH) {
        const double radiative = double{light[s]} / (photon_j * lane.extraction_efficiency);
        const double n = std::sqrt(radiative / (lane.emitter.b_m3_per_s * volume));
        recombined += (radiative + lane.emitter.a_per_s * n * volume) * step_s;
    }
    CHECK(recombined == Approx(injected).epsilon(1e-3));
}

TEST_CASE("Vectors, scalars, targets and blocks agree", "[led_bank]") {
    std::vector<lane_parameters> lanes;
    for (std::size_t lane = 0; lane < 13; ++lane) {
        lanes.push_back(lane_of(led_sets()[lane % 3].name, 3e9));
        lanes.back().drive_factor = 0.08 * static_cast<double>(lane);  // lane 0 is dark
        if (lane % 2)
            lanes.back().sweep_out_rate_per_s = 2e9 * static_cast<double>(lane);
    }
    const std::size_t count = 60;
    std::vector<float> currents(count * WIDTH), one(count);
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
        auto symbols = random_symbols(count + 4 + lane, 2);
        drive_currents(lanes[lane], std::span(symbols).last(count + 4), one);
        for (std::size_t k = 0; k < count; ++k)
            currents[k * WIDTH + lane] = one[k];
    }
    led_bank vectors(lanes, SAMPLES), scalars(lanes, SAMPLES), pieces(lanes, SAMPLES);
    std::vector<float> a(count * WIDTH * SAMPLES), b(a.size()), c(a.size());
    vectors.advance(currents, a);
    scalars.advance_scalar(currents, b);
    const std::size_t cut = 17 * WIDTH;
    pieces.advance(std::span(currents).first(cut), std::span(c).first(cut * SAMPLES));
    pieces.advance(std::span(currents).subspan(cut), std::span(c).subspan(cut * SAMPLES));
    CHECK(a == b);
    CHECK(a == c);
    for (std::int64_t left = hwy::SupportedTargets() & (HWY_AVX2 | HWY_AVX3 | HWY_AVX3_DL);
         left != 0; left &= left - 1) {
        hwy::SetSupportedTargetsForTest(left & -left);
        led_bank again(lanes, SAMPLES);
        std::ranges::fill(c, -1.0f);
        again.advance(currents, c);
        CHECK(a == c);
    }
    hwy::SetSupportedTargetsForTest(0);
    for (std::size_t s = 0; s < a.size(); s += WIDTH) {
        CHECK(a[s] == 0.0f);
        CHECK(a[s + 15] == 0.0f);
    }
}

TEST_CASE("A bank refuses what it cannot hold", "[led_bank]") {
    std::vector<lane_parameters> lanes(17);
    CHECK_THROWS_AS(led_bank(lanes, 16), std::invalid_argument);
    CHECK_THROWS_AS((led_bank{std::span(lanes).first(0), 16}), std::invalid_argument);
    CHECK_THROWS_AS((led_bank{std::span(lanes).first(2), 15}), std::invalid_argument);
    CHECK_THROWS_AS((led_bank{std::span(lanes).first(2), 65}), std::invalid_argument);
    lanes[1].rate_bps = 1e9;
    CHECK_THROWS_AS((led_bank{std::span(lanes).first(2), 16}), std::invalid_argument);
    led_bank bank{std::span(lanes).first(1), 16};
    std::vector<float> current(WIDTH), light(WIDTH * 16 - 1);
    CHECK_THROWS_AS(bank.advance(current, light), std::invalid_argument);
    CHECK_THROWS_AS(bank.settle(std::span(current).first(3)), std::invalid_argument);
}
