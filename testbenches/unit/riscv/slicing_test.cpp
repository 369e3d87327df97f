// Exact budgets and positions: nothing may depend on how a run is cut into pieces.

#include <catch2/catch.hpp>

#include "testbenches/unit/riscv/machine.h"

using namespace luxlane::riscv;
using namespace luxlane::riscv::assembler;

namespace {

constexpr uint64_t base = machine::ram_base;
constexpr uint64_t handler = base + 0x1000;
constexpr uint64_t data_base = base + 0x2000;

/// A program with loops, calls, device accesses, atomics, ecalls, self-modification and interrupts,
/// which a device raises after a number of cycles and the handler withdraws.
void load_program(machine& board) {
    code c(base);
    c.load_immediate(s0, machine::device_base);
    c.load_immediate(s1, data_base);
    c.load_immediate(t0, handler);
    c.word(csrrw(zero, 0x305, t0));
    c.load_immediate(t0, 0x888);
    c.word(csrrw(zero, 0x304, t0));
    c.word(csrrsi(zero, 0x300, 8));
    c.load_immediate(s2, addi(a5, a5, 1));
    const uint64_t loop = c.here();
    c.half(c_addi(a0, 1));
    c.emit(mul(a1, a0, a0), sd(a1, s1, 8), ld(a2, s1, 8), add(a3, a3, a2));
    c.emit(sw(a0, s0, 0), lw(a4, s0, 4), amo(AMOADD, 3, a6, a0, s1));
    c.emit(amo(LR, 3, t1, zero, s1), amo(SC, 3, t2, a0, s1));
    c.word(auipc(t3, 0));
    c.emit(xori(s2, s2, 0x100 << 2), sw(s2, t3, 12));  // toggles a bit of the next immediate
    c.word(addi(a5, a5, 1));
    c.emit(andi(t4, a0, 3), bne(t4, zero, 8), ecall);
    c.emit(csrrs(s3, 0xb02, zero), xor_(s4, s4, s3));
    c.word(jal(zero, c.to(loop)));
    board.load(c);

    code h(handler);
    h.emit(csrrs(s5, 0x342, zero), add(s6, s6, s5), csrrs(s7, 0x341, zero), xor_(s8, s8, s7));
    h.emit(blt(s5, zero, 16), addi(s7, s7, 4), csrrw(zero, 0x341, s7), mret);
    h.emit(sw(zero, s0, 8), addi(s9, s9, 1), mret);
    board.load(h);
}

struct outcome {
    hart_state state;
    std::vector<std::byte> ram;
    uint64_t executed;
    uint64_t device_positions;  // a hash of where and when each device access happened
    bool operator==(const outcome&) const = default;
};

outcome run_sliced(uint64_t cycles, uint64_t slice, bool direct) {
    machine board(0x4000, direct);
    load_program(board);
    hart core(0, board);
    uint64_t before = 0;
    uint64_t hash = 0;
    board.on_device = [&](uint64_t address, bool write) {
        const uint64_t now = before + core.executed();
        hash = (hash ^ now ^ core.current_pc() ^ address) * 0x9e3779b97f4a7c15;
        if (write && address == machine::device_base) {
            core.set_interrupt(7, now % 5 == 0);
            core.set_interrupt(11, now % 7 == 0);
        } else if (write) {
            core.set_interrupt(7, false);
            core.set_interrupt(11, false);
        }
    };
    while (before < cycles) {
        const run_result result = core.run(std::min(slice, cycles - before));
        REQUIRE(result.executed > 0);
        REQUIRE(result.reason == stop_reason::budget);
        before += result.executed;
    }
    return {core.state, board.ram, before, hash};
}

}  // namespace

TEST_CASE("state, memory, counts and device accesses do not depend on the slices") {
    const uint64_t cycles = 40'003;
    const outcome whole = run_sliced(cycles, cycles, true);
    CHECK(whole.state.x[s9] > 100);  // interrupts came
    CHECK(whole.state.x[a0] > 1000);
    CHECK(whole.executed == cycles);
    CHECK(whole.state.mcycle == cycles);
    for (const uint64_t slice : {1u, 2u, 7u, 100u, 10'000u}) {
        INFO("slice " << slice);
        CHECK(run_sliced(cycles, slice, true) == whole);
    }
    CHECK(run_sliced(cycles, cycles, false) == whole);
    CHECK(run_sliced(cycles, 3, false) == whole);
}

TEST_CASE("executed() and current_pc() are exact inside a bus access") {
    machine board;
    code c(base);
    c.emit(nop, nop, lw(t0, a0, 0), nop, sw(t0, a0, 4), jal(zero, -20));
    board.load(c);
    hart core(0, board);
    core.state.x[a0] = machine::device_base;
    std::vector<uint64_t> counts;
    std::vector<uint64_t> places;
    board.on_device = [&](uint64_t, bool) {
        counts.push_back(core.executed());
        places.push_back(core.current_pc());
    };
    core.run(11);
    CHECK(counts == std::vector<uint64_t>{2, 4, 8, 10});
    CHECK(places == std::vector<uint64_t>{base + 8, base + 16, base + 8, base + 16});
    CHECK(core.executed() == 11);
    CHECK(core.current_pc() == base + 20);
}

TEST_CASE("shorten() ends the run that many instructions after the access") {
    const uint64_t remaining = GENERATE(0u, 1u, 2u, 3u, 5u, 1000u);
    machine board;
    code c(base);
    for (int i = 0; i < 8; ++i) {
        c.word(addi(a1, a1, 1));
    }
    c.emit(sw(a1, a0, 0), addi(a2, a2, 1), addi(a2, a2, 1), jal(zero, c.to(base) - 12));
    board.load(c);
    hart core(0, board);
    core.state.x[a0] = machine::device_base;
    bool first = true;
    board.on_device = [&](uint64_t, bool) {
        if (first) {
            core.shorten(remaining);
            core.shorten(remaining + 7);  // a later end does not move it back
        }
        first = false;
    };
    const run_result result = core.run(500);
    if (remaining == 1000) {
        CHECK(result.reason == stop_reason::budget);
        CHECK(result.executed == 500);
    } else {
        CHECK(result.reason == stop_reason::shortened);
        CHECK(result.executed == 9 + remaining);
        CHECK(core.state.mcycle == 9 + remaining);
        CHECK(core.run(10).executed == 10);
    }
}

TEST_CASE("shorten() from an access that faults leaves room for the handler") {
    struct refusing : machine {
        hart* core = nullptr;
        bus_status read(uint64_t address, void* data, unsigned bytes, access_kind kind) override {
            if (address == 0x666000) {
                core->shorten(2);
                return bus_status::fault;
            }
            return machine::read(address, data, bytes, kind);
        }
    } board;
    code c(base);
    c.emit(nop, lw(t0, a0, 0), nop, nop, nop);
    board.load(c);
    code h(handler);
    h.emit(nop, nop, nop);
    board.load(h);
    hart core(0, board);
    board.core = &core;
    core.state.mtvec = handler;
    core.state.x[a0] = 0x666000;
    const run_result result = core.run(100);
    CHECK(result.reason == stop_reason::shortened);
    CHECK(result.executed == 4);
    CHECK(core.state.pc == handler + 8);
}

TEST_CASE("request_halt() ends the run after the access") {
    machine board;
    code c(base);
    c.emit(nop, sw(zero, a0, 0), nop, jal(zero, -12));
    board.load(c);
    hart core(0, board);
    core.state.x[a0] = machine::device_base;
    board.on_device = [&](uint64_t, bool) { core.request_halt(); };
    const run_result result = core.run(100);
    CHECK(result.reason == stop_reason::halted);
    CHECK(result.executed == 2);
    CHECK(core.state.pc == base + 8);
}

TEST_CASE("a snapshot of the state continues identically in another hart") {
    machine first(0x4000);
    load_program(first);
    hart core(0, first);
    core.run(1234);
    machine second(0x4000);
    second.ram = first.ram;
    std::memcpy(second.device, first.device, sizeof first.device);
    hart other(0, second);
    other.state = core.state;
    core.run(4321);
    other.run(4321);
    CHECK(other.state == core.state);
    CHECK(second.ram == first.ram);
}

TEST_CASE("a budget of zero changes nothing") {
    machine board;
    load_program(board);
    hart core(0, board);
    const hart_state before = core.state;
    const run_result result = core.run(0);
    CHECK(result.executed == 0);
    CHECK(result.reason == stop_reason::budget);
    CHECK(core.state == before);
}
