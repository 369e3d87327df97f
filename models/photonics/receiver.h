#pragma once

#include <complex>

namespace luxlane::photonics {

/// Photodiode and transimpedance amplifier of one lane, referred to the amplifier's input.
struct receiver_device {
    double responsivity_a_per_w = 0.25;
    double photodiode_bandwidth_hz = 6e9;   ///< -3 dB electrical, one pole
    double amplifier_bandwidth_hz = 1.5e9;  ///< -3 dB electrical, second-order Butterworth
    double noise_density_a_per_rthz = 5e-12;
    double dark_current_a = 10e-12;  ///< at 300 K, doubles every 9 K
    double temperature_k = 300.0;
};

/// R of an ideal photodiode of quantum efficiency 1 at `wavelength_m`, A/W.
double ideal_responsivity(double wavelength_m);

/// Response of a single pole whose -3 dB electrical bandwidth is `bandwidth_hz`.
std::complex<double> single_pole(double bandwidth_hz, double frequency_hz);

/// Response of a second-order Butterworth low-pass.
std::complex<double> butterworth2(double bandwidth_hz, double frequency_hz);

/// Natural frequency of a second-order low-pass whose -3 dB electrical bandwidth is `bandwidth_hz`.
double natural_frequency_hz(double bandwidth_hz, double damping);

/// Response of a second-order low-pass, given by its -3 dB electrical bandwidth and damping (0.707:
/// Butterworth).
std::complex<double> second_order(double bandwidth_hz, double damping, double frequency_hz);

/// Noise bandwidth of the second-order Butterworth: pi / (2 sqrt 2) = 1.11 times f_el.
double noise_bandwidth_hz(double amplifier_bandwidth_hz);

/// Dark current at the device's temperature, A.
double dark_current_a(const receiver_device& receiver);

/// Thermal current noise of a feedback resistor, A/sqrt(Hz): sqrt(4 k T / R).
double resistor_noise_density(double resistance_ohm, double temperature_k);

/// Amplifier noise alone over its noise bandwidth, A rms.
double amplifier_noise_a(const receiver_device& receiver);

/// All noise at photocurrent `photocurrent_a` >= 0: amplifier, shot of light and dark current, and
/// relative intensity noise of density `rin_per_hz`; A rms at the amplifier's input.
double total_noise_a(const receiver_device& receiver, double photocurrent_a, double rin_per_hz);

/// Relative intensity noise of a thermal-like source, 1/Hz: 2 * 0.664 / (dnu M), M modes
/// (Goodman, Statistical Optics).
double thermal_rin_per_hz(double wavelength_m, double linewidth_fwhm_m, double modes);

/// Average optical power, W, that gives `q` with noise `noise_a` at both levels:
/// Q in / R (ER + 1) / (ER - 1).
double sensitivity_w(double q, double noise_a, double responsivity_a_per_w,
                     double extinction_ratio);

}  // namespace luxlane::photonics
