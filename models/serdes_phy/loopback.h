#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "models/serdes_phy/received_slots.h"
#include "models/serdes_phy/slot_run.h"

namespace luxlane::wide_link {

/// Loopbacks of the line side, one at a time; the values are those of LOOPBACK.MODE. `near`: what
/// is transmitted is received. `far_line`: received lane bits are sent back, lane by lane, before
/// the FEC. `far_fec`: received slots are sent back, corrected and coded anew.
/// `far_test`: the far end is in a far loopback, and this one tests the way there and back.
enum class loopback_mode : std::uint8_t { none, near, far_line, far_fec, far_test };

/// Received slots on their way back to the line. Lost ones go as empty slots, so that the end that
/// sent them sees the gap. Pure.
class slot_loop {
public:
    void clear() { slots_.clear(); }
    bool empty() const { return slots_.empty(); }

    void push(const received_slots& slots);
    /// The next slots, at most `most`, which is whole groups of `group` slots; the last group is
    /// filled up with empty ones.
    std::vector<slot_run> take(std::uint32_t most, std::uint32_t group);

    /// Slots that came damaged and went back empty.
    std::uint64_t lost() const { return lost_; }

private:
    std::deque<slot_run> slots_;
    std::uint64_t lost_ = 0;
};

}  // namespace luxlane::wide_link
