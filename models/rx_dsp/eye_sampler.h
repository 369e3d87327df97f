#pragma once

#include <cstdint>
#include <optional>
#include <systemc>

#include "models/dsp/receive_filter.h"
#include "models/dsp/sampled_channel.h"

namespace luxlane {

/// Where a lane's second slicer stands.
struct eye_position {
    static constexpr int PHASE_STEPS = 64;     ///< of one symbol
    static constexpr int VOLTAGE_STEPS = 127;  ///< from the eye's middle to its outer levels

    std::int8_t phase = 0;  ///< -32 .. 31, positive when late
    std::int8_t voltage = 0;

    double phase_ui() const { return static_cast<double>(phase) / PHASE_STEPS; }
};

/// `filter` with the thresholds of the second slicer: each is moved by `position.voltage`, of which
/// VOLTAGE_STEPS are half the distance of the outer levels before the slicer.
inline dsp::receive_filter offset_slicer(const dsp::sampled_channel& channel,
                                         const dsp::receive_filter& filter,
                                         const eye_position& position) {
    const auto levels = dsp::equalised_levels(channel, filter);
    const double half_a = 0.5 * (levels.mean[channel.levels() - 1] - levels.mean[0]);
    auto moved = filter;
    for (double& threshold_a : moved.threshold_a) {
        threshold_a += half_a * position.voltage / eye_position::VOLTAGE_STEPS;
    }
    return moved;
}

/// A lane's eye measurement: its settings, its course and its result.
struct eye_measurement {
    static constexpr unsigned LONGEST_DWELL = 40;

    eye_position position;
    std::uint8_t dwell = 20;                 ///< it lasts 2^dwell line bits
    std::optional<sc_core::sc_time> end_at;  ///< while it runs
    bool lock_lost = false;                  ///< since it began
    bool done = false;
    bool failed = false;
    std::uint64_t errors = 0;

    std::uint64_t bits() const { return std::uint64_t{1} << dwell; }
};

}  // namespace luxlane
