#include "models/dsp/clocking.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace luxlane::dsp {

namespace {

std::uint64_t whole_symbols(double delay_ui) {
    if (!(delay_ui >= 0.0 && delay_ui <= 1e9))
        throw std::out_of_range(
            fmt::format("delay of the forwarded clock is {} UI, must be 0 to 1e9", delay_ui));
    return static_cast<std::uint64_t>(std::llround(delay_ui));
}

}  // namespace

double forwarded_clock_residual(double frequency_hz, double skew_s) {
    return 2.0 * std::abs(std::sin(std::numbers::pi * frequency_hz * skew_s));
}

forwarded_clock::forwarded_clock(const jitter_generator& transmitter, double delay_ui)
    : transmitter_(transmitter), delay_ui_(delay_ui), whole_(whole_symbols(delay_ui)) {}

double forwarded_clock::at(std::uint64_t symbol) const {
    const std::uint64_t edge = symbol - std::min(symbol, whole_);
    const double clock =
        transmitter_.random(edge) + transmitter_.duty_cycle(edge) +
        transmitter_.sinusoidal(std::max(static_cast<double>(symbol) - delay_ui_, 0.0));
    return transmitter_.at(symbol) - clock;
}

sampling_jitter residual_jitter(const sampling_jitter& transmitter, double frequency,
                                double delay_ui) {
    const std::uint64_t whole = whole_symbols(delay_ui);
    return {
        .random_ui = whole ? std::numbers::sqrt2 * transmitter.random_ui : 0.0,
        .sinusoidal_ui = transmitter.sinusoidal_ui * forwarded_clock_residual(frequency, delay_ui),
        .duty_cycle_ui = whole % 2 ? 2.0 * transmitter.duty_cycle_ui : 0.0};
}

}  // namespace luxlane::dsp
