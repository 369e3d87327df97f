#include "models/host_serdes/eye_sampler.h"

#include <algorithm>
#include <cmath>

#include "models/common/normal.h"
#include "models/dsp/jitter.h"

namespace luxlane::host {

namespace {

constexpr int FINE = 4;
/// Gaussian jitter counts as far out as a probability of 1e-17.
constexpr double REACH_SIGMA = 8.5;

/// Probability that a symbol lies above (or below) `threshold`.
double tail(const dsp::interference_law& law, double threshold, bool above) {
    double sum = 0.0;
    for (std::size_t cell = 0; cell < law.mass.size(); ++cell) {
        const double distance = (threshold - law.value(cell)) / std::sqrt(law.variance[cell]);
        sum += law.mass[cell] * normal_tail(above ? distance : -distance);
    }
    return sum;
}

double q_of(double probability) {
    return -normal_quantile(std::clamp(probability, 1e-300, 1.0 - 1e-16));
}

}  // namespace

eye_sampler::eye_sampler(const equalised_lane& lane, const error_law& law,
                         const dsp::sampling_jitter& jitter)
    : lane_(lane) {
    const unsigned eyes = lane.view.channel.levels() - 1;
    const double wrong = law.continues < 1.0 ? law.bursts_per_symbol / (1.0 - law.continues) : 1.0;
    propagated_ = (wrong - law.bursts_per_symbol) / eyes;
    const double reach_ui = REACH_SIGMA * jitter.random_ui + jitter.sinusoidal_ui;
    const auto side = static_cast<std::size_t>(std::ceil(reach_ui * PHASE_STEPS * FINE));
    density_ = dsp::jitter_density(jitter, 2 * side + 1, 1.0 / (PHASE_STEPS * FINE));
}

const std::vector<dsp::interference_law>& eye_sampler::laws(int step) {
    const auto found = laws_.find(step);
    if (found != laws_.end())
        return found->second;
    const auto moved = dsp::displace(lane_.view.channel, lane_.view.phases,
                                     static_cast<double>(step) / PHASE_STEPS);
    return laws_[step] = dsp::interference(moved, moved, lane_.filter);
}

double eye_sampler::at_step(unsigned eye, int step, double threshold) {
    const auto& views = laws(step);
    double wrong = 0.0;
    for (unsigned symbol = 0; symbol < views.size(); ++symbol)
        wrong += tail(views[symbol], threshold, symbol <= eye);
    return wrong / static_cast<double>(views.size());
}

double eye_sampler::wrong_ratio(unsigned eye, int phase, double offset_v) {
    const double threshold =
        (lane_.filter.threshold_a[eye] + offset_v) / lane_.view.channel.amplitude_a;
    const int side = static_cast<int>(density_.size() / 2);
    const int reach = (side + FINE - 1) / FINE + 1;
    // Q runs smoothly over the phase, so that straight lines between steps are near enough.
    std::vector<double> q;
    for (int step = -reach; step <= reach; ++step)
        q.push_back(q_of(at_step(eye, phase + step, threshold)));
    double sum = 0.0;
    for (std::size_t cell = 0; cell < density_.size(); ++cell) {
        const double place = (static_cast<double>(cell) - side) / FINE + reach;
        const auto left = std::min(static_cast<std::size_t>(place), q.size() - 2);
        const double part = place - static_cast<double>(left);
        sum += density_[cell] * normal_tail((1.0 - part) * q[left] + part * q[left + 1]);
    }
    return std::min(sum + propagated_, 1.0);
}

}  // namespace luxlane::host
