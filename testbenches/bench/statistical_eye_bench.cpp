#include <benchmark/benchmark.h>

#include <utility>

#include "models/dsp/statistical_eye.h"

// Speed of the `statistical` fidelity for one lane: 17 pulse and pair taps, 4 neighbours, coloured
// noise that grows with the light, a trained 5-tap forward equaliser (and 2-tap feedback), random
// jitter. An eye has 16 phases and 256 voltages.

namespace {

using namespace luxlane;
using namespace luxlane::dsp;

constexpr filter_shape FORWARD = {.forward_taps = 5};
constexpr filter_shape BOTH = {.forward_taps = 5, .feedback_taps = 2};
constexpr std::size_t BINS = 256;

/// A lane a little too slow for its rate, its noise a tenth of an eye.
sampled_channel channel_of(photonics::modulation format) {
    sampled_channel channel;
    channel.format = format;
    const bool pam4 = format == photonics::modulation::pam4;
    if (pam4)
        channel.level = {0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0};
    channel.pulse = {0.0,   0.0,   0.0,   0.002, 0.02,  0.1,  0.62,  0.18, 0.05,
                     0.017, 0.006, 0.003, 0.001, 0.001, 5e-4, -1e-3, -1e-3};
    for (std::size_t j = 0; j + 1 < PULSE_TAPS; ++j)
        channel.pair[j] = 0.02 * channel.pulse[j];
    channel.offset_a = 1e-6;
    channel.amplitude_a = 10e-6;
    channel.neighbours = 4;
    for (auto& neighbour : channel.crosstalk)
        neighbour = {0.0, 0.002, 0.008, 0.002, 0.001};
    const double sigma = pam4 ? 0.02 : 0.06;
    channel.variance_zero = sigma * sigma;
    channel.variance_slope = 0.3 * channel.variance_zero;
    channel.noise_correlation = {0.3, 0.05, 0.01, 0.0};
    return channel;
}

/// Pulses of that lane at all phases: neighbouring taps mixed by a parabola, so that the edges move
/// as a band-limited lane's do.
photonics::phase_response phases_of(const sampled_channel& channel) {
    photonics::phase_response phases{};
    for (std::size_t p = 0; p < photonics::PHASES; ++p) {
        const double t = static_cast<double>(p) / photonics::PHASES - 0.5;
        const double later = 0.5 * t * (t + 1.0), here = 1.0 - t * t, earlier = 0.5 * t * (t - 1.0);
        for (std::size_t j = 0; j < PULSE_TAPS; ++j) {
            const auto mixed = [&](const auto& taps) {
                return here * taps[j] + (j > 0 ? later * taps[j - 1] : 0.0) +
                       (j + 1 < PULSE_TAPS ? earlier * taps[j + 1] : 0.0);
            };
            phases.pulse[p][j] = mixed(channel.pulse);
            phases.pair[p][j] = mixed(channel.pair);
        }
    }
    return phases;
}

struct lane {
    lane(photonics::modulation format, const filter_shape& shape)
        : channel(channel_of(format)), phases(phases_of(channel)), filter(train(channel, shape)) {}

    sampled_channel channel;
    photonics::phase_response phases;
    receive_filter filter;
};

constexpr sampling_jitter JITTER = {.random_ui = 0.01};
constexpr sampling_jitter UNEVEN = {
    .random_ui = 0.01, .sinusoidal_ui = 0.02, .duty_cycle_ui = 0.04};

/// Times `compute`, which gives a bit error ratio.
template <class function>
void measure(benchmark::State& state, const function& compute) {
    double ber = 0.0;
    for (auto _ : state) {
        ber = compute();
        benchmark::DoNotOptimize(std::as_const(ber));
    }
    state.counters["ber"] = ber;
}

void eye(benchmark::State& state, photonics::modulation format, const filter_shape& shape,
         const sampling_jitter& jitter) {
    const lane one(format, shape);
    measure(state, [&] {
        return make_statistical_eye(one.channel, one.phases, one.filter, jitter, BINS)
            .at_centre.ber;
    });
}

void law(benchmark::State& state, photonics::modulation format, const filter_shape& shape) {
    const lane one(format, shape);
    measure(state, [&] { return symbol_error_law(one.channel, one.filter).ber; });
}

void jittered_law(benchmark::State& state, photonics::modulation format,
                  const filter_shape& shape) {
    const lane one(format, shape);
    measure(state,
            [&] { return jittered_error_law(one.channel, one.phases, one.filter, JITTER).ber; });
}

void training(benchmark::State& state, photonics::modulation format) {
    const sampled_channel channel = channel_of(format);
    for (auto _ : state)
        benchmark::DoNotOptimize(train(channel, BOTH));
}

constexpr auto NRZ = photonics::modulation::nrz;
constexpr auto PAM4 = photonics::modulation::pam4;

BENCHMARK_CAPTURE(eye, nrz, NRZ, FORWARD, JITTER)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(eye, nrz_uneven, NRZ, FORWARD, UNEVEN)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(eye, nrz_feedback, NRZ, BOTH, JITTER)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(eye, pam4, PAM4, FORWARD, JITTER)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(eye, pam4_feedback, PAM4, BOTH, JITTER)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(law, nrz, NRZ, FORWARD)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(law, nrz_feedback, NRZ, BOTH)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(law, pam4, PAM4, FORWARD)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(law, pam4_feedback, PAM4, BOTH)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(jittered_law, nrz, NRZ, FORWARD)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(jittered_law, pam4, PAM4, FORWARD)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(training, nrz, NRZ)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(training, pam4, PAM4)->Unit(benchmark::kMicrosecond);

}  // namespace
