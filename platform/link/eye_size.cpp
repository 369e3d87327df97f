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

/// Where the bathtub passes `target`, sought from the main cursor in steps of `step` phases;
/// logarithmic between its points.
double edge(const dsp::statistical_eye& bathtub, double target, std::ptrdiff_t step) {
    const auto last = static_cast<std::ptrdiff_t>(bathtub.phase_ui.size()) - 1;
    auto inner = static_cast<std::size_t>(photonics::PHASES / 2);
    if (bathtub.ber[inner] > target)
        return 0.0;
    while (true) {
        const std::ptrdiff_t next = static_cast<std::ptrdiff_t>(inner) + step;
        if (next < 0 || next > last)
            return bathtub.phase_ui[inner];
        const auto outer = static_cast<std::size_t>(next);
        if (bathtub.ber[outer] > target) {
            const double inside = std::log(std::max(bathtub.ber[inner], 1e-300));
            const double share =
                (std::log(target) - inside) / (std::log(bathtub.ber[outer]) - inside);
            return std::lerp(bathtub.phase_ui[inner], bathtub.phase_ui[outer], share);
        }
        inner = outer;
    }
}

}  // namespace

double eye_size::height_a() const {
    double least = INFINITY;
    for (const eye_opening& one : openings)
        least = std::min(least, one.high_a - one.low_a);
    return least;
}

eye_size eye_of(const lane_law& law, const trained_receiver& receiver, double target_ber) {
    const std::vector<dsp::interference_law> levels =
        dsp::interference(receiver.channel, receiver.channel, receiver.filter);
    const double amplitude_a = receiver.channel.amplitude_a;
    eye_size out{};
    for (std::size_t eye = 0; eye + 1 < levels.size(); ++eye)
        out.openings.push_back({amplitude_a * quantile(levels[eye], target_ber, true),
                                amplitude_a * quantile(levels[eye + 1], target_ber, false)});
    const double step_a = amplitude_a * std::abs(receiver.filter.forward_sum()) /
                          static_cast<double>(out.openings.size());
    out.height_fraction = out.height_a() / step_a;
    constexpr std::size_t few_bins = 2;
    const dsp::statistical_eye bathtub = dsp::make_statistical_eye(
        receiver.channel, law.phases(), receiver.filter, dsp::jitter_of(law.lane()), few_bins);
    out.left_ui = edge(bathtub, target_ber, -1);
    out.right_ui = edge(bathtub, target_ber, 1);
    return out;
}

}  // namespace luxlane::link
