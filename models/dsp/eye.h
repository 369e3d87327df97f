#pragma once

#include "models/dsp/baud_channel.h"
#include "models/dsp/equaliser.h"

namespace luxlane::dsp {

/// Bit error ratio of two equal Gaussian levels, 0.5 erfc(Q / sqrt2).
double ber_of_q(double q);

/// Its inverse. `ber` in (0, 1), else std::domain_error.
double q_of_ber(double ber);

/// The equalised eye at the sampling instant.
struct eye_opening {
    double height_a;         ///< worst case over all patterns, own and neighbours'; may be negative
    double height_fraction;  ///< of the swing between long runs
    double noise_a;          ///< rms behind the equaliser, level one
    double merit_db;         ///< 20 log10 of half the height over the noise; -inf when closed
};

/// The eye of a channel behind `taps`: main cursor less the sum of all other magnitudes.
eye_opening measure_eye(const baud_channel& channel, const equaliser_taps& taps);

}  // namespace luxlane::dsp
