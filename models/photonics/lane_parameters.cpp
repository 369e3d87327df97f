#include "models/photonics/lane_parameters.h"

#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

using p = lane_parameters;

constexpr std::array NOTES = {
    parameter_note{"rate_bps", &p::rate_bps, "bit/s", 1e8, 8e9, "bit rate of the lane",
                   "MOSAIC, SIGCOMM 2025: 2 Gb/s"},
    parameter_note{"temperature_k", &p::temperature_k, "K", 233.0, 473.0,
                   "temperature of emitter and receiver", "assumption: room temperature"},
    parameter_note{"on_current_a", &p::on_current_a, "A", 1e-6, 0.02, "peak current of a one",
                   "assumption: some 1 kA/cm2, inside the vendors' 20 .. 1000 uA"},
    parameter_note{"current_extinction_ratio", &p::current_extinction_ratio, "1", 1.5, 1e6,
                   "peak current of a one over that of a zero", "assumption: 10 dB"},
    parameter_note{"transmit_pre_tap", &p::transmit_pre_tap, "1", -0.45, 0.45,
                   "what the next symbol takes off the current",
                   "assumption: unused, the lifetime has no precursor"},
    parameter_note{"transmit_post_tap", &p::transmit_post_tap, "1", -0.45, 0.45,
                   "what the last symbol takes off the current",
                   "derived: cancels a carrier lifetime of 160 ps at 2 Gb/s, c1/c0 = -exp(-T/tau)"},
    parameter_note{"transmit_post2_tap", &p::transmit_post2_tap, "1", -0.45, 0.45,
                   "what the symbol before that takes off", "assumption: unused"},
    parameter_note{"transmit_post3_tap", &p::transmit_post3_tap, "1", -0.45, 0.45,
                   "what the third last symbol takes off", "assumption: unused"},
    parameter_note{"transmit_overdrive", &p::transmit_overdrive, "1", 0.0, 1.0,
                   "what the main tap adds beyond the on-current's peak",
                   "assumption: the driver is limited to its peak"},
    parameter_note{"led_supply_v", &p::led_supply_v, "V", 0.5, 20.0,
                   "supply of the emitter's current, which ends where the emitter needs all of it",
                   "assumption: forward voltage at the on-current plus headroom"},
    parameter_note{"driver_resistance_ohm", &p::driver_resistance_ohm, "ohm", 1.0, 1e6,
                   "output resistance of the driver", "assumption: current-mode output"},
    parameter_note{"node_capacitance_f", &p::node_capacitance_f, "F", 1e-15, 1e-11,
                   "junction and pad", "assumption: tens of fF for a 10 um mesa plus its bond pad"},
    parameter_note{"sweep_out_rate_per_s", &p::sweep_out_rate_per_s, "1/s", 0.0, 1e11,
                   "carriers that reverse drive sweeps out of the junction after a falling edge",
                   "assumption: off; 5e9 .. 2e10 where a driver pulls below turn-on"},
    parameter_note{"sweep_out_window_s", &p::sweep_out_window_s, "s", 0.0, 1e-8,
                   "how long the driver pulls after a falling edge", "assumption"},
    parameter_note{"emitter_diameter_m", &p::emitter_diameter_m, "m", 1e-6, 100e-6,
                   "diameter of the mesa", "MOSAIC (secondary quotations): 10 um"},
    parameter_note{"wavelength_m", &p::wavelength_m, "m", 400e-9, 530e-9,
                   "centre of the spectrum at 300 K", "vendor statements of 420 .. 440 nm"},
    parameter_note{"linewidth_m", &p::linewidth_m, "m", 0.1e-9, 60e-9,
                   "full width of the spectrum at half maximum",
                   "assumption between >10 nm (MOSAIC) and 20 nm (vendor)"},
    parameter_note{"extraction_efficiency", &p::extraction_efficiency, "1", 0.001, 1.0,
                   "light that leaves the chip", "assumption"},
    parameter_note{"intensity_noise_modes", &p::intensity_noise_modes, "1", 1.0, 1e9,
                   "modes that share the intensity noise", "assumption"},
    parameter_note{"defect_growth", &p::defect_growth, "1", 0.0, 1000.0,
                   "growth of the non-radiative rate A since birth, by ageing",
                   "assumption: a new device"},
    parameter_note{"transmit_coupling_db", &p::transmit_coupling_db, "dB", 0.0, 40.0,
                   "emitter to fibre", "assumption inside 5 .. 8 dB"},
    parameter_note{"connector_db", &p::connector_db, "dB", 0.0, 20.0, "connectors",
                   "assumption inside 1 .. 2 dB"},
    parameter_note{"receive_coupling_db", &p::receive_coupling_db, "dB", 0.0, 20.0,
                   "fibre to photodiode", "assumption inside 1 .. 3 dB"},
    parameter_note{"attenuation_db_per_m", &p::attenuation_db_per_m, "dB/m", 0.0, 10.0,
                   "loss of the fibre", "assumption inside 0.05 .. 0.1 dB/m of silica at 430 nm"},
    parameter_note{"length_m", &p::length_m, "m", 0.0, 100.0, "length of the fibre",
                   "default 800G configuration: 10 m"},
    parameter_note{"modal_sigma_s_per_m", &p::modal_sigma_s_per_m, "s/m", 0.0, 1e-9,
                   "spread of the modes", "assumption below MOSAIC's bound of 10 ps/m"},
    parameter_note{"core_coupling_per_m", &p::core_coupling_per_m, "1/m", 0.0, 1.0,
                   "power coupling of adjacent cores", "assumption"},
    parameter_note{"border_core_fraction", &p::border_core_fraction, "1", 0.0, 1.0,
                   "cores of a lane that touch one neighbour", "assumption"},
    parameter_note{"lane_pitch_m", &p::lane_pitch_m, "m", 1e-6, 1e-3, "distance of two lanes",
                   "derived: 400 lanes on less than 1 mm^2 (MOSAIC)"},
    parameter_note{"half_aperture_m", &p::half_aperture_m, "m", 1e-7, 1e-3,
                   "half the width of a photodiode", "assumption"},
    parameter_note{"spot_radius_m", &p::spot_radius_m, "m", 1e-7, 1e-3,
                   "1/e^2 radius of the light on the receiver", "assumption"},
    parameter_note{"offset_x_m", &p::offset_x_m, "m", -1e-3, 1e-3,
                   "shift of the spot along a row of the array", "assumption: aligned"},
    parameter_note{"offset_y_m", &p::offset_y_m, "m", -1e-3, 1e-3,
                   "shift of the spot along a column", "assumption: aligned"},
    parameter_note{"responsivity_a_per_w", &p::responsivity_a_per_w, "A/W", 0.001, 0.45,
                   "photocurrent per light", "vendor range .20 .. .25; JSSC May 2024: .17"},
    parameter_note{"photodiode_bandwidth_hz", &p::photodiode_bandwidth_hz, "Hz", 1e7, 1e12,
                   "-3 dB electrical", "Compound Semiconductor 27(IV), 2021: above 6 GHz"},
    parameter_note{"amplifier_bandwidth_hz", &p::amplifier_bandwidth_hz, "Hz", 1e7, 1e12,
                   "-3 dB electrical of the amplifier", "assumption: default 800G configuration"},
    parameter_note{"amplifier_damping", &p::amplifier_damping, "1", 0.3, 2.0,
                   "damping of the amplifier's two poles", "JSSC May 2024: .71"},
    parameter_note{"noise_density_a_per_rthz", &p::noise_density_a_per_rthz, "A/rtHz", 1e-14, 1e-9,
                   "amplifier noise at its input, at 300 K",
                   "calibrated on M-2 and M-3 at this on-current; assumed before: 5 pA/rtHz"},
    parameter_note{"noise_corner_hz", &p::noise_corner_hz, "Hz", 1e7, 1e15,
                   "where the channel noise, which grows with f^2, passes the white noise",
                   "assumption: beyond the band"},
    parameter_note{"offset_corner_hz", &p::offset_corner_hz, "Hz", 0.0, 1e8,
                   "low cut of the offset loop", "assumption: JSSC May 2024 goes down to a few Hz"},
    parameter_note{"electrical_crosstalk", &p::electrical_crosstalk, "1", 0.0, 0.5,
                   "of an adjacent lane's photocurrent that couples into this amplifier",
                   "assumption: -54 dB electrical between neighbours on one die"},
    parameter_note{"supply_noise_relative", &p::supply_noise_relative, "1", 0.0, 0.5,
                   "rms noise by the shared supply over the swing", "assumption"},
    parameter_note{"dark_current_a", &p::dark_current_a, "A", 0.0, 1e-3, "at 300 K",
                   "SOI PIN photodiode, 5 pA at -3 V (IBM JQE), rounded up"},
    parameter_note{"ctle_peaking_db", &p::ctle_peaking_db, "dB", 0.0, 20.0,
                   "boost of the continuous-time equaliser over its gain at rest",
                   "assumption: bypassed"},
    parameter_note{"ctle_zero_hz", &p::ctle_zero_hz, "Hz", 1e7, 1e11,
                   "zero of the continuous-time equaliser",
                   "assumption: a third of the symbol rate"},
    parameter_note{"ctle_pole_hz", &p::ctle_pole_hz, "Hz", 1e7, 1e12,
                   "output pole of the continuous-time equaliser", "assumption"},
    parameter_note{"feed_forward_taps", &p::feed_forward_taps, "count", 1.0, 5.0,
                   "taps of the receiver's feed-forward equaliser: 1 (off), 3 or 5",
                   "assumption: a small analogue equaliser"},
    parameter_note{"feedback_taps", &p::feedback_taps, "count", 0.0, 5.0,
                   "taps of the decision feedback equaliser, 0 .. 5", "assumption: none"},
    parameter_note{"random_jitter_s", &p::random_jitter_s, "s", 0.0, 1e-9,
                   "rms random jitter of the sampling clock", "assumption: ring oscillator PLL"},
    parameter_note{"sinusoidal_jitter_s", &p::sinusoidal_jitter_s, "s", 0.0, 1e-9,
                   "amplitude of sinusoidal jitter that the clock does not follow",
                   "assumption: none"},
    parameter_note{"duty_cycle_distortion", &p::duty_cycle_distortion, "UI", 0.0, 0.5,
                   "how far every other sampling instant is off", "assumption: none"},
    parameter_note{"drive_factor", &p::drive_factor, "1", 0.0, 10.0, "drive of this lane",
                   "drawn from lane_spread"},
    parameter_note{"excess_loss_db", &p::excess_loss_db, "dB", -10.0, 60.0, "coupling of this lane",
                   "drawn from lane_spread"},
    parameter_note{"responsivity_factor", &p::responsivity_factor, "1", 0.0, 10.0,
                   "photodiode of this lane", "drawn from lane_spread"},
    parameter_note{"noise_factor", &p::noise_factor, "1", 0.0, 100.0, "amplifier of this lane",
                   "drawn from lane_spread"},
    parameter_note{"skew_s", &p::skew_s, "s", -1e-6, 1e-6, "delay of this lane over the mean",
                   "drawn from lane_spread"},
};

constexpr double WAVELENGTH_SHIFT_M_PER_K = 0.04e-9;  // textbook: 0.03 .. 0.05 nm/K

}  // namespace

std::span<const parameter_note> parameter_notes() { return NOTES; }

lane_parameters default_800g() { return {}; }

void check(const lane_parameters& lane) {
    for (const parameter_note& note : NOTES) {
        const double value = lane.*note.member;
        if (value >= note.minimum && value <= note.maximum)
            continue;
        throw std::out_of_range(
            std::string(note.name) + " = " + std::to_string(value) + " " + std::string(note.unit) +
            " lies outside " + std::to_string(note.minimum) + " .. " +
            std::to_string(note.maximum) + " (" + std::string(note.meaning) + ")");
    }
}

double lane_parameters::transmit_main_tap() const {
    return 1.0 + transmit_overdrive - std::abs(transmit_pre_tap) - std::abs(transmit_post_tap) -
           std::abs(transmit_post2_tap) - std::abs(transmit_post3_tap);
}

double emitted_wavelength_m(const lane_parameters& lane) {
    return lane.wavelength_m +
           WAVELENGTH_SHIFT_M_PER_K * (lane.temperature_k - REFERENCE_TEMPERATURE_K);
}

led_device emitter_of(const lane_parameters& lane) {
    led_device led{.material = lane.emitter};
    led.diameter_m = lane.emitter_diameter_m;
    led.wavelength_m = emitted_wavelength_m(lane);
    led.extraction_efficiency = lane.extraction_efficiency;
    led.temperature_k = lane.temperature_k;
    led.defect_growth = lane.defect_growth;
    return led;
}

receiver_device receiver_of(const lane_parameters& lane) {
    return {.responsivity_a_per_w = lane.responsivity_a_per_w * lane.responsivity_factor,
            .photodiode_bandwidth_hz = lane.photodiode_bandwidth_hz,
            .amplifier_bandwidth_hz = lane.amplifier_bandwidth_hz,
            .noise_density_a_per_rthz =
                lane.noise_density_a_per_rthz * lane.noise_factor *
                std::sqrt(lane.temperature_k / REFERENCE_TEMPERATURE_K),  // thermal
            .dark_current_a = lane.dark_current_a,
            .temperature_k = lane.temperature_k};
}

double total_loss_db(const lane_parameters& lane) {
    return lane.transmit_coupling_db + lane.connector_db + lane.receive_coupling_db +
           lane.excess_loss_db + lane.attenuation_db_per_m * lane.length_m;
}

}  // namespace luxlane::photonics
