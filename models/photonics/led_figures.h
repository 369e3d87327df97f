#pragma once

#include <complex>

#include "models/photonics/led.h"

namespace luxlane::photonics {

/// The two "-3 dB" bandwidths; a published figure is one or the other.
struct bandwidth_pair {
    double electrical_hz;  ///< photocurrent falls to 1/sqrt 2
    double optical_hz;     ///< light falls to 1/2
};

/// Small-signal response of an emitter behind its driver, 1 at rest: poles at the differential
/// lifetime and at the driver's time constant (Rashidi et al., J. Appl. Phys. 122, 035706, 2017,
/// equations 15 .. 19).
std::complex<double> small_signal_response(double lifetime_s, double driver_s, double frequency_hz);

/// Where that response falls to 1/sqrt 2 and to 1/2; the second is sqrt 3 times the first for one
/// pole, less for two. Time constants >= 0, not both 0.
bandwidth_pair small_signal_bandwidth(double lifetime_s, double driver_s);

/// Power per metre of wavelength, W/m, of a Gaussian line of `fwhm_m` that carries `power_w`.
double spectral_power_w_per_m(double power_w, double centre_m, double fwhm_m, double wavelength_m);

/// The greatest internal efficiency of a set at any carrier density.
struct efficiency_peak {
    double carrier_density_per_m3;
    double internal_efficiency;
};
efficiency_peak peak_efficiency(const led_coefficients& material);

/// Droop at `current_a`: the part of the peak internal efficiency that is lost, 0 below the peak.
double efficiency_droop(const led_device& led, double current_a);

/// Light of a long run of ones over that of zeros; infinite if the zeros are dark.
double static_extinction_ratio(const led_device& led, double one_a, double zero_a);

/// Light over electrical power, 0 without current.
double wall_plug_efficiency(const led_state& state, double current_a);

}  // namespace luxlane::photonics
