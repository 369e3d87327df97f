#include "models/dsp/cdr.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <stdexcept>
#include <utility>

namespace luxlane::dsp {

namespace {

constexpr int PERIODS = 16;
constexpr double HIGHEST_TOLERANCE_UI = 1000.0;

void check(bool good, const char* name, double found, const char* range) {
    if (!good)
        throw std::out_of_range(
            fmt::format("clock recovery: {} is {}, must be {}", name, found, range));
}

bool bit_at(const stream_key& data, std::uint64_t symbol) {
    return (random_block(data, symbol / 128)[symbol / 32 % 4] >> (symbol % 32)) & 1;
}

/// Into -0.5 .. 0.5: a detector cannot tell one symbol from the next.
double wrapped(double error_ui) { return error_ui - std::floor(error_ui + 0.5); }

/// Runs the loop; `vote(k, data_phase, clock_phase)` is what the detector says of the transition
/// into symbol k.
template <typename Vote>
cdr_run track(const cdr_options& options, const cdr_input& input, std::size_t symbols,
              const Vote& vote) {
    bang_bang_cdr loop(options);
    cdr_run run;
    run.phase_ui.reserve(symbols);
    run.error_ui.reserve(symbols);
    for (std::uint64_t k = 0; k < symbols; ++k) {
        const double data_phase =
            input.initial_phase_ui + input.drift_ui * static_cast<double>(k) + input.jitter.at(k);
        const double clock_phase = loop.phase_ui();
        run.phase_ui.push_back(clock_phase);
        run.error_ui.push_back(data_phase - clock_phase);
        loop.step(vote(k, data_phase, clock_phase));
        if (loop.locked() && !run.lock_time)
            run.lock_time = k + 1;
    }
    run.locked = loop.locked();
    return run;
}

/// The signal of a lane at any time, 0 .. 1.
class waveform {
public:
    waveform(const photonics::phase_response& response, const stream_key& data)
        : response_(response), data_(data) {}

    /// At `time` symbols after symbol 0's main cursor.
    double at(double time) const {
        constexpr double phases = photonics::PHASES;
        const double instant = std::floor((time + 0.5) * phases);
        const double fraction = (time + 0.5) * phases - instant;
        const auto index = static_cast<std::int64_t>(instant);
        return std::lerp(sample(index), sample(index + 1), fraction);
    }

private:
    double sample(std::int64_t instant) const {
        // Symbols before the first repeat a stretch far down the stream.
        constexpr std::uint64_t origin = 1u << 20;
        constexpr std::int64_t phases = photonics::PHASES;
        const std::int64_t symbol = (instant >= 0 ? instant : instant - phases + 1) / phases;
        const auto phase = static_cast<std::size_t>(instant - symbol * phases);
        const auto newest = origin + static_cast<std::uint64_t>(symbol + photonics::PRE_CURSORS);
        double sum = 0.0;
        bool bit = bit_at(data_, newest);
        for (std::size_t j = 0; j < photonics::PULSE_TAPS; ++j) {
            const bool before = bit_at(data_, newest - j - 1);
            if (bit)
                sum += response_.pulse[phase][j] + (before ? response_.pair[phase][j] : 0.0);
            bit = before;
        }
        return sum;
    }

    const photonics::phase_response& response_;
    stream_key data_;
};

/// Symbols after which a loop has slewed to the data and its start is forgotten.
std::size_t settling_symbols(const cdr_options& options, double period) {
    return static_cast<std::size_t>(std::max(4.0 * period, 4.0 / options.proportional_ui));
}

cdr_run track_sine(const cdr_options& options, double amplitude_ui, double frequency,
                   double random_ui, const stream_key& data, std::size_t symbols) {
    const stream_key random{data.seed, data.lane, data.purpose + 1};
    const jitter_generator jitter({.random_ui = random_ui, .sinusoidal_ui = amplitude_ui},
                                  frequency, random);
    return track_edges(options, {.jitter = jitter, .data = data}, symbols);
}

}  // namespace

bang_bang_cdr::bang_bang_cdr(const cdr_options& options, double phase_ui)
    : options_(options), phase_(phase_ui) {
    check(options.proportional_ui > 0.0 && options.proportional_ui <= 0.25, "proportional_ui",
          options.proportional_ui, "in (0, 0.25]");
    check(options.integral_ui >= 0.0 && options.integral_ui <= 0.01, "integral_ui",
          options.integral_ui, "in [0, 0.01]");
    check(options.interpolator_steps >= 4 && options.interpolator_steps <= 1024,
          "interpolator_steps", options.interpolator_steps, "4 to 1024");
    check(options.lock_window >= 16, "lock_window", options.lock_window, "at least 16");
    check(options.lock_minority > 0.0 && options.lock_minority < 0.5, "lock_minority",
          options.lock_minority, "in (0, 0.5)");
}

double bang_bang_cdr::phase_ui() const {
    const double steps = options_.interpolator_steps;
    return std::floor(phase_ * steps + 0.5) / steps;
}

void bang_bang_cdr::step(phase_vote vote) {
    frequency_ += options_.integral_ui * vote;
    phase_ += options_.proportional_ui * vote + frequency_;
    if (vote == 0)
        return;
    late_votes_ += vote < 0;
    if (++votes_ < options_.lock_window)
        return;
    locked_ = std::min(late_votes_, votes_ - late_votes_) >= options_.lock_minority * votes_;
    votes_ = late_votes_ = 0;
}

cdr_run track_edges(const cdr_options& options, const cdr_input& input, std::size_t symbols) {
    return track(options, input, symbols, [&](std::uint64_t k, double data, double clock) {
        const bool before = bit_at(input.data, k);
        const bool after = bit_at(input.data, k + 1);
        // The edge sample still sees the old bit if the data are later than the clock.
        return alexander(before, wrapped(data - clock) > 0.0 ? before : after, after);
    });
}

cdr_run track_waveform(const cdr_options& options, const photonics::phase_response& response,
                       double threshold, double noise, const cdr_input& input,
                       std::size_t symbols) {
    check(noise >= 0.0, "noise", noise, "at least 0");
    const waveform signal(response, input.data);
    const stream_key noise_key{input.data.seed, input.data.lane, input.data.purpose + 1};
    std::uint64_t drawn = 0;
    const auto slice = [&](double time) {
        const double disturbance = noise > 0.0 ? noise * gaussian(noise_key, drawn++) : 0.0;
        return signal.at(time) + disturbance > threshold;
    };
    bool before = false;
    return track(options, input, symbols, [&](std::uint64_t k, double data, double clock) {
        const double time = static_cast<double>(k) + clock - data;
        const bool edge = slice(time - 0.5);
        const bool after = slice(time);
        return alexander(std::exchange(before, after), edge, after);
    });
}

double jitter_transfer(const cdr_options& options, double amplitude_ui, double frequency,
                       double random_ui, const stream_key& data) {
    check(amplitude_ui > 0.0, "amplitude_ui", amplitude_ui, "positive");
    check(frequency > 0.0 && frequency <= 0.25, "frequency", frequency, "in (0, 0.25]");
    const std::size_t settled = settling_symbols(options, 1.0 / frequency);
    const auto measured = static_cast<std::size_t>(std::round(PERIODS / frequency));
    const cdr_run run =
        track_sine(options, amplitude_ui, frequency, random_ui, data, settled + measured);
    std::complex<double> sum = 0.0;
    for (std::size_t k = settled; k < settled + measured; ++k) {
        const double cycles = frequency * static_cast<double>(k);
        sum += run.phase_ui[k] * std::polar(1.0, -2.0 * std::numbers::pi * cycles);
    }
    return 2.0 * std::abs(sum) / (static_cast<double>(measured) * amplitude_ui);
}

double jitter_tolerance(const cdr_options& options, double margin_ui, double frequency,
                        double random_ui, const stream_key& data) {
    check(margin_ui > 0.0 && margin_ui < 0.5, "margin_ui", margin_ui, "in (0, 0.5)");
    check(frequency > 0.0 && frequency <= 0.25, "frequency", frequency, "in (0, 0.25]");
    const std::size_t settled = settling_symbols(options, 1.0 / frequency);
    const auto symbols = settled + static_cast<std::size_t>(std::round(PERIODS / frequency));
    const auto tolerated = [&](double amplitude_ui) {
        const cdr_run run = track_sine(options, amplitude_ui, frequency, random_ui, data, symbols);
        return std::all_of(run.error_ui.begin() + static_cast<std::ptrdiff_t>(settled),
                           run.error_ui.end(),
                           [margin_ui](double e) { return std::abs(e) <= margin_ui; });
    };
    double low = 0.0, high = margin_ui;
    while (high < HIGHEST_TOLERANCE_UI && tolerated(high)) {
        low = high;
        high *= 2.0;
    }
    high = std::min(high, HIGHEST_TOLERANCE_UI);
    while (high - low > 0.01 * high && high > 1e-4) {
        const double middle = 0.5 * (low + high);
        (tolerated(middle) ? low : high) = middle;
    }
    return low;
}

double slewing_corner(const cdr_options& options, double transition_density, double amplitude_ui) {
    return options.proportional_ui * transition_density / (2.0 * std::numbers::pi * amplitude_ui);
}

double linear_corner(const cdr_options& options, double transition_density, double random_ui) {
    return options.proportional_ui * transition_density * std::sqrt(2.0 / std::numbers::pi) /
           (2.0 * std::numbers::pi * random_ui);
}

}  // namespace luxlane::dsp
