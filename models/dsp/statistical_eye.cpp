#include "models/dsp/statistical_eye.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>

#include "models/common/normal.h"
#include "models/dsp/density_painter.h"
#include "models/dsp/equalised_channel.h"
#include "models/dsp/error_propagation.h"
#include "models/dsp/interference.h"
#include "models/dsp/jitter_average.h"
#include "models/photonics/constants.h"

namespace luxlane::dsp {

namespace {

constexpr int PHASES = static_cast<int>(photonics::PHASES);
constexpr int CENTRE = PHASES / 2;
constexpr double STEP_UI = 1.0 / PHASES;
/// Beyond, a sample says nothing about its symbol any more.
constexpr double FARTHEST_UI = 0.75;

/// Share of a tail that may be left out.
constexpr double NEGLIGIBLE = 1e-9;

/// Probability that the wanted symbol's sample lies above (or below) a value, beside `others`, to
/// which it will be added.
double tail_of(const interference_law& law, double value, bool above, double others = 0.0) {
    // Sums side by side, since the order of one alone would forbid vectors.
    constexpr std::size_t width = 8;
    const std::size_t cells = law.mass.size();
    const double side = above ? -1.0 : 1.0;
    const double start = side * (law.first - value);
    const double step = side * law.step;
    const double* mass = law.mass.data();
    const double* variance = law.variance.data();
    const double* spread = law.spread.data();
    const auto both = [&](std::size_t i) {
        // Two equal halves stand for the patterns' different noise.
        const double distance = start + static_cast<double>(static_cast<int>(i)) * step;
        const double wide = distance / std::sqrt(variance[i] + spread[i]);
        const double narrow = distance / std::sqrt(variance[i] - spread[i]);
        return mass[i] * (normal_tail(wide) + normal_tail(narrow));
    };
    std::array<double, width> sums{}, greatest{};
    std::size_t first = 0;
    for (; first + width <= cells; first += width)
        for (std::size_t i = 0; i < width; ++i)
            greatest[i] = std::max(greatest[i], variance[first + i] + spread[first + i]);
    for (std::size_t i = 0; first + i < cells; ++i)
        greatest[i] = std::max(greatest[i], variance[first + i] + spread[first + i]);
    const double sigma = std::sqrt(*std::ranges::max_element(greatest));
    const auto total = [&] { return std::accumulate(sums.begin(), sums.end(), 0.0); };
    // From the nearest cells outwards, until all that follow are negligible together.
    constexpr std::size_t between_looks = 8;
    for (std::size_t block = 0; block * width < cells; ++block) {
        const std::size_t done = block * width;
        const std::size_t count = std::min(width, cells - done);
        const std::size_t begin = above ? cells - done - count : done;
        if (block % between_looks == 0) {
            const std::size_t nearest = above ? begin + count - 1 : begin;
            const double x = (start + static_cast<double>(nearest) * step) / sigma;
            if (x > 0.0 && portable_exp(-0.5 * x * x) < NEGLIGIBLE * (total() + others))
                break;
        }
        if (count == width) {
            for (std::size_t i = 0; i < width; ++i)
                sums[i] += both(begin + i);
        } else {
            for (std::size_t i = 0; i < count; ++i)
                sums[i] += both(begin + i);
        }
    }
    const double sum = total();
    return 0.5 * sum;
}

error_rates law_of(const symbol_laws& signal, const receive_filter& filter, double amplitude_a) {
    const auto levels = static_cast<unsigned>(signal.size());
    std::array<double, 3> threshold = filter.threshold_a;
    for (double& t : threshold)
        t /= amplitude_a;
    if (levels == 2) {
        const double given_one = tail_of(signal[1], threshold[0], false);
        const double given_zero = tail_of(signal[0], threshold[0], true);
        return {0.5 * (given_one + given_zero), given_one, given_zero};
    }
    // The decision counts thresholds, whatever their order.
    std::ranges::sort(threshold);
    double bits = 0.0;
    for (unsigned s = 0; s < levels; ++s) {
        const interference_law& view = signal[s];
        for (unsigned t = 1; t < levels; ++t) {
            // Wrong bits of deciding t instead of its neighbour nearer to the wanted symbol.
            const unsigned nearer = t > s ? t - 1 : t;
            const unsigned further = t > s ? t : t - 1;
            const int more = static_cast<int>(gray_distance(s, further)) -
                             static_cast<int>(gray_distance(s, nearer));
            if (more != 0)
                bits += more * tail_of(view, threshold[t - 1], t > s, std::max(bits, 0.0));
        }
    }
    const double ber = std::max(bits, 0.0) / (2.0 * levels);
    return {ber, ber, ber};
}

/// Rates with the errors that wrong feedback adds to those of right feedback.
error_rates propagate(const error_rates& first, const sampled_channel& even,
                      const sampled_channel& odd, const receive_filter& filter) {
    const error_factors more = error_propagation(equalise(even, odd, filter), even, filter);
    if (even.levels() > 2) {
        const double ber = std::min(first.ber * more.all, 1.0);
        return {ber, ber, ber};
    }
    const double one = std::min(first.given_one * more.given_one, 1.0);
    const double zero = std::min(first.given_zero * more.given_zero, 1.0);
    return {0.5 * (one + zero), one, zero};
}

void add(error_rates& sum, const error_rates& part, double weight) {
    sum.ber += weight * part.ber;
    sum.given_one += weight * part.given_one;
    sum.given_zero += weight * part.given_zero;
}

/// What a lane looks like at any displacement, duty cycle included.
class moving_sampler {
public:
    moving_sampler(const sampled_channel& channel, const photonics::phase_response& phases,
                   const receive_filter& filter, double duty_cycle_ui)
        : channel_(channel), phases_(phases), filter_(filter), half_(0.5 * duty_cycle_ui) {}

    /// One view, or two of even and odd symbols.
    std::vector<symbol_laws> views(double displacement_ui) const {
        std::vector<symbol_laws> out;
        if (half_ == 0.0) {
            const sampled_channel moved = displace(channel_, phases_, displacement_ui);
            out.push_back(interference(moved, moved, filter_));
            return out;
        }
        const sampled_channel early = displace(channel_, phases_, displacement_ui - half_);
        const sampled_channel late = displace(channel_, phases_, displacement_ui + half_);
        out.push_back(interference(early, late, filter_));
        out.push_back(interference(late, early, filter_));
        return out;
    }

    /// The rates of `views` with right feedback.
    error_rates first_rates(std::span<const symbol_laws> views) const {
        error_rates sum{0.0, 0.0, 0.0};
        const double weight = 1.0 / static_cast<double>(views.size());
        for (const symbol_laws& view : views)
            add(sum, law_of(view, filter_, channel_.amplitude_a), weight);
        return sum;
    }

    /// The same with the errors that wrong feedback adds at this displacement.
    error_rates propagated(const error_rates& first, double displacement_ui) const {
        if (!filter_.has_feedback())
            return first;
        const sampled_channel early = displace(channel_, phases_, displacement_ui - half_);
        if (half_ == 0.0)
            return propagate(first, early, early, filter_);
        const sampled_channel late = displace(channel_, phases_, displacement_ui + half_);
        error_rates sum{0.0, 0.0, 0.0};
        add(sum, propagate(first, early, late, filter_), 0.5);
        add(sum, propagate(first, late, early, filter_), 0.5);
        return sum;
    }

private:
    const sampled_channel& channel_;
    const photonics::phase_response& phases_;
    const receive_filter& filter_;
    double half_;
};

/// Rates with right feedback over the sampling instant, for the jitter's average.
class rate_curve {
public:
    rate_curve(const moving_sampler& sampler, const jitter_average& jitter)
        : sampler_(sampler), jitter_(jitter) {}

    /// Rates that are known already.
    void add(double displacement_ui, const error_rates& rates) { known_[displacement_ui] = rates; }

    /// The mean around `phase_ui`, which is -0.5 .. 0.5.
    error_rates mean(double phase_ui) {
        std::vector<double> one, zero;
        for (int step = -jitter_.reach(); step <= jitter_.reach(); ++step) {
            const error_rates& rates = at(phase_ui + static_cast<double>(step) / jitter_.steps());
            one.push_back(rates.given_one);
            zero.push_back(rates.given_zero);
        }
        const double given_one = jitter_.mean(one);
        const double given_zero = jitter_.mean(zero);
        return {0.5 * (given_one + given_zero), given_one, given_zero};
    }

private:
    const error_rates& at(double displacement_ui) {
        const double within = std::clamp(displacement_ui, -FARTHEST_UI, FARTHEST_UI);
        const auto found = known_.find(within);
        if (found != known_.end())
            return found->second;
        return known_[within] = sampler_.first_rates(sampler_.views(within));
    }

    const moving_sampler& sampler_;
    jitter_average jitter_;
    std::map<double, error_rates> known_;  ///< [displacement]
};

/// Densities of the phases mixed by jitter, with straight lines between phases; the outermost
/// phases hold beyond.
std::vector<std::vector<double>> mix(const std::vector<std::vector<double>>& density,
                                     std::span<const jitter_node> nodes) {
    std::vector<std::vector<double>> out;
    for (int p = 0; p < PHASES; ++p) {
        std::array<double, photonics::PHASES> weight{};
        for (const jitter_node& n : nodes) {
            const double place = std::clamp(p + n.displacement_ui / STEP_UI, 0.0, PHASES - 1.0);
            const auto left = static_cast<std::size_t>(std::min(place, PHASES - 2.0));
            const double theta = place - static_cast<double>(left);
            weight[left] += n.weight * (1.0 - theta);
            weight[left + 1] += n.weight * theta;
        }
        std::vector<double> sum(density.front().size(), 0.0);
        for (std::size_t q = 0; q < weight.size(); ++q)
            if (weight[q] > 0.0)
                for (std::size_t i = 0; i < sum.size(); ++i)
                    sum[i] += weight[q] * density[q][i];
        out.push_back(std::move(sum));
    }
    return out;
}

}  // namespace

error_rates symbol_error_law(const sampled_channel& channel, const receive_filter& filter) {
    const error_rates first = first_error_law(channel, filter);
    return filter.has_feedback() ? propagate(first, channel, channel, filter) : first;
}

error_rates first_error_law(const sampled_channel& channel, const receive_filter& filter) {
    return law_of(interference(channel, channel, filter), filter, channel.amplitude_a);
}

sampling_jitter jitter_of(const photonics::lane_parameters& lane) {
    return {.random_ui = lane.random_jitter_s * lane.symbol_rate_bd(),
            .sinusoidal_ui = lane.sinusoidal_jitter_s * lane.symbol_rate_bd(),
            .duty_cycle_ui = lane.duty_cycle_distortion};
}

sampled_channel displace(const sampled_channel& channel, const photonics::phase_response& phases,
                         double displacement_ui) {
    if (!(std::abs(displacement_ui) <= 1.0))
        throw std::invalid_argument("displace: displacement must be -1 .. 1 symbols");
    const double place = CENTRE + displacement_ui / STEP_UI;
    const double cell = std::floor(place);
    const double t = place - cell;
    // Lagrange's weights of the instants one before to two behind the cell's start.
    const std::array<double, 4> weight = {
        -t * (t - 1.0) * (t - 2.0) / 6.0, (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0,
        -(t + 1.0) * t * (t - 2.0) / 2.0, (t + 1.0) * t * (t - 1.0) / 6.0};
    sampled_channel out = channel;
    out.pulse = {};
    out.pair = {};
    double residual = 0.0;
    for (int i = 0; i < 4; ++i) {
        const double w = weight[static_cast<std::size_t>(i)];
        if (w == 0.0)
            continue;
        const int instant = static_cast<int>(cell) + i - 1;
        // Sampling one symbol later is the same phase of the next symbol.
        const int symbols = instant >= 0 ? instant / PHASES : -((PHASES - 1 - instant) / PHASES);
        const auto phase = static_cast<std::size_t>(instant - symbols * PHASES);
        for (int j = 0; j < PULSE_TAPS; ++j) {
            const int source = j + symbols;
            if (source < 0 || source >= PULSE_TAPS)
                continue;
            out.pulse[static_cast<std::size_t>(j)] +=
                w * phases.pulse[phase][static_cast<std::size_t>(source)];
            out.pair[static_cast<std::size_t>(j)] +=
                w * phases.pair[phase][static_cast<std::size_t>(source)];
        }
        if (i == 1 || i == 2)
            residual += (i == 1 ? 1.0 - t : t) * phases.residual[phase];
    }
    const double centre = phases.residual[CENTRE];
    const double before = channel.variance_zero + channel.variance_slope * channel.level_mean();
    const double more = residual * residual - centre * centre - channel.jitter_variance;
    out.variance_zero = std::max(channel.variance_zero + more, 0.0);
    out.jitter_variance = 0.0;
    // Jitter's and the residual's parts are white: without them the rest correlates more.
    const double after = out.variance_zero + channel.variance_slope * channel.level_mean();
    if (after > 0.0)
        for (double& rho : out.noise_correlation)
            rho = std::clamp(rho * before / after, -1.0, 1.0);
    return out;
}

error_rates jittered_error_law(const sampled_channel& channel,
                               const photonics::phase_response& phases,
                               const receive_filter& filter, const sampling_jitter& jitter,
                               double phase_ui) {
    if (!(std::abs(phase_ui) <= 0.5))
        throw std::invalid_argument("jittered_error_law: the phase must be -0.5 .. 0.5 symbols");
    const moving_sampler sampler(channel, phases, filter, jitter.duty_cycle_ui);
    // Jitter changes how often errors begin, and hardly how they propagate.
    return sampler.propagated(rate_curve(sampler, jitter_average(jitter)).mean(phase_ui), phase_ui);
}

statistical_eye make_statistical_eye(const sampled_channel& channel,
                                     const photonics::phase_response& phases,
                                     const receive_filter& filter, const sampling_jitter& jitter,
                                     std::size_t voltage_bins) {
    if (voltage_bins < 2)
        throw std::invalid_argument("make_statistical_eye: at least two voltage bins");
    const moving_sampler sampler(channel, phases, filter, jitter.duty_cycle_ui);
    rate_curve curve(sampler, jitter_average(jitter, jitter_average::COARSE_STEPS));
    rate_curve fine(sampler, jitter_average(jitter));
    std::vector<std::vector<symbol_laws>> views;
    for (int p = -CENTRE; p < CENTRE; ++p) {
        views.push_back(sampler.views(p * STEP_UI));
        curve.add(p * STEP_UI, sampler.first_rates(views.back()));
    }
    statistical_eye eye;
    for (int p = -CENTRE; p < CENTRE; ++p) {
        const double phase_ui = p * STEP_UI;
        // Errors of either side cross around the best phase; on the flanks one of them rules.
        auto& rates_over_phase = p == 0 ? fine : curve;
        const error_rates rates = sampler.propagated(rates_over_phase.mean(phase_ui), phase_ui);
        eye.phase_ui.push_back(phase_ui);
        eye.ber.push_back(rates.ber);
        if (p == 0)
            eye.at_centre = rates;
    }
    const density_painter painter(views, channel.amplitude_a, voltage_bins);
    eye.voltage_a = painter.voltages();
    for (const auto& here : views)
        eye.density.push_back(painter.paint(here));
    eye.density = mix(eye.density, jitter_average(jitter).nodes());
    return eye;
}

}  // namespace luxlane::dsp
