#include "models/dsp/cdr.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

constexpr double DENSITY = 0.5;  // of transitions in random NRZ
constexpr double PI = std::numbers::pi;

double mean(const std::vector<double>& x, std::size_t first) {
    double sum = 0.0;
    for (std::size_t k = first; k < x.size(); ++k)
        sum += x[k];
    return sum / static_cast<double>(x.size() - first);
}

double worst(const std::vector<double>& x, std::size_t first) {
    double found = 0.0;
    for (std::size_t k = first; k < x.size(); ++k)
        found = std::max(found, std::abs(x[k]));
    return found;
}

/// Rectangular symbols through a Gaussian filter of `sigma` UI, their middle `late` UI behind the
/// main cursor: Phi((t + 1/2) / sigma) - Phi((t - 1/2) / sigma).
photonics::phase_response gaussian_pulse(double sigma, double late) {
    photonics::phase_response response{};
    const auto phi = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
    for (std::size_t p = 0; p < photonics::PHASES; ++p)
        for (std::size_t j = 0; j < photonics::PULSE_TAPS; ++j) {
            const double t = static_cast<double>(p) / 16 - 0.5 + static_cast<double>(j) -
                             photonics::PRE_CURSORS - late;
            response.pulse[p][j] = phi((t + 0.5) / sigma) - phi((t - 0.5) / sigma);
        }
    return response;
}

}  // namespace

TEST_CASE("Alexander's detector votes by the edge between two bits", "[cdr]") {
    CHECK(alexander(false, false, true) == 1);
    CHECK(alexander(false, true, true) == -1);
    CHECK(alexander(true, true, false) == 1);
    CHECK(alexander(true, false, false) == -1);
    CHECK(alexander(true, false, true) == 0);
    CHECK(alexander(false, false, false) == 0);
}

TEST_CASE("The interpolator renders steps of a thirty-second", "[cdr]") {
    bang_bang_cdr loop({.proportional_ui = 1.0 / 256});
    for (int k = 0; k < 3; ++k)
        loop.step(1);
    CHECK(loop.phase_ui() == 0.0);
    loop.step(1);  // 4 / 256 is half a step
    CHECK(loop.phase_ui() == 1.0 / 32);
    loop.step(0);
    CHECK(loop.phase_ui() == 1.0 / 32);
    loop.step(-1);
    CHECK(loop.phase_ui() == 0.0);
}

TEST_CASE("Lock takes the initial error over Kp TD, and is seen", "[cdr]") {
    const cdr_options options{.proportional_ui = 1.0 / 1024};
    for (const double start : {0.1, 0.25, 0.4, -0.4}) {
        const cdr_run run =
            track_edges(options, {.data = {2, 0, 0}, .initial_phase_ui = start}, 20'000);
        const double slewing = std::abs(start) / (options.proportional_ui * DENSITY);
        const auto arrived = std::find_if(run.error_ui.begin(), run.error_ui.end(),
                                          [](double e) { return std::abs(e) < 1.0 / 32; });
        // The last step may be spared; transitions scatter by sqrt(n) / 2.
        CHECK(static_cast<double>(arrived - run.error_ui.begin()) ==
              Approx(slewing).margin(2.0 / 32 / (options.proportional_ui * DENSITY) +
                                     4 * std::sqrt(slewing)));
        REQUIRE(run.lock_time);
        // Within two windows of 256 votes after arrival.
        CHECK(static_cast<double>(*run.lock_time) > slewing * 0.8);
        CHECK(static_cast<double>(*run.lock_time) < slewing + 2.2 * 256 / DENSITY);
        CHECK(run.locked);
        CHECK(worst(run.error_ui, 10'000) <= 1.0 / 32 + options.proportional_ui);
    }
}

TEST_CASE("The integral path takes up a frequency offset", "[cdr]") {
    // 100 ppm; the proportional path alone would follow up to Kp TD = 488 ppm with an offset.
    const cdr_options options{.proportional_ui = 1.0 / 1024, .integral_ui = 1.0 / (1 << 20)};
    const cdr_run run = track_edges(options, {.data = {2, 0, 0}, .drift_ui = 1e-4}, 100'000);
    CHECK(run.locked);
    CHECK(worst(run.error_ui, 50'000) < 2.0 / 32);
    CHECK((run.phase_ui[99'999] - run.phase_ui[50'000]) / 49'999 == Approx(1e-4).epsilon(0.01));
    const cdr_run beyond = track_edges({.proportional_ui = 1.0 / 1024},
                                       {.data = {2, 0, 0}, .drift_ui = 1.5e-3}, 100'000);
    CHECK(worst(beyond.error_ui, 0) > 1.0);
}

TEST_CASE("Above its corner the loop slews: transfer falls with 4 fc / (pi f)", "[cdr]") {
    // A triangle of slope Kp TD has the fundamental 2 Kp TD / (pi^2 f).
    const cdr_options options{.proportional_ui = 1.0 / 512, .interpolator_steps = 1024};
    const double amplitude = 0.4;
    const double corner = slewing_corner(options, DENSITY, amplitude);
    CHECK(corner == Approx(1.0 / 512 * 0.5 / (2 * PI * 0.4)));
    const stream_key data{5, 0, 0};
    CHECK(jitter_transfer(options, amplitude, corner / 8, 0.0, data) == Approx(1.0).epsilon(0.03));
    CHECK(jitter_transfer(options, amplitude, corner / 2, 0.0, data) == Approx(1.0).epsilon(0.05));
    for (const double ratio : {4.0, 8.0}) {
        INFO(ratio << " times the corner");
        CHECK(jitter_transfer(options, amplitude, ratio * corner, 0.0, data) ==
              Approx(4.0 / (PI * ratio)).epsilon(0.1));
    }
}

TEST_CASE("Random jitter linearises the loop to a single pole", "[cdr]") {
    const cdr_options options{.proportional_ui = 1.0 / 2048, .interpolator_steps = 1024};
    const double random = 0.05;
    const double corner = linear_corner(options, DENSITY, random);
    const stream_key data{6, 0, 0};
    for (const double ratio : {0.25, 1.0, 3.0}) {
        INFO(ratio << " times the corner");
        CHECK(jitter_transfer(options, 0.02, ratio * corner, random, data) ==
              Approx(1.0 / std::hypot(1.0, ratio)).epsilon(0.12));
    }
}

TEST_CASE("Jitter tolerance falls with frequency to the eye's half width", "[cdr]") {
    const cdr_options options{.proportional_ui = 1.0 / 256, .interpolator_steps = 128};
    const stream_key data{7, 0, 0};
    const double margin = 0.25;
    const auto tolerance = [&](double frequency) {
        return jitter_tolerance(options, margin, frequency, 0.0, data);
    };
    // Far below the corner the amplitude that makes the loop slew, Kp TD / (2 pi f), decides; a
    // little more is borne within the margin.
    for (const double frequency : {2e-5, 6e-5}) {
        const double slewing = options.proportional_ui * DENSITY / (2 * PI * frequency);
        CHECK(tolerance(frequency) > 0.9 * slewing);
        CHECK(tolerance(frequency) < 1.15 * slewing);
    }
    // Too fast to follow: the margin, less the loop's own wander about its balance.
    CHECK(tolerance(0.02) <= margin);
    CHECK(tolerance(0.02) > 0.75 * margin);
    CHECK(tolerance(3e-4) > tolerance(1e-3));
    CHECK(tolerance(1e-3) > tolerance(0.02));
    CHECK_THROWS_AS(jitter_tolerance(options, 0.6, 0.01, 0.0, data), std::out_of_range);
    CHECK_THROWS_AS(jitter_tolerance(options, 0.2, 0.0, 0.0, data), std::out_of_range);
}

TEST_CASE("On a symmetrical pulse the clock settles at the middle of the symbol", "[cdr]") {
    const cdr_options options{.proportional_ui = 1.0 / 1024, .interpolator_steps = 64};
    for (const double late : {0.0, 0.2, -0.3}) {
        for (const double noise : {0.0, 0.05}) {
            const cdr_run run = track_waveform(options, gaussian_pulse(0.25, late), 0.5, noise,
                                               {.data = {8, 0, 0}}, 20'000);
            INFO(late << " UI late, noise " << noise);
            CHECK(run.locked);
            CHECK(mean(run.phase_ui, 10'000) == Approx(late).margin(0.01));
        }
    }
    // Jitter of the data moves the clock likewise.
    const jitter_generator slow({.sinusoidal_ui = 0.2}, 1.0 / 20'000, {});
    const cdr_run run = track_waveform(options, gaussian_pulse(0.25, 0.0), 0.5, 0.0,
                                       {.jitter = slow, .data = {8, 0, 0}}, 40'000);
    CHECK(worst(run.error_ui, 5'000) < 0.1);
    CHECK(worst(run.phase_ui, 5'000) == Approx(0.2).margin(0.04));
}

TEST_CASE("Without transitions or signal there is no lock", "[cdr]") {
    bang_bang_cdr loop({});
    for (int k = 0; k < 10'000; ++k)
        loop.step(0);
    CHECK_FALSE(loop.locked());
    for (int k = 0; k < 10'000; ++k)
        loop.step(1);
    CHECK_FALSE(loop.locked());
    for (int k = 0; k < 512; ++k)
        loop.step(k % 2 ? 1 : -1);
    CHECK(loop.locked());
    for (int k = 0; k < 512; ++k)
        loop.step(1);
    CHECK_FALSE(loop.locked());
}

TEST_CASE("Loop options outside their range are named", "[cdr]") {
    CHECK_THROWS_WITH(bang_bang_cdr({.proportional_ui = 0.0}), Catch::Contains("proportional_ui"));
    CHECK_THROWS_WITH(bang_bang_cdr({.integral_ui = -1.0}), Catch::Contains("integral_ui"));
    CHECK_THROWS_WITH(bang_bang_cdr({.interpolator_steps = 2}),
                      Catch::Contains("interpolator_steps"));
    CHECK_THROWS_WITH(bang_bang_cdr({.lock_minority = 0.5}), Catch::Contains("lock_minority"));
}
