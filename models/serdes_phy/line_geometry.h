#pragma once

#include <algorithm>
#include <cstdint>

#include "models/coding/lane_frame_format.h"
#include "models/serdes_phy/payload_format.h"

namespace luxlane::wide_link {

/// Where the payload's symbols stand on the lanes' lines. All counts begin at the transmitter's
/// epoch: line bit, superframe, row and group 0 begin there.
struct line_geometry {
    std::uint32_t physical_lanes = 460;
    std::uint32_t data_lanes = 400;
    double lane_rate_bps = 2.125e9;  ///< payload of one lane, without the lane frames' overhead
    payload_format format = {};

    double line_rate_bps() const {
        return lane_rate_bps * double(coding::lane_frame::frame_words) /
               double(coding::lane_frame::frame_words - 1);
    }
    double unit_interval_s() const { return 1.0 / line_rate_bps(); }
    double superframe_s() const {
        return double(coding::lane_frame::superframe_bits) * unit_interval_s();
    }
    /// Coded bits of all data lanes; of a group's, 2048 a slot are flits.
    double coded_rate_bps() const { return lane_rate_bps * data_lanes; }
    double group_s() const { return 10.0 * format.symbols() / coded_rate_bps(); }

    /// First and last row that hold symbols of a group.
    std::uint64_t first_row(std::uint64_t group) const {
        return group * format.symbols() / data_lanes;
    }
    std::uint64_t last_row(std::uint64_t group) const {
        return ((group + 1) * format.symbols() - 1) / data_lanes;
    }
    /// Line bit at which the first row of a group begins, and the one behind its last row.
    std::uint64_t first_bit(std::uint64_t group) const {
        return coding::lane_frame::line_bit_of_row(first_row(group));
    }
    std::uint64_t end_bit(std::uint64_t group) const {
        return coding::lane_frame::line_bit_of_row(last_row(group)) + coding::lane_frame::row_bits;
    }
    /// First group none of whose rows begins before `line_bit`.
    std::uint64_t first_group_from(std::uint64_t line_bit) const;

    /// Groups in the longest payload block: 64, or fewer where they would take more than half a
    /// superframe, so that overhead words and payload arrive nearly in their order.
    std::uint32_t longest_block_groups() const {
        const std::uint64_t half = coding::lane_frame::rows_per_superframe / 2;
        return static_cast<std::uint32_t>(
            std::clamp<std::uint64_t>(half * data_lanes / format.symbols(), 1, 64));
    }
};

inline std::uint64_t line_geometry::first_group_from(std::uint64_t line_bit) const {
    using namespace coding::lane_frame;
    // Rows are line_bit / frame_bits frames of rows_per_frame, less what the overhead word hides.
    const std::uint64_t frame = line_bit / frame_bits;
    const std::uint64_t within = line_bit % frame_bits;
    const std::uint64_t payload = within > word_bits ? within - word_bits : 0;
    const std::uint64_t row = frame * rows_per_frame + (payload + row_bits - 1) / row_bits;
    return (row * data_lanes + format.symbols() - 1) / format.symbols();
}

}  // namespace luxlane::wide_link
