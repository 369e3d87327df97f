#pragma once

#include <complex>
#include <optional>

namespace luxlane::photonics {

/// Photodiode and transimpedance amplifier of one lane, referred to the amplifier's input.
/// Modelled: responsivity, dark current over temperature, white and f^2 amplifier noise, shot
/// noise, intensity noise. Not modelled: excess noise of the photodiode, overload.
struct receiver_device {
    double responsivity_a_per_w = 0.25;
    double photodiode_bandwidth_hz = 6e9;   ///< -3 dB electrical, one pole
    double amplifier_bandwidth_hz = 1.5e9;  ///< -3 dB electrical
    double noise_density_a_per_rthz = 5e-12;
    double dark_current_a = 10e-12;  ///< at 300 K, doubles every 9 K
    double temperature_k = 300.0;
};

/// Response of a single pole whose -3 dB electrical bandwidth is `bandwidth_hz`.
std::complex<double> single_pole(double bandwidth_hz, double frequency_hz);

/// Natural frequency of a second-order low-pass whose -3 dB electrical bandwidth is `bandwidth_hz`.
double natural_frequency_hz(double bandwidth_hz, double damping);

/// Response of a second-order low-pass, given by its -3 dB electrical bandwidth and damping (0.707:
/// Butterworth).
std::complex<double> second_order(double bandwidth_hz, double damping, double frequency_hz);

/// Dark current at the device's temperature, A.
double dark_current_a(const receiver_device& receiver);

/// Bandwidths over which noise is counted: variance at the sampler over the one-sided density at
/// rest. `rising_hz` is for the amplifier's noise with its f^2 part, `white_hz` for all that is
/// white (`noise_bandwidth_hz` of the linear chain, with the noise corner and without).
struct noise_bandwidths {
    double rising_hz, white_hz;
};

/// Noise at one photocurrent by origin, A rms at the amplifier's input.
struct noise_parts {
    double thermal_a;    ///< white noise of the amplifier: its feedback resistor
    double channel_a;    ///< f^2 noise of the amplifier: its input transistor
    double shot_a;       ///< of the light
    double dark_a;       ///< shot noise of the dark current
    double intensity_a;  ///< relative intensity noise of the emitter

    double total_a() const;
};

/// Noise at photocurrent `photocurrent_a` >= 0 and relative intensity noise `rin_per_hz`.
noise_parts noise_at(const receiver_device& receiver, const noise_bandwidths& bandwidths,
                     double photocurrent_a, double rin_per_hz);

/// Relative intensity noise of a thermal-like source, 1/Hz: 2 * 0.664 / (dnu M), M modes
/// (Goodman, Statistical Optics).
double thermal_rin_per_hz(double wavelength_m, double linewidth_fwhm_m, double modes);

/// Average optical power, W, that gives `q` with noise `noise_a` at both levels:
/// Q in / R (ER + 1) / (ER - 1).
double sensitivity_w(double q, double noise_a, double responsivity_a_per_w,
                     double extinction_ratio);

/// What a sensitivity is asked for.
struct sensitivity_question {
    double q;                     ///< half an eye over its noise
    double extinction_ratio;      ///< highest level over lowest, above 1; may be infinite
    unsigned levels = 2;          ///< 2: NRZ, 4: PAM4 with equal steps
    double rin_per_hz = 0.0;      ///< relative intensity noise
    double noise_relative = 0.0;  ///< rms of what grows with the swing, over the swing
    double offset_a = 0.0;        ///< error of the decision threshold
};

/// Average optical power, W, at which the worst eye, the uppermost, reaches `q`, every level with
/// the noise of its own photocurrent; no value if no power up to 1 W does.
std::optional<double> sensitivity_w(const receiver_device& receiver,
                                    const noise_bandwidths& bandwidths,
                                    const sensitivity_question& question);

/// Optical modulation amplitude, highest level less lowest, of light of `average_w`:
/// 2 P (ER - 1) / (ER + 1).
double modulation_amplitude_w(double average_w, double extinction_ratio);

}  // namespace luxlane::photonics
