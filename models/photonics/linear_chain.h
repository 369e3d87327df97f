#pragma once

#include <array>
#include <complex>
#include <vector>

#include "models/photonics/lane_parameters.h"

namespace luxlane::photonics {

/// What is linear between the emitter's light and the sampler: chromatic and modal spread,
/// photodiode, amplifier, continuous-time equaliser. Responses are 1 at rest; the offset loop's low
/// cut is left out (`baseline_wander`).
struct linear_chain {
    double spread_s;       ///< standard deviation of arrival times, chromatic and modal
    double photodiode_hz;  ///< pole
    double amplifier_hz;   ///< -3 dB electrical of the second-order amplifier
    double amplifier_damping;
    double noise_corner_hz;
    double ctle_peaking;  ///< gain at the boost over gain at rest; 1: bypassed
    double ctle_zero_hz, ctle_pole_hz;

    /// Light at the emitter -> sampler.
    std::complex<double> signal(double frequency_hz) const;
    /// White input-referred current noise of the density at rest -> sampler, with the part that
    /// rises as f^2.
    std::complex<double> noise(double frequency_hz) const;

    bool operator==(const linear_chain&) const = default;
};

linear_chain linear_chain_of(const lane_parameters& lane);

/// Samples of an impulse response, `step_s` apart; taps[origin] belongs to time 0. Signal taps sum
/// to 1; noise taps turn white noise of variance S / (2 step_s), S the one-sided density at rest,
/// into the sampler's noise.
struct sampled_response {
    std::vector<float> taps;
    std::size_t origin = 0;
};

/// Impulse response from light that is linear between samples `step_s` apart to the sampler. Taps
/// below 1e-7 of the greatest at either end are cut off.
sampled_response signal_response(const linear_chain& chain, double step_s);

/// The same for noise.
sampled_response noise_response(const linear_chain& chain, double step_s);

/// Noise bandwidth, Hz, behind amplifier and equaliser: variance of the sampled noise over its
/// one-sided density at rest.
double noise_bandwidth_hz(const linear_chain& chain);

/// That, and that of noise which does not rise with f^2.
noise_bandwidths noise_bandwidths_of(const linear_chain& chain);

/// Correlation of noise samples 1 .. 4 symbols of `symbol_s` apart over their variance.
std::array<double, 4> noise_correlation(const linear_chain& chain, double symbol_s);

/// Variance, over the swing squared, that the low cut at `offset_corner_hz` adds to random NRZ
/// data: that of the baseline at the start of a symbol.
double baseline_wander(double offset_corner_hz, double symbol_s);

/// The same of a lane's own data: random PAM4 has, and wanders by, 5/9 of the variance of NRZ.
double baseline_wander(const lane_parameters& lane);

}  // namespace luxlane::photonics
