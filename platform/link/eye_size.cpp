#include <algorithm>
#include <cmath>

#include "models/dsp/bathtub.h"
#include "models/dsp/interference.h"
#include "platform/link/analysis.h"

namespace luxlane::link {

namespace {

/// A ratio of fewer errors says little.
constexpr std::uint64_t LEAST_ERRORS = 10;

/// Share of symbol boundaries at which the light changes.
double transition_density(photonics::modulation format) {
    return format == photonics::modulation::pam4 ? 0.75 : 0.5;
}

std::optional<flank_fit> figures_of(const std::optional<dsp::dual_dirac>& fit, double target_ber,
                                    std::string_view from) {
    if (!fit)
        return std::nullopt;
    return flank_fit{from, fit->deterministic_ui(), fit->random_ui(), fit->total_ui(target_ber),
                     fit->extrapolates(target_ber)};
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
    for (const dsp::level_gap& gap : dsp::gaps_at(levels, target_ber))
        out.openings.push_back({amplitude_a * gap.low, amplitude_a * gap.high});
    const double step_a = amplitude_a * std::abs(receiver.filter.forward_sum()) /
                          static_cast<double>(out.openings.size());
    out.height_fraction = out.height_a() / step_a;
    constexpr std::size_t few_bins = 2;
    const std::vector<dsp::bathtub_point> bathtub =
        dsp::statistical_bathtub(dsp::make_statistical_eye(
            receiver.channel, law.phases(), receiver.filter, dsp::jitter_of(law.lane()), few_bins));
    const dsp::eye_span span = dsp::span_at(bathtub, target_ber);
    out.left_ui = span.left_ui;
    out.right_ui = span.right_ui;
    const auto fit = dsp::dual_dirac::fit(bathtub, transition_density(law.lane().format));
    out.flanks = figures_of(fit, target_ber, "statistical law");
    return out;
}

void count_flanks(const question& asked, std::uint64_t symbols, analysis& found) {
    const photonics::lane_parameters& lane = found.law->lane();
    found.flanks = {};
    for (const phase_count& one : count_phases(*found.law, found.receiver, asked.seed, symbols)) {
        found.flanks.bits = one.counter.bits();
        if (one.counter.errors() >= LEAST_ERRORS)
            found.flanks.points.push_back(dsp::counted_point(one.phase_ui, one.counter));
    }
    found.flanks.fit = dsp::dual_dirac::fit(found.flanks.points, transition_density(lane.format));
    if (const auto counted = figures_of(found.flanks.fit, asked.target_ber, "counted waveforms"))
        found.answer.eye.flanks = counted;
}

}  // namespace luxlane::link
