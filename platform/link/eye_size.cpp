#include <algorithm>
#include <cmath>

#include "models/dsp/interference.h"
#include "platform/link/analysis.h"

namespace luxlane::link {

namespace {

/// Probability that the signal of a level lies above (or below) `value`.
double tail(const dsp::interference_law& level, double value, bool above) {
    double sum = 0.0;
    for (std::size_t cell = 0; cell < level.mass.size(); ++cell) {
        const double inwards = above ? value - level.value(cell) : level.value(cell) - value;
        if (level.mass[cell] > 0.0)
            sum +=
                level.mass[cell] * 0.5 * std::erfc(inwards / std::sqrt(2.0 * level.variance[cell]));
    }
    return sum;
}

/// The value that the signal of a level passes upwards (or downwards) with `probability`.
double quantile(const dsp::interference_law& level, double probability, bool above) {
    double widest = 0.0;
    for (std::size_t cell = 0; cell < level.mass.size(); ++cell)
        widest = std::max(widest, level.variance[cell]);
    const double reach = 10.0 * std::sqrt(widest);
    double low = level.first - reach;
    double high = level.value(level.mass.size() - 1) + reach;
    const double resolution = 1e-6 * (high - low);
    while (high - low > resolution) {
        const double middle = 0.5 * (low + high);
        const bool rare = tail(level, middle, above) < probability;
        (rare == above ? high : low) = middle;
    }
    return 0.5 * (low + high);
}

/// Width of the bathtub around the main cursor at `target`, logarithmic between its points.
double width_of(const std::vector<double>& phase, const std::vector<double>& ber, double target) {
    const auto centre = static_cast<std::size_t>(
        std::ranges::min_element(phase, {}, [](double x) { return std::abs(x); }) - phase.begin());
    if (ber[centre] > target)
        return 0.0;
    const auto edge = [&](std::ptrdiff_t step) {
        std::size_t i = centre;
        while (true) {
            const auto next = static_cast<std::ptrdiff_t>(i) + step;
            if (next < 0 || next >= static_cast<std::ptrdiff_t>(phase.size()))
                return phase[i];
            const auto outer = static_cast<std::size_t>(next);
            if (ber[outer] > target) {
                const double inside = std::log(std::max(ber[i], 1e-300));
                const double share = (std::log(target) - inside) / (std::log(ber[outer]) - inside);
                return phase[i] + share * (phase[outer] - phase[i]);
            }
            i = outer;
        }
    };
    return edge(1) - edge(-1);
}

}  // namespace

eye_size eye_of(const lane_law& law, const trained_receiver& receiver, double target_ber) {
    const dsp::sampling_jitter jitter = dsp::jitter_of(law.lane());
    const std::vector<dsp::interference_law> levels =
        dsp::interference(receiver.channel, receiver.channel, receiver.filter);
    double height = INFINITY;
    for (std::size_t eye = 0; eye + 1 < levels.size(); ++eye)
        height = std::min(height, quantile(levels[eye + 1], target_ber, false) -
                                      quantile(levels[eye], target_ber, true));
    constexpr std::size_t few_bins = 2;
    const dsp::statistical_eye bathtub = dsp::make_statistical_eye(
        receiver.channel, law.phases(), receiver.filter, jitter, few_bins);
    const double eyes = static_cast<double>(levels.size()) - 1.0;
    return {height * receiver.channel.amplitude_a,
            height * eyes / std::abs(receiver.filter.forward_sum()),
            width_of(bathtub.phase_ui, bathtub.ber, target_ber)};
}

}  // namespace luxlane::link
