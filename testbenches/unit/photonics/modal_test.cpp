#include "models/photonics/modal.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

using namespace luxlane::photonics;

namespace {

constexpr double C = 2.99792458e8;
constexpr double NEVER_ENDING = INFINITY;

/// Delay of a meridional ray over the axial one, by integrating its path: time and advance per
/// radial step are n^2 / (c sqrt(n^2 - beta^2)) and beta / sqrt(n^2 - beta^2).
double traced_delay(const index_profile& p, double x) {
    const double delta =
        p.numerical_aperture * p.numerical_aperture / (2 * p.core_index * p.core_index);
    const double beta2 = p.core_index * p.core_index * (1.0 - 2.0 * delta * x);
    const double turn = std::pow(x, 1.0 / p.exponent);  // where n = beta
    double time = 0.0, advance = 0.0;
    constexpr int steps = 200000;
    for (int k = 0; k < steps; ++k) {
        // r = turn sin(a) takes the root singularity at the turning point out.
        const double a = (k + 0.5) / steps * 1.57079632679489662;
        const double r = turn * std::sin(a);
        const double n2 =
            p.core_index * p.core_index * (1.0 - 2.0 * delta * std::pow(r, p.exponent));
        const double weight = turn * std::cos(a) / std::sqrt(n2 - beta2);
        time += n2 * weight / C;
        advance += std::sqrt(beta2) * weight;
    }
    return time / advance - p.core_index / C;
}

}  // namespace

TEST_CASE("Modal spread of step-index fibre", "[fibre]") {
    CHECK(step_index_modal_sigma_s_per_m(0.2, 1.467) * std::sqrt(12.0) ==
          Approx(45e-12).epsilon(0.02));
    CHECK(step_index_modal_sigma_s_per_m(0.4, 1.467) * std::sqrt(12.0) ==
          Approx(182e-12).epsilon(0.01));
}

TEST_CASE("An overfilled step-index fibre spreads light evenly over NA^2/(2nc)", "[modal]") {
    for (const double aperture : {0.1, 0.2}) {
        const auto spread = modal_spread_of({1.467, aperture, INFINITY}, NEVER_ENDING, 16);
        const double whole = aperture * aperture / (2.0 * 1.467 * C);
        // The closed form leaves out terms of the order NA^2.
        CHECK(spread.latest_s_per_m - spread.earliest_s_per_m ==
              Approx(whole).epsilon(aperture * aperture));
        CHECK(spread.sigma_s_per_m ==
              Approx(step_index_modal_sigma_s_per_m(aperture, 1.467)).epsilon(aperture * aperture));
        CHECK(spread.mean_s_per_m == Approx(0.5 * whole).epsilon(aperture * aperture));
        CHECK(std::accumulate(spread.kernel.begin(), spread.kernel.end(), 0.0) == Approx(1.0));
        for (const double part : spread.kernel)
            CHECK(part == Approx(1.0 / 16).epsilon(0.05));
        CHECK(spread.accepted == Approx(aperture * aperture).epsilon(1e-3));  // Lambertian
    }
}

TEST_CASE("A narrow launch is accepted better and spreads less", "[modal]") {
    // s = th50 / 1.1774, intensity exp(-th^2 / 2 s^2): of a narrow beam 1 - exp(-th_max^2 / 2 s^2).
    const double half_angle = 0.1, s = half_angle / 1.17741;
    const auto narrow = modal_spread_of({1.467, 0.2, INFINITY}, half_angle);
    const double edge = std::asin(0.2);
    CHECK(narrow.accepted == Approx(1.0 - std::exp(-edge * edge / (2 * s * s))).epsilon(0.01));
    // Delays follow an exponential cut off at 1: variance 1/k^2 - e^-k / (1 - e^-k)^2.
    const double k = edge * edge / (2 * s * s), tail = std::exp(-k);
    const double share = std::sqrt(1.0 / (k * k) - tail / ((1.0 - tail) * (1.0 - tail)));
    CHECK(narrow.sigma_s_per_m == Approx(0.04 / (2.0 * 1.467 * C) * share).epsilon(0.02));
    CHECK(narrow.kernel.front() > narrow.kernel.back());
}

TEST_CASE("Graded profiles: parabola and its optimum by their closed forms", "[modal]") {
    const double n = 1.467, aperture = 0.2, delta = aperture * aperture / (2 * n * n);
    const auto parabola = modal_spread_of({n, aperture, 2.0}, NEVER_ENDING);
    CHECK(parabola.latest_s_per_m - parabola.earliest_s_per_m ==
          Approx(n * delta * delta / (2.0 * C)).epsilon(0.03));
    // The exponent 2 - 2 Delta leaves a quarter of that: n Delta^2 / 8c.
    const auto best = modal_spread_of({n, aperture, 2.0 - 2.0 * delta}, NEVER_ENDING);
    CHECK(best.latest_s_per_m - best.earliest_s_per_m ==
          Approx(n * delta * delta / (8.0 * C)).epsilon(0.03));
    CHECK(modal_spread_of({n, aperture, INFINITY}, NEVER_ENDING).sigma_s_per_m >
          100.0 * best.sigma_s_per_m);
    // An overfilled parabolic core guides half of what a step-index core does.
    CHECK(parabola.accepted == Approx(0.5 * aperture * aperture).epsilon(0.02));
}

TEST_CASE("Ray delays agree with rays traced through the profile", "[modal]") {
    for (const double exponent : {1.6, 2.0, 3.0}) {
        const index_profile profile{1.467, 0.2, exponent};
        const auto spread = modal_spread_of(profile, NEVER_ENDING);
        const double at_cut_off = traced_delay(profile, 1.0);
        const double edge = exponent < 2.0 ? spread.earliest_s_per_m : spread.latest_s_per_m;
        CHECK(edge == Approx(at_cut_off).epsilon(2e-3));
    }
}

TEST_CASE("Impossible fibres are refused by name", "[modal]") {
    CHECK_THROWS_WITH(modal_spread_of({1.467, 1.2, 2.0}, 0.5),
                      Catch::Contains("numerical_aperture"));
    CHECK_THROWS_WITH(modal_spread_of({0.5, 0.2, 2.0}, 0.5), Catch::Contains("core_index"));
    CHECK_THROWS_WITH(modal_spread_of({1.467, 0.2, std::nan("")}, 0.5),
                      Catch::Contains("exponent"));
    CHECK_THROWS_WITH(modal_spread_of({1.467, 0.2, 2.0}, 0.0), Catch::Contains("half_angle_rad"));
}
