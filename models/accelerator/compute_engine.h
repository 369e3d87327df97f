#pragma once

#include <cstdint>
#include <systemc>

#include "models/accelerator/descriptor_ring.h"
#include "models/accelerator/hbm.h"

namespace luxlane::collective {

/// Runs the COMPUTE ring: sums and copies, in chunks so that the other engines get their share of
/// the memory's bandwidth in between.
class compute_engine {
public:
    struct config {
        std::uint32_t chunk_bytes;  ///< of the destination; a multiple of 4
        double seconds_per_byte;    ///< the reduction unit's own limit
    };
    struct counters {
        std::uint64_t bytes_reduced = 0;
        std::uint64_t bytes_copied = 0;
        sc_core::sc_time busy;
    };

    compute_engine(const config& settings, descriptor_ring& ring, hbm& memory);

    /// Does what can be done at `now`; returns whether anything changed.
    bool step(const sc_core::sc_time& now);
    /// When step() has something to do next by itself; sc_max_time() if nothing.
    sc_core::sc_time wake() const;
    /// Forgets the descriptor in progress; chunks already written stay written.
    void reset() { state_ = {}; }

    const counters& count() const { return counters_; }

private:
    struct state {
        bool active = false;
        std::uint32_t offset = 0;
        std::uint32_t length = 0;
        sc_core::sc_time began = sc_core::SC_ZERO_TIME;
        sc_core::sc_time next_at = sc_core::SC_ZERO_TIME;  ///< the next chunk can begin
        sc_core::sc_time done_at = sc_core::SC_ZERO_TIME;  ///< the last begun chunk is in memory
    };

    void run_chunk(const descriptor& work, const sc_core::sc_time& now);

    config config_;
    descriptor_ring& ring_;
    hbm& memory_;
    state state_;
    counters counters_;
};

}  // namespace luxlane::collective
