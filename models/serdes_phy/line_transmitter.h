#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/serdes_phy/block_encoder.h"
#include "models/serdes_phy/lane_map.h"
#include "models/serdes_phy/line_block.h"
#include "models/serdes_phy/line_tables.h"
#include "models/serdes_phy/parity_ledger.h"
#include "models/serdes_phy/pattern_test.h"

namespace luxlane::wide_link {

/// Makes the bits that each physical lane sends: frames, names, counts, scrambled payload. Spares
/// send marked idle (lane id 3FFh). Pure: the caller says when.
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
    /// In a training block, a lane for which `patterns`, if any, generates is named a spare and has
    /// the pattern as payload.
    void build_superframe(block_kind kind, const lane_map& map, std::uint64_t superframe,
                          std::uint32_t word, line_block& out, pattern_test* patterns = nullptr);

    /// Makes the groups `first_group` .. from `slots`, filled up with idle to whole groups. Lanes
    /// that carry a logical lane, now or as the copy before a switch, carry the block.
    /// `host_errors`: bits of the coded stream that arrive wrong from the host, counted from the
    /// epoch, ascending. With `deferred`, the bits are left for whoever needs them, and the parity
    /// that is told leaves them out.
    void build_payload(const lane_map& map, std::uint64_t first_group, std::vector<slot_run> slots,
                       std::vector<std::uint64_t> host_errors, bool deferred, line_block& out);

private:
    void clear(line_block& out) const;
    std::uint32_t lane_id(std::uint32_t physical) const;

    const std::shared_ptr<const line_tables> tables_;
    block_encoder encoder_;
    parity_ledger parity_;                    ///< by physical lane
    std::vector<std::uint16_t> names_;        ///< [physical] in the superframe being made
    std::vector<std::uint64_t> payload_;      ///< a lane's test pattern
    std::vector<std::uint8_t> block_parity_;  ///< [superframe of a block][physical]
};

}  // namespace luxlane::wide_link
