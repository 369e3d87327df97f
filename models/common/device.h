#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/common/interrupt.h"
#include "models/common/register_bank.h"
#include "models/common/statistics.h"

namespace luxlane {

/// A memory-mapped device: one register socket in front of a register bank, one interrupt line,
/// reset, and statistics. A derived class adds hooks to `bank_` in its constructor and sets its
/// state in `on_reset`. Register accesses take `access_latency` and never wait.
///
/// The local time of the accessing initiator, `sc_time_stamp() + delay`, is available to hooks as
/// `now()`; a device that schedules must use `schedule(event, at)` so that a decoupled caller's
/// offset counts.
class device : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<device> registers;
    interrupt_source irq;

    /// Registers and state to their documented values. Safe at any time, twice as well as once.
    void reset();

    const register_bank& bank() const { return bank_; }
    register_bank& bank() { return bank_; }
    const luxlane::statistics& stats() const { return statistics_; }

    /// Electrical energy drawn since construction, J, by part of the link's budget (physics.md 6),
    /// integrated from activity up to the current simulated time; empty for blocks outside the
    /// budget.
    struct energy_part {
        std::string block;
        double joules;
        bool behind_converters = true;  ///< supplied by the module's DC-DC converters
    };
    virtual std::vector<energy_part> energy() const { return {}; }

protected:
    device(const sc_core::sc_module_name& name, const register_map& map,
           sc_core::sc_time access_latency = sc_core::sc_time(10, sc_core::SC_NS));

    /// State beside the registers back to its reset values; the bank is already reset.
    virtual void on_reset() = 0;
    /// Derives the interrupt level from state; called after every register write and reset.
    virtual void update_irq() {}

    /// Simulated time as the current register access sees it.
    sc_core::sc_time now() const { return sc_core::sc_time_stamp() + access_offset_; }
    /// Notifies `event` at absolute time `at` (not before now()).
    void schedule(sc_core::sc_event& event, const sc_core::sc_time& at) const;

    register_bank bank_;
    luxlane::statistics statistics_;

private:
    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& transaction);
    access_status access(tlm::tlm_generic_payload& transaction, bool debug);

    sc_core::sc_time access_latency_;
    sc_core::sc_time access_offset_ = sc_core::SC_ZERO_TIME;
};

}  // namespace luxlane
