#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/coding/lane_frame_format.h"
#include "models/coding/stripe.h"
#include "models/serdes_phy/line_geometry.h"

namespace luxlane::wide_link {

/// What does not change while a transmitter lives; its blocks share it.
class line_tables {
public:
    explicit line_tables(const line_geometry& geometry);

    const line_geometry& geometry() const { return geometry_; }
    const coding::striping& striping() const { return striping_; }
    const coding::lane_frame::lane_scrambler& scrambler() const { return scrambler_; }

    /// A superframe of idle under `lane_id` with everything zero in its overhead but SYNC and the
    /// lane id, and the BIP-8 of its payload.
    std::span<const std::uint64_t> idle_line(std::uint32_t lane_id) const;
    std::uint8_t idle_parity(std::uint32_t lane_id) const { return idle_parity_[place(lane_id)]; }
    /// 64 bits of a line that repeats `idle_line` for ever, from line bit `position`.
    std::uint64_t idle_bits(std::uint32_t lane_id, std::uint64_t position) const;

private:
    std::size_t place(std::uint32_t lane_id) const {
        return lane_id == coding::lane_frame::spare_lane_id ? geometry_.data_lanes : lane_id;
    }

    line_geometry geometry_;
    coding::striping striping_;
    coding::lane_frame::lane_scrambler scrambler_;  ///< by lane id
    std::vector<std::uint64_t> idle_lines_;         ///< [lane id, then spare][superframe_storage]
    std::vector<std::uint8_t> idle_parity_;         ///< [lane id, then spare]
};

}  // namespace luxlane::wide_link
