#include "models/dsp/slicer.h"

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
    CHECK_THROWS_AS(adaptive_slicer({}, adaptive_slicer::rule::midpoint, 0.0), std::out_of_range);
}
