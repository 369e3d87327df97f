#pragma once

#include "models/dsp/baud_channel.h"
#include "models/dsp/equaliser.h"
#include "models/dsp/error_rates.h"
#include "models/dsp/slicer.h"

namespace luxlane::dsp {

/// The law of errors of `baud_channel` behind `taps` and a slicer at `threshold_a`: every pattern
/// of the interfering bits, own and neighbours', is enumerated with the noise variance of its own
/// levels. Bits that shift the sample by less than 0.05 noise sigma, and any beyond the ten
/// strongest, enter by mean and variance alone; the tests compare with full enumeration: within 1 %
/// down to BER 1e-9.
error_rates ber_nrz(const baud_channel& channel, const equaliser_taps& taps, double threshold_a);

/// Means and total standard deviations (noise, interference, crosstalk) before the slicer, A:
/// what an adaptive slicer converges to.
slicer_levels equalised_levels(const baud_channel& channel, const equaliser_taps& taps);

/// ber_nrz behind MMSE taps and the optimum threshold: a trained receiver.
error_rates trained_ber(const baud_channel& channel);

}  // namespace luxlane::dsp
