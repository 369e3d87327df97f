#include "models/dsp/bathtub.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace luxlane;
using namespace luxlane::dsp;

namespace {

constexpr double DENSITY = 0.5;

double upper_tail(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

/// Edges at -0.5 and 0.5, each at two equally likely places `deterministic` apart.
double two_places(double phase, double deterministic, double rms) {
    double sum = 0.0;
    for (const double side : {-1.0, 1.0})
        for (const double place : {-0.5, 0.5})
            sum += 0.5 * DENSITY * upper_tail((0.5 + side * phase - place * deterministic) / rms);
    return sum;
}

/// The dual-Dirac model itself: only the inner place of each edge, at full weight.
double model(double phase, double deterministic, double rms) {
    double sum = 0.0;
    for (const double side : {-1.0, 1.0})
        sum += DENSITY * upper_tail((0.5 + side * phase - 0.5 * deterministic) / rms);
    return sum;
}

template <class law>
std::vector<bathtub_point> exact(const law& ber, double lowest) {
    std::vector<bathtub_point> out;
    for (int i = -32; i <= 32; ++i) {
        const double phase = i / 64.0;
        const double value = ber(phase);
        if (value >= lowest)
            out.push_back({phase, value, value, value, false});
    }
    return out;
}

}  // namespace

TEST_CASE("Gaussian jitter alone has no deterministic part") {
    constexpr double rms = 0.05;
    const auto points = exact([&](double x) { return model(x, 0.0, rms); }, 1e-6);
    const auto fit = dual_dirac::fit(points);
    REQUIRE(fit);
    CHECK(fit->deterministic_ui().value == Approx(0.0).margin(1e-3));
    CHECK(fit->random_ui().value == Approx(rms).epsilon(0.01));
    // Q(6.937) = 2e-12, from tables.
    CHECK(fit->total_ui(1e-12).value == Approx(2.0 * 6.937 * rms).epsilon(0.005));
    CHECK(fit->width_ui(1e-12).value == Approx(1.0 - fit->total_ui(1e-12).value));
}

TEST_CASE("the dual-Dirac model's own flanks give back both of its figures") {
    for (const double deterministic : {0.05, 0.2, 0.4})
        for (const double rms : {0.01, 0.03}) {
            INFO("deterministic " << deterministic << ", rms " << rms);
            const auto points = exact([&](double x) { return model(x, deterministic, rms); }, 1e-9);
            const auto fit = dual_dirac::fit(points);
            REQUIRE(fit);
            CHECK(fit->deterministic_ui().value == Approx(deterministic).margin(1e-3));
            CHECK(fit->random_ui().value == Approx(rms).epsilon(0.005));
        }
}

TEST_CASE("edges at two places: the model's total is right where its parts are conventions") {
    // Half of the edges stand on the outer place: the fit takes some of the distance for noise.
    constexpr double deterministic = 0.2, rms = 0.03;
    const auto law = [&](double x) { return two_places(x, deterministic, rms); };
    const auto fit = dual_dirac::fit(exact(law, 1e-9));
    REQUIRE(fit);
    double eye = 0.5;  // where the law passes 1e-12
    while (law(-eye) > 1e-12)
        eye -= 1e-5;
    CHECK(fit->total_ui(1e-12).value == Approx(1.0 - 2.0 * eye).margin(0.01));
    CHECK(fit->deterministic_ui().value < deterministic);
    CHECK(fit->random_ui().value == Approx(rms).epsilon(0.1));
}

TEST_CASE("intervals of counted flanks cover the truth about as often as they say") {
    constexpr double deterministic = 0.15, rms = 0.03;
    constexpr std::uint64_t bits = 2'000'000;
    std::mt19937_64 random(7);
    int runs = 0, deterministic_missed = 0, random_missed = 0, total_missed = 0;
    const double total = deterministic + 2.0 * 6.937 * rms;
    for (; runs < 200; ++runs) {
        std::vector<bathtub_point> points;
        for (int i = -16; i <= 16; ++i) {
            const double phase = i / 32.0;
            error_counter counter;
            std::binomial_distribution<std::uint64_t> draw(bits, model(phase, deterministic, rms));
            counter.add({draw(random), bits});
            if (counter.errors() >= 10)
                points.push_back(counted_point(phase, counter));
        }
        const auto fit = dual_dirac::fit(points);
        REQUIRE(fit);
        const auto misses = [](const estimate& found, double truth) {
            return truth < found.low || truth > found.high;
        };
        deterministic_missed += misses(fit->deterministic_ui(), deterministic);
        random_missed += misses(fit->random_ui(), rms);
        total_missed += misses(fit->total_ui(1e-12), total);
    }
    // 5 % of 200 is 10; the upper limit of that binomial at 1e-3 is 21.
    CHECK(deterministic_missed <= 21);
    CHECK(random_missed <= 21);
    CHECK(total_missed <= 21);
}

TEST_CASE("what lies below the counted points is marked as extrapolated") {
    const auto law = [](double x) { return model(x, 0.1, 0.03); };
    const auto fit = dual_dirac::fit(exact(law, 1e-5));
    REQUIRE(fit);
    const auto inside = fit->at(0.0);
    CHECK(inside.extrapolated);
    CHECK(std::log10(inside.ber) == Approx(std::log10(law(0.0))).margin(0.3));
    const auto flank = fit->at(-0.4);
    CHECK_FALSE(flank.extrapolated);
    CHECK(flank.ber == Approx(law(-0.4)).epsilon(0.05));
    CHECK(fit->extrapolates(1e-12));
    CHECK_FALSE(fit->extrapolates(1e-3));
    // An extrapolation is no evidence for another one.
    auto points = exact(law, 1e-5);
    for (auto& point : points)
        point.extrapolated = true;
    CHECK_FALSE(dual_dirac::fit(points));
}

TEST_CASE("flanks that nobody counted, or that do not fall, have no fit") {
    CHECK_FALSE(dual_dirac::fit({}));
    const auto flat = [](double) { return 1e-3; };
    CHECK_FALSE(dual_dirac::fit(exact(flat, 0.0)));
    const auto law = [](double x) { return model(x, 0.1, 0.03); };
    auto half = exact(law, 1e-6);
    std::erase_if(half, [](const bathtub_point& p) { return p.phase_ui > 0.0; });
    CHECK_FALSE(dual_dirac::fit(half));
    CHECK_THROWS_AS(dual_dirac::fit(half, 0.0), std::out_of_range);
    CHECK_THROWS_AS(dual_dirac::fit(half, NAN), std::out_of_range);
    const auto fit = dual_dirac::fit(exact(law, 1e-6));
    REQUIRE(fit);
    CHECK_THROWS_AS(fit->total_ui(0.0), std::domain_error);
    CHECK_THROWS_AS(fit->total_ui(0.5), std::domain_error);
}

TEST_CASE("symbols counted with moving edges give the jitter that moved them") {
    // Linear edges half a symbol long, slicer at half: an edge that is late by more than the
    // sampling phase is behind its crossing gives an error. Noise over the slope adds to jitter.
    constexpr double rms = 0.04, noise = 0.02, slope = 2.0;
    const double expected = std::hypot(rms, noise / slope);
    constexpr std::size_t symbols = 400'000;
    std::mt19937_64 random(11);
    std::normal_distribution<double> bell;
    std::bernoulli_distribution bit(0.5);
    std::vector<error_counter> counters(33);
    int last = 0, now = 0;
    double left = 0.0;
    std::vector<block_count> counts(counters.size());
    for (std::size_t k = 0; k < symbols; ++k) {
        const int next = bit(random);
        const double right = rms * bell(random);
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const double phase = (static_cast<double>(i) - 16.0) / 32.0;
            const auto between = [&](int from, int to, double since) {
                return from + (to - from) * std::clamp(0.5 + slope * since, 0.0, 1.0);
            };
            const double value = between(last, now, phase + 0.5 - left) +
                                 between(now, next, phase - 0.5 - right) - now;
            counts[i].errors += (value + noise * bell(random) > 0.5) != (now == 1);
            ++counts[i].bits;
        }
        last = now;
        now = next;
        left = right;
    }
    std::vector<bathtub_point> points;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        counters[i].add(counts[i]);
        if (counts[i].errors >= 10)
            points.push_back(counted_point((static_cast<double>(i) - 16.0) / 32.0, counters[i]));
    }
    const auto fit = dual_dirac::fit(points);
    REQUIRE(fit);
    CHECK(fit->random_ui().value == Approx(expected).epsilon(0.05));
    CHECK(fit->deterministic_ui().value == Approx(0.0).margin(0.015));
}

TEST_CASE("the gap between counted flanks is where they end") {
    const std::vector<bathtub_point> flanks = {{-0.4, 1e-2, 1e-2, 1e-2, false},
                                               {-0.3, 1e-4, 1e-4, 1e-4, false},
                                               {0.3, 1e-4, 1e-4, 1e-4, false},
                                               {0.4, 1e-2, 1e-2, 1e-2, false}};
    CHECK(gap_of(flanks).left_ui == -0.3);
    CHECK(gap_of(flanks).right_ui == 0.3);
    // Both points of either flank count, since nobody saw a floor.
    REQUIRE(dual_dirac::fit(flanks));
    CHECK_FALSE(dual_dirac::fit(flanks)->extrapolates(1e-4));
    CHECK(std::isnan(gap_of({}).left_ui));
    CHECK(std::isnan(gap_of(std::span(flanks).first(2)).left_ui));
}

TEST_CASE("an eye monitor's counts are a bathtub") {
    eye_monitor monitor(photonics::modulation::nrz, 0.0, 1.0, 3);
    // One symbol of each kind; at phase 2 the one reads low.
    std::vector<float> wave(32, 0.1f);
    std::fill(wave.begin() + 16, wave.end(), 0.9f);
    wave[18] = 0.2f;
    const std::vector<std::uint8_t> symbols = {0, 1};
    monitor.count(wave, symbols);
    const auto points = counted_bathtub(monitor, 0, 1);
    REQUIRE(points.size() == 16);
    CHECK(points[8].phase_ui == 0.0);
    CHECK(points[8].ber == 0.0);
    CHECK(points[8].high > 0.5);
    CHECK(points[2].ber == 0.5);
    CHECK_FALSE(points[2].extrapolated);
}

TEST_CASE("span and gaps of an eye follow its tails") {
    const auto law = [](double x) { return model(x, 0.1, 0.05); };
    const auto points = exact(law, 0.0);
    const auto span = span_at(points, 1e-6);
    // quantile of 2e-6: 4.611
    CHECK(span.right_ui == Approx(0.45 - 4.611 * 0.05).margin(0.002));
    CHECK(span.left_ui == Approx(-span.right_ui));
    CHECK(span_at(points, 1e-30).width_ui() == 0.0);
    CHECK(span_at({}, 1e-3).width_ui() == 0.0);
    const std::vector<interference_law> levels = {{0.0, 1.0, {1.0}, {0.01}, {0.0}},
                                                  {1.0, 1.0, {1.0}, {0.04}, {0.0}}};
    const auto gaps = gaps_at(levels, 1e-3);
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].low == Approx(0.3090).margin(1e-4));
    CHECK(gaps[0].high == Approx(1.0 - 0.6180).margin(2e-4));
}
