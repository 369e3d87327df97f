#pragma once

#include <span>
#include <string_view>

#include "models/photonics/lane_parameters.h"

namespace luxlane::photonics {

/// Shunt-feedback transimpedance amplifier: a voltage amplifier of gain A0 and one pole, a resistor
/// back to its input, and all capacitance at the input.
/// Modelled: both poles, thermal noise of the resistor, f^2 noise of the input transistor. Not
/// modelled: flicker noise, later stages, and the transistor's white noise 4 k T Gamma / (gm Rf^2),
/// which is Gamma / (gm Rf) of the resistor's.
struct tia_parts {
    double feedback_ohm = 10e3;
    double photodiode_f = 10e-15;
    double input_f = 60e-15;
    double parasitic_f = 30e-15;
    double transconductance_s = 5e-3;
    double channel_noise_factor = 1.5;
    double open_loop_gain = 6.5;
    double amplifier_pole_hz = 2e9;
    double temperature_k = 300.0;

    double total_capacitance_f() const { return photodiode_f + input_f + parasitic_f; }
};

/// Short name (as on the command line), unit, range and provenance of one part.
struct tia_part_note {
    std::string_view name;
    double tia_parts::*member;
    std::string_view unit;
    double minimum, maximum;
    std::string_view meaning;
    std::string_view source;
};

/// One note for each part: rf, cpd, cin, cpar, gm, gamma, fa, a0; and the temperature.
std::span<const tia_part_note> tia_part_notes();

/// std::out_of_range naming the part, its value, range and meaning, when one lies outside (or is
/// NaN).
void check(const tia_parts& parts);

/// What follows from the parts, referred to the input.
struct tia_figures {
    double transimpedance_ohm;  ///< at rest
    double bandwidth_hz;        ///< -3 dB electrical
    double damping;
    double noise_density_a_per_rthz;  ///< at rest: sqrt(4 k T / Rf)
    double noise_corner_hz;           ///< where the transistor's noise equals the resistor's
};

/// Two poles of the closed loop (Saeckinger, Broadband Circuits for Optical Fiber Communication,
/// 5.2): w0^2 = (A0 + 1) wA / (Rf CT), 2 zeta w0 = wA + 1 / (Rf CT). Channel noise
/// 4 k T Gamma (2 pi f CT)^2 / gm. Throws as `check`.
tia_figures figures_of(const tia_parts& parts);

/// Thermal current noise of a resistor, A/sqrt(Hz): sqrt(4 k T / R).
double resistor_noise_density(double resistance_ohm, double temperature_k);

/// The parts at a gain step: feedback resistor and gain of the voltage amplifier lowered together
/// by `attenuation_db` (20 log10, 0 or more), which keeps bandwidth and nearly the damping, takes
/// strong light and costs noise.
tia_parts attenuated(const tia_parts& parts, double attenuation_db);

/// Greatest photocurrent that an output of `output_swing_v` passes.
double overload_current_a(const tia_figures& figures, double output_swing_v);

/// The parts with gain and pole of the voltage amplifier chosen for this bandwidth and damping.
/// std::out_of_range when feedback resistor and capacitance alone are too fast for the damping, or
/// a part leaves its range.
tia_parts tuned(const tia_parts& parts, double bandwidth_hz, double damping);

/// The lane with this amplifier instead of its own, at the amplifier's temperature. Lane parameters
/// state the noise density at REFERENCE_TEMPERATURE_K.
lane_parameters with_amplifier(lane_parameters lane, const tia_parts& parts);

}  // namespace luxlane::photonics
