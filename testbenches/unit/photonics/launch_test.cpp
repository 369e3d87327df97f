#include "models/photonics/launch.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace luxlane::photonics;

TEST_CASE("Coupling of a Lambertian emitter", "[fibre]") {
    const std::pair<double, double> table[] = {{0.2, -14.0}, {0.4, -8.0}, {0.58, -4.7}};
    for (const auto& [aperture, db] : table)
        CHECK(10.0 * std::log10(lambertian_coupling(aperture)) == Approx(db).margin(0.05));
    CHECK(lateral_offset_coupling(10e-6, 20e-6, 0.0) == 1.0);
    CHECK(lateral_offset_coupling(3e-6, 4e-6, 5e-6) == Approx(std::exp(-2.0)));
}

TEST_CASE("Lenses: gain up to what the etendue allows", "[launch]") {
    // 10 um emitter, 10 um core: butt coupling is the limit, whatever the lens.
    CHECK(etendue_limit(10e-6, 10e-6, 0.2) == Approx(0.04));
    CHECK(lens_coupling(0.2, 5.0, 10e-6, 10e-6) == Approx(0.04));
    // A 20 um core has four times the etendue.
    CHECK(lens_coupling(0.2, 3.0, 10e-6, 20e-6) == Approx(0.12));
    CHECK(lens_coupling(0.2, 5.0, 10e-6, 20e-6) == Approx(0.16));
    CHECK(lens_coupling(0.58, 50.0, 10e-6, 50e-6) == 1.0);
}

TEST_CASE("MOSAIC's TIR lens couples more than twice what a microlens array does", "[launch]") {
    const auto& tir = launch_optics_called("tir_lens");
    const auto& array = launch_optics_called("microlens_array");
    for (const double aperture : {0.1, 0.2, 0.4})
        CHECK(lens_gain(tir, aperture) > 2.0 * lens_gain(array, aperture));
    // All light within 12 deg: a fibre of sin(12 deg) = 0.2079 takes all of it.
    CHECK(lens_gain(tir, 0.2079117) * 0.2079117 * 0.2079117 == Approx(1.0).epsilon(1e-6));
    CHECK(lens_gain(tir, 0.1) * 0.01 == Approx(0.01 / 0.0432273).epsilon(1e-5));
}

TEST_CASE("Launches that cannot be are refused by name", "[launch]") {
    CHECK_THROWS_WITH(lambertian_coupling(1.1), Catch::Contains("numerical_aperture"));
    CHECK_THROWS_WITH(lambertian_coupling(std::nan("")), Catch::Contains("numerical_aperture"));
    CHECK_THROWS_WITH(lens_coupling(0.2, -1.0, 1e-5, 1e-5), Catch::Contains("gain"));
    CHECK_THROWS_WITH(etendue_limit(0.0, 1e-5, 0.2), Catch::Contains("emitter_diameter_m"));
    CHECK_THROWS_AS(launch_optics_called("prism"), std::invalid_argument);
}
