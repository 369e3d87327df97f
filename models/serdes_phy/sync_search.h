#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "models/coding/lane_frame_format.h"
#include "models/serdes_phy/line_block.h"

namespace luxlane::wide_link {

/// Finds the superframe of one lane whose bits arrive with an unknown delay, as a deserialiser that
/// starts anywhere sees them.
///
/// This is the only place where a lane's skew moves bits: a lane `skew_ui` late shows line bit
/// t - skew_ui at time t. The search runs half a superframe behind the line, so that skews from
/// -5119 to 5119 unit intervals are found. For lanes whose place is known, skew is not simulated
/// bit by bit: their overhead and payload are read where they stand, and only a change of skew
/// shifts.
class sync_search {
public:
    static constexpr std::int32_t furthest_ui = 5119;

    /// Takes the next training block; returns the skew at which SYNC and its complement were found,
    /// one frame apart, first in order of time. `hint_ui` is where other lanes were found: looking
    /// there first only saves time.
    std::optional<std::int32_t> search(const line_view& block, std::uint32_t lane,
                                       std::int32_t skew_ui, std::int32_t hint_ui);

private:
    static constexpr std::size_t words = coding::lane_frame::superframe_storage;
    static constexpr std::uint64_t nothing = ~std::uint64_t{0};

    std::uint64_t next_bit_ = nothing;               ///< line bit behind the latest block
    std::array<std::uint64_t, 2 * words> line_{};    ///< the latest two superframes as sent
    std::array<std::uint64_t, 2 * words> stream_{};  ///< the latest two as received
};

}  // namespace luxlane::wide_link
