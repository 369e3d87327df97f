#include "models/photonics/core_coupling.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

using namespace luxlane::photonics;

namespace {

std::vector<double> one_lit(std::size_t lanes, std::size_t lane) {
    std::vector<double> power(lanes, 0.0);
    power[lane] = 1.0;
    return power;
}

}  // namespace

TEST_CASE("Two lanes exchange light by the closed form", "[core_coupling]") {
    for (const double product : {0.0, 1e-6, 0.01, 0.7, 5.0, 300.0}) {
        const auto power = coupled_power({2, 2, product / 10.0}, 10.0, one_lit(2, 0));
        CHECK(power[1] == Approx(0.5 * (1.0 - std::exp(-2.0 * product))).margin(1e-12));
        CHECK(power[0] + power[1] == Approx(1.0).margin(1e-13));
        CHECK(two_lane_exchange(product / 10.0, 10.0) == Approx(power[1]).margin(1e-12));
    }
}

TEST_CASE("In the middle of a large bundle light spreads as on an endless grid",
          "[core_coupling]") {
    // Separable: in each direction exp(-2 kL) I_m(2 kL), I the modified Bessel function.
    const double product = 0.8;
    const std::size_t columns = 31, middle = 15 * 31 + 15;
    const auto power = coupled_power({961, columns, product / 20.0}, 20.0, one_lit(961, middle));
    const auto along = [&](double steps) {
        return std::exp(-2.0 * product) * std::cyl_bessel_i(steps, 2.0 * product);
    };
    CHECK(power[middle] == Approx(along(0) * along(0)).epsilon(1e-9));
    CHECK(power[middle + 1] == Approx(along(1) * along(0)).epsilon(1e-9));
    CHECK(power[middle - columns] == Approx(along(1) * along(0)).epsilon(1e-9));
    CHECK(power[middle + columns - 1] == Approx(along(1) * along(1)).epsilon(1e-9));
    CHECK(power[middle + 3] == Approx(along(3) * along(0)).epsilon(1e-9));
}

TEST_CASE("Light is kept, stays positive, and at last is everywhere", "[core_coupling]") {
    coupled_lanes bundle{460, 22, 1e-5};
    for (const double kappa : {1e-6, 1e-3, 1.0, 100.0}) {
        bundle.coupling_per_m = kappa;
        const auto power = coupled_power(bundle, 50.0, one_lit(460, 459));
        CHECK(std::accumulate(power.begin(), power.end(), 0.0) == Approx(1.0).margin(1e-11));
        CHECK(*std::min_element(power.begin(), power.end()) >= 0.0);
    }
    const auto even = coupled_power({16, 4, 100.0}, 10.0, one_lit(16, 5));
    for (const double part : even)
        CHECK(part == Approx(1.0 / 16).epsilon(1e-9));
}

TEST_CASE("The two-lane form that links use holds for the default bundle", "[core_coupling]") {
    // Default: kappa 1e-4 /m in a tenth of the cores; 50 m is the longest reach of interest.
    const std::size_t middle = 10 * 22 + 10;
    for (const double length_m : {1.0, 10.0, 50.0}) {
        const auto power = coupled_power({460, 22, 1e-5}, length_m, one_lit(460, middle));
        CHECK(power[middle + 1] == Approx(two_lane_exchange(1e-5, length_m)).epsilon(2e-3));
        CHECK(power[middle + 1] == Approx(0.1 * two_lane_exchange(1e-4, length_m)).epsilon(6e-3));
    }
}

TEST_CASE("Bundles that cannot be are refused by name", "[core_coupling]") {
    CHECK_THROWS_WITH(coupled_power({2, 2, -1.0}, 1.0, one_lit(2, 0)),
                      Catch::Contains("coupling_per_m"));
    CHECK_THROWS_WITH(coupled_power({2, 2, 1.0}, std::nan(""), one_lit(2, 0)),
                      Catch::Contains("length_m"));
    CHECK_THROWS_AS(coupled_power({3, 2, 1.0}, 1.0, one_lit(2, 0)), std::invalid_argument);
}
