#pragma once

#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/coding/flit_run.h"

namespace luxlane {

/// Flits that cross between an accelerator and its PHY in one transport, in order. Their payload is
/// shared, not copied.
///
/// Towards the PHY: the target takes the first `accepted` flits (its FIFO's free space) and says by
/// the backward path when there is room again. Towards the accelerator: it must take all (credits
/// guarantee the room); `lost_before[i]` counts the flit slots that were lost (uncorrectable
/// codeword or bad CRC) immediately before run i, `lost_after` those behind the last. An empty
/// `lost_before` means that none were.
struct flit_burst {
    std::vector<coding::flit_run> runs;
    std::size_t accepted = 0;
    std::vector<std::uint32_t> lost_before;
    std::uint32_t lost_after = 0;
    /// When the last flit's first bit left the far accelerator's PHY input, for latency statistics.
    sc_core::sc_time sent;

    /// Flits of all runs together.
    std::size_t size() const {
        std::size_t flits = 0;
        for (const auto& run : runs) {
            flits += run.size();
        }
        return flits;
    }
};

/// Traits of the flit protocol for TLM sockets.
struct flit_protocol {
    using tlm_payload_type = flit_burst;
    using tlm_phase_type = tlm::tlm_phase;
};

}  // namespace luxlane
