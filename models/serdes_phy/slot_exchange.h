#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "models/coding/flit_run.h"
#include "models/serdes_phy/received_slots.h"
#include "models/serdes_phy/retry_port.h"
#include "models/serdes_phy/slot_run.h"

namespace luxlane::wide_link {

/// What a received block brings the accelerator: runs in order, `lost_before` [run] and
/// `lost_after` flit slots that will never come.
struct delivered_flits {
    std::vector<coding::flit_run> runs;
    std::vector<std::uint32_t> lost_before;
    std::uint32_t lost_after = 0;
    bool empty() const { return runs.empty() && lost_after == 0; }
};

/// Slots for one payload block, whole groups.
struct filled_slots {
    std::vector<slot_run> runs;
    std::uint32_t slots = 0;
    std::uint32_t flits = 0;
    std::uint32_t freed = 0;  ///< flits that left the FIFO
    double waited_ps = 0.0;   ///< by them together, since they might have left
};

/// Names the two ends of a line in what they send, so that no end takes numbers and answers of its
/// own, which a loopback brings back, for the far end's. 1 and 2 are the ends, 3 is an end that
/// tests itself through the far end's loopback, 0 is nobody.
struct line_ends {
    std::uint8_t here = 0;
    std::uint8_t far = 0;  ///< whose slots are taken; if 0, anybody's
};

/// Between the accelerator's flits and the line's slots: the transmit FIFO and the link-layer
/// retry. Decides what the next slots carry and what of the received ones is delivered. With retry
/// off, flits pass without numbers, those in the FIFO are dropped when the link goes down, and
/// damaged slots are reported as lost. Pure: the caller keeps the time, in picoseconds.
class slot_exchange {
public:
    static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

    /// `fifo_flits`: flits that wait beside those of the replay buffer. std::invalid_argument, see
    /// check().
    slot_exchange(const retry_settings& settings, std::size_t fifo_flits, line_ends ends = {})
        : settings_(settings), fifo_flits_(fifo_flits), ends_(ends), retry_(settings) {}

    /// Whether the accelerator sees the link up.
    bool serving() const { return retry_.transmitter.serving(); }
    /// Flits that `take` accepts now.
    std::size_t room() const { return serving() ? fifo_flits_ - waiting_flits_ : 0; }
    /// Takes at most room() flits, of which none may go into a slot before `ready_ps`.
    void take(const coding::flit_run& run, std::uint64_t ready_ps);

    /// Whether payload passes.
    void link(bool up, std::uint64_t now_ps);
    /// This port is reset: all it holds is lost, and the far end will be told how much.
    void reset(std::uint64_t now_ps);

    /// When there is something for the next slots, `never` if at no time that is known yet. If that
    /// is `now_ps`, `fill` fills at least one group now.
    std::uint64_t wants_ps(std::uint64_t now_ps) const;
    /// When `expire` has to be called.
    std::uint64_t deadline_ps() const { return retry_.transmitter.deadline_ps(); }
    void expire(std::uint64_t now_ps) { retry_.transmitter.expire(now_ps); }
    /// Ends FLUSH by a new handshake, on management's word; no effect otherwise.
    void reinitialise(std::uint64_t now_ps) { retry_.transmitter.reinitialise(now_ps); }

    /// Fills at most `most` slots, whole groups of `group` slots; none if nothing is to be sent.
    filled_slots fill(std::uint32_t most, std::uint32_t group, std::uint64_t now_ps);
    /// Takes the slots of a received block.
    delivered_flits receive(const received_slots& slots, std::uint64_t now_ps);

    /// Flits dropped from the FIFO because the link went down.
    std::uint64_t discarded() const { return discarded_; }
    /// Flits and control ordered sets that were not the far end's, with retry on; nothing of them
    /// was taken.
    std::uint64_t foreign() const { return foreign_; }
    const retry_port& retry() const { return retry_; }

private:
    struct waiting_run {
        coding::flit_run flits;
        std::uint64_t ready_ps;
    };

    bool flits_ready(std::uint64_t now_ps) const {
        return !waiting_.empty() && serving() && waiting_.front().ready_ps <= now_ps;
    }
    /// Whether a flit of the FIFO can go into the next slot.
    bool flits_to_send(std::uint64_t now_ps) const {
        return flits_ready(now_ps) && retry_.transmitter.room() > 0 &&
               retry_.transmitter.state() != retry_transmitter_state::init;
    }
    bool from_far_end(std::uint32_t sender) const { return ends_.far == 0 || sender == ends_.far; }
    void add_control(coding::control_ordered_set set, filled_slots& out) const;
    void absorb(std::size_t most, std::uint64_t now_ps, filled_slots& out);

    retry_settings settings_;
    std::size_t fifo_flits_;
    line_ends ends_;
    retry_port retry_;
    bool link_up_ = false;
    std::deque<waiting_run> waiting_;
    std::size_t waiting_flits_ = 0;
    std::uint64_t discarded_ = 0;
    std::uint64_t foreign_ = 0;
    std::vector<numbered_run> numbered_;
};

}  // namespace luxlane::wide_link
