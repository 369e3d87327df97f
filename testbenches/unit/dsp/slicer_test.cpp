#include "models/dsp/slicer.h"

#include <array>
#include <catch2/catch.hpp>
#include <vector>

#include "models/common/random.h"

using namespace luxlane;
using namespace luxlane::dsp;

TEST_CASE("Optimum threshold leans to the quieter level", "[slicer]") {
    CHECK(optimum_threshold({1.0, 0.0, 0.1, 0.1}) == Approx(0.5));
    CHECK(optimum_threshold({1.0, 0.0, 0.3, 0.1}) == Approx(0.25));
    CHECK(optimum_threshold({1.0, 0.5, 0.0, 0.0}) == Approx(0.75));
}

TEST_CASE("Slicing packs the first sample into bit 0", "[slicer]") {
    std::vector<float> samples(128, 0.0f);
    samples[0] = samples[63] = samples[65] = 1.0f;
    samples[2] = 0.5f;  // not above the threshold
    std::vector<std::uint64_t> bits(2);
    slice(samples, 0.5f, bits);
    CHECK(bits[0] == 0x8000000000000001u);
    CHECK(bits[1] == 2u);
    CHECK_THROWS_AS(slice(std::span(samples).first(64), 0.5f, bits), std::invalid_argument);
}

TEST_CASE("The slicer finds levels it was not told", "[slicer]") {
    adaptive_slicer slicer({.one = 1.0, .zero = 0.0, .sigma_one = 0.1, .sigma_zero = 0.1},
                           adaptive_slicer::rule::optimum, 0.2);
    std::vector<float> samples(4096), noise(4096);
    std::vector<std::uint64_t> decisions(64);
    for (std::uint64_t block = 0; block < 60; ++block) {
        fill_gaussian(noise, {5, 0, 0}, block * 4096);
        for (std::size_t k = 0; k < samples.size(); ++k) {
            const bool one = random_block({6, 0, 0}, block * 4096 + k)[0] & 1;
            samples[k] = one ? 1.3f + 0.12f * noise[k] : 0.2f + 0.04f * noise[k];
        }
        slice(samples, static_cast<float>(slicer.threshold()), decisions);
        slicer.observe(samples, decisions);
    }
    CHECK(slicer.levels().one == Approx(1.3).margin(0.005));
    CHECK(slicer.levels().zero == Approx(0.2).margin(0.005));
    CHECK(slicer.levels().sigma_one == Approx(0.12).margin(0.004));
    CHECK(slicer.levels().sigma_zero == Approx(0.04).margin(0.002));
    CHECK(slicer.threshold() == Approx((0.04 * 1.3 + 0.12 * 0.2) / 0.16).margin(0.01));
}

TEST_CASE("A block without ones leaves their level alone", "[slicer]") {
    adaptive_slicer slicer({.one = 1.0, .zero = 0.0, .sigma_one = 0.1, .sigma_zero = 0.1},
                           adaptive_slicer::rule::midpoint, 1.0);
    const std::vector<float> samples(64, 0.2f);
    const std::vector<std::uint64_t> decisions(1, 0);
    slicer.observe(samples, decisions);
    CHECK(slicer.levels().one == 1.0);
    CHECK(slicer.threshold() == Approx(0.6));
    CHECK_THROWS_AS(adaptive_slicer(slicer_levels{}, adaptive_slicer::rule::midpoint, 0.0),
                    std::out_of_range);
}

TEST_CASE("PAM4 slices into Gray-coded planes", "[slicer]") {
    std::vector<float> samples(64, -1.0f);
    samples[1] = 0.2f;
    samples[2] = 0.6f;
    samples[3] = 1.5f;
    std::vector<std::uint64_t> low(1), high(1);
    slice(samples, {0.0f, 0.4f, 0.8f}, low, high);
    CHECK(low[0] == 0b0110u);
    CHECK(high[0] == 0b1100u);
    std::vector<std::uint64_t> short_plane;
    CHECK_THROWS_AS(slice(samples, {0.0f, 0.4f, 0.8f}, low, short_plane), std::invalid_argument);
}

TEST_CASE("PAM4 thresholds find levels that droop and widen", "[slicer]") {
    constexpr std::array<float, 4> mean = {0.1f, 0.42f, 0.7f, 0.95f};
    constexpr std::array<float, 4> sigma = {0.02f, 0.03f, 0.035f, 0.04f};
    const pam4_levels expected{.mean = {0.0, 1.0 / 3, 2.0 / 3, 1.0},
                               .sigma = {0.03, 0.03, 0.03, 0.03}};
    for (const auto rule : {adaptive_slicer::rule::midpoint, adaptive_slicer::rule::optimum}) {
        adaptive_slicer slicer(expected, rule, 0.2);
        std::vector<float> samples(4096), noise(4096);
        std::vector<std::uint64_t> low(64), high(64);
        for (std::uint64_t block = 0; block < 60; ++block) {
            fill_gaussian(noise, {5, 1, 0}, block * 4096);
            for (std::size_t k = 0; k < samples.size(); ++k) {
                const std::size_t symbol = random_block({6, 1, 0}, block * 4096 + k)[0] % 4;
                samples[k] = mean[symbol] + sigma[symbol] * noise[k];
            }
            const auto t = slicer.thresholds();
            slice(samples,
                  {static_cast<float>(t[0]), static_cast<float>(t[1]), static_cast<float>(t[2])},
                  low, high);
            slicer.observe(samples, low, high);
        }
        for (std::size_t s = 0; s < 4; ++s) {
            CHECK(slicer.all_levels().mean[s] == Approx(mean[s]).margin(0.003));
            CHECK(slicer.all_levels().sigma[s] == Approx(sigma[s]).margin(0.002));
        }
        for (std::size_t s = 0; s < 3; ++s) {
            const double middle = 0.5 * (mean[s] + mean[s + 1]);
            const double best =
                (sigma[s] * mean[s + 1] + sigma[s + 1] * mean[s]) / (sigma[s] + sigma[s + 1]);
            CHECK(slicer.thresholds()[s] ==
                  Approx(rule == adaptive_slicer::rule::midpoint ? middle : best).margin(0.004));
        }
        CHECK_THROWS_AS(slicer.observe(samples, low), std::invalid_argument);
    }
}
