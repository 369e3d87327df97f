#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/coding/lane_frame_format.h"
#include "models/serdes_phy/lane_map.h"
#include "models/serdes_phy/line_geometry.h"
#include "models/serdes_phy/slot_run.h"

namespace luxlane::wide_link {

/// Rows [begin, end) of one lane frame inside a payload block.
struct row_stretch {
    std::uint64_t begin;
    std::uint64_t end;
    std::size_t place;  ///< of the first row in the block, in bits

    std::uint64_t superframe() const { return begin / coding::lane_frame::rows_per_superframe; }
    /// Payload bit of the superframe with which it begins.
    std::size_t phase() const {
        return begin % coding::lane_frame::rows_per_superframe * coding::lane_frame::row_bits;
    }
    std::size_t bits() const { return (end - begin) * coding::lane_frame::row_bits; }
};

/// Rows and line bits that a payload block of whole groups takes.
struct block_shape {
    std::uint64_t first_row;
    std::uint64_t end_row;
    std::uint64_t first_bit;
    std::uint64_t end_bit;

    block_shape(const line_geometry& geometry, std::uint64_t first_group, std::uint32_t groups)
        : first_row(geometry.first_row(first_group)),
          end_row(geometry.last_row(first_group + groups - 1) + 1),
          first_bit(geometry.first_bit(first_group)),
          end_bit(geometry.end_bit(first_group + groups - 1)) {}

    std::uint64_t rows() const { return end_row - first_row; }
    std::uint32_t bits() const { return static_cast<std::uint32_t>(end_bit - first_bit); }
    std::uint64_t first_superframe() const {
        return first_row / coding::lane_frame::rows_per_superframe;
    }
    std::size_t superframes() const {
        return (end_row - 1) / coding::lane_frame::rows_per_superframe - first_superframe() + 1;
    }
    /// Calls `visit(stretch)` for one stretch of rows after the other.
    template <class Visit>
    void each_stretch(Visit visit) const {
        namespace frame = coding::lane_frame;
        for (std::uint64_t row = first_row; row < end_row;) {
            const std::uint64_t next = (row / frame::rows_per_frame + 1) * frame::rows_per_frame;
            const std::uint64_t stop = std::min(end_row, next);
            visit(row_stretch{row, stop, frame::line_bit_of_row(row) - first_bit});
            row = stop;
        }
    }
};

/// What a payload block carries, and which lanes carry it.
struct payload_plan {
    std::uint64_t first_group = 0;
    std::uint32_t groups = 0;
    std::vector<slot_run> slots;  ///< of whole groups
    /// [superframe of the block][physical]: name of the logical lane that a lane carries, or none.
    std::vector<std::vector<std::uint16_t>> names;
    /// Bits of the coded stream that the host's lanes brought in wrong, counted from the epoch,
    /// ascending.
    std::vector<std::uint64_t> host_errors;
};

}  // namespace luxlane::wide_link
