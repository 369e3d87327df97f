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
/// (`led_bank`) over a training pattern that holds every run of six symbols, filtered by the linear
/// chain, and pulse and pair taps fitted by least squares. Lanes of drive factor 0 give an all-zero
/// response. Lanes may differ in anything but format and symbol rate. Throws as `check`.
std::vector<lane_response> extract(std::span<const lane_parameters> lanes);

/// One lane, and its responses at all phases.
lane_response extract(const lane_parameters& lane);
phase_response extract_phases(const lane_parameters& lane);

}  // namespace luxlane::photonics
