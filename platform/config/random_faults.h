#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "platform/config/fault.h"

namespace luxlane::config {

/// What the faults of a random schedule may be: of which kinds, on how many lanes, and when.
struct fault_ranges {
    std::span<const fault_kind> kinds;
    std::uint32_t lanes = 1;   ///< physical lanes of a direction
    unsigned most_faults = 4;  ///< 1 .. most_faults in a schedule
    unsigned most_lanes = 12;  ///< of one death, burst or skew step
    double earliest_s = 1e-6;  ///< after LINK UP
    double latest_s = 500e-6;
    double shortest_s = 1e-6;  ///< of a fault that lasts
    double longest_s = 10e-3;
};

/// A schedule that depends on `seed` and `ranges` alone, by time. Times and durations are
/// log-uniform, so that short jobs meet faults as well as long ones; a third of the bursts hit all
/// lanes. Every fault reads back from its to_toml() unchanged.
std::vector<fault> draw_faults(std::uint64_t seed, const fault_ranges& ranges);

}  // namespace luxlane::config
