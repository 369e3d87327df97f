#include <benchmark/benchmark.h>

#include <vector>

#include "models/dsp/waveform_array.h"
#include "platform/link/array_map.h"
#include "platform/link/lane_law.h"

// Speed of what boards and sweeps call most: noise, waveforms, and what a
// change of parameters costs one lane or a whole array.

namespace {

using namespace luxlane;
using namespace luxlane::dsp;

void gaussians(benchmark::State& state) {
    std::vector<float> out(1 << 14);
    std::uint64_t position = 0;
    for (auto _ : state) {
        fill_gaussian(out, {1, 2, 3}, position);
        position += out.size();
        benchmark::DoNotOptimize(out.data());
    }
    state.counters["deviates/s"] = benchmark::Counter(
        static_cast<double>(state.iterations()) * static_cast<double>(out.size()),
        benchmark::Counter::kIsRate);
}
BENCHMARK(gaussians);

void extraction(benchmark::State& state) {
    photonics::lane_parameters lane;
    for (auto _ : state) {
        lane.length_m = lane.length_m < 30.0 ? lane.length_m + 0.01 : 10.0;
        benchmark::DoNotOptimize(extract(lane));
    }
}
BENCHMARK(extraction)->Unit(benchmark::kMicrosecond);

/// The default module: individuals, each with the light of its four neighbours on the grid.
constexpr std::size_t LANES = 460, COLUMNS = 22;

std::vector<photonics::lane_parameters> module_lanes() {
    std::vector<photonics::lane_parameters> lanes(LANES);
    for (std::size_t l = 0; l < LANES; ++l) {
        lanes[l].drive_factor = 1.0 + 0.03 * gaussian({1, 0, 0}, l);
        lanes[l].excess_loss_db = 0.3 * gaussian({1, 0, 1}, l);
        lanes[l].noise_factor = 1.0 + 0.05 * gaussian({1, 0, 2}, l);
    }
    return lanes;
}

/// All 460 individuals; argument: with responses at sixteen phases.
void module_extraction(benchmark::State& state) {
    const auto lanes = module_lanes();
    std::vector<photonics::lane_response> responses(LANES);
    std::vector<photonics::phase_response> phases(state.range(0) == 1 ? LANES : 0);
    for (auto _ : state) {
        photonics::extract(lanes, responses, phases);
        benchmark::DoNotOptimize(responses.data());
    }
}
BENCHMARK(module_extraction)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// The `waveform` fidelity, NRZ, 16 samples a symbol, four neighbours; argument: with noise.
void waveform(benchmark::State& state) {
    constexpr std::size_t n = 1024;
    const auto lanes = module_lanes();
    std::vector<std::vector<crosstalk_source>> sources(LANES);
    std::vector<stream_key> noise;
    for (std::size_t l = 0; l < LANES; ++l) {
        for (const std::size_t step : {std::size_t{1}, COLUMNS}) {
            if (l >= step)
                sources[l].push_back({static_cast<std::uint32_t>(l - step), 1e-3});
            if (l + step < LANES)
                sources[l].push_back({static_cast<std::uint32_t>(l + step), 1e-3});
        }
        noise.push_back({1, static_cast<std::uint32_t>(l), 4});
    }
    waveform_array array(lanes, sources, noise);
    std::vector<std::uint8_t> symbols(LANES * (n + 2 * waveform_array::CONTEXT));
    for (std::size_t i = 0; i < symbols.size(); ++i)
        symbols[i] = random_block({1, 0, 3}, i)[0] & 1;
    std::vector<float> samples(LANES * (n + 2 * waveform_array::MARGIN) * waveform_array::SAMPLES);
    std::uint64_t position = 0;
    for (auto _ : state) {
        if (state.range(0) == 1)
            array.render(symbols, position, samples);
        else
            array.render_clean(symbols, samples);
        position += n;
        benchmark::DoNotOptimize(samples.data());
    }
    state.counters["lane-symbols/s"] = benchmark::Counter(
        static_cast<double>(state.iterations()) * LANES * n, benchmark::Counter::kIsRate);
}
BENCHMARK(waveform)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// Everything a board or an architect knows of 460 individual lanes after a change of all:
/// geometry, extraction, channel, training, error law.
void characterisation(benchmark::State& state) {
    link::array_question asked;
    asked.seed = 1;
    for (auto _ : state) {
        asked.nominal.length_m =
            asked.nominal.length_m < 30.0 ? asked.nominal.length_m + 0.1 : 10.0;
        benchmark::DoNotOptimize(link::map_array(asked));
    }
}
BENCHMARK(characterisation)->Unit(benchmark::kMillisecond);

/// Error law of one trained lane with noise and jitter.
void jittered_law(benchmark::State& state) {
    photonics::lane_parameters lane;
    lane.length_m = 20.0;
    const link::lane_law law(lane, 4);
    for (auto _ : state)
        benchmark::DoNotOptimize(law.rates(0.0));
}
BENCHMARK(jittered_law)->Unit(benchmark::kMicrosecond);

}  // namespace
