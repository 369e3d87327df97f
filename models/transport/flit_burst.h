#pragma once

#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/coding/flit.h"

namespace luxlane {

/// Flits that cross between an accelerator and its PHY in one transport, in order.
///
/// Towards the PHY: the target takes the first `accepted` flits (its FIFO's free space) and says by
/// the backward path when there is room again. Towards the accelerator: it must take all (credits
/// guarantee the room); `lost_before[i]` counts the flit slots that were lost (uncorrectable
/// codeword or bad CRC) immediately before flit i, `lost_after` those behind the last.
struct flit_burst {
    std::vector<coding::flit> flits;
    std::size_t accepted = 0;
    std::vector<std::uint32_t> lost_before;
    std::uint32_t lost_after = 0;
    /// When the last flit's first bit left the far accelerator's PHY input, for latency statistics.
    sc_core::sc_time sent;
};

/// Traits of the flit protocol for TLM sockets.
struct flit_protocol {
    using tlm_payload_type = flit_burst;
    using tlm_phase_type = tlm::tlm_phase;
};

}  // namespace luxlane
