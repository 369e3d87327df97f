#pragma once

#include <cstdint>

namespace luxlane::riscv {

/// Privilege levels as the privileged architecture encodes them (The RISC-V Instruction Set
/// Manual, Volume II, table 1.1).
enum class privilege_level : uint8_t { user = 0, supervisor = 1, machine = 3 };

/// The index that the decoder gives to x0 as a destination, so that no handler tests for it.
inline constexpr unsigned sink_register = 32;

/// Everything architectural that a hart remembers: copying it is a snapshot.
/// `mip` holds the levels of the interrupt lines; the platform sets them, software only reads them.
struct hart_state {
    uint64_t x[33] = {};  ///< x0..x31, then the sink of writes to x0
    uint64_t pc = 0;
    privilege_level privilege = privilege_level::machine;

    uint64_t mstatus = 0;
    uint64_t mie = 0;
    uint64_t mip = 0;
    uint64_t mtvec = 0;
    uint64_t mscratch = 0;
    uint64_t mepc = 0;
    uint64_t mcause = 0;
    uint64_t mtval = 0;
    uint64_t mcountinhibit = 0;
    uint64_t mcycle = 0;    ///< instructions and traps, plus the idle cycles of the platform
    uint64_t minstret = 0;  ///< instructions that completed

    /// LR's reservation: SC succeeds while this address still holds this value.
    uint64_t reservation_address = 0;
    uint64_t reservation_value = 0;
    uint8_t reservation_bytes = 0;  ///< 0: no reservation

    bool waiting = false;  ///< WFI has been executed and no enabled interrupt has come since

    bool operator==(const hart_state&) const = default;
};

/// Exception codes of mcause (Volume II, table 3.6).
enum class exception_cause : uint64_t {
    instruction_access_fault = 1,
    illegal_instruction = 2,
    breakpoint = 3,
    load_address_misaligned = 4,
    load_access_fault = 5,
    store_address_misaligned = 6,
    store_access_fault = 7,
    machine_call = 11,
};

/// Interrupt codes of mcause, which are also the bits of mip and mie.
inline constexpr unsigned machine_software_interrupt = 3;
inline constexpr unsigned machine_timer_interrupt = 7;
inline constexpr unsigned machine_external_interrupt = 11;

/// Fields of mstatus that exist in a hart with M mode only.
inline constexpr uint64_t MSTATUS_MIE = 1u << 3;
inline constexpr uint64_t MSTATUS_MPIE = 1u << 7;
inline constexpr uint64_t MSTATUS_MPP = 3u << 11;

}  // namespace luxlane::riscv
