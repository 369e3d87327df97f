#include "models/photonics/drive_dac.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace luxlane::photonics;

TEST_CASE("A DAC delivers the nearest of its steps", "[drive_dac]") {
    const drive_dac dac{.bits = 4, .full_scale_a = 150e-6};
    CHECK(step_a(dac) == Approx(10e-6));
    CHECK(code_of(dac, 0.0) == 0);
    CHECK(code_of(dac, 44e-6) == 4);
    CHECK(code_of(dac, 46e-6) == 5);
    CHECK(code_of(dac, 1.0) == 15);
    CHECK(code_of(dac, -1.0) == 0);
    CHECK(current_of(dac, 5) == Approx(50e-6));
    CHECK(current_of(dac, 99) == Approx(150e-6));
}

TEST_CASE("Mismatch moves what codes deliver", "[drive_dac]") {
    const drive_dac dac{
        .bits = 4, .full_scale_a = 150e-6, .gain_deviation = 0.1, .offset_a = -12e-6};
    CHECK(current_of(dac, 10) == Approx(98e-6));
    CHECK(current_of(dac, 1) == 0.0);
}

TEST_CASE("Bias and modulation codes make a lane's drive", "[drive_dac]") {
    lane_parameters lane;
    lane.on_current_a = 103e-6;
    lane.current_extinction_ratio = 4.0;  // bias 25.75 uA, modulation 77.25 uA
    const drive_dac dac{.bits = 5, .full_scale_a = 310e-6};
    const lane_parameters set = quantised_drive(lane, dac, dac);
    CHECK(set.on_current_a == Approx(110e-6));
    CHECK(set.current_extinction_ratio == Approx(110.0 / 30.0));
    lane.current_extinction_ratio = 1e5;
    CHECK(quantised_drive(lane, dac, dac).current_extinction_ratio == 1e6);
    CHECK_NOTHROW(check(quantised_drive(lane, dac, dac)));
}

TEST_CASE("A DAC that cannot be is refused", "[drive_dac]") {
    CHECK_THROWS_AS(step_a({.bits = 0}), std::invalid_argument);
    CHECK_THROWS_AS(step_a({.bits = 25}), std::invalid_argument);
    CHECK_THROWS_AS(step_a({.full_scale_a = 0.0}), std::invalid_argument);
    CHECK_THROWS_AS(code_of({}, std::nan("")), std::invalid_argument);
}
