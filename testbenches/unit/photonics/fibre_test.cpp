#include "models/photonics/fibre.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace luxlane::photonics;

TEST_CASE("Attenuation by material and wavelength", "[fibre]") {
    CHECK(attenuation_db_per_m(fibre("silica_imaging"), 430e-9) == Approx(0.08));
    CHECK(attenuation_db_per_m(fibre("silica_imaging"), 440e-9) == Approx(0.07));
    CHECK(attenuation_db_per_m(fibre("borosilicate"), 520e-9) == Approx(0.15));
    CHECK_THROWS_AS(attenuation_db_per_m(fibre("pmma"), 850e-9), std::out_of_range);
    CHECK_THROWS_AS(fibre("glass"), std::invalid_argument);
}

TEST_CASE("No fibre is clearer than Rayleigh scattering allows", "[fibre]") {
    // Textbook: 0.85 dB/km um^4: 0.025, 0.021 and 0.012 dB/m.
    CHECK(rayleigh_floor_db_per_m(430e-9) == Approx(0.025).margin(5e-4));
    CHECK(rayleigh_floor_db_per_m(450e-9) == Approx(0.021).margin(5e-4));
    CHECK(rayleigh_floor_db_per_m(520e-9) == Approx(0.012).margin(5e-4));
    for (const fibre_kind& kind : fibre_kinds()) {
        CHECK_NOTHROW(check_attenuation(kind.attenuation));
        for (double nm = 400.0; nm <= 700.0; nm += 10.0)
            CHECK(attenuation_db_per_m(kind, nm * 1e-9) > rayleigh_floor_db_per_m(nm * 1e-9));
    }
    // The only loss of plastic fibre with a specification: at most 0.2 dB/m at 650 nm.
    CHECK(attenuation_db_per_m(fibre("pmma"), 650e-9) <= 0.2);
}

TEST_CASE("An attenuation table with a hole is refused by its row", "[fibre]") {
    std::vector<attenuation_row> table{{400e-9, 0.1}, {450e-9, 0.06}, {500e-9, 0.04}};
    CHECK(attenuation_db_per_m(table, 425e-9) == Approx(0.08));
    CHECK(attenuation_db_per_m(table, 400e-9) == 0.1);
    CHECK(attenuation_db_per_m(table, 500e-9) == Approx(0.04));
    CHECK_THROWS_WITH(attenuation_db_per_m(table, 501e-9),
                      Catch::Contains("wavelength_m") && Catch::Contains("400 .. 500 nm"));
    table[1].db_per_m = std::nan("");
    CHECK_THROWS_WITH(check_attenuation(table),
                      Catch::Contains("row 2") && Catch::Contains("number"));
    table[1] = {390e-9, 0.06};
    CHECK_THROWS_WITH(check_attenuation(table),
                      Catch::Contains("row 2") && Catch::Contains("above"));
    table[1] = {450e-9, 0.06};
    table[2].db_per_m = -0.1;
    CHECK_THROWS_WITH(check_attenuation(table), Catch::Contains("row 3"));
    CHECK_THROWS_WITH(check_attenuation({}), Catch::Contains("two rows"));
}
