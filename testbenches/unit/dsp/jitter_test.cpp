#include "models/dsp/jitter.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>
#include <vector>

#include "models/dsp/clocking.h"

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

constexpr double PI = std::numbers::pi;

double rms(const std::vector<double>& x) {
    double sum = 0.0;
    for (const double value : x)
        sum += value * value;
    return std::sqrt(sum / static_cast<double>(x.size()));
}

/// Amplitude of the part of `x` at `frequency` cycles per element.
double tone(const std::vector<double>& x, double frequency) {
    std::complex<double> sum = 0.0;
    for (std::size_t k = 0; k < x.size(); ++k)
        sum += x[k] * std::polar(1.0, -2.0 * PI * frequency * static_cast<double>(k));
    return 2.0 * std::abs(sum) / static_cast<double>(x.size());
}

}  // namespace

TEST_CASE("Each part of jitter has its own amplitude and spectrum", "[jitter]") {
    const jitter_generator jitter({.random_ui = 0.02, .sinusoidal_ui = 0.1, .duty_cycle_ui = 0.06},
                                  1.0 / 64, {3, 0, 0});
    std::vector<double> x(65536);
    jitter.fill(x, 0);
    // 0.02 / sqrt(32768) = 0.0001 of the noise falls on each tone.
    CHECK(tone(x, 1.0 / 64) == Approx(0.1).margin(5e-4));
    CHECK(tone(x, 0.5) / 2 == Approx(0.03).margin(5e-4));
    CHECK(rms(x) == Approx(std::sqrt(4e-4 + 0.01 / 2 + 0.0036 / 4)).epsilon(0.005));
    CHECK(jitter_rms_ui(jitter.amplitudes()) == Approx(std::sqrt(4e-4 + 0.005 + 9e-4)));
    CHECK(jitter.duty_cycle(1) - jitter.duty_cycle(0) == Approx(0.06));
    std::vector<double> later(100);
    jitter.fill(later, 1000);
    CHECK(later == std::vector<double>(x.begin() + 1000, x.begin() + 1100));
    CHECK_THROWS_AS(jitter_generator({.random_ui = -1.0}, 0.0, {}), std::out_of_range);
    CHECK_THROWS_AS(jitter_generator({.sinusoidal_ui = NAN}, 0.0, {}), std::out_of_range);
    CHECK_THROWS_AS(jitter_generator({}, 0.6, {}), std::out_of_range);
}

TEST_CASE("Densities are those of the closed forms", "[jitter]") {
    // Gaussian: mass within one sigma is erf(1 / sqrt 2).
    const auto gauss = jitter_density({.random_ui = 0.02}, 1001, 0.001);
    double inside = 0.0;
    for (std::size_t i = 480; i <= 520; ++i)
        inside += gauss[i];
    CHECK(inside == Approx(std::erf(0.0205 / 0.02 / std::sqrt(2.0))).epsilon(1e-9));
    // A sine alone spends a third of its time within half its amplitude.
    const sampling_jitter sine{.sinusoidal_ui = 0.2};
    CHECK(jitter_distribution(sine, 0.1) - jitter_distribution(sine, -0.1) == Approx(1.0 / 3));
    CHECK(jitter_distribution(sine, -0.2001) == 0.0);
    CHECK(jitter_distribution(sine, 0.2001) == 1.0);
    // Duty cycle alone: two lines.
    const auto lines = jitter_density({.duty_cycle_ui = 0.1}, 101, 0.01);
    CHECK(lines[45] == Approx(0.5));
    CHECK(lines[55] == Approx(0.5));
    // Far tail of dual-Dirac jitter: half the Gaussian tail from the nearer line.
    const sampling_jitter dual{.random_ui = 0.01, .duty_cycle_ui = 0.1};
    CHECK(jitter_distribution(dual, -0.12) ==
          Approx(0.25 * std::erfc(7.0 / std::sqrt(2.0))).epsilon(1e-6));
}

TEST_CASE("A narrow Gaussian still rounds the turning points of a sine", "[jitter]") {
    // Near its turning point the arcsine law is (1 / pi) sqrt(2 u / A) at distance u inside; the
    // Gaussian's share beyond is that averaged: integral of phi(t) sqrt(2 sigma (t - z)+ / A) / pi.
    const sampling_jitter jitter{.random_ui = 0.002, .sinusoidal_ui = 0.3};
    for (const double z : {0.0, 3.0, 6.0}) {
        double expected = 0.0;
        constexpr double step = 1e-4;
        for (double t = z + step / 2; t < z + 8.0; t += step)
            expected += step * std::exp(-0.5 * t * t) / std::sqrt(2.0 * PI) *
                        std::sqrt(2.0 * 0.002 * (t - z) / 0.3) / PI;
        CHECK(jitter_distribution(jitter, -0.3 - 0.002 * z) == Approx(expected).epsilon(0.02));
    }
}

TEST_CASE("Densities sum to one and have the jitter's variance", "[jitter]") {
    for (const sampling_jitter& jitter :
         {sampling_jitter{.random_ui = 0.02, .sinusoidal_ui = 0.1, .duty_cycle_ui = 0.06},
          sampling_jitter{.sinusoidal_ui = 0.1}, sampling_jitter{.random_ui = 0.01},
          sampling_jitter{.random_ui = 0.001, .sinusoidal_ui = 0.3}, sampling_jitter{}}) {
        const auto density = jitter_density(jitter, 2001, 0.0005);
        CHECK(std::accumulate(density.begin(), density.end(), 0.0) == Approx(1.0).epsilon(1e-12));
        double variance = 0.0;
        for (std::size_t i = 0; i < density.size(); ++i) {
            const double x = 0.0005 * (static_cast<double>(i) - 1000.0);
            variance += density[i] * x * x;
        }
        CHECK(std::sqrt(variance) == Approx(jitter_rms_ui(jitter)).margin(1e-4));
    }
    CHECK_THROWS_AS(jitter_density({}, 0, 0.1), std::out_of_range);
    CHECK_THROWS_AS(jitter_density({}, 3, 0.0), std::out_of_range);
}

TEST_CASE("A forwarded clock leaves jitter by its skew", "[clocking]") {
    CHECK(forwarded_clock_residual(1e6, 1e-9) == Approx(2 * PI * 1e-3).epsilon(1e-5));
    CHECK(forwarded_clock_residual(500e6, 1e-9) == Approx(2.0));
    CHECK(forwarded_clock_residual(1e9, 1e-9) == Approx(0.0).margin(1e-12));
    constexpr std::size_t n = 65536;
    for (const double frequency : {1.0 / 4096, 1.0 / 256, 1.0 / 64, 1.0 / 16, 1.0 / 8}) {
        for (const double delay : {0.0, 0.4, 3.0, 10.5, 32.0}) {
            INFO(frequency << " cycles per symbol, " << delay << " UI");
            const jitter_generator source({.sinusoidal_ui = 0.2}, frequency, {});
            const forwarded_clock clock(source, delay);
            std::vector<double> seen(n);
            for (std::size_t k = 0; k < n; ++k)
                seen[k] = clock.at(k + 1000);
            const double expected =
                0.2 * std::abs(1.0 - std::polar(1.0, -2.0 * PI * frequency * delay));
            CHECK(tone(seen, frequency) == Approx(expected).margin(1e-9));
            CHECK(residual_jitter(source.amplitudes(), frequency, delay).sinusoidal_ui ==
                  Approx(expected).margin(1e-12));
        }
    }
}

TEST_CASE("Random and duty-cycle jitter pass a forwarded clock by whole symbols", "[clocking]") {
    const sampling_jitter jitter{.random_ui = 0.03, .duty_cycle_ui = 0.05};
    const jitter_generator source(jitter, 0.0, {4, 0, 0});
    for (const auto& [delay, random, duty] : {std::tuple{0.0, 0.0, 0.0},
                                              {1.0, 0.03 * std::sqrt(2.0), 0.1},
                                              {2.0, 0.03 * std::sqrt(2.0), 0.0}}) {
        const forwarded_clock clock(source, delay);
        std::vector<double> seen(100'000);
        for (std::size_t k = 0; k < seen.size(); ++k)
            seen[k] = clock.at(k + 10);
        // 1 / sqrt(2 n) of an rms, and more for differences that share a deviate.
        CHECK(rms(seen) == Approx(std::hypot(random, duty / 2)).epsilon(0.015));
        CHECK(tone(seen, 0.5) == Approx(duty).margin(1e-3));
        CHECK(residual_jitter(jitter, 0.0, delay).random_ui == Approx(random));
        CHECK(residual_jitter(jitter, 0.0, delay).duty_cycle_ui == Approx(duty));
    }
    CHECK_THROWS_AS(forwarded_clock(source, -1.0), std::out_of_range);
}
