// Exceptions, interrupts, MRET and WFI against the privileged manual, 20211203.

#include <catch2/catch.hpp>

#include "testbenches/unit/riscv/machine.h"

using namespace luxlane::riscv;
using namespace luxlane::riscv::assembler;

namespace {

constexpr uint64_t base = machine::ram_base;
constexpr uint64_t handler = base + 0x1000;
constexpr uint64_t MIE = 8, MPIE = 0x80, MPP = 0x1800;

struct bench {
    bench() : core(0, board) {
        core.state.mtvec = handler;
        code nops(handler);
        for (int i = 0; i < 64; ++i) {
            nops.word(nop);
        }
        board.load(nops);
    }
    template <typename... words>
    void load(words... encodings) {
        code c(base);
        c.emit(encodings...);
        board.load(c);
    }
    machine board;
    hart core;
};

}  // namespace

TEST_CASE("exceptions save pc, cause and value, and stack the interrupt enable") {
    struct expectation {
        uint32_t encoding;
        uint64_t cause;
        uint64_t value;
    };
    const auto [encoding, cause, value] = GENERATE(
        expectation{ecall, 11, 0}, expectation{ebreak, 3, base + 4},
        expectation{0xffffffff, 2, 0xffffffff}, expectation{0x10200073, 2, 0x10200073},  // sret
        expectation{0x00002053, 2, 0x00002053},                                          // fadd.s
        expectation{0x00200073, 2, 0x00200073});
    bench b;
    b.load(nop, encoding);
    b.core.state.mstatus |= MIE;
    const run_result result = b.core.run(2);
    CHECK(result.executed == 2);
    CHECK(b.core.state.mcause == cause);
    CHECK(b.core.state.mtval == value);
    CHECK(b.core.state.mepc == base + 4);
    CHECK(b.core.state.pc == handler);
    CHECK(b.core.state.mstatus == (MPP | MPIE));
    // Volume II, 3.3.1: ECALL and EBREAK do not retire; neither does what faults.
    CHECK(b.core.state.minstret == 1);
    CHECK(b.core.state.mcycle == 2);
}

TEST_CASE("MRET returns and restores the interrupt enable") {
    const bool enabled = GENERATE(false, true);
    bench b;
    b.load(mret);
    b.core.state.mepc = base + 0x80;
    b.core.state.mstatus = MPP | (enabled ? MPIE : MIE);
    b.core.run(1);
    CHECK(b.core.state.pc == base + 0x80);
    CHECK(b.core.state.mstatus == (MPP | MPIE | (enabled ? MIE : 0)));
    CHECK(b.core.state.minstret == 1);
}

TEST_CASE("exceptions go to the base also in the vectored mode, interrupts to their entry") {
    bench b;
    b.load(ecall, nop);
    b.core.state.mtvec = handler | 1;
    b.core.run(1);
    CHECK(b.core.state.pc == handler);
    b.core.state.pc = base + 4;
    b.core.state.mstatus |= MIE;
    b.core.state.mie = 1u << 7;
    b.core.set_interrupt(7, true);
    b.core.run(1);
    CHECK(b.core.state.pc == handler + 4 * 7 + 4);
    CHECK(b.core.state.mcause == (uint64_t{1} << 63 | 7));
    CHECK(b.core.state.mepc == base + 4);
    CHECK(b.core.state.mtval == 0);
}

TEST_CASE("interrupts need mie and mstatus.MIE, and come as external, software, timer") {
    bench b;
    b.load(nop, nop, nop, nop);
    for (const unsigned cause : {3u, 7u, 11u}) {
        b.core.set_interrupt(cause, true);
    }
    CHECK(b.core.state.mip == (1u << 3 | 1u << 7 | 1u << 11));
    b.core.state.mie = b.core.state.mip;
    b.core.run(1);
    CHECK(b.core.state.pc == base + 4);  // MIE is off
    for (const unsigned expected : {11u, 3u, 7u}) {
        b.core.state.pc = base;
        b.core.state.mstatus |= MIE;
        b.core.run(1);
        CHECK(b.core.state.mcause == (uint64_t{1} << 63 | expected));
        CHECK((b.core.state.mstatus & MIE) == 0);
        b.core.set_interrupt(expected, false);
    }
    b.core.state.pc = base;
    b.core.state.mstatus |= MIE;
    b.core.run(1);
    CHECK(b.core.state.pc == base + 4);
    CHECK_THROWS_AS(b.core.set_interrupt(5, true), std::invalid_argument);
}

TEST_CASE("an interrupt that a device access raises comes before the next instruction") {
    bench b;
    b.load(lw(a1, a0, 0), addi(a2, zero, 1));
    b.core.state.x[a0] = machine::device_base;
    b.core.state.mstatus |= MIE;
    b.core.state.mie = 1u << 11;
    b.board.on_device = [&](uint64_t, bool) { b.core.set_interrupt(11, true); };
    b.core.run(2);
    CHECK(b.core.state.mepc == base + 4);
    CHECK(b.core.state.x[a2] == 0);
    CHECK(b.core.state.pc == handler + 4);
}

TEST_CASE("enabling a pending interrupt by a CSR write takes it before the next instruction") {
    bench b;
    b.load(csrrsi(zero, 0x300, 8), addi(a2, zero, 1));
    b.core.state.mie = 1u << 3;
    b.core.set_interrupt(3, true);
    b.core.run(2);
    CHECK(b.core.state.mepc == base + 4);
    CHECK(b.core.state.x[a2] == 0);
}

TEST_CASE("WFI sleeps until an enabled line rises, whatever mstatus.MIE says") {
    const bool taken = GENERATE(false, true);
    bench b;
    b.load(nop, wfi, nop, nop);
    b.core.state.mie = 1u << 7;
    if (taken) {
        b.core.state.mstatus |= MIE;
    }
    run_result result = b.core.run(100);
    CHECK(result.reason == stop_reason::wfi);
    CHECK(result.executed == 2);
    CHECK(b.core.state.pc == base + 8);
    CHECK(b.core.state.minstret == 2);

    b.core.set_interrupt(11, true);  // not enabled
    CHECK_FALSE(b.core.wake_pending());
    result = b.core.run(100);
    CHECK(result.reason == stop_reason::wfi);
    CHECK(result.executed == 0);

    b.core.add_idle_cycles(1000);
    b.core.set_interrupt(7, true);
    CHECK(b.core.wake_pending());
    result = b.core.run(1);
    CHECK(result.executed == 1);
    CHECK(b.core.state.pc == (taken ? handler + 4 : base + 12));
    CHECK(b.core.state.mepc == (taken ? base + 8 : 0));
    CHECK(b.core.state.mcycle == 1003);
    CHECK(b.core.state.minstret == 3);
}

TEST_CASE("WFI with a pending enabled interrupt goes straight on") {
    bench b;
    b.load(wfi, nop, nop);
    b.core.state.mie = 1u << 7;
    b.core.set_interrupt(7, true);
    const run_result result = b.core.run(2);
    CHECK(result.reason == stop_reason::budget);
    CHECK(b.core.state.pc == base + 8);
}

TEST_CASE("a jump to nowhere is an instruction access fault at the target") {
    bench b;
    b.load(jalr(zero, a0, 0));
    b.core.state.x[a0] = 0x40000000;
    const run_result result = b.core.run(3);
    CHECK(result.executed == 3);
    CHECK(b.core.state.mcause == 1);
    CHECK(b.core.state.mepc == 0x40000000);
    CHECK(b.core.state.mtval == 0x40000000);
    CHECK(b.core.state.pc == handler + 4);
    CHECK(b.core.state.minstret == 2);
}

TEST_CASE("a fetch that faults in its second half reports that half's address") {
    machine board(4096);
    code c(base + 4094);
    c.half(0x0013);  // the first half of a nop
    board.load(c);
    hart core(0, board, {.reset_pc = base + 4094});
    core.state.mtvec = base;
    core.run(1);
    CHECK(core.state.mcause == 1);
    CHECK(core.state.mepc == base + 4094);
    CHECK(core.state.mtval == base + 4096);
}

TEST_CASE("a handler that cannot begin locks the hart up instead of looping") {
    bench b;
    b.load(ecall);
    SECTION("mtvec points to nowhere") {
        b.core.state.mtvec = 0;
        const run_result result = b.core.run(1'000'000);
        CHECK(result.reason == stop_reason::locked_up);
        CHECK(result.executed == 2);
        CHECK(b.core.state.mcause == 1);
        CHECK(b.core.state.mepc == 0);
    }
    SECTION("mtvec points to zeros") {
        b.core.state.mtvec = base + 0x2000;
        const run_result result = b.core.run(1'000'000);
        CHECK(result.reason == stop_reason::locked_up);
        CHECK(b.core.state.mcause == 2);
    }
    SECTION("also one cycle at a time") {
        b.core.state.mtvec = 0;
        CHECK(b.core.run(1).reason == stop_reason::budget);
        CHECK(b.core.run(1).reason == stop_reason::locked_up);
    }
}

TEST_CASE("a handler that traps further on uses up its budget") {
    bench b;
    b.load(ecall);
    code c(handler);
    c.emit(nop, ecall);
    b.board.load(c);
    const run_result result = b.core.run(1001);
    CHECK(result.reason == stop_reason::budget);
    CHECK(result.executed == 1001);
    CHECK(b.core.state.minstret == 500);
}

TEST_CASE("reset keeps the interrupt lines and nothing else") {
    bench b;
    b.core.state.x[a0] = 5;
    b.core.state.mscratch = 6;
    b.core.set_interrupt(7, true);
    b.load(nop, nop);
    b.core.run(2);
    for (int twice = 0; twice < 2; ++twice) {
        b.core.reset();
        hart_state expected;
        expected.pc = base;
        expected.mip = 1u << 7;
        expected.mstatus = MPP;
        CHECK(b.core.state == expected);
    }
}
