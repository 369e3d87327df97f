#include <benchmark/benchmark.h>

#include <vector>

#include "models/dsp/error_law.h"
#include "models/dsp/symbol_channel.h"

// Speed of what boards and sweeps call most: noise, the `symbol` kernel, and what a change of
// parameters costs one lane.

namespace {

using namespace luxlane;
using namespace luxlane::dsp;

constexpr std::size_t WORDS = 256;

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

/// One lane, 12-tap pulse response, 3-tap equaliser, argument: lit neighbours.
void symbol_kernel(benchmark::State& state) {
    photonics::lane_parameters lane;
    lane.length_m = 30.0;
    const photonics::lane_response own = extract(lane);
    const auto count = static_cast<std::size_t>(state.range(0));
    const std::vector<const photonics::lane_response*> others(count, &own);
    const baud_channel channel = make_baud_channel(own, others);
    const symbol_channel kernel(channel);
    const equaliser_taps taps = mmse_taps(channel);
    const double threshold_a = optimum_threshold(equalised_levels(channel, taps));
    std::vector<std::uint64_t> bits(WORDS + 2), decisions(WORDS);
    for (std::size_t w = 0; w < bits.size(); ++w)
        bits[w] = random_block({1, 0, 0}, w)[0] * 0x9e3779b97f4a7c15;
    const std::vector<framed_bits> neighbours(count, framed_bits(bits));
    std::uint64_t position = 0;
    for (auto _ : state) {
        kernel.receive(bits, neighbours, {1, 0, 1}, position, taps, threshold_a, decisions);
        position += 64 * WORDS;
        benchmark::DoNotOptimize(decisions.data());
    }
    state.counters["lane-symbols/s"] = benchmark::Counter(
        static_cast<double>(state.iterations()) * 64 * WORDS, benchmark::Counter::kIsRate);
}
BENCHMARK(symbol_kernel)->Arg(0)->Arg(4);

void extraction(benchmark::State& state) {
    photonics::lane_parameters lane;
    for (auto _ : state) {
        lane.length_m = lane.length_m < 30.0 ? lane.length_m + 0.01 : 10.0;
        benchmark::DoNotOptimize(extract(lane));
    }
}
BENCHMARK(extraction)->Unit(benchmark::kMicrosecond);

/// Training and error law of one lane, argument: reach in metres.
void error_law(benchmark::State& state) {
    photonics::lane_parameters lane;
    lane.length_m = static_cast<double>(state.range(0));
    const photonics::lane_response own = extract(lane);
    const photonics::lane_response* others[] = {&own, &own, &own, &own};
    const baud_channel channel = make_baud_channel(own, others);
    for (auto _ : state)
        benchmark::DoNotOptimize(trained_ber(channel));
}
BENCHMARK(error_law)->Arg(10)->Arg(30)->Unit(benchmark::kMicrosecond);

/// The longest enumeration: ten interferers, 1024 patterns.
void error_law_worst(benchmark::State& state) {
    photonics::lane_parameters lane;
    lane.length_m = 40.0;
    lane.rate_bps = 8e9;
    lane.noise_density_a_per_rthz = 1e-14;
    lane.offset_x_m = 20e-6;
    const photonics::lane_response own = extract(lane);
    const photonics::lane_response* others[] = {&own, &own, &own, &own};
    const baud_channel channel = make_baud_channel(own, others);
    for (auto _ : state)
        benchmark::DoNotOptimize(trained_ber(channel));
}
BENCHMARK(error_law_worst)->Unit(benchmark::kMicrosecond);

}  // namespace
