#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <systemc>
#include <vector>

#include "models/accelerator/descriptor_ring.h"
#include "models/accelerator/flit_link.h"
#include "models/accelerator/hbm.h"
#include "models/transport/flit_burst.h"

namespace luxlane::collective {

/// Takes the flits that arrive, gives their credits back, and places the messages, in order, where
/// the descriptors of the RECEIVE ring say. Flits without a descriptor wait in the receiver buffer.
/// A gap in the sequence numbers ends the message it falls into with an error.
class receive_engine {
public:
    struct config {
        std::string name;  ///< of the object that fails if the far end overruns the buffer
        std::uint32_t buffer_flits;  ///< the credits that the far end was given
    };
    struct counters {
        std::uint64_t bytes = 0;
        std::uint64_t flits = 0;
        std::uint64_t flits_lost = 0;  ///< data flits missing from the sequence
        std::uint64_t slots_lost = 0;  ///< reported by the PHY, whatever was in them
        std::uint32_t peak_buffered = 0;
        sc_core::sc_time busy;
        std::uint64_t bursts = 0;
        sc_core::sc_time latency_sum;  ///< of bursts whose sender wrote down when they left
        sc_core::sc_time latency_least = sc_core::sc_max_time();
    };

    receive_engine(const config& settings, descriptor_ring& ring, hbm& memory, flit_link& link);

    /// Flits that will have arrived at `at`.
    void accept(const flit_burst& burst, const sc_core::sc_time& at);

    /// Does what can be done at `now`; returns whether anything changed. std::logic_error if the
    /// far end sent more than its credits.
    bool step(const sc_core::sc_time& now);
    /// When step() has something to do next by itself; sc_max_time() if nothing.
    sc_core::sc_time wake() const;

    bool in_message() const { return state_.in_message; }
    /// Forgets the message in progress. With `drop`, also frees what the buffer holds, and the rest
    /// of a message whose beginning was dropped.
    void reset(bool drop);

    const counters& count() const { return counters_; }
    std::uint32_t buffered() const { return buffered_; }

private:
    /// A run of flits of which `flits.begin` is the next to be placed.
    struct batch {
        coding::flit_run flits;
        bool loss = false;  ///< data flits are missing before the next one
    };
    struct arrival {
        sc_core::sc_time at;
        sc_core::sc_time sent;
        std::vector<coding::flit_run> runs;
        std::uint64_t lost_before = 0;
        std::uint32_t lost_after = 0;
    };
    struct state {
        bool in_message = false;
        bool completing = false;
        bool discarding = false;   ///< until the next start of a message
        std::uint32_t offset = 0;  ///< bytes of the message placed so far
        sc_core::sc_time began = sc_core::SC_ZERO_TIME;
        sc_core::sc_time complete_at = sc_core::SC_ZERO_TIME;
    };

    void take(const arrival& burst);
    void take(coding::flit_run run);
    bool drain(const sc_core::sc_time& now);
    ring_error_code place(const descriptor& work, const coding::flit& from, bool loss,
                          const sc_core::sc_time& now);
    void fail(ring_error_code code);
    void drop_front();

    config config_;
    descriptor_ring& ring_;
    hbm& memory_;
    flit_link& link_;
    std::deque<arrival> arrivals_;  ///< on their last nanoseconds of the way
    std::deque<batch> buffer_;
    std::uint32_t buffered_ = 0;  ///< data flits in `buffer_`
    state state_;
    counters counters_;
};

}  // namespace luxlane::collective
