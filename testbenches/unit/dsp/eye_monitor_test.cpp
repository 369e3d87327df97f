#include "models/dsp/eye_monitor.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/common/normal.h"
#include "models/common/random.h"

using namespace luxlane;
using namespace luxlane::dsp;
using photonics::modulation;

namespace {

struct record {
    std::vector<std::uint8_t> symbols;
    std::vector<float> waveform;
};

/// Random symbols that meet in the middle of two straight ramps: at phase p they have come
/// `reach(p)` of the way from the other level to their own.
template <typename Reach>
record make(std::size_t n, unsigned levels, double noise, const Reach& reach) {
    record made;
    std::vector<float> deviates(n * 16);
    fill_gaussian(deviates, {21, 0, 0}, 0);
    unsigned before = 0;
    for (std::size_t k = 0; k < n; ++k) {
        const unsigned symbol = random_block({22, 0, 0}, k)[0] % levels;
        for (std::size_t p = 0; p < 16; ++p)
            made.waveform.push_back(static_cast<float>(
                std::lerp(before, symbol, reach(p)) / (levels - 1) + noise * deviates[16 * k + p]));
        made.symbols.push_back(static_cast<std::uint8_t>(symbol));
        before = symbol;
    }
    return made;
}

double ramp(std::size_t phase) { return static_cast<double>(phase) / 16; }

}  // namespace

TEST_CASE("Ones and errors are what a slicer at that point would count", "[eye_monitor]") {
    for (const unsigned levels : {2u, 4u}) {
        const record r = make(2000, levels, 0.08, ramp);
        eye_monitor monitor(levels == 4 ? modulation::pam4 : modulation::nrz, -0.2, 1.2, 33);
        const std::span<const float> waveform = r.waveform;
        const std::span<const std::uint8_t> symbols = r.symbols;
        monitor.count(waveform.first(700 * 16), symbols.first(700));
        monitor.count(waveform.subspan(700 * 16), symbols.subspan(700));
        CHECK(monitor.symbols() == 2000);
        CHECK(monitor.eyes() == levels - 1);
        for (const std::size_t phase : {0u, 7u, 8u, 15u})
            for (const std::size_t step : {0u, 5u, 16u, 31u, 32u}) {
                const double threshold = -0.2 + 1.4 * static_cast<double>(step) / 32;
                CHECK(monitor.threshold_a(step) == Approx(threshold));
                std::uint64_t ones = 0;
                std::vector<std::uint64_t> errors(levels - 1);
                for (std::size_t k = 0; k < 2000; ++k) {
                    const bool one = r.waveform[16 * k + phase] > threshold;
                    ones += one;
                    for (std::size_t eye = 0; eye + 1 < levels; ++eye)
                        errors[eye] += one != (r.symbols[k] > eye);
                }
                CHECK(monitor.ones(phase, step) == ones);
                for (std::size_t eye = 0; eye + 1 < levels; ++eye)
                    CHECK(monitor.errors(eye, phase, step) == errors[eye]);
            }
    }
}

TEST_CASE("The hits of a phase add up to its symbols", "[eye_monitor]") {
    const record r = make(1000, 2, 0.05, ramp);
    eye_monitor monitor(modulation::nrz, -2.0, 3.0, 101);
    monitor.count(r.waveform, r.symbols);
    for (std::size_t phase = 0; phase < 16; ++phase) {
        std::uint64_t sum = 0;
        for (std::size_t step = 0; step + 1 < monitor.steps(); ++step)
            sum += monitor.hits(phase, step);
        CHECK(sum == 1000);
    }
    monitor.clear();
    CHECK(monitor.ones(3, 0) == 0);
    CHECK_FALSE(monitor.opening(0, 0));
}

TEST_CASE("A diamond eye has the height and width of its geometry", "[eye_monitor]") {
    // Symbols rest at phase 8 and are half-way to their neighbours at phase 0 and 16.
    const auto diamond = [](std::size_t phase) {
        return 1.0 - std::abs(static_cast<double>(phase) - 8.0) / 16;
    };
    const record r = make(2000, 2, 0.0, diamond);
    eye_monitor monitor(modulation::nrz, -0.005, 1.005, 102);
    monitor.count(r.waveform, r.symbols);
    const auto eye = monitor.opening(0, 0);
    REQUIRE(eye);
    CHECK(eye->phase == 8);
    CHECK(eye->height_a == Approx(1.0).margin(0.021));
    CHECK(eye->threshold_a == Approx(0.5).margin(0.011));
    // Closed at phase 0 alone, where the levels meet at the threshold's height.
    CHECK(eye->width_ui == Approx(14.0 / 16).margin(1.0 / 16));
}

TEST_CASE("Error counts follow the Gaussian tail", "[eye_monitor]") {
    constexpr std::size_t n = 100'000;
    constexpr double sigma = 0.2;
    const record r = make(n, 2, sigma, [](std::size_t) { return 1.0; });
    eye_monitor monitor(modulation::nrz, 0.0, 1.0, 11);
    monitor.count(r.waveform, r.symbols);
    for (const std::size_t step : {3u, 5u, 7u}) {
        const double threshold = 0.1 * static_cast<double>(step);
        const double expected =
            0.5 * n * (normal_tail(threshold / sigma) + normal_tail((1.0 - threshold) / sigma));
        CHECK(static_cast<double>(monitor.errors(0, 4, step)) ==
              Approx(expected).margin(4.0 * std::sqrt(expected)));
    }
    // Tails of 1 % on either side: allowed errors choose the contour.
    const auto loose = monitor.opening(0, n / 50), tight = monitor.opening(0, 5);
    REQUIRE(loose);
    CHECK(loose->width_ui == Approx(15.0 / 16));
    CHECK_FALSE(tight);
}

TEST_CASE("The three eyes of PAM4 are a third as high", "[eye_monitor]") {
    const record r = make(4000, 4, 0.0, [](std::size_t) { return 1.0; });
    eye_monitor monitor(modulation::pam4, -0.1, 1.1, 121);
    monitor.count(r.waveform, r.symbols);
    for (std::size_t eye = 0; eye < 3; ++eye) {
        const auto opening = monitor.opening(eye, 0);
        REQUIRE(opening);
        CHECK(opening->height_a == Approx(1.0 / 3).margin(0.021));
        CHECK(opening->threshold_a == Approx((static_cast<double>(eye) + 0.5) / 3).margin(0.011));
    }
    CHECK_THROWS_AS(monitor.opening(3, 0), std::out_of_range);
}

TEST_CASE("An eye monitor refuses what it cannot count", "[eye_monitor]") {
    CHECK_THROWS_AS(eye_monitor(modulation::nrz, 0.0, 1.0, 1), std::out_of_range);
    CHECK_THROWS_AS(eye_monitor(modulation::nrz, 1.0, 1.0, 8), std::out_of_range);
    CHECK_THROWS_AS(eye_monitor(modulation::nrz, NAN, 1.0, 8), std::out_of_range);
    eye_monitor monitor(modulation::nrz, 0.0, 1.0, 8);
    CHECK_THROWS_AS(monitor.count(std::vector<float>(17), std::vector<std::uint8_t>(1)),
                    std::invalid_argument);
    CHECK_THROWS_AS(monitor.count(std::vector<float>(16), std::vector<std::uint8_t>{2}),
                    std::invalid_argument);
    CHECK_THROWS_AS(monitor.ones(16, 0), std::out_of_range);
    CHECK_THROWS_AS(monitor.errors(0, 0, 8), std::out_of_range);
    CHECK_THROWS_AS(monitor.hits(0, 7), std::out_of_range);
}
