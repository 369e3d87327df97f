#include "models/photonics/led.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/photonics/constants.h"

using namespace luxlane::photonics;

namespace {

led_state at_density(std::string_view set, double a_per_cm2) {
    led_device led{.material = led_set(set)};
    return steady_state(led, a_per_cm2 * 1e4 * led_area(led));
}

}  // namespace

TEST_CASE("Coefficient sets give their published figures", "[led]") {
    struct expectation {
        std::string_view set;
        double a_per_cm2, efficiency, optical_ghz;
    };
    // Independently computed from the same coefficients; rounded to the digits shown.
    const expectation rows[] = {{"cplane_display", 100.0, 0.60, 0.09},
                                {"cplane_display", 6e3, 0.29, 1.26},
                                {"cplane_display", 11e3, 0.25, 1.89},
                                {"fast_doped", 100.0, 0.31, 1.65},
                                {"fast_doped", 11e3, 0.33, 4.0}};
    for (const expectation& row : rows) {
        INFO(row.set << " at " << row.a_per_cm2 << " A/cm2");
        const led_state state = at_density(row.set, row.a_per_cm2);
        CHECK(state.internal_efficiency == Approx(row.efficiency).margin(0.006));
        CHECK(state.optical_bandwidth_hz * 1e-9 == Approx(row.optical_ghz).margin(0.06));
    }
    // Measured 5 and 0.87 ns (Rashidi et al., 2017).
    CHECK(at_density("nonpolar_rashidi", 20.0).differential_lifetime_s ==
          Approx(5e-9).epsilon(0.01));
    CHECK(at_density("nonpolar_rashidi", 3e3).differential_lifetime_s ==
          Approx(0.87e-9).epsilon(0.01));
    CHECK_THROWS_AS(led_set("laser"), std::invalid_argument);
}

TEST_CASE("Sets with published lifetimes hold them", "[led]") {
    // Sci. Rep. 7, 44814, 2017, Fig. 7: on silicon 45 ns and 8e-31 cm6/s, on sapphire 105 and
    // 7e-31.
    CHECK(1.0 / led_set("cplane_on_silicon").a_per_s == Approx(45e-9));
    CHECK(led_set("cplane_on_silicon").c_m6_per_s == Approx(8e-31 * 1e-12));
    CHECK(1.0 / led_set("cplane_on_sapphire").a_per_s == Approx(105e-9));
    CHECK(led_set("cplane_on_sapphire").c_m6_per_s == Approx(7e-31 * 1e-12));
    // Leakage takes carriers as n^3 and leaves no light.
    const led_coefficients &leaky = led_set("cplane_leakage"), &plain = led_set("cplane_display");
    CHECK(recombination_rate(leaky, 1e24) - recombination_rate(plain, 1e24) ==
          Approx(7.8e-41 * 1e72));
}

TEST_CASE("Carrier density solves the balance", "[led]") {
    // Without Auger and doping the balance is a quadratic with a closed solution.
    const led_coefficients& m = led_set("nonpolar_rashidi");
    for (const double rate : {1e28, 1e30, 1e33, 1e36}) {
        const double ratio = m.a_per_s / (2.0 * m.b_m3_per_s);
        const double exact =
            rate / m.b_m3_per_s / (ratio + std::sqrt(ratio * ratio + rate / m.b_m3_per_s));
        CHECK(carrier_density(m, rate) == Approx(exact).epsilon(1e-12));
    }
    for (const led_coefficients& set : led_sets())
        for (double rate = 1e20; rate < 1e40; rate *= 1e3)
            CHECK(recombination_rate(set, carrier_density(set, rate)) ==
                  Approx(rate).epsilon(1e-11));
    CHECK(carrier_density(m, 0.0) == 0.0);
}

TEST_CASE("Differential lifetime is the slope of the rate", "[led]") {
    for (const led_coefficients& set : led_sets()) {
        const double n = 3e24, step = 1e18;
        const double slope =
            (recombination_rate(set, n + step) - recombination_rate(set, n - step)) / (2 * step);
        CHECK(differential_lifetime(set, n) == Approx(1.0 / slope).epsilon(1e-6));
    }
}

TEST_CASE("Optical over electrical bandwidth is sqrt 3", "[led]") {
    const led_state state = at_density("fast_doped", 1e3);
    const double ratio = state.optical_bandwidth_hz / state.electrical_bandwidth_hz;
    CHECK(ratio == Approx(1.7320508).epsilon(1e-7));
    CHECK(ratio == Approx(1.724).epsilon(0.01));  // measured, Jin et al. 2025
}

TEST_CASE("Static light output", "[led]") {
    // h c / q = 1239.84 eV nm: 2.88 W/A at 430 nm, of which efficiency and extraction remain.
    led_device led{.material = led_set("fast_doped")};
    led.extraction_efficiency = 1.0;
    const led_state state = steady_state(led, 100e-6);
    CHECK(state.optical_power_w ==
          Approx(2.8833 * 100e-6 * state.internal_efficiency).epsilon(1e-4));
    CHECK(steady_state(led, 0.0).optical_power_w == 0.0);
    CHECK_THROWS_AS(steady_state(led, -1e-6), std::out_of_range);
    CHECK_THROWS_AS(steady_state(led, std::nan("")), std::out_of_range);
}

TEST_CASE("Heat dims and speeds the emitter", "[led]") {
    led_device led{.material = led_set("fast_doped")};
    const led_state cold = steady_state(led, 1e-3);
    led.temperature_k = 358.0;
    const led_state hot = steady_state(led, 1e-3);
    // Light falls as exp(-(T - 300 K) / T1), T1 = 500 K (physics.md 1.5), efficiency included.
    for (const double warm_k : {330.0, 358.0, 393.0}) {
        led_device warm = led;
        led.temperature_k = 300.0;
        warm.temperature_k = warm_k;
        CHECK(steady_state(warm, 750e-6).optical_power_w /
                  steady_state(led, 750e-6).optical_power_w ==
              Approx(std::exp(-(warm_k - 300.0) / 500.0)).epsilon(0.01));
    }
    CHECK(hot.optical_power_w < cold.optical_power_w);
    CHECK(hot.electrical_bandwidth_hz > cold.electrical_bandwidth_hz);
}

TEST_CASE("Forward voltage passes its anchors", "[led]") {
    const led_device led{.material = led_set("fast_doped")};
    CHECK(forward_voltage(led, 10.0 * 1e4) == Approx(2.35).epsilon(1e-9));
    // 100 uA in 5 x 5 um: 3.2 V, so that 4 Gb/s costs 80 fJ/bit (vendor).
    CHECK(forward_voltage(led, 400.0 * 1e4) == Approx(3.2).margin(0.03));
    CHECK(forward_voltage(led, 0.0) == 0.0);
}

TEST_CASE("Droop unbalances PAM4 levels", "[led]") {
    // The display set's efficiency falls over this range, the doped set's hardly changes.
    const led_device display{.material = led_set("cplane_display")};
    const led_device doped{.material = led_set("fast_doped")};
    CHECK(pam4_level_mismatch(display, 100e-6, 10e-3) < 0.85);
    CHECK(pam4_level_mismatch(doped, 100e-6, 1e-3) > 0.95);
    CHECK(pam4_level_mismatch(doped, 100e-6, 1e-3) <= 1.0);
}

TEST_CASE("A warm junction drops less", "[led]") {
    // Blue InGaN emitters lose 1 .. 3 mV/K at low current.
    led_device led{.material = led_set("fast_doped")};
    const double cold_v = forward_voltage(led, 1e5);
    led.temperature_k = 310.0;
    const double per_k = (forward_voltage(led, 1e5) - cold_v) / 10.0;
    CHECK(per_k < -1e-3);
    CHECK(per_k > -3e-3);
}
