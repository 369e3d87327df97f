#include "models/photonics/led_figures.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace luxlane::photonics;

TEST_CASE("Bandwidths of two poles", "[led_figures]") {
    constexpr double pi = 3.14159265358979;
    const bandwidth_pair one = small_signal_bandwidth(100e-12, 0.0);
    CHECK(one.electrical_hz == Approx(1.0 / (2 * pi * 100e-12)));
    CHECK(one.optical_hz == Approx(std::sqrt(3.0) / (2 * pi * 100e-12)));
    // Two equal poles: (1 + w^2 tau^2)^2 = 2, and 4.
    const bandwidth_pair equal = small_signal_bandwidth(100e-12, 100e-12);
    CHECK(equal.electrical_hz == Approx(std::sqrt(std::sqrt(2.0) - 1.0) / (2 * pi * 100e-12)));
    CHECK(equal.optical_hz == Approx(1.0 / (2 * pi * 100e-12)));
    const bandwidth_pair both = small_signal_bandwidth(160e-12, 30e-12);
    CHECK(std::abs(small_signal_response(160e-12, 30e-12, both.electrical_hz)) ==
          Approx(std::sqrt(0.5)));
    CHECK(std::abs(small_signal_response(160e-12, 30e-12, both.optical_hz)) == Approx(0.5));
    CHECK(both.optical_hz / both.electrical_hz < std::sqrt(3.0));
    CHECK(std::abs(small_signal_response(1e-9, 1e-10, 0.0)) == 1.0);
}

TEST_CASE("A Gaussian line carries its power within its width", "[led_figures]") {
    double sum_w = 0.0;
    for (double nm = 350.0; nm < 510.0; nm += 0.1)
        sum_w += spectral_power_w_per_m(1e-3, 430e-9, 16e-9, nm * 1e-9) * 0.1e-9;
    CHECK(sum_w == Approx(1e-3).epsilon(1e-6));
    const double peak = spectral_power_w_per_m(1e-3, 430e-9, 16e-9, 430e-9);
    CHECK(spectral_power_w_per_m(1e-3, 430e-9, 16e-9, 438e-9) == Approx(0.5 * peak));
    CHECK(spectral_power_w_per_m(1e-3, 430e-9, 16e-9, 422e-9) == Approx(0.5 * peak));
    // 0.9394 / FWHM for a Gaussian.
    CHECK(peak * 1e-9 == Approx(1e-3 * 0.9394 / 16.0).epsilon(1e-4));
}

TEST_CASE("Droop counts from the peak of the efficiency", "[led_figures]") {
    // Without doping the peak lies at n = sqrt(A / C): B n / (A + B n + C n^2).
    const led_coefficients& display = led_set("cplane_display");
    const efficiency_peak peak = peak_efficiency(display);
    const double n = std::sqrt(display.a_per_s / display.c_m6_per_s);
    CHECK(peak.carrier_density_per_m3 == Approx(n).epsilon(1e-3));
    const double b = display.b_m3_per_s * n;
    CHECK(peak.internal_efficiency == Approx(b / (2 * display.a_per_s + b)).epsilon(1e-9));
    const led_device led{.material = display};
    CHECK(efficiency_droop(led, 1e-9) == 0.0);
    CHECK(efficiency_droop(led, 10e-3) > efficiency_droop(led, 1e-3));
    // Leakage steepens it and moves the peak to n = sqrt(A / (C + D)).
    const led_coefficients& leaky = led_set("cplane_leakage");
    CHECK(peak_efficiency(leaky).carrier_density_per_m3 ==
          Approx(std::sqrt(2e7 / 8e-41)).epsilon(1e-3));
    CHECK(efficiency_droop({.material = leaky}, 1e-3) > efficiency_droop(led, 1e-3));
}

TEST_CASE("Extinction and wall-plug efficiency", "[led_figures]") {
    led_device led{.material = led_set("fast_doped")};
    const double on_w = steady_state(led, 1e-4).optical_power_w;
    const double off_w = steady_state(led, 1e-5).optical_power_w;
    CHECK(static_extinction_ratio(led, 1e-4, 1e-5) == Approx(on_w / off_w));
    CHECK(std::isinf(static_extinction_ratio(led, 1e-4, 0.0)));
    const led_state state = steady_state(led, 1e-4);
    CHECK(wall_plug_efficiency(state, 1e-4) * 1e-4 * state.forward_voltage_v == Approx(on_w));
    CHECK(wall_plug_efficiency(steady_state(led, 0.0), 0.0) == 0.0);
}

TEST_CASE("Defects dim and speed an emitter", "[led_figures]") {
    led_device led{.material = led_set("fast_doped")};
    const led_state young = steady_state(led, 1e-4);
    led.defect_growth = 1.0;
    const led_state old = steady_state(led, 1e-4);
    // A doubles at 300 K: low-density efficiency B p0 / (A + B p0).
    CHECK(old.optical_power_w / young.optical_power_w ==
          Approx((4.0 + 1.8) / (8.0 + 1.8)).epsilon(0.05));
    CHECK(old.differential_lifetime_s < young.differential_lifetime_s);
}
