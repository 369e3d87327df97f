#include "models/dsp/waveform_array.h"

#include <hwy/targets.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "models/photonics/linear_chain.h"

using namespace luxlane;
using namespace luxlane::dsp;
using photonics::lane_parameters;
using photonics::lane_response;
using photonics::modulation;

namespace {

constexpr std::size_t CONTEXT = waveform_array::CONTEXT;
constexpr std::size_t MARGIN = waveform_array::MARGIN;
constexpr std::size_t SAMPLES = waveform_array::SAMPLES;

/// Lanes that shine only into their own photodiode, unless told otherwise.
struct array_under_test {
    std::vector<lane_parameters> lanes;
    std::vector<std::vector<crosstalk_source>> sources;
    std::vector<stream_key> noise;

    explicit array_under_test(std::vector<lane_parameters> all)
        : lanes(std::move(all)), sources(lanes.size()) {
        for (std::size_t l = 0; l < lanes.size(); ++l)
            noise.push_back({11, static_cast<std::uint32_t>(l), 3});
    }
    waveform_array make() const { return {lanes, sources, noise}; }
};

/// [lane][n + 2 CONTEXT] random symbols.
std::vector<std::uint8_t> random_symbols(std::size_t lanes, std::size_t n, modulation format) {
    std::vector<std::uint8_t> symbols(lanes * (n + 2 * CONTEXT));
    for (std::size_t i = 0; i < symbols.size(); ++i)
        symbols[i] = static_cast<std::uint8_t>(random_block({7, 0, 1}, i)[0] >> 16 &
                                               (format == modulation::pam4 ? 3 : 1));
    return symbols;
}

std::size_t samples_of(std::size_t n) { return (n + 2 * MARGIN) * SAMPLES; }

std::vector<float> clean(waveform_array& array, std::span<const std::uint8_t> symbols,
                         std::size_t n) {
    std::vector<float> samples(array.lanes() * samples_of(n));
    array.render_clean(symbols, samples);
    return samples;
}

/// Photocurrent of symbol `k` of the block as pulse and pair taps have it, over the swing.
double predicted(std::span<const double> pulse, std::span<const double> pair,
                 const lane_response& lane, std::span<const std::uint8_t> symbols, std::size_t k) {
    double sum = 0.0;
    for (std::size_t tap = 0; tap < pulse.size(); ++tap) {
        const std::size_t newer = CONTEXT + k + photonics::PRE_CURSORS - tap;
        const double value = lane.level[symbols[newer]];
        sum += value * (pulse[tap] + pair[tap] * lane.level[symbols[newer - 1]]);
    }
    return sum;
}

}  // namespace

TEST_CASE("Clean waveforms are what pulse and pair taps predict, but for the residual",
          "[waveform]") {
    lane_parameters lane;
    lane.format = GENERATE(modulation::nrz, modulation::pam4);
    lane.rate_bps = GENERATE(1e9, 2e9, 4e9, 8e9);
    lane.length_m = GENERATE(1.0, 30.0);
    lane.sweep_out_rate_per_s = GENERATE(0.0, 1e10);
    constexpr std::size_t n = 1000;
    waveform_array array = array_under_test({lane}).make();
    const auto symbols = random_symbols(1, n, lane.format);
    const std::vector<float> samples = clean(array, symbols, n);
    const lane_response& own = array.response(0);
    const photonics::phase_response phases = photonics::extract_phases(lane);
    for (const std::size_t p : {0u, 5u, 8u, 13u}) {
        double sum = 0.0;
        for (std::size_t k = 0; k < n; ++k) {
            const double sample =
                (static_cast<double>(samples[(k + MARGIN) * SAMPLES + p]) - own.zero_a) /
                (own.one_a - own.zero_a);
            sum +=
                std::pow(sample - predicted(phases.pulse[p], phases.pair[p], own, symbols, k), 2);
        }
        INFO("phase " << p << ", " << lane.rate_bps << " bit/s, " << lane.length_m << " m");
        CHECK(std::sqrt(sum / n) < 1.25 * phases.residual[p] + 1e-4);
    }
}

TEST_CASE("Long runs reach the levels, random data their mean", "[waveform]") {
    lane_parameters lane;
    constexpr std::size_t n = 4000;
    waveform_array array = array_under_test({lane}).make();
    const lane_response& own = array.response(0);
    std::vector<std::uint8_t> symbols(n + 2 * CONTEXT, 1);
    for (const float sample : clean(array, symbols, n))
        REQUIRE(static_cast<double>(sample) == Approx(own.one_a).epsilon(1e-4));
    std::ranges::fill(symbols, std::uint8_t{0});
    for (const float sample : clean(array, symbols, n))
        REQUIRE(static_cast<double>(sample) == Approx(own.zero_a).epsilon(1e-3));
    for (std::size_t k = 0; k < symbols.size(); ++k)
        symbols[k] = k / 2 % 2;  // as many of each, as many edges as in random data
    const std::vector<float> samples = clean(array, symbols, n);
    const double mean =
        std::accumulate(samples.begin() + MARGIN * SAMPLES, samples.end() - MARGIN * SAMPLES, 0.0) /
        static_cast<double>(n * SAMPLES);
    CHECK(mean == Approx(0.5 * (own.one_a + own.zero_a)).epsilon(0.02));
}

TEST_CASE("Neighbours' light adds up in their proportion", "[waveform]") {
    array_under_test with(std::vector<lane_parameters>(18));
    with.lanes[17].excess_loss_db = 3.0;
    const array_under_test without = with;
    with.sources[2] = {{17, 0.05}, {0, 0.02}};
    constexpr std::size_t n = 150;
    waveform_array coupled = with.make(), alone = without.make();
    const auto symbols = random_symbols(18, n, modulation::nrz);
    const auto mixed = clean(coupled, symbols, n), pure = clean(alone, symbols, n);
    const auto lane = [&](const std::vector<float>& all, std::size_t l) {
        return std::span(all).subspan(l * samples_of(n), samples_of(n));
    };
    const double swing = alone.response(2).one_a - alone.response(2).zero_a;
    for (std::size_t t = 0; t < samples_of(n); ++t) {
        const auto sum = static_cast<double>(lane(pure, 2)[t]) +
                         0.05 * static_cast<double>(lane(pure, 17)[t]) +
                         0.02 * static_cast<double>(lane(pure, 0)[t]);
        REQUIRE(static_cast<double>(lane(mixed, 2)[t]) == Approx(sum).margin(1e-5 * swing));
        REQUIRE(lane(mixed, 5)[t] == lane(pure, 5)[t]);
    }
}

TEST_CASE("Noise has the variance and the colour of the linear chain", "[waveform]") {
    lane_parameters lane;
    lane.dark_current_a = 5e-6;
    lane.ctle_peaking_db = GENERATE(0.0, 6.0);
    const std::uint8_t symbol = GENERATE(std::uint8_t{0}, std::uint8_t{1});
    constexpr std::size_t n = 40000;
    waveform_array array = array_under_test({lane}).make();
    const lane_response& own = array.response(0);
    const std::vector<std::uint8_t> symbols(n + 2 * CONTEXT, symbol);
    std::vector<float> samples(samples_of(n));
    array.render(symbols, 12345, samples);
    const double level_a = symbol == 0 ? own.zero_a : own.one_a;
    std::vector<double> noise(n);
    for (std::size_t k = 0; k < n; ++k)
        noise[k] = static_cast<double>(samples[(k + MARGIN) * SAMPLES + 8]) - level_a;
    std::array<double, 5> moments{};
    for (std::size_t lag = 0; lag < moments.size(); ++lag)
        for (std::size_t k = 0; k + lag < n; ++k)
            moments[lag] += noise[k] * noise[k + lag] / static_cast<double>(n);
    // Supply noise and baseline wander come on top of what the response calls noise.
    const double swing = own.one_a - own.zero_a;
    const double wander = photonics::baseline_wander(lane.offset_corner_hz, 1.0 / lane.rate_bps);
    const double expected = std::pow(symbol == 0 ? own.noise_zero_a : own.noise_one_a, 2) +
                            swing * swing * (std::pow(lane.supply_noise_relative, 2) + wander);
    // Five standard deviations of the estimates of n samples, correlation included.
    const double tolerance = 5.0 * std::sqrt(3.0 / n);
    CHECK(moments[0] == Approx(expected).epsilon(tolerance));
    for (std::size_t lag = 1; lag < moments.size(); ++lag)
        CHECK(moments[lag] / moments[0] ==
              Approx(own.noise_correlation[lag - 1]).margin(tolerance));
    const double mean = std::accumulate(noise.begin(), noise.end(), 0.0) / n;
    CHECK(std::abs(mean) < 5.0 * std::sqrt(2.0 * expected / n));
}

TEST_CASE("Blocks may be cut anywhere and rendered in any company", "[waveform]") {
    std::vector<lane_parameters> lanes(19);
    for (std::size_t l = 0; l < lanes.size(); ++l) {
        lanes[l].format = modulation::pam4;
        lanes[l].rate_bps = 6e9;
        lanes[l].length_m = 10.0 + static_cast<double>(l);
        lanes[l].sweep_out_rate_per_s = l % 2 == 0 ? 0.0 : 1e10;
    }
    array_under_test all(lanes);
    all.sources[4] = {{18, 0.01}};
    waveform_array array = all.make();
    constexpr std::size_t n = 300;
    const auto symbols = random_symbols(lanes.size(), n, modulation::pam4);
    std::vector<float> whole(lanes.size() * samples_of(n)), again = whole;
    array.render(symbols, 1000, whole);
    array.render(symbols, 1000, again);
    CHECK(whole == again);

    for (const auto& [first, count] :
         {std::pair<std::size_t, std::size_t>{0, 101}, {101, 1}, {102, 64}, {166, 134}}) {
        std::vector<std::uint8_t> part;
        for (std::size_t l = 0; l < lanes.size(); ++l) {
            const auto start =
                symbols.begin() + static_cast<std::ptrdiff_t>(l * (n + 2 * CONTEXT) + first);
            part.insert(part.end(), start,
                        start + static_cast<std::ptrdiff_t>(count + 2 * CONTEXT));
        }
        std::vector<float> samples(lanes.size() * samples_of(count));
        array.render(part, 1000 + first, samples);
        for (std::size_t l = 0; l < lanes.size(); ++l) {
            const lane_response& own = array.response(l);
            for (std::size_t t = 0; t < samples_of(count); ++t)
                REQUIRE(samples[l * samples_of(count) + t] ==
                        Approx(whole[l * samples_of(n) + first * SAMPLES + t])
                            .margin(2e-5 * (own.one_a - own.zero_a)));
        }
    }

    array_under_test one({lanes[7]});
    one.noise[0] = all.noise[7];
    waveform_array alone = one.make();
    std::vector<float> samples(samples_of(n));
    alone.render(std::span(symbols).subspan(7 * (n + 2 * CONTEXT), n + 2 * CONTEXT), 1000, samples);
    const lane_response& own = alone.response(0);
    for (std::size_t t = 0; t < samples.size(); ++t)
        REQUIRE(samples[t] ==
                Approx(whole[7 * samples_of(n) + t]).margin(2e-5 * (own.one_a - own.zero_a)));
}

TEST_CASE("Every vector width renders the same bits", "[waveform]") {
    array_under_test pair(std::vector<lane_parameters>(2));
    pair.lanes[1].ctle_peaking_db = 5.0;
    pair.sources[0] = {{1, 0.02}};
    constexpr std::size_t n = 200;
    const auto symbols = random_symbols(2, n, modulation::nrz);
    const auto rendered = [&] {
        waveform_array array = pair.make();  // extraction included
        std::vector<float> samples(2 * samples_of(n));
        array.render(symbols, 5, samples);
        return samples;
    };
    const std::vector<float> expected = rendered();
    for (std::int64_t left = hwy::SupportedTargets() & (HWY_AVX2 | HWY_AVX3 | HWY_AVX3_DL);
         left != 0; left &= left - 1) {
        hwy::SetSupportedTargetsForTest(left & -left);
        CHECK(rendered() == expected);
    }
    hwy::SetSupportedTargetsForTest(0);
}

TEST_CASE("Waveforms of nonsense are refused", "[waveform]") {
    array_under_test two(std::vector<lane_parameters>(2));
    waveform_array array = two.make();
    auto symbols = random_symbols(2, 10, modulation::nrz);
    std::vector<float> samples(2 * samples_of(10));
    CHECK_NOTHROW(array.render(symbols, 0, samples));
    CHECK_THROWS_AS(array.render(symbols, 0, std::span(samples).first(100)), std::invalid_argument);
    CHECK_THROWS_AS(array.render_clean(std::span(symbols).first(100), samples),
                    std::invalid_argument);
    symbols[5] = 2;
    CHECK_THROWS_WITH(array.render(symbols, 0, samples), Catch::Contains("symbol above 1"));

    array_under_test wrong = two;
    wrong.sources[0] = {{2, 0.1}};
    CHECK_THROWS_WITH(wrong.make(), Catch::Contains("lane 2 of 2"));
    wrong.sources[0] = {{1, std::nan("")}};
    CHECK_THROWS_AS(wrong.make(), std::invalid_argument);
    wrong = two;
    wrong.noise.pop_back();
    CHECK_THROWS_AS(wrong.make(), std::invalid_argument);
    wrong = two;
    wrong.lanes[1].length_m = std::nan("");
    CHECK_THROWS_WITH(wrong.make(), Catch::Contains("length_m"));
    wrong = two;
    wrong.lanes[1].amplifier_bandwidth_hz = 1e7;
    CHECK_THROWS_WITH(wrong.make(), Catch::Contains("remember"));
}

TEST_CASE("Samplers pick instants between samples", "[waveform]") {
    constexpr std::size_t n = 20;
    std::vector<float> ramp(samples_of(n));
    for (std::size_t t = 0; t < ramp.size(); ++t)  // in symbols from the block's first main cursor
        ramp[t] = (static_cast<float>(t) - 8.0f) / SAMPLES - static_cast<float>(MARGIN);
    std::vector<float> out(n + 4), displacement(n + 4);
    const double phase_ui = GENERATE(-0.5, -0.203, 0.0, 0.5);
    decimate(ramp, phase_ui, {}, out);
    for (std::size_t k = 0; k < out.size(); ++k)
        CHECK(static_cast<double>(out[k]) ==
              Approx(static_cast<double>(k) - 2.0 + phase_ui).margin(1e-5));
    for (std::size_t k = 0; k < out.size(); ++k)
        displacement[k] = 0.01f * static_cast<float>(k % 3);
    displacement[4] = 7.0f;
    decimate(ramp, phase_ui, displacement, out);
    CHECK(static_cast<double>(out[1]) == Approx(-1.0 + phase_ui + 0.01).margin(1e-5));
    CHECK(static_cast<double>(out[4]) == Approx(2.0 + 1.0).margin(1e-5));
    CHECK_THROWS_AS(decimate(ramp, 0.6, {}, out), std::invalid_argument);
    CHECK_THROWS_AS(decimate(ramp, std::nan(""), {}, out), std::invalid_argument);
    displacement[4] = std::nanf("");
    CHECK_THROWS_AS(decimate(ramp, phase_ui, displacement, out), std::invalid_argument);
    CHECK_THROWS_AS(decimate(ramp, 0.0, std::span(displacement).first(3), out),
                    std::invalid_argument);
    CHECK_THROWS_AS(decimate(std::span(ramp).first(64), 0.0, {}, out), std::invalid_argument);
}
