#pragma once

#include <algorithm>
#include <cstdint>

#include "models/coding/flit.h"

namespace luxlane::collective {

/// Credits and sequence numbers of one end of a flit link. It belongs to the link, not to the
/// device: it survives a reset of the accelerator, so that both ends stay in step when one is
/// reset.
///
/// Every flit carries the sender's count of flits that its own receiver has freed so far
/// (`credits`, 24 bits), and a sequence number: its own for a data flit, that of the next data flit
/// for a credit flit, which therefore shows a loss just as well.
struct flit_link {
    bool up = false;               ///< the PHY carries traffic
    std::uint32_t sent = 0;        ///< data flits handed to the PHY, mod 2^32
    std::uint32_t peer_freed = 0;  ///< newest count received from the far end
    std::uint32_t freed = 0;       ///< own receiver: flits consumed or lost, mod 2^32
    std::uint32_t told = 0;        ///< the value of `freed` that was sent last
    std::uint16_t expected = 0;    ///< sequence of the next data flit to arrive
    bool answer_due = false;       ///< the far end asked for a credit flit
    bool asking = false;           ///< something was lost and nothing heard since: ask where the
                                   ///< far end is

    std::uint16_t next_sequence() const { return static_cast<std::uint16_t>(sent); }

    /// Data flits that may be sent now, when the far buffer holds `limit`.
    std::uint32_t credits(std::uint32_t limit) const {
        const std::uint32_t in_flight = sent - peer_freed;
        return limit - std::min(in_flight, limit);
    }
    /// `count`: 24 bits of the far end's. A buffer is far smaller than half of what they tell
    /// apart: the other half are counts from before the newest.
    void hear(std::uint32_t count) {
        const std::uint32_t more = (count - peer_freed) & coding::flit_credit_mask;
        if (more <= coding::flit_credit_mask / 2) {
            peer_freed += more;
        }
    }
    /// What an outgoing flit says in `credits`.
    std::uint32_t credit_count() const { return freed & coding::flit_credit_mask; }
};

/// Flag of a credit flit: the receiver answers with a flit of its own.
inline constexpr std::uint8_t flit_question = 4;

}  // namespace luxlane::collective
