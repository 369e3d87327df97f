#pragma once

#include <cstdint>
#include <vector>

#include "models/coding/flit_run.h"

namespace luxlane::wide_link {

/// What a received slot turned out to hold.
enum class slot_kind : std::uint8_t {
    flit,
    idle,
    marked,   ///< a codeword of it is uncorrectable: whatever it seems to hold
    invalid,  ///< blocks that no sender makes
    bad_crc   ///< a flit with a wrong CRC, or one that no sender makes
};

/// Consecutive slots of a received block with the same contents.
struct received_run {
    slot_kind kind = slot_kind::idle;
    std::uint32_t slots = 0;
    coding::flit_run flits;    ///< of flits
    std::uint32_t number = 0;  ///< link number of the first flit, and its sender
    bool numbered = false;     ///< the numbers of the others follow it; else all have the same
    /// Payload of the control block of type 4Bh in the first of idle slots; 0 is none.
    std::uint64_t ordered_set = 0;

    bool lost() const { return kind != slot_kind::flit && kind != slot_kind::idle; }
};

/// The slots of a received block, in order, in as few runs as there can be.
class received_slots {
public:
    const std::vector<received_run>& runs() const { return runs_; }
    void clear() { runs_.clear(); }

    void add_flits(const coding::flit_run& flits, std::uint32_t number, bool numbered);
    void add_idle(std::uint32_t slots, std::uint64_t ordered_set);
    void add_lost(slot_kind kind, std::uint32_t slots = 1);
    /// Slots of all runs together.
    std::uint32_t slots() const;
    std::uint32_t flits() const;  ///< good ones
    std::uint32_t lost() const;   ///< slots whose contents are lost

private:
    std::vector<received_run> runs_;
};

}  // namespace luxlane::wide_link
