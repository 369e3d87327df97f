#pragma once

#include <array>
#include <span>
#include <vector>

#include "models/dsp/error_rates.h"
#include "models/dsp/receive_filter.h"
#include "models/dsp/sampled_channel.h"
#include "models/photonics/extraction.h"

namespace luxlane::dsp {

/// The law of errors of `sampled_channel` behind `filter` at one sampling instant: the distribution
/// of interference and crosstalk of each symbol by convolution along the symbol sequence (pairs
/// included), the noise of each level, Gray coding, wrong feedback (`error_propagation`).
error_rates symbol_error_law(const sampled_channel& channel, const receive_filter& filter);

/// The same where the feedback knows the symbols sent: errors that no error before has led to.
error_rates first_error_law(const sampled_channel& channel, const receive_filter& filter);

/// Displacement of the sampling instant: Gaussian, sinusoidal, duty-cycle.
struct sampling_jitter {
    double random_ui = 0.0;      ///< rms
    double sinusoidal_ui = 0.0;  ///< amplitude
    double duty_cycle_ui = 0.0;  ///< every other instant early, the others late by half of this
};
sampling_jitter jitter_of(const photonics::lane_parameters& lane);

/// The channel with its sampling instant moved by `displacement_ui` of -1 .. 1, between the sixteen
/// phases by cubic interpolation. The part of its noise that stands for jitter is left out.
sampled_channel displace(const sampled_channel& channel, const photonics::phase_response& phases,
                         double displacement_ui);

/// Statistical eye: error rates over the sampling phase with jitter, and the density of the
/// equalised signal over phase and voltage.
struct statistical_eye {
    std::vector<double> phase_ui;   ///< [phase] from -0.5, 0 is the main cursor
    std::vector<double> ber;        ///< [phase] with jitter: the bathtub
    std::vector<double> voltage_a;  ///< [bin] centre
    std::vector<std::vector<double>>
        density;            ///< [phase][bin], sums to 1 for each phase, noise included
    error_rates at_centre;  ///< jitter included
};

/// Everything a lane's trained receiver makes of it: the bathtub and the eye. `phases` of the same
/// lane as `channel`. Neighbours keep their crosstalk at every phase. Jitter moves all samples that
/// the equaliser combines alike, duty cycle those of even and odd symbols against each other.
/// Fewer than two bins: std::invalid_argument.
statistical_eye make_statistical_eye(const sampled_channel& channel,
                                     const photonics::phase_response& phases,
                                     const receive_filter& filter, const sampling_jitter& jitter,
                                     std::size_t voltage_bins);

/// Error rates with jitter at one sampling instant, `phase_ui` -0.5 .. 0.5 from the main cursor
/// (else std::invalid_argument); no density. Below one millisecond.
error_rates jittered_error_law(const sampled_channel& channel,
                               const photonics::phase_response& phases,
                               const receive_filter& filter, const sampling_jitter& jitter,
                               double phase_ui = 0.0);

}  // namespace luxlane::dsp
