#include "models/photonics/tia.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <complex>

#include "models/photonics/linear_chain.h"
#include "models/photonics/receiver.h"

using namespace luxlane::photonics;

namespace {

constexpr double BOLTZMANN = 1.380649e-23;

/// Noise of the amplifier that the parts make, A rms at its input, through the linear chain.
double integrated_noise_a(const tia_parts& parts) {
    const lane_parameters lane = with_amplifier({}, parts);
    return receiver_of(lane).noise_density_a_per_rthz *
           std::sqrt(noise_bandwidth_hz(linear_chain_of(lane)));
}

}  // namespace

TEST_CASE("Thermal noise of feedback resistors", "[tia]") {
    const std::pair<double, double> table[] = {{1e3, 4.1}, {5e3, 1.8}, {10e3, 1.3}, {20e3, 0.9}};
    for (const auto& [ohm, pa] : table) {
        CHECK(resistor_noise_density(ohm, 300.0) * 1e12 == Approx(pa).margin(0.05));
        CHECK(figures_of({.feedback_ohm = ohm}).noise_density_a_per_rthz * 1e12 ==
              Approx(pa).margin(0.05));
    }
}

TEST_CASE("The closed loop has the response that its circuit solves to", "[tia]") {
    // Node equation of the input: I = s C V - (Vout - V) / R with Vout = -A(s) V.
    for (const tia_parts& parts :
         {tia_parts{}, tia_parts{.feedback_ohm = 1e3, .open_loop_gain = 20.0},
          tia_parts{.feedback_ohm = 50e3, .amplifier_pole_hz = 8e8}}) {
        const tia_figures figures = figures_of(parts);
        const auto transimpedance = [&](double f) {
            const std::complex<double> s(0.0, 2.0 * M_PI * f);
            const std::complex<double> gain =
                parts.open_loop_gain / (1.0 + s / (2.0 * M_PI * parts.amplifier_pole_hz));
            const std::complex<double> voltage =
                1.0 / (s * parts.total_capacitance_f() + (1.0 + gain) / parts.feedback_ohm);
            return gain * voltage;
        };
        CHECK(figures.transimpedance_ohm == Approx(std::abs(transimpedance(0.0))));
        for (double f : {1e8, 1e9, 3e9}) {
            const auto expected = transimpedance(f) / transimpedance(0.0);
            const auto modelled = second_order(figures.bandwidth_hz, figures.damping, f);
            CHECK(std::abs(expected - modelled) < 1e-9);
        }
        CHECK(std::abs(transimpedance(figures.bandwidth_hz)) ==
              Approx(figures.transimpedance_ohm / std::sqrt(2.0)));
    }
}

TEST_CASE("A Butterworth amplifier reaches the limit of its gain-bandwidth product", "[tia]") {
    const tia_parts parts = tuned({.feedback_ohm = 20e3}, 1.5e9, std::sqrt(0.5));
    const tia_figures figures = figures_of(parts);
    CHECK(figures.bandwidth_hz == Approx(1.5e9));
    CHECK(figures.damping == Approx(std::sqrt(0.5)));
    // BW ~ sqrt(A0 fA / (2 pi Rf CT)), exact for a large gain.
    const double limit_hz = std::sqrt(parts.open_loop_gain * parts.amplifier_pole_hz /
                                      (2.0 * M_PI * 20e3 * parts.total_capacitance_f()));
    CHECK(figures.bandwidth_hz == Approx(limit_hz).epsilon(0.05));
    // The damping of the default parts is the published choice of 0.71.
    CHECK(figures_of({}).damping == Approx(0.71).margin(0.02));
}

TEST_CASE("Channel noise rises with f^2 and equals the resistor's at the corner", "[tia]") {
    const tia_parts parts;
    const tia_figures figures = figures_of(parts);
    const double reactance = 2.0 * M_PI * figures.noise_corner_hz * parts.total_capacitance_f();
    const double channel = 4.0 * BOLTZMANN * 300.0 * 1.5 * reactance * reactance / 5e-3;
    CHECK(std::sqrt(channel) == Approx(figures.noise_density_a_per_rthz));
    // Of a Butterworth, |H|^2 and f^2 |H|^2 / f0^2 have the same integral, pi / (2 sqrt 2) f0.
    const tia_parts butterworth = tuned(parts, 1.5e9, std::sqrt(0.5));
    const double white = 4.0 * BOLTZMANN * 300.0 / 10e3 * 1.1107 * 1.5e9;
    const double rise = 1.5e9 / figures.noise_corner_hz;
    CHECK(integrated_noise_a(butterworth) ==
          Approx(std::sqrt(white * (1.0 + rise * rise))).epsilon(2e-3));
}

TEST_CASE("N parallel lanes trade resistance for rate at the same error ratio", "[tia]") {
    // JSSC May 2024: bandwidth 1/N, noise 1/N^1.5, feedback N^2, input current 1/N^1.5, swing
    // N^0.5; transistor, capacitance and gain-bandwidth product stay.
    const tia_parts one = tuned({.feedback_ohm = 2e3}, 8e9, 0.71);
    const double noise_one_a = integrated_noise_a(one);
    for (double n : {2.0, 4.0, 8.0}) {
        tia_parts parts = one;
        parts.feedback_ohm *= n * n;
        parts = tuned(parts, 8e9 / n, 0.71);
        CHECK(parts.open_loop_gain * parts.amplifier_pole_hz ==
              Approx(one.open_loop_gain * one.amplifier_pole_hz).epsilon(0.25));
        const double noise_a = integrated_noise_a(parts);
        CHECK(noise_a == Approx(noise_one_a / std::pow(n, 1.5)).epsilon(2e-3));
        // The same SNR asks for an input current in proportion to the noise.
        const double power_one_w = sensitivity_w(7.0, noise_one_a, 0.25, INFINITY);
        const double power_w = sensitivity_w(7.0, noise_a, 0.25, INFINITY);
        CHECK(power_w / power_one_w == Approx(std::pow(n, -1.5)).epsilon(2e-3));
        const double swing = parts.feedback_ohm * power_w / (one.feedback_ohm * power_one_w);
        CHECK(swing == Approx(std::sqrt(n)).epsilon(2e-3));
    }
}

TEST_CASE("Gain steps keep the band, pass more light and cost noise", "[tia]") {
    const tia_parts parts;
    const tia_figures full = figures_of(parts);
    const tia_figures stepped = figures_of(attenuated(parts, 6.0206));
    CHECK(stepped.bandwidth_hz == Approx(full.bandwidth_hz).epsilon(0.1));
    CHECK(stepped.noise_density_a_per_rthz ==
          Approx(full.noise_density_a_per_rthz * std::sqrt(2.0)).epsilon(1e-4));
    CHECK(stepped.transimpedance_ohm < 0.5 * full.transimpedance_ohm);
    CHECK(overload_current_a(stepped, 0.4) > 2.0 * overload_current_a(full, 0.4));
    CHECK(overload_current_a(full, 8e3 * 50e-6) == Approx(50e-6 * 8e3 / full.transimpedance_ohm));
    CHECK_THROWS_AS(attenuated(parts, -1.0), std::out_of_range);
    CHECK_THROWS_AS(attenuated(parts, 60.0), std::out_of_range);  // the gain is used up
}

TEST_CASE("Parts out of range are named", "[tia]") {
    CHECK_THROWS_WITH(figures_of({.feedback_ohm = -1.0}),
                      Catch::Contains("rf = -1 ohm") && Catch::Contains("feedback resistor"));
    CHECK_THROWS_WITH(figures_of({.transconductance_s = NAN}), Catch::Contains("gm = nan S"));
    CHECK_THROWS_WITH(figures_of({.photodiode_f = 0.0, .input_f = 0.0, .parasitic_f = 0.0}),
                      Catch::Contains("cpd + cin + cpar"));
    // 1 / (Rf CT) alone is beyond the damping asked for.
    CHECK_THROWS_WITH(tuned({.feedback_ohm = 100.0}, 1e9, 0.7), Catch::Contains("fa = -"));
}

TEST_CASE("An amplifier of parts becomes a lane's", "[tia]") {
    tia_parts parts;
    parts.temperature_k = 363.0;
    const lane_parameters lane = with_amplifier({}, parts);
    CHECK(lane.temperature_k == 363.0);
    CHECK(receiver_of(lane).noise_density_a_per_rthz ==
          Approx(resistor_noise_density(10e3, 363.0)));
    CHECK(lane.amplifier_bandwidth_hz == figures_of(parts).bandwidth_hz);
    CHECK_NOTHROW(check(lane));
}
