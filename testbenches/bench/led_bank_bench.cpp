#include <benchmark/benchmark.h>

#include <vector>

#include "models/common/random.h"
#include "models/photonics/driver.h"
#include "models/photonics/led_bank.h"

// Speed of the non-linear emitters in time, sixteen lanes together.

namespace {

using namespace luxlane::photonics;

constexpr std::size_t SYMBOLS = 256;
constexpr unsigned SAMPLES = 16;

/// Arguments: rate in Gb/s, sweep-out rate in 1e9/s.
void led_bank_advance(benchmark::State& state) {
    lane_parameters lane;
    lane.rate_bps = 1e9 * static_cast<double>(state.range(0));
    lane.sweep_out_rate_per_s = 1e9 * static_cast<double>(state.range(1));
    const std::vector<lane_parameters> lanes(led_bank::WIDTH, lane);
    std::vector<float> symbols(SYMBOLS + 4), one(SYMBOLS);
    std::vector<float> currents(SYMBOLS * led_bank::WIDTH);
    for (std::size_t l = 0; l < led_bank::WIDTH; ++l) {
        for (std::size_t k = 0; k < symbols.size(); ++k)
            symbols[k] = static_cast<float>(luxlane::random_block({1, 0, 0}, l * 999 + k)[0] & 1);
        drive_currents(lane, symbols, one);
        for (std::size_t k = 0; k < SYMBOLS; ++k)
            currents[k * led_bank::WIDTH + l] = one[k];
    }
    std::vector<float> light(currents.size() * SAMPLES);
    led_bank bank(lanes, SAMPLES);
    for (auto _ : state) {
        bank.advance(currents, light);
        benchmark::DoNotOptimize(light.data());
    }
    state.counters["lane-symbols/s"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * SYMBOLS * led_bank::WIDTH,
                           benchmark::Counter::kIsRate);
}
BENCHMARK(led_bank_advance)->Args({2, 0})->Args({1, 0})->Args({4, 0})->Args({8, 0})->Args({2, 10});

/// What a change of parameters costs: coefficients of sixteen lanes.
void led_bank_construction(benchmark::State& state) {
    const std::vector<lane_parameters> lanes(led_bank::WIDTH);
    for (auto _ : state)
        benchmark::DoNotOptimize(led_bank(lanes, SAMPLES));
}
BENCHMARK(led_bank_construction)->Unit(benchmark::kMicrosecond);

}  // namespace
