#pragma once

#include "models/dsp/equalised_channel.h"
#include "models/dsp/receive_filter.h"
#include "models/dsp/sampled_channel.h"

namespace luxlane::dsp {

/// Error rates over those with right feedback.
struct error_factors {
    double all = 1.0;
    double given_one = 1.0;   ///< of the highest symbol
    double given_zero = 1.0;  ///< of the lowest
};

/// How many times more often symbols are decided wrongly when the feedback takes the slicer's
/// decisions instead of the symbols sent; 1 without feedback taps.
///
/// The stationary state of a Markov chain: the errors that the feedback still holds (none, one
/// level up, one level down), the symbols sent around them, and mean and variance of the noise of
/// the last two samples, which an error tells something about. Errors by two levels are left out;
/// symbols beyond the chain's window and crosstalk count as Gaussian, which nearly drops out of the
/// ratio. `equalised` is that of `channel` behind `filter`.
error_factors error_propagation(const equalised_channel& equalised, const sampled_channel& channel,
                                const receive_filter& filter);

}  // namespace luxlane::dsp
