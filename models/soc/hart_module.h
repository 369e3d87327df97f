#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <systemc>
#include <tlm>

#include "models/common/guest_access.h"
#include "models/common/statistics.h"
#include "models/riscv/bus.h"
#include "models/riscv/hart.h"

namespace luxlane::soc {

struct hart_module_config {
    double clock_hz = 500e6;
    /// Most instructions that one activation executes; no result depends on it.
    std::uint64_t quantum_instructions = 10000;
    std::uint64_t hart_id = 0;
    std::uint64_t reset_pc = 0x1000;
    /// Takes direct pointers to memories that offer them; no result depends on it.
    bool direct_memory = true;
    /// Ticks of mtime at a simulated time, for the `time` CSR (aclint::ticks_at); without it the
    /// CSR does not exist.
    std::function<std::uint64_t(const sc_core::sc_time&)> read_mtime;
};

/// A RISC-V hart on the TLM bus: temporal decoupling, direct memory and interrupts around the pure
/// instruction-set simulator riscv::hart.
///
/// Timing: instructions start at multiples of the clock period (rounded to whole picoseconds) and
/// take one cycle. The delay that a target annotates stalls the hart for whole cycles, rounded up;
/// they count in mcycle. A sleep (WFI) ends at the first clock edge at or after the interrupt.
///
/// Order: an instruction that starts at time t sees everything that events before or at t have
/// done, and nothing later. Therefore a run ends before the next pending event of the simulation,
/// is shortened when an access of its own makes an event pending, and begins one delta cycle late
/// if anything else is active at its time. Devices must act in the delta cycle of their timed
/// event. What other harts do reaches this one no sooner than `lookahead` after their own local
/// time.
class hart_module : public sc_core::sc_module,
                    private tlm::tlm_bw_transport_if<>,
                    private riscv::bus {
public:
    using config = hart_module_config;

    tlm::tlm_initiator_socket<32> bus;

    /// Throws std::invalid_argument if the clock is not within 1 Hz..1 THz or the quantum is 0.
    hart_module(const sc_core::sc_module_name& name, const config& options);
    ~hart_module() override;

    /// Where the next reset starts; before the simulation has started, where the hart starts.
    void set_reset_pc(std::uint64_t pc);
    /// Architectural reset, asleep, locked up or running; from inside one of its own bus accesses
    /// it takes effect behind that instruction.
    void reset();
    /// Drives interrupt line `cause`: 3 (software), 7 (timer) or 11 (external).
    void set_interrupt(unsigned cause, bool level);
    /// Smallest delay with which another hart can influence this one; unlimited by default. Throws
    /// std::invalid_argument for zero.
    void set_lookahead(const sc_core::sc_time& lookahead);
    /// Called once when the hart can never execute anything again; the error has been logged.
    void on_lockup(std::function<void()> callback) { on_lockup_ = std::move(callback); }

    riscv::hart& hart() { return hart_; }
    const riscv::hart& hart() const { return hart_; }
    const sc_core::sc_time& clock_period() const { return period_; }
    /// Start of the instruction that accesses the bus; between runs, of the next one.
    sc_core::sc_time local_time() const;
    bool locked_up() const { return state_.locked_up; }
    bool asleep() const { return state_.asleep; }

    const luxlane::statistics& stats() const { return statistics_; }

private:
    /// Everything beside the architectural state that the next activation depends on.
    struct run_state {
        sc_core::sc_time local_time;  ///< start of the next instruction; of the sleep, while asleep
        sc_core::sc_time limit;       ///< no instruction of this run starts here or later
        std::uint64_t stall_cycles = 0;  ///< of this run
        bool running = false;
        bool settled = false;  ///< has let the other activity of this time act first
        bool asleep = false;
        bool locked_up = false;
        bool reset_requested = false;
    };

    void activate();
    void execute();
    void apply_reset();
    void wake_up();
    std::uint64_t cycles_until(const sc_core::sc_time& from, const sc_core::sc_time& to) const;
    sc_core::sc_time cycles(std::uint64_t count) const;
    std::optional<sc_core::sc_time> next_event() const;

    riscv::bus_status transport(tlm::tlm_command command, std::uint64_t address, void* data,
                                unsigned bytes);
    void account(const sc_core::sc_time& delay);

    // riscv::bus
    riscv::bus_status read(std::uint64_t address, void* data, unsigned bytes,
                           riscv::access_kind kind) override;
    riscv::bus_status write(std::uint64_t address, const void* data, unsigned bytes,
                            riscv::access_kind kind) override;
    std::optional<riscv::direct_region> direct(std::uint64_t address) override;

    // tlm::tlm_bw_transport_if
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload&, tlm::tlm_phase&,
                                       sc_core::sc_time&) override;
    void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) override;

    hart_module_config config_;
    sc_core::sc_time period_;
    sc_core::sc_time lookahead_ = sc_core::sc_max_time();
    std::uint64_t reset_pc_;
    riscv::hart hart_;
    run_state state_;
    sc_core::sc_event wake_;
    std::function<void()> on_lockup_;

    tlm::tlm_generic_payload transaction_;
    guest_access accessor_;

    luxlane::statistics statistics_;
    std::uint64_t executed_ = 0;
    std::uint64_t stalled_ = 0;
    std::uint64_t slept_ = 0;
    std::uint64_t faults_ = 0;
};

}  // namespace luxlane::soc
