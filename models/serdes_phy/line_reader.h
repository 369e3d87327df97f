#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/coding/lane_frame_format.h"
#include "models/coding/stripe.h"
#include "models/serdes_phy/line_block.h"
#include "models/serdes_phy/line_receiver.h"
#include "models/serdes_phy/received_lanes.h"
#include "models/serdes_phy/scrambled_copy.h"

namespace luxlane::wide_link {

/// The bits of a payload block back to symbols: finds each logical lane's bits on its physical
/// lane, descrambles and gathers them. A logical lane without a usable physical one gives the bare
/// key stream, that is garbage, and is left to the FEC.
class line_reader {
public:
    explicit line_reader(const line_geometry& geometry);

    /// Reads a block, and lets `lanes` count its parity. Returns the symbols of its whole rows.
    std::span<std::uint16_t> read(const line_view& block, const received_lanes& tables,
                                  line_receiver& lanes);

private:
    void take(const line_view& block, const received_lanes& tables, line_receiver& lanes,
              const row_stretch& rows, std::uint64_t first_row);
    std::optional<bit_run> line_of(const line_view& block, const line_receiver& lanes,
                                   std::uint32_t physical, const row_stretch& rows);
    void add_parity(const line_view& block, std::uint32_t physical, const row_stretch& rows,
                    std::uint8_t parity, const received_lanes& tables, line_receiver& lanes) const;

    const line_geometry geometry_;
    const coding::striping striping_;
    const coding::lane_frame::lane_scrambler scrambler_;
    std::size_t words_ = 0;                    ///< a logical lane's
    std::vector<std::uint64_t> logical_bits_;  ///< [logical][words_]
    std::vector<std::uint16_t> symbols_;
    std::vector<std::uint8_t> read_;        ///< [physical] lane was read in the stretch
    std::vector<std::uint64_t> displaced_;  ///< bits of a lane whose skew has changed
};

}  // namespace luxlane::wide_link
