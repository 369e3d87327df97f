#pragma once

#include <cstdint>
#include <span>

#include "models/photonics/lane_parameters.h"

namespace luxlane::photonics {

/// Currents of one lane's driver, A, all cut off at zero.
struct drive_levels {
    double long_one_a, long_zero_a;  ///< of long runs of the highest and lowest symbol
    double average_a;                ///< of random data, clipping included
    double peak_a;                   ///< greatest of any pattern
    double swing_a;                  ///< peak current of a one less that of a zero
};

/// The driver's output with its individuality (`drive_factor`).
drive_levels drive_of(const lane_parameters& lane);

/// Drive current of each symbol behind the transmit equaliser, cut off at zero and at the current
/// that needs all of the supply. `symbols` is [n +
/// 4] values 0 .. 1 from three symbols before the block to one behind it, `current_a` is [n]. Sizes
/// that do not fit: std::invalid_argument.
void drive_currents(const lane_parameters& lane, std::span<const float> symbols,
                    std::span<float> current_a);

}  // namespace luxlane::photonics
