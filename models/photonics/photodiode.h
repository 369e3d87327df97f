#pragma once

namespace luxlane::photonics {

/// R of an ideal photodiode of quantum efficiency 1 at `wavelength_m`, A/W: q lambda / (h c).
double ideal_responsivity(double wavelength_m);

/// A PIN photodiode that light enters at the edge of its depletion region, as blue light does in
/// silicon, which absorbs it within 0.2 um. Modelled: drift of one kind of carrier, RC. Not
/// modelled: diffusion from outside the depletion region.
struct photodiode {
    double quantum_efficiency = 0.72;  ///< electrons collected per photon, 0 .. 1
    double capacitance_f = 10e-15;
    double series_resistance_ohm = 100.0;  ///< contact and access, without the amplifier's input
    double drift_length_m = 7.4e-6;
    double drift_velocity_m_per_s = 1e5;  ///< saturated, silicon
};

/// Photocurrent per light at `wavelength_m`, A/W.
double responsivity_a_per_w(const photodiode& diode, double wavelength_m);

/// -3 dB electrical of carriers that all drift the same way: where |sin(x) / x| = 1 / sqrt 2, x =
/// pi f d / v, f = 0.443 v / d.
double transit_bandwidth_hz(const photodiode& diode);

/// -3 dB electrical of capacitance and series resistance.
double resistance_bandwidth_hz(const photodiode& diode);

/// Both together, 1 / f^2 = 1 / f_transit^2 + 1 / f_RC^2 (Saleh and Teich, Fundamentals of
/// Photonics).
double bandwidth_hz(const photodiode& diode);

}  // namespace luxlane::photonics
