#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/coding/stripe.h"
#include "models/serdes_phy/line_block.h"
#include "models/serdes_phy/line_receiver.h"
#include "models/serdes_phy/received_lanes.h"

namespace luxlane::wide_link {

/// Where the errors of a deferred block stand in the coded stream.
class error_placement {
public:
    explicit error_placement(const line_geometry& geometry);

    /// Whether every logical lane arrives where `tables` looks for it, at its place, so that the
    /// block differs from what was sent by its errors alone.
    bool as_sent(const line_view& block, const received_lanes& tables,
                 const line_receiver& lanes) const;

    /// Places the errors of such a block, with those of the host's lanes before it and
    /// `host_errors` behind it, and lets `lanes` count what they do to the parity. Returns the
    /// wrong bits, counted from the block's first in wire order, ascending; a bit that was made
    /// wrong twice is right.
    std::span<const std::uint32_t> place(const line_view& block, const received_lanes& tables,
                                         std::span<const std::uint64_t> host_errors,
                                         line_receiver& lanes);

private:
    void place_line_errors(const line_view& block, const received_lanes& tables,
                           line_receiver& lanes);

    const line_geometry geometry_;
    const coding::striping striping_;
    std::vector<std::uint32_t> wrong_;
};

}  // namespace luxlane::wide_link
