#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/coding/flit.h"
#include "models/coding/lane_frame_format.h"
#include "models/coding/stripe.h"
#include "models/serdes_phy/lane_map.h"
#include "models/serdes_phy/line_block.h"
#include "models/serdes_phy/line_geometry.h"
#include "models/serdes_phy/parity_ledger.h"

namespace luxlane::wide_link {

/// Makes the bits that each physical lane sends: frames, names, counts, scrambled payload. Spares
/// send marked idle (lane id 1FFh). Pure: the caller says when.
///
/// Only what somebody looks at is made. Idle payload between blocks is not, and the bits of
/// `before` and `after` are always those of idle: scrambled like all payload, so statistically the
/// same.
class line_transmitter {
public:
    explicit line_transmitter(const line_geometry& geometry);

    /// Forgets the parity of superframes sent so far.
    void reset() { parity_.reset(); }

    /// Makes `superframe` as a `training` block (all its bits, with idle as payload) or as an
    /// `overhead` block. Every physical lane carries it. `word` is the management word under way.
    void build_superframe(block_kind kind, const lane_map& map, std::uint64_t superframe,
                          std::uint32_t word, line_block& out);

    /// Makes the pairs `first_pair` .. from `slots`, five a pair, null for an empty slot. Lanes
    /// that carry a logical lane, now or as the copy before a switch, carry the block.
    void build_payload(const lane_map& map, std::uint64_t first_pair,
                       std::span<const coding::flit* const> slots, line_block& out);

private:
    /// A superframe of idle with everything zero in its overhead but SYNC and the lane id.
    std::span<const std::uint64_t> idle_line(std::uint32_t lane_id);
    void prepare(const lane_map& map, std::uint64_t superframe, line_block& out);
    void add_neighbours(std::uint64_t end_bit, line_block& out);
    void write_overhead(std::uint64_t frame, std::size_t position, line_block& out);
    std::uint32_t lane_id(std::uint32_t physical) const;

    const line_geometry geometry_;
    const coding::striping striping_;
    const coding::lane_frame::lane_scrambler scrambler_;
    std::vector<std::uint64_t> idle_lines_;    ///< [lane id][superframe_storage]
    std::vector<std::uint8_t> idle_parity_;    ///< [lane id]
    std::vector<std::uint8_t> idle_known_;     ///< [lane id]
    parity_ledger parity_;                     ///< by physical lane
    std::vector<std::uint16_t> names_;         ///< [physical] in the superframe being made
    std::vector<std::uint16_t> symbols_;       ///< whole rows
    std::vector<std::uint64_t> logical_bits_;  ///< [logical][words]
};

}  // namespace luxlane::wide_link
