#include "models/dsp/lms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/dsp/slicer.h"

namespace luxlane::dsp {

namespace {

constexpr std::size_t MARGIN = 2;

void check(bool good, const char* name, double found, const char* range) {
    if (!good)
        throw std::out_of_range(
            fmt::format("lms_equaliser: {} is {}, must be {}", name, found, range));
}

double sign(double x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0; }

}  // namespace

lms_equaliser::lms_equaliser(const lms_options& options)
    : options_(options),
      centre_a_(0.5 * (options.lowest_a + options.highest_a)),
      scale_(2.0 / (options.highest_a - options.lowest_a)),
      top_(options.format == photonics::modulation::pam4 ? 3 : 1),
      first_tap_(FORWARD_PRE - options.shape.forward_taps / 2),
      last_tap_(FORWARD_PRE + options.shape.forward_taps / 2) {
    const filter_shape& shape = options.shape;
    if (shape.forward_taps % 2 == 0 || shape.forward_taps > FORWARD_TAPS)
        throw std::invalid_argument("lms_equaliser: 1, 3 or 5 forward taps");
    if (shape.feedback_taps > FEEDBACK_TAPS)
        throw std::invalid_argument("lms_equaliser: 0 to 5 feedback taps");
    check(shape.step >= 0.0 && shape.step < 1.0, "shape.step", shape.step, "in [0, 1)");
    check(options.step_size > 0.0 && options.step_size < 1.0, "step_size", options.step_size,
          "in (0, 1)");
    check(options.level_weight > 0.0 && options.level_weight <= 1.0, "level_weight",
          options.level_weight, "in (0, 1]");
    check(options.highest_a > options.lowest_a && std::isfinite(scale_), "highest_a",
          options.highest_a, "above lowest_a");
    check(options.window >= 64, "window", options.window, "at least 64 symbols");
    check(options.tolerance > 0.0, "tolerance", options.tolerance, "positive");
    for (unsigned s = 0; s <= top_; ++s)
        state_.mean[s] = 2.0 * s / top_ - 1.0;
    state_.decided.fill(-1.0);
}

double lms_equaliser::target(unsigned symbol) const {
    if (symbol == 0)
        return -1.0;
    if (symbol == top_)
        return 1.0;
    return 2.0 * levels()[symbol] - 1.0;
}

std::array<double, 4> lms_equaliser::levels() const {
    // Noise shrinks all levels of the best linear estimate alike; their ratios stay right.
    const double swing = state_.mean[top_] - state_.mean[0];
    std::array<double, 4> level{};
    for (unsigned s = 1; s <= top_; ++s)
        level[s] = (state_.mean[s] - state_.mean[0]) / swing;
    return level;
}

std::array<double, 3> lms_equaliser::thresholds() const {
    std::array<double, 3> threshold{};
    for (unsigned s = 0; s < top_; ++s)
        threshold[s] = optimum_threshold({.one = state_.mean[s + 1],
                                          .zero = state_.mean[s],
                                          .sigma_one = std::sqrt(state_.variance[s + 1]),
                                          .sigma_zero = std::sqrt(state_.variance[s])});
    return threshold;
}

unsigned lms_equaliser::decide(double z) const {
    unsigned symbol = 0;
    const auto threshold = thresholds();
    for (unsigned s = 0; s < top_; ++s)
        symbol += z > threshold[s];
    return symbol;
}

double lms_equaliser::step_limit(std::span<const float> samples) const {
    if (samples.empty())
        throw std::invalid_argument("lms_equaliser: no samples");
    double power = 0.0;
    for (const float sample : samples)
        power += scaled(sample) * scaled(sample);
    power /= static_cast<double>(samples.size());
    double symbol_power = 0.0;
    for (unsigned s = 0; s <= top_; ++s)
        symbol_power += target(s) * target(s) / (top_ + 1);
    // N Px summed over the unlike inputs: samples, symbols, and the constant of the offset.
    return 2.0 / (options_.shape.forward_taps * power +
                  options_.shape.feedback_taps * symbol_power + 1.0);
}

void lms_equaliser::train(std::span<const float> samples, std::span<const std::uint8_t> symbols) {
    if (samples.size() != symbols.size() + 2 * MARGIN)
        throw std::invalid_argument("lms_equaliser: n + 4 samples for n symbols");
    if (std::ranges::any_of(symbols, [this](std::uint8_t s) { return s > top_; }))
        throw std::invalid_argument("lms_equaliser: symbol outside the format's");
    adapt(samples, symbols.data());
}

void lms_equaliser::follow(std::span<const float> samples) {
    if (samples.size() < 2 * MARGIN)
        throw std::invalid_argument("lms_equaliser: n + 4 samples for n symbols");
    adapt(samples, nullptr);
}

void lms_equaliser::adapt(std::span<const float> samples, const std::uint8_t* symbols) {
    if (options_.rule == lms_rule::least_mean_squares && !state_.frozen) {
        const double limit = step_limit(samples);
        if (!(options_.step_size < limit))
            throw std::out_of_range(
                fmt::format("lms_equaliser: step_size is {}, must be below 2 / (N Px) = {:.4g} of "
                            "these samples or the taps diverge",
                            options_.step_size, limit));
    }
    for (std::size_t k = 0; k + 2 * MARGIN < samples.size(); ++k) {
        std::array<double, FORWARD_TAPS> x{};
        double z = state_.offset;
        for (std::size_t i = first_tap_; i <= last_tap_; ++i) {
            x[i] = scaled(samples[k + 2 * MARGIN - i]);
            z += state_.forward[i] * x[i];
        }
        for (std::size_t i = 0; i < options_.shape.feedback_taps; ++i)
            z -= state_.feedback[i] * state_.decided[i];
        const unsigned symbol = symbols ? symbols[k] : decide(z);
        if (!state_.frozen)
            update(x, symbol, z);
        std::copy_backward(state_.decided.begin(), state_.decided.end() - 1, state_.decided.end());
        state_.decided[0] = target(symbol);
        ++state_.symbols;
    }
}

void lms_equaliser::update(std::span<const double, FORWARD_TAPS> x, unsigned symbol, double z) {
    const double error = target(symbol) - z;
    const bool signs = options_.rule == lms_rule::sign_sign;
    const double step = options_.step_size * (signs ? sign(error) : error);
    const auto input = [signs](double value) { return signs ? sign(value) : value; };
    for (std::size_t i = first_tap_; i <= last_tap_; ++i)
        state_.forward[i] += step * input(x[i]);
    for (std::size_t i = 0; i < options_.shape.feedback_taps; ++i)
        state_.feedback[i] -= step * input(state_.decided[i]);
    state_.offset += step;

    const double from_mean = z - state_.mean[symbol];
    state_.mean[symbol] += options_.level_weight * from_mean;
    state_.variance[symbol] +=
        options_.level_weight * (from_mean * from_mean - state_.variance[symbol]);
    watch_error(error);
}

void lms_equaliser::watch_error(double error) {
    state_.window_power += error * error;
    if (++state_.window_symbols < options_.window)
        return;
    const double power = state_.window_power / options_.window;
    const bool same =
        std::abs(power - state_.error_power) <= options_.tolerance * state_.error_power;
    if (converged()) {
        if (power > LOST_POWER * state_.settled_power)
            state_.settled_windows = 0;
    } else {
        // The very first window has nothing to be compared with.
        state_.settled_windows = state_.error_power > 0.0 && same ? state_.settled_windows + 1 : 0;
        state_.settled_power = power;
    }
    state_.error_power = power;
    state_.window_power = 0.0;
    state_.window_symbols = 0;
}

receive_filter lms_equaliser::filter() const {
    const double main = state_.forward[FORWARD_PRE];
    if (!(main > 0.0) || !std::isfinite(main))
        throw std::domain_error(
            fmt::format("lms_equaliser: main tap is {}, there is no signal to equalise", main));
    const double unit_a = 1.0 / (scale_ * main);  // of the scaled signal before the slicer
    receive_filter found;
    for (std::size_t i = 0; i < FORWARD_TAPS; ++i) {
        const double tap = state_.forward[i] / main;
        const double step = options_.shape.step;
        found.forward[i] = step > 0.0 && i != FORWARD_PRE ? step * std::round(tap / step) : tap;
    }
    double feedback = 0.0;
    for (std::size_t i = 0; i < options_.shape.feedback_taps; ++i) {
        // A value in 0 .. 1 swings half as far as one in -1 .. 1.
        found.feedback_a[i] = 2.0 * unit_a * state_.feedback[i];
        feedback += state_.feedback[i];
    }
    const auto threshold = thresholds();
    for (unsigned s = 0; s < top_; ++s)
        found.threshold_a[s] =
            unit_a * (threshold[s] - state_.offset - feedback) + centre_a_ * found.forward_sum();
    return found;
}

}  // namespace luxlane::dsp
