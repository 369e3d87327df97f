#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "models/accelerator/accelerator_config.h"
#include "models/accelerator/compute_engine.h"
#include "models/accelerator/descriptor_ring.h"
#include "models/accelerator/flit_link.h"
#include "models/accelerator/hbm.h"
#include "models/accelerator/receive_engine.h"
#include "models/accelerator/send_engine.h"
#include "models/common/device.h"
#include "models/transport/flit_burst.h"
#include "models/transport/frame_sockets.h"

namespace luxlane {

/// Accelerator: HBM, three descriptor rings, and the engines that send, receive and sum tensors.
/// Modelled: HBM bandwidth shared by the engines and its latency, descriptor fetch, credit flow
/// control, loss detection, data to the bit. Not modelled: HBM banks and refresh, the matrix units.
/// Timing: everything happens in one process, at the times the engines ask for.
/// Link state (credits, sequence numbers) survives a reset, as it is shared with the far end.
class accelerator : public device {
public:
    /// The HBM for harts; addresses count from its beginning; gives DMI.
    tlm_utils::simple_target_socket<accelerator> memory;
    /// Fetches descriptors, at board addresses.
    tlm_utils::simple_initiator_socket<accelerator> dma;
    payload_initiator_socket<flit_protocol> flits_out;
    payload_target_socket<flit_protocol> flits_in;

    /// std::invalid_argument for a configuration that cannot be built, std::runtime_error if the
    /// host has no address space for the HBM.
    accelerator(const sc_core::sc_module_name& name, const accelerator_config& config);

    /// The PHY carries traffic from now on, or no longer. Down at the beginning.
    /// A hart that runs ahead may say so early: it counts from the absolute time `at`.
    void link_up(bool up, const sc_core::sc_time& at = sc_core::sc_time_stamp());

    /// The HBM's content, for loaders and checks; byte 0 is board address `memory_base`.
    std::span<std::byte> memory_content() { return hbm_.storage(); }
    /// The same by board address. std::out_of_range outside the HBM.
    void read_memory(std::uint64_t address, std::span<std::byte> to) const {
        hbm_.read(address, to);
    }
    void write_memory(std::uint64_t address, std::span<const std::byte> from) {
        hbm_.write(address, from);
    }

private:
    void on_reset() override;
    void update_irq() override;

    void step();
    void take_link_changes(const sc_core::sc_time& present);
    void hook_registers();
    void hook_ring_registers();
    void count_statistics();
    void reset_ring(collective::ring_id id);
    void take_snapshot();
    collective::descriptor_ring make_ring(collective::ring_id id);
    collective::descriptor_ring& ring(std::uint32_t id) { return rings_[id]; }
    bool fetch(std::uint64_t address, std::byte* to, sc_core::sc_time& delay);
    void memory_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    unsigned memory_debug(tlm::tlm_generic_payload& transaction);
    bool memory_dmi(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi);

    accelerator_config config_;
    collective::hbm hbm_;
    collective::flit_link link_;
    std::array<collective::descriptor_ring, collective::ring_count> rings_;
    collective::send_engine send_;
    collective::receive_engine receive_;
    collective::compute_engine compute_;
    struct link_change {
        sc_core::sc_time at;
        bool up;
    };
    std::deque<link_change> link_changes_;  ///< still to come, by time
    sc_core::sc_event step_event_;
};

}  // namespace luxlane
