#pragma once

#include <cstdint>

#include "models/photonics/lane_parameters.h"

namespace luxlane {

/// What the blocks of one direction's optical path have in common.
struct optical_stage_config {
    unsigned lanes = 460;  ///< 400 data and 60 spare lanes: MOSAIC has 460 and more
    std::uint64_t seed = 1;
    std::uint32_t direction = 0;  ///< tells the two directions of a cable apart in random streams
    /// The nominal lane at the line's rate; each block uses its own part (parameter_notes).
    photonics::lane_parameters lane = {};
};

}  // namespace luxlane
