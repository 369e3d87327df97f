#pragma once

#include <cstdint>

namespace luxlane::photonics {

/// Converter of one lane's average photocurrent, or power: 2^bits codes from 0 to the full scale.
struct power_monitor {
    unsigned bits = 12;         ///< 1 .. 24
    double full_scale = 41e-6;  ///< in the unit measured: A, or W at the photodiode

    std::uint32_t largest_code() const { return (std::uint32_t{1} << bits) - 1; }
    double step() const { return full_scale / (largest_code() + 1.0); }
};

/// Code for `value`: whole steps below it; 0 for a negative value or NaN, the largest code from the
/// last step on. std::out_of_range when the monitor has no bits, over 24, or no full scale.
std::uint32_t monitor_code(const power_monitor& monitor, double value);

/// The code is the largest, and the value may be anything above.
bool saturated(const power_monitor& monitor, std::uint32_t code);

/// Middle of the values that give `code`.
double monitored_value(const power_monitor& monitor, std::uint32_t code);

}  // namespace luxlane::photonics
