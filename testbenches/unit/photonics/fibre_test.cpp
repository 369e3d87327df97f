#include "models/photonics/fibre.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace luxlane::photonics;

TEST_CASE("Silica dispersion over the visible", "[fibre]") {
    // ps/(nm km), computed independently from Malitson's Sellmeier fit.
    const std::pair<double, double> table[] = {{400, -1149}, {405, -1100}, {420, -971}, {430, -896},
                                               {440, -829},  {450, -768},  {460, -713}, {480, -618},
                                               {520, -473},  {650, -223},  {850, -84}};
    for (const auto& [nm, d] : table)
        CHECK(silica_dispersion(nm * 1e-9) * 1e6 == Approx(d).margin(0.6));
    CHECK(silica_index(587.6e-9) == Approx(1.45846).margin(2e-5));  // Malitson's n_d
    CHECK(silica_group_index(430e-9) == Approx(1.5046).margin(1e-4));
    // 1 cm of length difference is 50 ps of skew (MOSAIC).
    CHECK(group_delay_s_per_m(430e-9) * 0.01 == Approx(50.2e-12).margin(0.05e-12));
    CHECK_THROWS_AS(silica_dispersion(200e-9), std::out_of_range);
    CHECK_THROWS_AS(silica_dispersion(std::nan("")), std::out_of_range);
}

TEST_CASE("Chromatic spread", "[fibre]") {
    // 20 nm at 430 nm: 7.6 ps/m; 25 nm at 450 nm over 50 m: 960 ps full width (photoncap.net).
    CHECK(chromatic_sigma_s(430e-9, 20e-9, 1.0) == Approx(7.6e-12).margin(0.05e-12));
    CHECK(chromatic_sigma_s(450e-9, 25e-9, 50.0) * 2.3548 == Approx(960e-12).epsilon(0.005));
    // 10 m and 16 nm leave an optical bandwidth of 3.1 GHz: f_opt = 0.1874 / sigma.
    const double sigma_s = chromatic_sigma_s(430e-9, 16e-9, 10.0);
    CHECK(0.1874 / sigma_s == Approx(3.1e9).epsilon(0.02));
    CHECK(gaussian_response(sigma_s, 0.1874 / sigma_s) == Approx(0.5).margin(1e-3));
    CHECK(gaussian_response(sigma_s, 0.1325 / sigma_s) == Approx(std::sqrt(0.5)).margin(1e-3));
}

TEST_CASE("Modal spread of step-index fibre", "[fibre]") {
    CHECK(step_index_modal_sigma_s_per_m(0.2, 1.467) * std::sqrt(12.0) ==
          Approx(45e-12).epsilon(0.02));
    CHECK(step_index_modal_sigma_s_per_m(0.4, 1.467) * std::sqrt(12.0) ==
          Approx(182e-12).epsilon(0.01));
}

TEST_CASE("Coupling of a Lambertian emitter", "[fibre]") {
    const std::pair<double, double> table[] = {{0.2, -14.0}, {0.4, -8.0}, {0.58, -4.7}};
    for (const auto& [aperture, db] : table)
        CHECK(10.0 * std::log10(lambertian_coupling(aperture)) == Approx(db).margin(0.05));
    CHECK(lateral_offset_coupling(10e-6, 20e-6, 0.0) == 1.0);
    CHECK(lateral_offset_coupling(3e-6, 4e-6, 5e-6) == Approx(std::exp(-2.0)));
}

TEST_CASE("Attenuation by material and wavelength", "[fibre]") {
    CHECK(attenuation_db_per_m(fibre("silica_imaging"), 430e-9) == Approx(0.08));
    CHECK(attenuation_db_per_m(fibre("silica_imaging"), 440e-9) == Approx(0.07));
    CHECK(attenuation_db_per_m(fibre("borosilicate"), 520e-9) == Approx(0.15));
    CHECK_THROWS_AS(attenuation_db_per_m(fibre("pmma"), 850e-9), std::out_of_range);
    CHECK_THROWS_AS(fibre("glass"), std::invalid_argument);
}

TEST_CASE("Crosstalk grows with length and misalignment and stays bounded", "[fibre]") {
    spot_geometry spot;
    const double aligned = neighbour_crosstalk(spot, 1e-4, 0.1, 10.0);
    CHECK(aligned == Approx(1e-4).epsilon(0.5));
    CHECK(neighbour_crosstalk(spot, 1e-4, 0.1, 40.0) > 2.0 * aligned);
    spot.offset_m = 30e-6;  // the spot's centre on the edge of the neighbour's aperture
    CHECK(neighbour_crosstalk(spot, 0.0, 0.1, 10.0) == Approx(0.5));
    CHECK(neighbour_crosstalk(spot, 1.0, 1.0, 1000.0) <= 0.5);
}
