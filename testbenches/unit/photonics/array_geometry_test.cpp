#include "models/photonics/array_geometry.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace luxlane::photonics;

namespace {

constexpr double DEGREE = 3.14159265358979323846 / 180.0;

/// 20 x 20 lanes of 50 um, the grid of physics.md's worked example.
array_geometry twenty() { return {.lanes = 400, .columns = 20}; }

double total(const lane_landing& landing) {
    return landing.own + landing.neighbours + landing.farther + landing.gaps + landing.outside;
}

}  // namespace

TEST_CASE("An aligned array puts every spot on its photodiode", "[array_geometry]") {
    const auto lanes = landings(twenty());
    REQUIRE(lanes.size() == 400);
    // Apertures of 20 um half width under a 15 um spot: erf(sqrt2 20/15)^2.
    const double own = std::pow(std::erf(std::sqrt(2.0) * 20.0 / 15.0), 2);
    for (const lane_landing& lane : lanes) {
        CHECK(lane.offset_x_m == Approx(0.0).margin(1e-18));
        CHECK(lane.offset_y_m == Approx(0.0).margin(1e-18));
        CHECK(lane.own == Approx(own));
        CHECK(lane.loss_db == Approx(-10.0 * std::log10(own)));
        CHECK(lane.neighbours < 1e-3);
    }
}

TEST_CASE("One degree of rotation hits corners and spares the centre", "[array_geometry]") {
    array_geometry array = twenty();
    array.alignment.rotation_rad = 1.0 * DEGREE;
    const auto lanes = landings(array);
    // Corner at r = 9.5 sqrt2 50 um = 671.75 um; a chord of 2 r sin(theta/2) = 11.72 um.
    const double corner = std::hypot(lanes[0].offset_x_m, lanes[0].offset_y_m);
    CHECK(corner == Approx(11.724e-6).epsilon(1e-4));
    const lane_landing& centre = lanes[9 * 20 + 9];  // r = sqrt(1/2) 50 um
    CHECK(std::hypot(centre.offset_x_m, centre.offset_y_m) == Approx(0.617e-6).epsilon(1e-3));
    // Counter-clockwise: the upper left corner's spot moves down and to the left.
    CHECK(lanes[0].offset_x_m < 0.0);
    CHECK(lanes[0].offset_y_m < 0.0);
    CHECK(lanes[0].loss_db > 5.0 * centre.loss_db);
    CHECK(lanes[0].neighbours > 10.0 * centre.neighbours);
    // The four corners are one another's images under quarter turns.
    for (const std::size_t other : {19u, 380u, 399u}) {
        CHECK(lanes[other].own == Approx(lanes[0].own).epsilon(1e-12));
    }
    // The corner's loss from tabulated parts: d = 11.724 um at 45 deg less half a degree.
    const double w = 15.0, h = 20.0, dx = 11.724 * std::cos(45.5 * DEGREE),
                 dy = 11.724 * std::sin(45.5 * DEGREE), s = std::sqrt(2.0) / w;
    const double own = 0.25 * (std::erf(s * (h - dx)) + std::erf(s * (h + dx))) *
                       (std::erf(s * (h - dy)) + std::erf(s * (h + dy)));
    CHECK(lanes[0].own == Approx(own).epsilon(1e-4));
}

TEST_CASE("No light is lost or made, however badly the array is aligned", "[array_geometry]") {
    for (const std::size_t count : {1u, 5u, 16u, 460u}) {
        array_geometry array;
        array.lanes = count;
        array.columns = static_cast<std::size_t>(std::ceil(std::sqrt(double(count))));
        for (const double rotation : {0.0, 1.0, 10.0, 90.0}) {
            for (const double shift : {0.0, 13e-6, 70e-6, 2e-3}) {
                for (const double axial : {0.0, 300e-6}) {
                    array.alignment = {.lateral_x_m = shift,
                                       .lateral_y_m = -0.5 * shift,
                                       .rotation_rad = rotation * DEGREE,
                                       .axial_m = axial,
                                       .magnification_error = 0.02};
                    bool whole = true, positive = true;
                    for (const lane_landing& lane : landings(array)) {
                        whole = whole && std::abs(total(lane) - 1.0) < 1e-12;
                        positive = positive && lane.own >= 0.0 && lane.neighbours >= -1e-15 &&
                                   lane.farther >= 0.0 && lane.gaps > -1e-12 &&
                                   lane.outside > -1e-12;
                    }
                    CHECK(whole);
                    CHECK(positive);
                }
            }
        }
    }
}

TEST_CASE("A shift by a whole pitch hands all lanes to their neighbours", "[array_geometry]") {
    array_geometry array = twenty();
    array.alignment.lateral_x_m = array.pitch_m;
    const auto lanes = landings(array);
    const double own = landings(twenty())[0].own;
    const auto matrix = crosstalk_matrix(array);
    for (const landed_part& entry : matrix[21]) {
        if (entry.lane == 22)
            CHECK(entry.part == Approx(own));
    }
    CHECK(lanes[19].outside > 0.9);  // the last column's light misses the array
    array.alignment.lateral_x_m = 2.0 * array.pitch_m;
    CHECK(landings(array)[0].farther == Approx(own).epsilon(1e-3));
}

TEST_CASE("The crosstalk matrix holds what the landings sum up", "[array_geometry]") {
    array_geometry array;  // 460 lanes, the last row incomplete
    array.alignment = {.lateral_x_m = 5e-6, .rotation_rad = 1.5 * DEGREE};
    const auto lanes = landings(array);
    const auto matrix = crosstalk_matrix(array);
    REQUIRE(matrix.size() == array.lanes);
    for (std::size_t lane = 0; lane < array.lanes; ++lane) {
        double own = 0.0, others = 0.0;
        for (const landed_part& entry : matrix[lane]) {
            REQUIRE(entry.lane < array.lanes);
            (entry.lane == lane ? own : others) += entry.part;
        }
        CHECK(own == lanes[lane].own);
        CHECK(others == Approx(lanes[lane].neighbours).epsilon(1e-9).margin(1e-15));
    }
    CHECK(matrix[0].size() == 4);
    CHECK(matrix[23].size() == 9);
    CHECK(matrix[459].size() == 5);  // the incomplete row's last: two above are corners
}

TEST_CASE("Placed lanes see the same light as the array says", "[array_geometry]") {
    lane_parameters nominal;
    array_geometry array =
        geometry_of(nominal, 460, 22, {.rotation_rad = 1.0 * DEGREE, .axial_m = 50e-6});
    array.edge_loss_db = 1.0;
    const auto placed = place(array, nominal);
    const auto lanes = landings(array);
    for (std::size_t lane = 0; lane < 460; ++lane) {
        check(placed[lane]);
        CHECK(spot_fractions_of(placed[lane]).own == Approx(lanes[lane].own).epsilon(1e-12));
    }
    CHECK(placed[0].excess_loss_db == 1.0);
    CHECK(placed[23].excess_loss_db == 0.0);
    CHECK(spot_fractions_of(placed[0]).left > 1e-3);
    CHECK(lanes[0].loss_db == Approx(-10.0 * std::log10(lanes[0].own) + 1.0));
    // The spot widens by 50 um of sin/cos of NA 0.2, in quadrature.
    CHECK(placed[0].spot_radius_m ==
          Approx(std::hypot(15e-6, 50e-6 * 0.2 / std::sqrt(0.96))).epsilon(1e-12));
    // Far off, a lane stays within its parameters and is dark.
    array.alignment = {.lateral_x_m = 8e-3, .axial_m = 9e-3};
    for (const lane_parameters& lane : place(array, nominal))
        CHECK_NOTHROW(check(lane));
}

TEST_CASE("The default geometry is laid on lanes without edge loss", "[array_geometry]") {
    const auto placed = place(array_geometry{}, lane_parameters{});
    CHECK(placed[0].excess_loss_db == 0.0);
    CHECK(placed[0].spot_radius_m == lane_parameters{}.spot_radius_m);
}

TEST_CASE("An impossible array is refused by name", "[array_geometry]") {
    const auto refused = [](auto change, const char* name) {
        array_geometry array;
        change(array);
        CHECK_THROWS_WITH(landings(array), Catch::Contains(name) && Catch::Contains(".."));
    };
    refused([](auto& a) { a.divergence_na = 1.2; }, "divergence_na");
    refused([](auto& a) { a.half_aperture_m = 26e-6; }, "half_aperture_m");
    refused([](auto& a) { a.alignment.rotation_rad = std::nan(""); }, "rotation_rad");
    refused([](auto& a) { a.columns = 461; }, "columns");
    refused([](auto& a) { a.lanes = 0; }, "lanes");
    refused([](auto& a) { a.edge_loss_db = -1.0; }, "edge_loss_db");
}
