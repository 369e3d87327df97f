#pragma once

#include <algorithm>
#include <cstdint>

#include "models/coding/lane_frame_format.h"

namespace luxlane::wide_link {

/// Symbols of the two interleaved RS(544,514) codewords that travel together ("pair").
inline constexpr std::uint32_t symbols_per_pair = 2 * 544;

/// Where the payload's symbols stand on the lanes' lines. All counts begin at the transmitter's
/// epoch: line bit, superframe, row and pair 0 begin there.
struct line_geometry {
    std::uint32_t physical_lanes = 460;
    std::uint32_t data_lanes = 400;
    double lane_rate_bps = 2.125e9;  ///< payload of one lane, without the lane frames' overhead

    double line_rate_bps() const {
        return lane_rate_bps * double(coding::lane_frame::frame_words) /
               double(coding::lane_frame::frame_words - 1);
    }
    double unit_interval_s() const { return 1.0 / line_rate_bps(); }
    double superframe_s() const {
        return double(coding::lane_frame::superframe_bits) * unit_interval_s();
    }
    /// Coded bits of all data lanes; 514/544 x 5 x 2048 / 10280 of them are flits.
    double coded_rate_bps() const { return lane_rate_bps * data_lanes; }
    double pair_s() const { return 10.0 * symbols_per_pair / coded_rate_bps(); }

    /// First and last row that hold symbols of a pair.
    std::uint64_t first_row(std::uint64_t pair) const {
        return pair * symbols_per_pair / data_lanes;
    }
    std::uint64_t last_row(std::uint64_t pair) const {
        return ((pair + 1) * symbols_per_pair - 1) / data_lanes;
    }
    /// Line bit at which the first row of a pair begins, and the one behind its last row.
    std::uint64_t first_bit(std::uint64_t pair) const {
        return coding::lane_frame::line_bit_of_row(first_row(pair));
    }
    std::uint64_t end_bit(std::uint64_t pair) const {
        return coding::lane_frame::line_bit_of_row(last_row(pair)) + coding::lane_frame::row_bits;
    }
    /// First pair none of whose rows begins before `line_bit`.
    std::uint64_t first_pair_from(std::uint64_t line_bit) const;

    /// Pairs in the longest payload block: 64, or fewer where they would take more than half a
    /// superframe, so that overhead words and payload arrive nearly in their order.
    std::uint32_t longest_block_pairs() const {
        const std::uint64_t half = coding::lane_frame::rows_per_superframe / 2;
        return static_cast<std::uint32_t>(
            std::clamp<std::uint64_t>(half * data_lanes / symbols_per_pair, 1, 64));
    }
    /// Most symbols of one codeword on one lane, and how many dead lanes the FEC therefore bridges.
    std::uint32_t symbols_per_lane() const { return (544 + data_lanes - 1) / data_lanes; }
    std::uint32_t bridged_lanes() const { return 15 / symbols_per_lane(); }
};

inline std::uint64_t line_geometry::first_pair_from(std::uint64_t line_bit) const {
    using namespace coding::lane_frame;
    // Rows are line_bit / frame_bits frames of rows_per_frame, less what the overhead word hides.
    const std::uint64_t frame = line_bit / frame_bits;
    const std::uint64_t within = line_bit % frame_bits;
    const std::uint64_t payload = within > word_bits ? within - word_bits : 0;
    const std::uint64_t row = frame * rows_per_frame + (payload + row_bits - 1) / row_bits;
    return (row * data_lanes + symbols_per_pair - 1) / symbols_per_pair;
}

}  // namespace luxlane::wide_link
