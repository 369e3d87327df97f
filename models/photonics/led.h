#pragma once

#include <span>
#include <string_view>

#include "models/photonics/iv_curve.h"

namespace luxlane::photonics {

/// Recombination coefficients of one published or fitted emitter. Sets are never mixed.
struct led_coefficients {
    std::string_view name;
    double active_thickness_m;
    double a_per_s;            ///< Shockley-Read-Hall
    double b_m3_per_s;         ///< radiative
    double c_m6_per_s;         ///< Auger
    double background_per_m3;  ///< p0, doping of the wells
    std::string_view source;
    double leakage_m6_per_s = 0.0;  ///< carriers that leave the wells without light, n^3
};

/// The known sets: `cplane_display`, `cplane_leakage`, `cplane_on_silicon`, `cplane_on_sapphire`,
/// `nonpolar_rashidi`, `fast_doped`.
std::span<const led_coefficients> led_sets();

/// The set called `name`, else std::invalid_argument that lists the names.
const led_coefficients& led_set(std::string_view name);

/// One MicroLED: its material, shape and surroundings. The defaults' sources stand with those of
/// lane_parameters.
struct led_device {
    led_coefficients material;
    double diameter_m = 10e-6;
    double wavelength_m = 430e-9;
    double injection_efficiency = 1.0;
    double extraction_efficiency = 0.3;
    double series_resistance_ohm_m2 = 1.65e-7;
    double temperature_k = 300.0;
    double defect_growth = 0.0;                ///< of A since birth, by ageing
    const iv_curve* characteristic = nullptr;  ///< measured; without it the law of forward_voltage
};

/// What one direct current makes of a MicroLED.
struct led_state {
    double current_density_a_per_m2;
    double carrier_density_per_m3;
    double internal_efficiency;
    double optical_power_w;  ///< out of the chip, into the hemisphere
    double differential_lifetime_s;
    double electrical_bandwidth_hz;  ///< photocurrent falls by 3 dB electrical: 1/(2 pi tau)
    double optical_bandwidth_hz;     ///< optical power falls to one half: sqrt(3) times that
    double forward_voltage_v;
    double differential_resistance_ohm;  ///< of the junction, without the series resistance
};

/// Emitting area of a round mesa, m^2.
double led_area(const led_device& led);

/// The set at the device's temperature and age: A, C and D rise by 0.075 %/K, A by the defects'
/// growth.
led_coefficients led_material(const led_device& led);

/// Light out of the chip, W, when carriers recombine radiatively at this rate throughout the wells.
double radiated_power_w(const led_device& led, double radiative_rate_per_m3_s);

/// Time constant, s, of the node between driver and junction: both resistances in parallel,
/// ((Ro + Rs) || rd) C, at the state whose differential resistance is rd.
double driver_time_constant_s(const led_device& led, const led_state& state,
                              double driver_resistance_ohm, double node_capacitance_f);

/// Total recombination rate R(n) = A n + B n (n + p0) + C n^2 (n + p0) + D n^3, 1/(m^3 s); D is
/// the leakage.
double recombination_rate(const led_coefficients& material, double carrier_density_per_m3);

/// Internal quantum efficiency B n (n + p0) / R(n).
double internal_efficiency(const led_coefficients& material, double carrier_density_per_m3);

/// 1 / (dR/dn), s: the small-signal lifetime, not the total one (Rashidi et al., J. Appl. Phys.
/// 122, 035706, 2017).
double differential_lifetime(const led_coefficients& material, double carrier_density_per_m3);

/// The carrier density at which R(n) equals `rate_per_m3_s` >= 0, relative error below 1e-12.
double carrier_density(const led_coefficients& material, double rate_per_m3_s);

/// Steady state at `current_a` in 0 .. 1 A, else std::out_of_range. A current of zero gives a dark
/// device. Output falls with temperature as exp(-(T - T0) / T1); A and C rise with it.
led_state steady_state(const led_device& led, double current_a);

/// Densities up to which forward_voltage's law has an anchor, 400 A/cm^2; beyond, its series
/// resistance is extrapolated.
inline constexpr double ANCHORED_VOLTAGE_A_PER_M2 = 4e6;

/// The measured characteristic of the device if it has one, at any temperature; else V = n kT/q
/// ln(1 + J/J0) + rho J with J0 such that 10 A/cm^2 drops 2.35 V at 300 K (Zhang et al.,
/// Nanomaterials 10, 689, 2020) and J0 rising as exp(-Eg / (n k T)), Eg the photon's energy.
double forward_voltage(const led_device& led, double current_density_a_per_m2);

/// The largest current of 0 .. 1 A that needs no more than `supply_v`, relative error below 1e-9.
double compliance_current_a(const led_device& led, double supply_v);

/// Light output at `temperature_k` over that at 300 K at equal internal efficiency: the fall that
/// the rise of A and C does not explain.
double temperature_output_factor(double temperature_k);

/// Level mismatch of four equally spaced currents, 3 min(dP) / (P3 - P0); 1 without droop.
double pam4_level_mismatch(const led_device& led, double low_current_a, double high_current_a);

}  // namespace luxlane::photonics
