#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "models/riscv/block_cache.h"
#include "models/riscv/bus.h"
#include "models/riscv/decode.h"
#include "models/riscv/direct_memory.h"
#include "models/riscv/hart_state.h"

namespace luxlane::riscv {

struct hart_options {
    uint64_t reset_pc = 0x80000000;
    uint64_t vendor_id = 0;
    uint64_t architecture_id = 0;
    uint64_t implementation_id = 0;
    /// Value of the `time` CSR, in ticks of mtime; executed() is exact when it is called. Without
    /// it the CSR does not exist (reading it is an illegal instruction).
    std::function<uint64_t()> time = {};
};

/// Why run() came back.
enum class stop_reason : uint8_t {
    budget,     ///< the budget is used up
    shortened,  ///< shorten() has moved the end forward, and it has been reached
    wfi,        ///< asleep: nothing happens until an enabled interrupt line rises
    halted,     ///< request_halt()
    locked_up,  ///< the trap handler's first instruction traps to itself: nothing will ever change
};

struct run_result {
    uint64_t executed;  ///< cycles: instructions, and traps that replaced one
    stop_reason reason;
};

/// One RV64IMAC_Zicsr_Zifencei hart with M mode, as a decoded-block interpreter.
///
/// Architecture: The RISC-V Instruction Set Manual, Volume I 20191213 and Volume II 20211203, where
/// they leave a choice: misaligned loads and stores work in memory (bus.h says how devices answer),
/// misaligned LR, SC and AMO raise the misaligned exception; mtval holds the address of an access
/// fault, the encoding of an illegal instruction, the pc of an ebreak, otherwise 0; mtvec knows the
/// direct and the vectored mode and ignores writes of reserved ones; a store to code takes effect
/// with the next instruction, fence.i or not.
/// Not modelled: U and S mode, PMP, debug triggers.
/// Timing: one instruction is one cycle, and so is one trap. The budget of run() counts cycles, and
/// no result depends on how a run is divided into budgets.
class hart {
public:
    hart(uint64_t hart_id, bus& platform, hart_options options = {});
    hart(const hart&) = delete;
    hart& operator=(const hart&) = delete;

    /// Registers, CSRs and counters; not valid during run(). After changing memory that holds code
    /// call invalidate_code() too.
    hart_state state;

    /// Architectural reset: pc as given or from the options, everything else zero except the
    /// interrupt lines, which belong to the platform.
    void reset() { reset(options_.reset_pc); }
    void reset(uint64_t pc);

    /// Executes until `budget` cycles have passed or a stop_reason comes earlier.
    run_result run(uint64_t budget);

    // ---- allowed at any time, also from inside bus callbacks ----

    /// Cycles of the current run() before the instruction that accesses the bus; outside of run(),
    /// those of the last one.
    uint64_t executed() const;
    /// Address of the instruction that accesses the bus; outside of run(), of the next one.
    uint64_t current_pc() const;
    /// The run ends after the current instruction and at most `remaining` further ones.
    void shorten(uint64_t remaining);
    /// The run ends after the current instruction.
    void request_halt();
    /// Drives an interrupt line: `cause` is 3 (software), 7 (timer) or 11 (external), otherwise
    /// std::invalid_argument. Seen before the next instruction.
    void set_interrupt(unsigned cause, bool level);
    /// Somebody else (DMA, another hart, a debugger) has written this memory.
    void invalidate_code(uint64_t base, uint64_t size);
    /// The bus takes back its direct regions, or has new ones to offer.
    void drop_direct_regions();
    /// Another hart has stored to this memory: a reservation that intersects it ends.
    void cancel_reservation(uint64_t base, uint64_t size);

    // ---- between runs ----

    /// True if an interrupt is pending and enabled in mie: what WFI waits for.
    bool wake_pending() const { return (state.mip & state.mie) != 0; }
    /// Adds the cycles of a sleep, or of a stall (then also from inside a bus callback), to mcycle.
    void add_idle_cycles(uint64_t cycles);

private:
    struct trap_request {
        exception_cause cause;
        uint64_t value;
    };

    // interpreter.cpp
    run_result execute();

    // hart.cpp
    block* find_or_decode(const void* const* handlers);
    bool fetch_half(uint64_t address, uint16_t& half, bool& direct);
    block* make_single(const instruction& decoded, uint32_t bytes, const void* const* handlers);
    block* make_partial(block& from, uint64_t count, const void* end_handler);
    bool load_slow(uint64_t address, unsigned bytes, uint64_t& value, access_kind kind);
    bool store_slow(uint64_t address, unsigned bytes, uint64_t value, access_kind kind);
    bool raise(exception_cause cause, uint64_t value);
    void catch_up(uint64_t executed_now);
    void enter_trap(uint64_t cause, uint64_t value, uint64_t target);
    bool enter_exception();
    bool take_interrupt();
    void return_from_trap();

    // csr.cpp
    bool execute_csr(const decoded_instruction& code);
    bool read_csr(unsigned number, uint64_t& value);
    bool write_csr(unsigned number, uint64_t value);

    // atomic.cpp
    bool execute_atomic(const decoded_instruction& code);

    uint64_t id_;
    bus& bus_;
    hart_options options_;
    direct_memory memory_;
    block_cache cache_;

    // Where the interpreter is, written before anything that may look: `block_` is null between
    // blocks; `left_` is the budget behind `block_`'s last instruction, counted to `limit_`. While
    // a shortened run waits for its end, left_ may be negative modulo 2^64.
    block* block_ = nullptr;
    const decoded_instruction* code_ = nullptr;
    uint64_t limit_ = 0;
    uint64_t left_ = 0;

    uint64_t counted_ = 0;    // cycles of this run that mcycle and minstret already contain
    uint64_t unretired_ = 0;  // of the others, those in which no instruction completed
    trap_request trap_ = {};

    // Something outside of the instruction stream wants to be looked at before the next
    // instruction.
    bool attention_ = false;
    bool flush_requested_ = false;
    bool halt_requested_ = false;
    bool shortened_ = false;

    // Blocks that are not in the cache: one instruction from memory without a direct region, and
    // the head of a block at the end of the budget.
    struct loose_block {
        block header;
        decoded_instruction code[block_instructions + 1];
    };
    loose_block single_ = {};
    loose_block partial_ = {};
};

}  // namespace luxlane::riscv
