#pragma once

#include <span>
#include <string_view>

#include "models/photonics/fibre.h"
#include "models/photonics/led.h"
#include "models/photonics/receiver.h"

namespace luxlane::photonics {

/// Line code of a lane: one bit a symbol, or two bits a symbol, Gray-coded.
enum class modulation { nrz, pam4 };

/// Everything that decides how one lane behaves, in SI units. The defaults are the 800G set
/// (400 + 60 lanes of 2 Gb/s NRZ over 10 m of silica imaging fibre); `parameter_notes` gives the
/// unit, range and source of each number.
struct lane_parameters {
    // Line.
    double rate_bps = 2e9;
    modulation format = modulation::nrz;
    double temperature_k = 300.0;

    // Driver. A symbol x in -1 .. 1 asks for the current I = middle + half swing * sum c_i x[k -
    // i], c the main tap, less the others; cut off at zero and where the emitter would need more
    // than its supply.
    double on_current_a = 750e-6;
    double current_extinction_ratio = 10.0;
    double transmit_pre_tap = 0.0;
    double transmit_post_tap = 0.042;
    double transmit_post2_tap = 0.0;
    double transmit_post3_tap = 0.0;
    double transmit_overdrive = 0.0;
    double led_supply_v = 4.4;
    double driver_resistance_ohm = 1000.0;
    double node_capacitance_f = 60e-15;
    double sweep_out_rate_per_s = 0.0;
    double sweep_out_window_s = 100e-12;

    // Emitter.
    led_coefficients emitter = led_set("fast_doped");
    double emitter_diameter_m = 10e-6;
    double wavelength_m = 430e-9;
    double linewidth_m = 16e-9;
    double extraction_efficiency = 0.3;
    double intensity_noise_modes = 200.0;
    double defect_growth = 0.0;

    // Optics; losses are positive.
    double transmit_coupling_db = 7.0;
    double connector_db = 1.5;
    double receive_coupling_db = 1.5;
    double attenuation_db_per_m = 0.08;
    double length_m = 10.0;
    double modal_sigma_s_per_m = 3e-12;
    double core_coupling_per_m = 1e-4;
    double border_core_fraction = 0.1;
    double lane_pitch_m = 50e-6;
    double half_aperture_m = 20e-6;
    double spot_radius_m = 15e-6;
    double offset_x_m = 0.0;
    double offset_y_m = 0.0;

    // Receiver, up to the sampler.
    double responsivity_a_per_w = 0.25;
    double photodiode_bandwidth_hz = 6e9;
    double amplifier_bandwidth_hz = 1.5e9;
    double amplifier_damping = 0.70710678118654752;
    double noise_density_a_per_rthz = 4.9e-12;
    double noise_corner_hz = 1e12;
    double offset_corner_hz = 10e3;
    double electrical_crosstalk = 0.002;
    double supply_noise_relative = 0.002;
    double dark_current_a = 10e-12;
    double ctle_peaking_db = 0.0;
    double ctle_zero_hz = 0.7e9;
    double ctle_pole_hz = 3e9;

    // Sampler and decision.
    double feed_forward_taps = 3.0;
    double feedback_taps = 0.0;
    double random_jitter_s = 3e-12;
    double sinusoidal_jitter_s = 0.0;
    double duty_cycle_distortion = 0.0;

    // What makes this lane an individual; 1 and 0 are the nominal lane.
    double drive_factor = 1.0;
    double excess_loss_db = 0.0;
    double responsivity_factor = 1.0;
    double noise_factor = 1.0;
    double skew_s = 0.0;

    unsigned bits_per_symbol() const { return format == modulation::pam4 ? 2 : 1; }
    double symbol_rate_bd() const { return rate_bps / bits_per_symbol(); }
    /// Main tap of the transmit equaliser: what the others leave of the peak, plus the overdrive.
    double transmit_main_tap() const;
};

/// Unit, allowed range and provenance of one parameter.
struct parameter_note {
    std::string_view name;
    double lane_parameters::*member;
    std::string_view unit;
    double minimum, maximum;
    std::string_view meaning;
    std::string_view source;
};

/// One note for each number of lane_parameters.
std::span<const parameter_note> parameter_notes();

/// The calibrated default lane: lane_parameters{} by name.
lane_parameters default_800g();

/// std::out_of_range naming the parameter, its value and range, when one lies outside (or is NaN).
void check(const lane_parameters& lane);

/// How far lanes of one array differ: standard deviations of normal spreads.
struct lane_spread {
    double drive_relative = 0.03;         ///< assumption: mismatch of a small current DAC
    double coupling_db = 0.3;             ///< assumption: +-5 um of lens and bundle tolerance
    double responsivity_relative = 0.03;  ///< assumption: photodiode uniformity on one die
    double noise_relative = 0.05;         ///< assumption: amplifier uniformity on one die
    double skew_s = 20e-12;               ///< assumption: traces and drivers of one module
    double skew_s_per_m = 0.0;            ///< imaging fibre: one draw; 5e-12 for a fan-out bundle
    double alive_probability = 0.995;     ///< assumption: transfer yields 0.989 .. 0.99995 quoted
};

/// The device models that the parameters describe, individuality included.
led_device emitter_of(const lane_parameters& lane);
receiver_device receiver_of(const lane_parameters& lane);

/// Wavelength at the lane's temperature, m: it rises by 0.04 nm/K (textbook, InGaN).
double emitted_wavelength_m(const lane_parameters& lane);

/// All losses from the emitter's surface to the photodiode, dB, positive.
double total_loss_db(const lane_parameters& lane);

}  // namespace luxlane::photonics
