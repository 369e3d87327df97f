#pragma once

#include <map>
#include <vector>

#include "models/dsp/interference.h"
#include "models/dsp/jitter_average.h"
#include "models/host_serdes/lane_receiver.h"

namespace luxlane::host {

/// The second slicer of a receiver, which stands beside the deciding ones in phase and voltage, and
/// how often it finds a symbol on the wrong side of an eye.
class eye_sampler {
public:
    static constexpr int PHASE_STEPS = dsp::jitter_average::STEPS;  ///< of one unit interval

    /// `law` of the same lane adds the errors that wrong feedback leads to, wherever the slicer is.
    eye_sampler(const equalised_lane& lane, const error_law& law,
                const dsp::sampling_jitter& jitter);

    /// Probability that a symbol is found on the wrong side of `eye` (0 the lowest) by a slicer
    /// `phase` steps of 1/64 UI late and `offset_v` above the eye's own threshold, at the slicer's
    /// input. -32 <= phase < 32.
    double wrong_ratio(unsigned eye, int phase, double offset_v);

private:
    /// What the slicer sees at a phase step: of even and of odd symbols, or once of both.
    using views = std::vector<std::vector<dsp::interference_law>>;

    const views& views_at(int step);
    double at_step(unsigned eye, int step, double threshold);

    equalised_lane lane_;
    double propagated_;  ///< wrong symbols by wrong feedback, of one eye
    dsp::jitter_average jitter_;
    double duty_cycle_ui_;
    std::map<int, views> views_;  ///< [phase step]
};

}  // namespace luxlane::host
