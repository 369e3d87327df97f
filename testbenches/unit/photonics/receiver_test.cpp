#include "models/photonics/receiver.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/common/normal.h"
#include "models/photonics/lane_parameters.h"
#include "models/photonics/offset_loop.h"
#include "models/photonics/photodiode.h"
#include "models/photonics/power_monitor.h"

using namespace luxlane::photonics;

namespace {

constexpr double CHARGE_C = 1.602177e-19;

double dbm(double power_w) { return 10.0 * std::log10(power_w / 1e-3); }

}  // namespace

TEST_CASE("Ideal responsivity", "[receiver]") {
    const std::pair<double, double> table[] = {
        {405, .327}, {420, .339}, {430, .347}, {450, .363}, {520, .419}};
    for (const auto& [nm, responsivity] : table)
        CHECK(ideal_responsivity(nm * 1e-9) == Approx(responsivity).margin(6e-4));
    // JSSC May 2024: quantum efficiency 50 %, .17 A/W at 420 nm.
    CHECK(responsivity_a_per_w({.quantum_efficiency = 0.5}, 420e-9) == Approx(0.17).margin(0.001));
}

TEST_CASE("A photodiode is limited by drift and by its capacitance", "[receiver]") {
    const photodiode diode{.capacitance_f = 100e-15,
                           .series_resistance_ohm = 50.0,
                           .drift_length_m = 2e-6,
                           .drift_velocity_m_per_s = 1e5};
    // A rectangle of 20 ps: its spectrum is down to 1 / sqrt 2.
    const double x = M_PI * transit_bandwidth_hz(diode) * 20e-12;
    CHECK(std::sin(x) / x == Approx(std::sqrt(0.5)));
    CHECK(resistance_bandwidth_hz(diode) == Approx(31.83e9).epsilon(1e-3));
    CHECK(bandwidth_hz(diode) < transit_bandwidth_hz(diode));
    const double both = std::pow(transit_bandwidth_hz(diode), -2.0) +
                        std::pow(resistance_bandwidth_hz(diode), -2.0);
    CHECK(bandwidth_hz(diode) == Approx(1.0 / std::sqrt(both)));
    CHECK(bandwidth_hz({}) == Approx(6e9).epsilon(0.01));
}

TEST_CASE("Responses are 3 dB down at their bandwidth", "[receiver]") {
    CHECK(std::abs(single_pole(6e9, 6e9)) == Approx(std::sqrt(0.5)));
    for (double damping : {0.4, std::sqrt(0.5), 1.3}) {
        CHECK(std::abs(second_order(1.5e9, damping, 1.5e9)) == Approx(std::sqrt(0.5)));
        CHECK(std::abs(second_order(1.5e9, damping, 0.0)) == Approx(1.0));
    }
    // A Butterworth falls by 40 dB a decade, and its natural frequency is its bandwidth.
    CHECK(std::abs(second_order(1.5e9, std::sqrt(0.5), 15e9)) == Approx(0.01).epsilon(0.001));
    CHECK(natural_frequency_hz(1.5e9, std::sqrt(0.5)) == Approx(1.5e9));
}

TEST_CASE("Sensitivity of the published receiver", "[receiver]") {
    // -19.3 dBm at BER 1e-12 (Q 7.034), .17 A/W: average 2.0 uA, 284 nA of noise (JSSC May 2024).
    const double noise_a = 7.6e-12 * std::sqrt(1.4e9);
    CHECK(noise_a == Approx(284e-9).epsilon(0.005));
    const double power_w = sensitivity_w(7.034, noise_a, 0.17, INFINITY);
    CHECK(dbm(power_w) == Approx(-19.3).margin(0.05));
    CHECK(sensitivity_w(7.034, noise_a, 0.17, 10.0) == Approx(power_w * 11.0 / 9.0));
    CHECK(power_w * 0.17 == Approx(2.0e-6).epsilon(0.01));
    CHECK(modulation_amplitude_w(power_w, INFINITY) * 0.17 == Approx(4.0e-6).epsilon(0.01));
    // With the noise of each level, shot noise included, it stays within 0.05 dB.
    const receiver_device device{.responsivity_a_per_w = 0.17, .noise_density_a_per_rthz = 7.6e-12};
    const auto solved =
        sensitivity_w(device, {1.4e9, 1.4e9}, {.q = 7.034, .extinction_ratio = INFINITY});
    REQUIRE(solved);
    CHECK(dbm(*solved) == Approx(-19.3).margin(0.05));
    CHECK(*solved > power_w);
}

TEST_CASE("Sensitivity with noise that grows with the light", "[receiver]") {
    const receiver_device quiet{
        .responsivity_a_per_w = 0.25, .noise_density_a_per_rthz = 1e-18, .dark_current_a = 0.0};
    const noise_bandwidths band{1e9, 1e9};
    // Shot noise alone, no light in a zero: Q = I1 / sqrt(2 q I1 B), I1 = 2 q B Q^2.
    const auto shot = sensitivity_w(quiet, band, {.q = 7.0, .extinction_ratio = INFINITY});
    REQUIRE(shot);
    CHECK(*shot == Approx(0.5 * 2.0 * CHARGE_C * 1e9 * 49.0 / 0.25).epsilon(1e-4));
    // Noise in proportion to the swing: Q never exceeds 1 / (2 relative).
    CHECK(sensitivity_w(quiet, band,
                        {.q = 7.0, .extinction_ratio = INFINITY, .noise_relative = 0.07}));
    CHECK_FALSE(sensitivity_w(quiet, band,
                              {.q = 7.2, .extinction_ratio = INFINITY, .noise_relative = 0.07}));
    // Thermal noise alone: PAM4 needs three times the light (4.8 dB), an offset its own current.
    const receiver_device thermal{.responsivity_a_per_w = 0.25, .noise_density_a_per_rthz = 1e-9};
    const auto two = sensitivity_w(thermal, band, {.q = 6.0, .extinction_ratio = 10.0});
    const auto four =
        sensitivity_w(thermal, band, {.q = 6.0, .extinction_ratio = 10.0, .levels = 4});
    REQUIRE(two);
    REQUIRE(four);
    CHECK(*four / *two == Approx(3.0).epsilon(1e-3));
    const auto shifted =
        sensitivity_w(thermal, band, {.q = 6.0, .extinction_ratio = INFINITY, .offset_a = 50e-6});
    REQUIRE(shifted);
    CHECK(*shifted ==
          Approx(sensitivity_w(6.0, 1e-9 * std::sqrt(1e9), 0.25, INFINITY) + 50e-6 / 0.25)
              .epsilon(1e-3));
}

TEST_CASE("Q of the error ratios that link specifications name", "[receiver]") {
    const std::pair<double, double> table[] = {{1e-3, 3.090},  {2e-4, 3.540}, {2.4e-4, 3.492},
                                               {2e-8, 5.491},  {1e-9, 5.998}, {1e-10, 6.361},
                                               {1e-12, 7.034}, {1e-15, 7.941}};
    for (const auto& [ber, q] : table) {
        CHECK(-luxlane::normal_quantile(ber) == Approx(q).margin(6e-4));
        CHECK(std::log10(luxlane::normal_tail(q)) == Approx(std::log10(ber)).margin(0.003));
    }
}

TEST_CASE("Noise adds by power", "[receiver]") {
    const receiver_device receiver;
    const noise_bandwidths band{3e9, 1.666e9};
    const noise_parts dark = noise_at(receiver, band, 0.0, 1e-15);
    CHECK(dark.shot_a == 0.0);
    CHECK(dark.intensity_a == 0.0);
    CHECK(dark.thermal_a == Approx(5e-12 * std::sqrt(1.666e9)));
    CHECK(std::hypot(dark.thermal_a, dark.channel_a) == Approx(5e-12 * std::sqrt(3e9)));
    const noise_parts lit = noise_at(receiver, band, 10e-6, 1e-15);
    CHECK(lit.shot_a == Approx(std::sqrt(2.0 * CHARGE_C * 10e-6 * 1.666e9)).epsilon(1e-5));
    CHECK(lit.intensity_a == Approx(10e-6 * std::sqrt(1e-15 * 1.666e9)));
    CHECK(lit.total_a() * lit.total_a() - dark.total_a() * dark.total_a() ==
          Approx(lit.shot_a * lit.shot_a + lit.intensity_a * lit.intensity_a));
    // 20 nm at 430 nm: -134 dB/Hz for one mode, below -155 dB/Hz for over a hundred.
    CHECK(10.0 * std::log10(thermal_rin_per_hz(430e-9, 20e-9, 1.0)) == Approx(-134.0).margin(0.5));
    CHECK(10.0 * std::log10(thermal_rin_per_hz(430e-9, 20e-9, 150.0)) < -155.0);
}

TEST_CASE("Dark current doubles every nine kelvin", "[receiver]") {
    receiver_device hot;
    CHECK(dark_current_a(hot) == Approx(10e-12));
    hot.temperature_k = 309.0;
    CHECK(dark_current_a(hot) == Approx(20e-12));
    hot.temperature_k = 390.0;
    CHECK(dark_current_a(hot) == Approx(10.24e-9));
    const noise_parts noise = noise_at(hot, {1e9, 1e9}, 0.0, 0.0);
    CHECK(noise.dark_a == Approx(std::sqrt(2.0 * CHARGE_C * 10.24e-9 * 1e9)).epsilon(1e-5));
}

TEST_CASE("A warm amplifier is noisier by the root of its temperature", "[receiver]") {
    lane_parameters lane;
    lane.noise_density_a_per_rthz = 5e-12;
    lane.temperature_k = 363.0;
    CHECK(receiver_of(lane).noise_density_a_per_rthz ==
          Approx(5e-12 * std::sqrt(1.21)).epsilon(1e-6));
}

TEST_CASE("The power monitor counts whole steps and stops at its last code", "[receiver]") {
    const power_monitor monitor{.bits = 8, .full_scale = 2.56e-6};
    CHECK(monitor_code(monitor, 0.0) == 0);
    CHECK(monitor_code(monitor, 9.99e-9) == 0);
    CHECK(monitor_code(monitor, 10.01e-9) == 1);
    CHECK(monitor_code(monitor, 1.005e-6) == 100);
    CHECK(monitor_code(monitor, 2.549e-6) == 254);
    CHECK(monitor_code(monitor, 2.551e-6) == 255);
    CHECK(monitor_code(monitor, 1.0) == 255);
    CHECK(monitor_code(monitor, -1e-6) == 0);
    CHECK(monitor_code(monitor, NAN) == 0);
    CHECK_FALSE(saturated(monitor, 254));
    CHECK(saturated(monitor, 255));
    CHECK(monitored_value(monitor, 100) == Approx(1.005e-6));
    CHECK_THROWS_AS(monitor_code({.bits = 0}, 1e-6), std::out_of_range);
    CHECK_THROWS_AS(monitor_code({.bits = 25}, 1e-6), std::out_of_range);
    CHECK_THROWS_AS(monitor_code({.bits = 8, .full_scale = 0.0}, 1e-6), std::out_of_range);
}

TEST_CASE("The offset loop leaves half a step and droops slowly", "[receiver]") {
    const offset_loop loop{.corner_hz = 10e3, .converter_bits = 5, .range_a = 32e-6};
    CHECK(residual_offset_a(loop) == Approx(0.5e-6));
    // 1 / (2 pi 10 kHz) = 15.9 us to 1/e.
    CHECK(settling_time_s(loop, std::exp(-1.0)) == Approx(15.915e-6).epsilon(1e-4));
    // 64 equal bits of 64b66b at 2 Gb/s: 32 ns of 15.9 us.
    CHECK(run_droop(loop, 500e-12, 64.0) == Approx(2.0086e-3).epsilon(1e-3));
    CHECK(run_droop(loop, 500e-12, 0.0) == 0.0);
}
