#include "models/serdes_phy/error_placement.h"

#include <algorithm>

namespace luxlane::wide_link {

namespace frame = coding::lane_frame;

error_placement::error_placement(const line_geometry& geometry)
    : geometry_(geometry), striping_(geometry.data_lanes, geometry.format.gearbox) {}

bool error_placement::as_sent(const line_view& block, const received_lanes& tables,
                              const line_receiver& lanes) const {
    const auto& names = block.deferred->plan().names;
    for (std::size_t i = 0; i < tables.superframes(); ++i) {
        const auto physical_of = tables.of(i);
        for (std::uint32_t logical = 0; logical < physical_of.size(); ++logical) {
            const std::uint16_t physical = physical_of[logical];
            if (physical == lane_map::none || names[i][physical] != logical) {
                return false;
            }
        }
    }
    for (std::uint32_t physical = 0; physical < geometry_.physical_lanes; ++physical) {
        // A lane outside its deskew FIFO is not read; one that has moved shows other bits.
        if (block.carried[physical] && lanes.displacement_ui(physical) != 0) {
            return false;
        }
    }
    return true;
}

void error_placement::place_line_errors(const line_view& block, const received_lanes& tables,
                                        line_receiver& lanes) {
    const auto& plan = block.deferred->plan();
    const std::uint64_t begin = plan.first_group * geometry_.format.symbols();
    const std::uint64_t end = begin + std::uint64_t{plan.groups} * geometry_.format.symbols();
    for (const bit_error& error : block.errors) {
        const std::uint64_t line_bit = block.first_bit + error.bit;
        const std::uint64_t within = line_bit % frame::frame_bits;
        if (within < frame::word_bits) {
            continue;  // an overhead word, which nobody reads in a payload block
        }
        const std::uint64_t bit =
            line_bit / frame::frame_bits * frame::frame_payload_bits + within - frame::word_bits;
        const std::uint64_t superframe = bit / frame::payload_bits;
        lanes.add_parity(superframe, error.lane,
                         static_cast<std::uint8_t>(1u << bit % frame::payload_bits % 8));
        const std::size_t index = superframe - tables.first_superframe();
        const std::uint16_t logical = plan.names[index][error.lane];
        if (logical == lane_map::none || tables.of(index)[logical] != error.lane) {
            continue;  // a copy that the map does not use
        }
        const auto place = striping_.symbol_at({logical, bit});
        if (place.index >= begin && place.index < end) {
            wrong_.push_back(
                static_cast<std::uint32_t>((place.index - begin) * frame::row_bits + place.bit));
        }
    }
}

std::span<const std::uint32_t> error_placement::place(const line_view& block,
                                                      const received_lanes& tables,
                                                      std::span<const std::uint64_t> host_errors,
                                                      line_receiver& lanes) {
    const auto& plan = block.deferred->plan();
    const std::uint64_t first_bit = plan.first_group * geometry_.format.symbols() * frame::row_bits;
    wrong_.clear();
    place_line_errors(block, tables, lanes);
    for (const auto& list : {std::span<const std::uint64_t>(plan.host_errors), host_errors}) {
        for (const std::uint64_t bit : list) {
            wrong_.push_back(static_cast<std::uint32_t>(bit - first_bit));
        }
    }
    std::sort(wrong_.begin(), wrong_.end());
    std::size_t kept = 0;
    for (const std::uint32_t bit : wrong_) {
        if (kept > 0 && wrong_[kept - 1] == bit) {
            --kept;
        } else {
            wrong_[kept++] = bit;
        }
    }
    wrong_.resize(kept);
    return wrong_;
}

}  // namespace luxlane::wide_link
