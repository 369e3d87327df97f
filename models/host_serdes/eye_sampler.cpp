#include "models/host_serdes/eye_sampler.h"

#include <algorithm>
#include <cmath>

#include "models/common/normal.h"

namespace luxlane::host {

namespace {

/// Probability that a symbol lies above (or below) `threshold`.
double tail(const dsp::interference_law& law, double threshold, bool above) {
    double sum = 0.0;
    for (std::size_t cell = 0; cell < law.mass.size(); ++cell) {
        const double distance = (threshold - law.value(cell)) / std::sqrt(law.variance[cell]);
        sum += law.mass[cell] * normal_tail(above ? distance : -distance);
    }
    return sum;
}

}  // namespace

eye_sampler::eye_sampler(const equalised_lane& lane, const error_law& law,
                         const dsp::sampling_jitter& jitter)
    : lane_(lane), jitter_(jitter), duty_cycle_ui_(jitter.duty_cycle_ui) {
    const unsigned eyes = lane.view.channel.levels() - 1;
    const double wrong = law.continues < 1.0 ? law.bursts_per_symbol / (1.0 - law.continues) : 1.0;
    propagated_ = (wrong - law.bursts_per_symbol) / eyes;
}

const eye_sampler::views& eye_sampler::views_at(int step) {
    const auto found = views_.find(step);
    if (found != views_.end())
        return found->second;
    const double displacement_ui = static_cast<double>(step) / PHASE_STEPS;
    const auto moved = [&](double by_ui) {
        return dsp::displace(lane_.view.channel, lane_.view.phases,
                             std::clamp(displacement_ui + by_ui, -1.0, 1.0));
    };
    views& made = views_[step];
    if (duty_cycle_ui_ == 0.0) {
        const auto both = moved(0.0);
        made.push_back(dsp::interference(both, both, lane_.filter));
        return made;
    }
    const auto early = moved(-0.5 * duty_cycle_ui_), late = moved(0.5 * duty_cycle_ui_);
    made.push_back(dsp::interference(early, late, lane_.filter));
    made.push_back(dsp::interference(late, early, lane_.filter));
    return made;
}

double eye_sampler::at_step(unsigned eye, int step, double threshold) {
    double wrong = 0.0;
    unsigned laws = 0;
    for (const auto& view : views_at(step)) {
        for (unsigned symbol = 0; symbol < view.size(); ++symbol, ++laws)
            wrong += tail(view[symbol], threshold, symbol <= eye);
    }
    return wrong / laws;
}

double eye_sampler::wrong_ratio(unsigned eye, int phase, double offset_v) {
    const double threshold =
        (lane_.filter.threshold_a[eye] + offset_v) / lane_.view.channel.amplitude_a;
    std::vector<double> wrong;
    for (int step = -jitter_.reach(); step <= jitter_.reach(); ++step)
        wrong.push_back(at_step(eye, phase + step, threshold));
    return std::min(jitter_.mean(wrong) + propagated_, 1.0);
}

}  // namespace luxlane::host
