#include "models/photonics/ageing.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace luxlane::photonics;

namespace {

constexpr double YEAR_S = 365.25 * 86400.0;

double growth_after(double duration_s, double density, double temperature_k, int pieces = 1) {
    ageing_state state;
    for (int piece = 0; piece < pieces; ++piece)
        advance(power_law_ageing{}, state, duration_s / pieces, density, temperature_k);
    return state.defect_growth;
}

}  // namespace

TEST_CASE("Growth obeys the power law under constant stress", "[ageing]") {
    CHECK(growth_after(YEAR_S, 1e7, 300.0) == Approx(1.0));
    CHECK(growth_after(4.0 * YEAR_S, 1e7, 300.0) == Approx(2.0));
    CHECK(growth_after(YEAR_S, 3e7, 300.0) == Approx(3.0));
    // exp(0.4 eV / k (1/300 - 1/358)), k = 8.617e-5 eV/K.
    CHECK(growth_after(YEAR_S, 1e7, 358.0) ==
          Approx(std::exp(0.4 / 8.617333e-5 * (1.0 / 300.0 - 1.0 / 358.0))).epsilon(1e-3));
    CHECK(growth_after(YEAR_S, 0.0, 300.0) == 0.0);
}

TEST_CASE("It does not matter how a duration is cut", "[ageing]") {
    CHECK(growth_after(YEAR_S, 2e7, 340.0, 1000) ==
          Approx(growth_after(YEAR_S, 2e7, 340.0)).epsilon(1e-9));
}

TEST_CASE("Changing stress continues from the growth so far", "[ageing]") {
    // With g = s sqrt(t) the squares add up: g^2 = s1^2 t1 + s2^2 t2, in any order.
    ageing_state forward, backward;
    advance(power_law_ageing{}, forward, YEAR_S, 1e7, 300.0);
    advance(power_law_ageing{}, forward, 2.0 * YEAR_S, 3e7, 300.0);
    advance(power_law_ageing{}, backward, 2.0 * YEAR_S, 3e7, 300.0);
    advance(power_law_ageing{}, backward, YEAR_S, 1e7, 300.0);
    CHECK(forward.defect_growth == Approx(std::sqrt(1.0 + 9.0 * 2.0)));
    CHECK(backward.defect_growth == Approx(forward.defect_growth));
    CHECK(forward.powered_s == Approx(3.0 * YEAR_S));
    const double before = forward.defect_growth;
    advance(power_law_ageing{}, forward, YEAR_S, 0.0, 400.0);  // rests
    CHECK(forward.defect_growth == before);
    advance(power_law_ageing{}, forward, YEAR_S, 1e-300, 300.0);  // all but rests
    CHECK(forward.defect_growth == Approx(before));
}

TEST_CASE("Output falls with the logarithm of time by the alternative law", "[ageing]") {
    const logarithmic_ageing law;
    CHECK(relative_output(law, 0.0) == 1.0);
    CHECK(relative_output(law, 1e-4 * YEAR_S) == Approx(1.0));
    CHECK(relative_output(law, YEAR_S) == Approx(1.0 - 0.0625 * 4.0));
    CHECK(relative_output(law, 1e30) == 0.0);
    led_device led{.material = led_set("fast_doped")};
    const double new_w = steady_state(led, 1e-4).optical_power_w;
    ageing_state state;
    advance(law, state, 0.25 * YEAR_S, led, 1e-4);
    advance(law, state, 0.75 * YEAR_S, led, 1e-4);
    led.defect_growth = state.defect_growth;
    CHECK(steady_state(led, 1e-4).optical_power_w == Approx(0.75 * new_w).epsilon(1e-6));
}

TEST_CASE("Nonsense does not age", "[ageing]") {
    ageing_state state;
    const power_law_ageing law;
    CHECK_THROWS_AS(advance(law, state, -1.0, 1e7, 300.0), std::invalid_argument);
    CHECK_THROWS_AS(advance(law, state, 1.0, -1.0, 300.0), std::invalid_argument);
    CHECK_THROWS_AS(advance(law, state, 1.0, 1e7, 0.0), std::invalid_argument);
    CHECK_THROWS_AS(advance(law, state, std::nan(""), 1e7, 300.0), std::invalid_argument);
    const led_device led{.material = led_set("fast_doped")};
    CHECK_THROWS_AS(defect_growth_of_output(led, 1e-4, 0.0), std::invalid_argument);
    CHECK_THROWS_AS(defect_growth_of_output(led, 0.0, 0.5), std::invalid_argument);
    CHECK(state.powered_s == 0.0);
}

TEST_CASE("Failure rates follow from the time between failures", "[ageing]") {
    CHECK(annual_failure_rate(0.59e6) == Approx(0.0147).margin(0.00005));  // Meta, ECOC 2025
    CHECK(failures_in_time(0.59e6) == Approx(1695.0).margin(0.5));
}
