#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/coding/stripe.h"
#include "models/serdes_phy/error_placement.h"
#include "models/serdes_phy/fec_counters.h"
#include "models/serdes_phy/lane_map.h"
#include "models/serdes_phy/line_block.h"
#include "models/serdes_phy/line_reader.h"
#include "models/serdes_phy/line_receiver.h"
#include "models/serdes_phy/payload_codec.h"
#include "models/serdes_phy/received_lanes.h"
#include "models/serdes_phy/received_slots.h"
#include "models/serdes_phy/reference_groups.h"

namespace luxlane::wide_link {

/// Payload blocks back to slots, with what the FEC and the PCS count on the way. Pure.
///
/// A deferred block is what it was sent as, but for its errors. A group of which no codeword has
/// more wrong symbols than its code always corrects needs no decoder to be known; any other is
/// coded, spoiled and decoded. Flits, counters and parity are those that the block's bits would
/// give. Where a lane does not carry what it should, the bits are made and really received.
class payload_receiver {
public:
    explicit payload_receiver(const line_geometry& geometry);

    /// Takes a payload block. Which lane carries a logical lane is decided lane frame by lane
    /// frame, by `map` at the far end's superframe count. `host_errors`: bits of the coded stream,
    /// counted from the sender's epoch, ascending, that arrive wrong at the host, where the FEC
    /// ends; all inside the block. `slots` becomes what the block holds.
    void receive(const line_view& block, line_receiver& lanes, const lane_map& map,
                 std::span<const std::uint64_t> host_errors, fec_counters& counters,
                 received_slots& slots);

private:
    line_view materialise(const line_view& block);
    void receive_bits(const line_view& block, line_receiver& lanes,
                      std::span<const std::uint64_t> host_errors, fec_counters& counters,
                      received_slots& slots);
    void receive_errors(const line_view& block, std::span<const std::uint32_t> wrong,
                        fec_counters& counters, received_slots& slots);
    /// Whether the code corrects a group's wrong bits for certain; then `outcome_` says how.
    bool correct(std::span<const std::uint32_t> wrong);
    void decode(std::span<const std::uint16_t> symbols, std::uint64_t group,
                coding::descrambler& descrambler, fec_counters& counters, received_slots& slots);
    void count(std::uint64_t group, const codeword_outcome& word, fec_counters& counters) const;

    const line_geometry geometry_;
    const coding::striping striping_;
    payload_codec codec_;
    received_lanes tables_;
    line_reader reader_;
    error_placement errors_;
    reference_groups reference_;
    lane_frame materialised_;
    std::shared_ptr<std::vector<coding::flit>> flits_;  ///< decoded from the block at hand
    group_outcome outcome_;
};

}  // namespace luxlane::wide_link
