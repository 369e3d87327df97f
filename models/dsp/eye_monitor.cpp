#include "models/dsp/eye_monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace luxlane::dsp {

namespace {

struct run {
    std::size_t first = 0, length = 0;
};

/// The longest run of counts that are allowed.
run longest_run(std::span<const std::uint64_t> errors, std::uint64_t allowed) {
    run best, now;
    for (std::size_t i = 0; i < errors.size(); ++i) {
        now = errors[i] > allowed ? run{i + 1, 0} : run{now.first, now.length + 1};
        if (now.length > best.length)
            best = now;
    }
    return best;
}

}  // namespace

eye_monitor::eye_monitor(photonics::modulation format, double lowest_a, double highest_a,
                         std::size_t steps)
    : levels_(format == photonics::modulation::pam4 ? 4 : 2), steps_(steps), lowest_a_(lowest_a) {
    if (steps < 2 || steps > 4096)
        throw std::out_of_range(
            fmt::format("eye_monitor: {} threshold steps, must be 2 to 4096", steps));
    step_a_ = (highest_a - lowest_a) / static_cast<double>(steps - 1);
    if (!(step_a_ > 0.0 && std::isfinite(step_a_)))
        throw std::out_of_range(fmt::format("eye_monitor: thresholds from {} to {} A, must ascend",
                                            lowest_a, highest_a));
    counts_.resize(levels_ * PHASES * (steps + 1));
}

void eye_monitor::count(std::span<const float> waveform, std::span<const std::uint8_t> symbols) {
    if (waveform.size() != symbols.size() * PHASES)
        throw std::invalid_argument("eye_monitor: 16 samples for each symbol");
    if (std::ranges::any_of(symbols, [this](std::uint8_t s) { return s >= levels_; }))
        throw std::invalid_argument("eye_monitor: symbol outside the format's");
    const double top = static_cast<double>(steps_);
    for (std::size_t k = 0; k < symbols.size(); ++k)
        for (std::size_t phase = 0; phase < PHASES; ++phase) {
            const double sample = waveform[k * PHASES + phase];
            const double below = std::ceil((sample - lowest_a_) / step_a_);
            // The order of comparisons sends NaN to 0.
            const double bounded = below > 0.0 ? std::min(below, top) : 0.0;
            ++counts_[cell(symbols[k], phase, static_cast<std::size_t>(bounded))];
        }
    symbols_ += symbols.size();
}

void eye_monitor::clear() {
    std::ranges::fill(counts_, 0);
    symbols_ = 0;
}

void eye_monitor::check(std::size_t phase, std::size_t step) const {
    if (phase >= PHASES || step >= steps_)
        throw std::out_of_range(fmt::format("eye_monitor: phase {} of 16, threshold step {} of {}",
                                            phase, step, steps_));
}

double eye_monitor::threshold_a(std::size_t step) const {
    return lowest_a_ + step_a_ * static_cast<double>(step);
}

std::uint64_t eye_monitor::ones(std::size_t phase, std::size_t step) const {
    check(phase, step);
    std::uint64_t sum = 0;
    for (std::size_t symbol = 0; symbol < levels_; ++symbol)
        for (std::size_t below = step + 1; below <= steps_; ++below)
            sum += counts_[cell(symbol, phase, below)];
    return sum;
}

std::uint64_t eye_monitor::hits(std::size_t phase, std::size_t step) const {
    return ones(phase, step) - ones(phase, step + 1);
}

std::uint64_t eye_monitor::errors(std::size_t eye, std::size_t phase, std::size_t step) const {
    check(phase, step);
    return error_column(eye, phase)[step];
}

std::vector<std::uint64_t> eye_monitor::error_column(std::size_t eye, std::size_t phase) const {
    if (eye >= eyes())
        throw std::out_of_range(fmt::format("eye_monitor: eye {} of {}", eye, eyes()));
    // Below all thresholds every lower symbol is wrong; each threshold that is passed puts right
    // the lower symbols under it and wrong the upper ones.
    std::uint64_t wrong = 0;
    for (std::size_t symbol = 0; symbol <= eye; ++symbol)
        for (std::size_t below = 0; below <= steps_; ++below)
            wrong += counts_[cell(symbol, phase, below)];
    std::vector<std::uint64_t> column(steps_);
    for (std::size_t step = 0; step < steps_; ++step) {
        for (std::size_t symbol = 0; symbol < levels_; ++symbol) {
            const std::uint64_t here = counts_[cell(symbol, phase, step)];
            wrong = symbol > eye ? wrong + here : wrong - here;
        }
        column[step] = wrong;
    }
    return column;
}

std::optional<eye_opening> eye_monitor::opening(std::size_t eye,
                                                std::uint64_t allowed_errors) const {
    std::array<std::vector<std::uint64_t>, PHASES> columns;
    std::array<run, PHASES> heights;
    std::size_t greatest = 0;
    for (std::size_t phase = 0; phase < PHASES; ++phase) {
        columns[phase] = error_column(eye, phase);
        heights[phase] = longest_run(columns[phase], allowed_errors);
        greatest = std::max(greatest, heights[phase].length);
    }
    if (greatest == 0 || symbols_ == 0)
        return std::nullopt;
    std::vector<std::size_t> highest;
    for (std::size_t phase = 0; phase < PHASES; ++phase)
        if (heights[phase].length == greatest)
            highest.push_back(phase);
    const std::size_t best = highest[highest.size() / 2];
    const std::size_t middle = heights[best].first + (greatest - 1) / 2;
    std::size_t first = best, last = best;
    while (first > 0 && columns[first - 1][middle] <= allowed_errors)
        --first;
    while (last + 1 < PHASES && columns[last + 1][middle] <= allowed_errors)
        ++last;
    return eye_opening{
        .height_a = step_a_ * static_cast<double>(greatest - 1),
        .width_ui = static_cast<double>(last - first) / PHASES,
        .phase = best,
        .threshold_a =
            threshold_a(heights[best].first) + 0.5 * step_a_ * static_cast<double>(greatest - 1),
    };
}

}  // namespace luxlane::dsp
