#include <benchmark/benchmark.h>
#include <hwy/targets.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <limits>
#include <vector>

#include "models/dsp/symbol_kernel.h"

// Speed of the `symbol` fidelity: 400 lanes in turn, each with its own channel and neighbours, as a
// board runs them. The full case is NRZ with 17 pulse and pair taps, coloured noise per sample, 4
// neighbours, 5-tap forward and 2-tap feedback equaliser; the others each leave something out.

namespace {

using namespace luxlane;
using namespace luxlane::dsp;

constexpr std::size_t LANES = 400;
constexpr std::size_t WORDS = 64;

struct variant {
    photonics::modulation format = photonics::modulation::nrz;
    std::size_t neighbours = 4;
    unsigned feedback_taps = 2;
    bool noise = true;
    bool operator==(const variant&) const = default;
};

sampled_channel channel_of(const variant& v, std::size_t lane) {
    sampled_channel channel;
    channel.format = v.format;
    if (v.format == photonics::modulation::pam4)
        channel.level = {0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0};
    // Of a lane a little too slow for its rate; lanes differ in their swing.
    channel.pulse = {0.0,   0.0,   0.0,   0.002, 0.02,  0.1,  0.62,  0.18, 0.05,
                     0.017, 0.006, 0.003, 0.001, 0.001, 5e-4, -1e-3, -1e-3};
    for (std::size_t j = 0; j + 1 < PULSE_TAPS; ++j)
        channel.pair[j] = 0.02 * channel.pulse[j];
    channel.offset_a = 1e-6;
    channel.amplitude_a = 10e-6 * (1.0 + 0.001 * static_cast<double>(lane));
    channel.neighbours = v.neighbours;
    for (std::size_t n = 0; n < v.neighbours; ++n)
        channel.crosstalk[n] = {0.0, 0.002, 0.008, 0.002, 0.001};
    if (v.noise) {
        channel.variance_zero = 0.06 * 0.06;
        channel.variance_slope = 0.08 * 0.08 - 0.06 * 0.06;
        channel.noise_correlation = {0.3, 0.05, 0.01, 0.0};
    }
    return channel;
}

/// Restricts this machine to one vector width while it lives; false if it does not have that.
class only_target {
public:
    explicit only_target(std::int64_t target)
        : available_((hwy::SupportedTargets() & target) != 0) {
        if (available_)
            hwy::SetSupportedTargetsForTest(target);
    }
    ~only_target() { hwy::SetSupportedTargetsForTest(0); }
    explicit operator bool() const { return available_; }

private:
    bool available_;
};

std::vector<std::uint64_t> random_words(std::uint32_t lane, std::uint32_t plane) {
    std::vector<std::uint64_t> words(WORDS + 2);
    for (std::size_t w = 0; w < words.size(); ++w) {
        const auto block = random_block({1, lane, plane}, w);
        words[w] = (std::uint64_t{block[1]} << 32) | block[0];
    }
    return words;
}

void rate(benchmark::State& state, const char* name, double items) {
    state.counters[name] = benchmark::Counter(static_cast<double>(state.iterations()) * items,
                                              benchmark::Counter::kIsRate);
}

/// Core clock, Hz: a multiplication and the addition that waits for it take four cycles on every
/// x86 core that has AVX2.
double clock_hz() {
    constexpr int steps = 1'000'000;
    static const double measured = [] {
        double shortest_s = std::numeric_limits<double>::infinity();
        std::uint64_t x = 1;
        for (int trial = 0; trial < 5; ++trial) {
            const auto start = std::chrono::steady_clock::now();
            for (int i = 0; i < steps; ++i)
                x = x * 6364136223846793005 + 1442695040888963407;
            benchmark::DoNotOptimize(x);
            const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
            shortest_s = std::min(shortest_s, spent.count());
        }
        return 4.0 * steps / shortest_s;
    }();
    return measured;
}

/// What the arithmetic allows: vector instructions other than moves, counted in g++ 12's code, at
/// four of 256 bits or two of 512 a cycle, as Zen 3 and 4 issue them (Intel: three and two).
/// For one vector of 8 or 16 symbols.
struct instructions {
    double noise;  ///< Philox and Box-Muller
    double rest;   ///< levels 47 or 23, noise's colour and size 10, equaliser 5, slicer 8
    double per_cycle, lanes;

    double symbols_per_s() const { return clock_hz() * per_cycle * lanes / (noise + rest); }
    double deviates_per_s() const { return clock_hz() * per_cycle * lanes / noise; }
};
constexpr instructions AVX2_COUNT = {266.0 / 4.0, 70.0, 4.0, 8.0};
constexpr instructions AVX512_COUNT = {222.0 / 4.0, 46.0, 2.0, 16.0};

const instructions& count_of(std::int64_t target) {
    return target == HWY_AVX2 ? AVX2_COUNT : AVX512_COUNT;
}

/// Adds the roofline and this run's share of it.
void compare(benchmark::State& state, double items, double roofline) {
    state.counters["roofline"] = roofline;
    state.counters["share"] = benchmark::Counter(
        static_cast<double>(state.iterations()) * items / roofline, benchmark::Counter::kIsRate);
}

void receive(benchmark::State& state, const variant& v, std::int64_t target) {
    const only_target only(target);
    if (!only)
        return state.SkipWithError("this machine lacks the instruction set");
    const bool pam4 = v.format == photonics::modulation::pam4;
    std::vector<std::vector<std::uint64_t>> low, high;
    std::vector<framed_symbols> lanes;
    std::vector<symbol_kernel> kernels;
    std::vector<receive_filter> filters;
    for (std::size_t lane = 0; lane < LANES; ++lane) {
        low.push_back(random_words(static_cast<std::uint32_t>(lane), 0));
        high.push_back(random_words(static_cast<std::uint32_t>(lane), 1));
        lanes.push_back({low.back(), pam4 ? framed_bits(high.back()) : framed_bits()});
        const sampled_channel channel = channel_of(v, lane);
        kernels.emplace_back(channel);
        filters.push_back(train(channel, {.forward_taps = 5, .feedback_taps = v.feedback_taps}));
    }
    std::vector<std::uint64_t> decided_low(WORDS), decided_high(pam4 ? WORDS : 0);
    std::uint64_t position = 0;
    std::size_t errors = 0;
    for (auto _ : state) {
        for (std::size_t lane = 0; lane < LANES; ++lane) {
            std::array<framed_symbols, MAX_NEIGHBOURS> neighbours;
            for (std::size_t n = 0; n < v.neighbours; ++n)
                neighbours[n] = lanes[(lane + (n < 2 ? n + 1 : 18 + n)) % LANES];
            kernels[lane].receive(lanes[lane], std::span(neighbours).first(v.neighbours),
                                  {1, static_cast<std::uint32_t>(lane), 2}, position, filters[lane],
                                  decided_low, decided_high);
            for (std::size_t w = 0; w < WORDS; ++w)
                errors += static_cast<std::size_t>(
                    std::popcount(decided_low[w] ^ lanes[lane].low[w + 1]));
        }
        position += 64 * WORDS;
    }
    rate(state, "lane-symbols/s", double{64 * WORDS * LANES});
    if (v == variant{})
        compare(state, double{64 * WORDS * LANES}, count_of(target).symbols_per_s());
    state.counters["low_plane_errors"] =
        static_cast<double>(errors) /
        (static_cast<double>(state.iterations()) * 64 * WORDS * LANES);
}

void noise(benchmark::State& state, std::int64_t target) {
    const only_target only(target);
    if (!only)
        return state.SkipWithError("this machine lacks the instruction set");
    std::vector<float> out(1024);
    std::uint64_t position = 0;
    for (auto _ : state) {
        fill_gaussian(out, {1, 2, 3}, position);
        position += out.size();
        benchmark::DoNotOptimize(out.data());
    }
    rate(state, "deviates/s", static_cast<double>(out.size()));
    compare(state, static_cast<double>(out.size()), count_of(target).deviates_per_s());
}

constexpr std::int64_t AVX2 = HWY_AVX2;
constexpr std::int64_t AVX512 = HWY_AVX3;
constexpr auto PAM4 = photonics::modulation::pam4;

#define BOTH_WIDTHS(name, ...)                                                                 \
    BENCHMARK_CAPTURE(receive, name##_avx2, __VA_ARGS__, AVX2)->Unit(benchmark::kMillisecond); \
    BENCHMARK_CAPTURE(receive, name##_avx512, __VA_ARGS__, AVX512)->Unit(benchmark::kMillisecond)

BENCHMARK_CAPTURE(noise, avx2, AVX2);
BENCHMARK_CAPTURE(noise, avx512, AVX512);
BOTH_WIDTHS(nrz_full, variant{});
BOTH_WIDTHS(nrz_no_feedback, (variant{.feedback_taps = 0}));
BOTH_WIDTHS(nrz_five_feedback_taps, (variant{.feedback_taps = 5}));
BOTH_WIDTHS(nrz_alone, (variant{.neighbours = 0}));
BOTH_WIDTHS(nrz_quiet, (variant{.noise = false}));
BOTH_WIDTHS(pam4_full, (variant{.format = PAM4}));
BOTH_WIDTHS(pam4_no_feedback, (variant{.format = PAM4, .feedback_taps = 0}));

}  // namespace
