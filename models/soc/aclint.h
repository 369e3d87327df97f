#pragma once

#include <cstdint>
#include <vector>

#include "models/common/device.h"

namespace luxlane::soc {

struct aclint_config {
    unsigned harts = 1;  ///< 1..8
    /// Period of mtime; the board's device tree says 10 MHz.
    sc_core::sc_time tick = sc_core::sc_time(100, sc_core::SC_NS);
};

/// Software and timer interrupts of the harts, in the layout of SiFive's CLINT (as QEMU's `virt`).
/// Modelled: MSIP, MTIMECMP, a writable MTIME that follows simulated time. A 32-bit write of MTIME
/// keeps the other half as last written. Registers of harts that the board lacks have no effect.
/// Timing: the timer line rises exactly when MTIME reaches MTIMECMP.
class aclint : public device {
public:
    using config = aclint_config;

    /// Throws std::invalid_argument for a number of harts that is not 1..8, and for a tick of zero.
    aclint(const sc_core::sc_module_name& name, const config& options);

    /// Interrupt lines of a hart (cause 3 and cause 7); std::out_of_range if there is no such hart.
    interrupt_source& software(unsigned hart) { return software_.at(hart); }
    interrupt_source& timer(unsigned hart) { return timer_.at(hart); }

    /// MTIME at simulated time `at`.
    std::uint64_t ticks_at(const sc_core::sc_time& at) const;

private:
    void on_reset() override;
    void update_irq() override;
    void on_expiry();
    void schedule_expiry();

    aclint_config config_;
    /// MTIME less the ticks since the simulation began, modulo 2^64.
    std::uint64_t mtime_offset_ = 0;
    std::vector<interrupt_source> software_;
    std::vector<interrupt_source> timer_;
    sc_core::sc_event expiry_;
    sc_core::sc_time scheduled_ = sc_core::sc_max_time();  ///< when expiry_ is pending for
};

}  // namespace luxlane::soc
