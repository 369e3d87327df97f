#include "models/photonics/dispersion.h"

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

TEST_CASE("Germanium raises index and dispersion", "[dispersion]") {
    // Fleming's fit evaluated independently, by finite differences: ps/(nm km).
    const std::pair<double, double> table[] = {
        {400, -1454}, {430, -1124}, {450, -959}, {850, -107}};
    for (const auto& [nm, d] : table)
        CHECK(chromatic_dispersion(glass::germanosilicate, nm * 1e-9) * 1e6 ==
              Approx(d).margin(0.6));
    CHECK(refractive_index(glass::germanosilicate, 430e-9) == Approx(1.49087).margin(1e-5));
    CHECK(chromatic_sigma_s(glass::germanosilicate, 430e-9, 16e-9, 10.0) >
          1.2 * chromatic_sigma_s(430e-9, 16e-9, 10.0));
    CHECK(group_index(glass::silica, 430e-9) == silica_group_index(430e-9));
    CHECK(glass_called("germanosilicate") == glass::germanosilicate);
    CHECK_THROWS_WITH(glass_called("pmma"), Catch::Contains("known: silica"));
    CHECK_THROWS_WITH(refractive_index(glass::silica, 100e-9),
                      Catch::Contains("wavelength_m") && Catch::Contains("300 .. 2000 nm"));
}

TEST_CASE("Dispersion penalty that a patent bounds", "[dispersion]") {
    // US11791896B2: below 2 dB at 4 Gb/s over 5 m, 20 nm wide within 400 .. 450 nm;
    // Agrawal: -5 log10(1 - (4 B sigma)^2). With 200 ps/(nm km) it would be 0.04 dB.
    for (const double nm : {410.0, 425.0, 450.0}) {
        const double x = 4.0 * 4e9 * chromatic_sigma_s(nm * 1e-9, 20e-9, 5.0);
        const double penalty_db = -5.0 * std::log10(1.0 - x * x);
        CHECK(penalty_db < 2.0);
        CHECK(penalty_db > 0.5);
    }
}
