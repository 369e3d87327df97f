#pragma once

#include <array>
#include <cmath>

#include "models/photonics/constants.h"
#include "models/photonics/lane_parameters.h"
#include "models/photonics/receiver.h"
#include "models/photonics/tia.h"

namespace luxlane {

/// Codes of LANE_GAIN.
inline constexpr std::size_t GAIN_STEPS = 4;

/// What a gain step makes of the amplifier's figures: factors on those at the full transimpedance.
struct gain_step {
    double bandwidth = 1.0;
    double damping = 1.0;
    double noise_density = 1.0;
    double noise_corner = 1.0;
};

/// The steps of the lane's amplifier, `step_db` (20 log10, 0 or more) of transimpedance apart, step
/// 0 at full transimpedance. They are those of a shunt-feedback amplifier with the lane's bandwidth
/// and damping (`attenuated`), whose white noise is its feedback resistor's. std::out_of_range if
/// no such amplifier can be made.
inline std::array<gain_step, GAIN_STEPS> gain_steps_of(const photonics::lane_parameters& lane,
                                                       double step_db) {
    // The ratios hardly depend on the resistor: this one leaves the voltage amplifier a gain of
    // about 6 (as tia_parts has it) for any bandwidth and damping, which the steps can lower.
    constexpr double open_loop_excess = 14.0;
    photonics::tia_parts parts;
    const double natural_per_s =
        2.0 * photonics::PI *
        photonics::natural_frequency_hz(lane.amplifier_bandwidth_hz, lane.amplifier_damping);
    parts.feedback_ohm =
        open_loop_excess * lane.amplifier_damping / (natural_per_s * parts.total_capacitance_f());
    parts = photonics::tuned(parts, lane.amplifier_bandwidth_hz, lane.amplifier_damping);
    const auto full = photonics::figures_of(parts);
    std::array<gain_step, GAIN_STEPS> steps{};
    for (std::size_t code = 1; code < GAIN_STEPS; ++code) {
        const auto figures =
            photonics::figures_of(photonics::attenuated(parts, step_db * double(code)));
        steps[code] = {
            .bandwidth = figures.bandwidth_hz / full.bandwidth_hz,
            .damping = figures.damping / full.damping,
            .noise_density = figures.noise_density_a_per_rthz / full.noise_density_a_per_rthz,
            .noise_corner = figures.noise_corner_hz / full.noise_corner_hz};
    }
    return steps;
}

}  // namespace luxlane
