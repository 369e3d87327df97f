#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace luxlane::config {

/// Physical lanes of one direction that die at one moment.
struct lane_fault {
    unsigned board = 0;                ///< whose transmit direction: 0 = a, 1 = b
    std::vector<std::uint32_t> lanes;  ///< physical lanes
    double after_link_up_s = 0.0;
};

/// "[a:|b:]3,17,200-210@100us" -> the fault. std::invalid_argument says what was found and what
/// would be right.
lane_fault parse_lane_fault(const std::string& text);

}  // namespace luxlane::config
