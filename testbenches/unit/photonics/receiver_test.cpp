#include "models/photonics/receiver.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace luxlane::photonics;

TEST_CASE("Ideal responsivity", "[receiver]") {
    const std::pair<double, double> table[] = {
        {405, .327}, {420, .339}, {430, .347}, {450, .363}, {520, .419}};
    for (const auto& [nm, responsivity] : table)
        CHECK(ideal_responsivity(nm * 1e-9) == Approx(responsivity).margin(6e-4));
}

TEST_CASE("Responses are 3 dB down at their bandwidth", "[receiver]") {
    CHECK(std::abs(single_pole(6e9, 6e9)) == Approx(std::sqrt(0.5)));
    CHECK(std::abs(butterworth2(1.5e9, 1.5e9)) == Approx(std::sqrt(0.5)));
    CHECK(std::abs(butterworth2(1.5e9, 15e9)) == Approx(0.01).epsilon(0.001));  // 40 dB a decade
    // Noise bandwidth of a second-order Butterworth: the integral of |H|^2.
    double integral_hz = 0.0;
    constexpr double step_hz = 1e6;
    for (double f = 0.5 * step_hz; f < 300e9; f += step_hz)
        integral_hz += std::norm(butterworth2(1.5e9, f)) * step_hz;
    CHECK(noise_bandwidth_hz(1.5e9) == Approx(integral_hz).epsilon(1e-4));
}

TEST_CASE("Thermal noise of feedback resistors", "[receiver]") {
    const std::pair<double, double> table[] = {{1e3, 4.1}, {5e3, 1.8}, {10e3, 1.3}, {20e3, 0.9}};
    for (const auto& [ohm, pa] : table)
        CHECK(resistor_noise_density(ohm, 300.0) * 1e12 == Approx(pa).margin(0.05));
}

TEST_CASE("Sensitivity of the published receiver", "[receiver]") {
    // -19.3 dBm at BER 1e-12 (Q 7.034), .17 A/W: average 2.0 uA, 284 nA of noise (JSSC May 2024).
    const double noise_a = 7.6e-12 * std::sqrt(1.4e9);
    CHECK(noise_a == Approx(284e-9).epsilon(0.005));
    const double power_w = sensitivity_w(7.034, noise_a, 0.17, INFINITY);
    CHECK(10.0 * std::log10(power_w / 1e-3) == Approx(-19.3).margin(0.05));
    CHECK(sensitivity_w(7.034, noise_a, 0.17, 10.0) == Approx(power_w * 11.0 / 9.0));
}

TEST_CASE("Noise adds by power", "[receiver]") {
    const receiver_device receiver;
    const double dark = total_noise_a(receiver, 0.0, 0.0);
    CHECK(dark == Approx(amplifier_noise_a(receiver)).epsilon(1e-6));
    const double lit = total_noise_a(receiver, 10e-6, 0.0);
    CHECK(lit * lit - dark * dark ==
          Approx(2.0 * 1.602177e-19 * 10e-6 * noise_bandwidth_hz(1.5e9)).epsilon(1e-5));
    // 20 nm at 430 nm: -134 dB/Hz for one mode.
    CHECK(10.0 * std::log10(thermal_rin_per_hz(430e-9, 20e-9, 1.0)) == Approx(-134.0).margin(0.5));
    receiver_device hot = receiver;
    hot.temperature_k = 309.0;
    CHECK(dark_current_a(hot) == Approx(20e-12));
}
