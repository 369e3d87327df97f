#include "models/photonics/spot.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace luxlane::photonics;

namespace {

double sum(const spot_fractions& f) {
    return f.own + f.above + f.left + f.right + f.below + f.above_left + f.above_right +
           f.below_left + f.below_right + f.gaps;
}

/// The same part by adding up the beam's intensity 2/(pi w^2) exp(-2 r^2/w^2), point by point.
double integrated(const lane_parameters& lane, double x_m, double y_m) {
    constexpr int points = 400;
    const double step = 2.0 * lane.half_aperture_m / points;
    const double w2 = lane.spot_radius_m * lane.spot_radius_m;
    double total = 0.0;
    for (int i = 0; i < points; ++i) {
        for (int j = 0; j < points; ++j) {
            const double x = x_m - lane.offset_x_m - lane.half_aperture_m + (i + 0.5) * step;
            const double y = y_m - lane.offset_y_m - lane.half_aperture_m + (j + 0.5) * step;
            total += std::exp(-2.0 * (x * x + y * y) / w2);
        }
    }
    return total * step * step * 2.0 / (3.14159265358979323846 * w2);
}

}  // namespace

TEST_CASE("A centred spot on square photodiodes", "[spot]") {
    lane_parameters lane;
    lane.lane_pitch_m = 50e-6;
    lane.half_aperture_m = 20e-6;
    lane.spot_radius_m = 20e-6 * std::sqrt(2.0);
    const auto f = spot_fractions_of(lane);
    // erf(1) = 0.842701 across each axis; erfc tables for the neighbour 30 .. 70 um away.
    CHECK(f.own == Approx(0.8427007929 * 0.8427007929).epsilon(1e-9));
    const double strip = 0.5 * (std::erfc(1.5) - std::erfc(3.5));
    CHECK(f.left == Approx(strip * 0.8427007929).epsilon(1e-9));
    CHECK(f.above == Approx(f.left));
    CHECK(f.right == Approx(f.left));
    CHECK(f.below == Approx(f.left));
    CHECK(f.below_right == Approx(strip * strip).epsilon(1e-9));
    CHECK(sum(f) == Approx(1.0).margin(1e-15));
}

TEST_CASE("A shifted spot: all light is somewhere, and where integration finds it", "[spot]") {
    lane_parameters lane;
    for (const double x : {-30e-6, 0.0, 7e-6, 25e-6}) {
        for (const double y : {-11e-6, 0.0, 40e-6}) {
            lane.offset_x_m = x;
            lane.offset_y_m = y;
            const auto f = spot_fractions_of(lane);
            CHECK(sum(f) == Approx(1.0).margin(1e-14));
            const double p = lane.lane_pitch_m;
            CHECK(f.own == Approx(integrated(lane, 0, 0)).epsilon(1e-3).margin(1e-12));
            CHECK(f.above == Approx(integrated(lane, 0, p)).epsilon(1e-3).margin(1e-12));
            CHECK(f.left == Approx(integrated(lane, -p, 0)).epsilon(1e-3).margin(1e-12));
            CHECK(f.below_right == Approx(integrated(lane, p, -p)).epsilon(1e-3).margin(1e-12));
        }
    }
    // On the border between two photodiodes both get the same; one pitch off, the neighbour has it.
    lane.offset_x_m = 25e-6;
    lane.offset_y_m = 0.0;
    CHECK(spot_fractions_of(lane).own == Approx(spot_fractions_of(lane).right));
    const double centred = spot_fractions_of(lane_parameters{}).own;
    lane.offset_x_m = 50e-6;
    CHECK(spot_fractions_of(lane).right == Approx(centred));
}

TEST_CASE("The tail of a beam keeps its digits", "[spot]") {
    // erfc(6) = 2.1519736712498913e-17, erfc(7) = 4.183825607779414e-23 (tables).
    const double w = std::sqrt(2.0);
    CHECK(between_lines(w, 6.0, 7.0) ==
          Approx(0.5 * (2.1519736712498913e-17 - 4.183825607779414e-23)).epsilon(1e-10));
    CHECK(between_lines(w, -7.0, -6.0) == Approx(between_lines(w, 6.0, 7.0)).epsilon(1e-12));
}

TEST_CASE("Photodiodes that overlap are refused by name", "[spot]") {
    lane_parameters lane;
    lane.half_aperture_m = 30e-6;
    CHECK_THROWS_WITH(spot_fractions_of(lane),
                      Catch::Contains("half_aperture_m") && Catch::Contains("overlap"));
}
