#pragma once

#include <array>
#include <span>
#include <vector>

#include "models/photonics/lane_response.h"

namespace luxlane::photonics {

inline constexpr std::size_t PHASES = 16;

/// Pulse and pair responses at sixteen instants of a symbol: element p is sampled at p / 16 symbols
/// from half a symbol before the main cursor of `lane_response` (so element 8 is that one).
struct phase_response {
    std::array<std::array<double, PULSE_TAPS>, PHASES> pulse;
    std::array<std::array<double, PULSE_TAPS>, PHASES> pair;
    std::array<double, PHASES> residual;
};

/// Extracts responses of many lanes, sixteen at a time: the emitters are solved in time
/// (`led_bank`) over a training sequence that holds every run of eight NRZ or three PAM4 symbols,
/// filtered by the linear chain, and pulse and pair taps fitted by least squares. The main cursor
/// is the middle of the instants, 1/16 symbol apart, at which the samples' slope over their own
/// symbol is within 1 % of its greatest: near the peak where it is sharp, away from both edges
/// where it is flat. `jitter_noise` is that of small displacements, rms slope times rms jitter.
/// Noise is that of amplifier, shot, dark current and intensity noise alone. Lanes without light
/// (drive factor 0) give an all-zero response. Lanes may differ in anything but format and symbol
/// rate (std::invalid_argument). Transmit taps that leave no swing: std::out_of_range. Throws as
/// `check`.
std::vector<lane_response> extract(std::span<const lane_parameters> lanes);

/// Fills `responses` and `phases`, [lane] each, or empty if not wanted (else
/// std::invalid_argument); both together solve the emitters only once.
void extract(std::span<const lane_parameters> lanes, std::span<lane_response> responses,
             std::span<phase_response> phases);

/// Responses of one lane at all phases.
phase_response extract_phases(const lane_parameters& lane);

}  // namespace luxlane::photonics
