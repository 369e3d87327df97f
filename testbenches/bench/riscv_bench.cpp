// Instructions per second of the bare interpreter, in budgets of 10,000 as the platform runs it.

#include <benchmark/benchmark.h>

#include "testbenches/unit/riscv/machine.h"

namespace {

using namespace luxlane::riscv;
using namespace luxlane::riscv::assembler;

constexpr uint64_t base = machine::ram_base;
constexpr uint64_t data_base = base + 0x10000;
constexpr uint64_t budget = 10'000;

/// A checksum: shifts, additions and exclusive ors of registers.
code integer_loop() {
    code c(base);
    c.load_immediate(a0, 0x123456789abcdef1);
    c.load_immediate(a1, 0x9e3779b97f4a7c15);
    const uint64_t loop = c.here();
    for (int i = 0; i < 4; ++i) {
        c.emit(slli(t0, a0, 13), xor_(a0, a0, t0), srli(t0, a0, 7), xor_(a0, a0, t0));
        c.emit(add(a2, a2, a0), mul(a3, a2, a1), addi(a4, a4, 3), and_(a5, a3, a4));
    }
    c.word(jal(zero, c.to(loop)));
    return c;
}

/// A memory copy of 4 KiB, eight bytes at a time.
code memory_loop() {
    code c(base);
    const uint64_t outer = c.here();
    c.load_immediate(a0, data_base);
    c.load_immediate(a1, data_base + 0x2000);
    c.load_immediate(a2, data_base + 0x1000);
    const uint64_t loop = c.here();
    c.emit(ld(t0, a0, 0), ld(t1, a0, 8), sd(t0, a1, 0), sd(t1, a1, 8));
    c.emit(addi(a0, a0, 16), addi(a1, a1, 16));
    c.word(blt(a0, a2, c.to(loop)));
    c.word(jal(zero, c.to(outer)));
    return c;
}

/// Data-dependent short branches and calls.
code branch_loop() {
    code c(base);
    c.load_immediate(a0, 0x123456789abcdef1);
    const uint64_t over = c.here();
    c.word(nop);
    const uint64_t function = c.here();
    c.emit(addi(a2, a2, 1), jalr(zero, ra, 0));
    c.patch(over, jal(zero, static_cast<int32_t>(c.here() - over)));
    const uint64_t loop = c.here();
    c.emit(slli(t0, a0, 13), xor_(a0, a0, t0), srli(t0, a0, 7), xor_(a0, a0, t0));
    for (int bit = 0; bit < 4; ++bit) {
        c.emit(andi(t1, a0, 1 << bit), beq(t1, zero, 8), addi(a3, a3, 1));
    }
    c.word(jal(ra, c.to(function)));
    c.word(jal(zero, c.to(loop)));
    return c;
}

/// Reads of a device register, each a call of the bus.
code poll_loop() {
    code c(base);
    c.load_immediate(a0, machine::device_base);
    const uint64_t loop = c.here();
    c.word(lw(t0, a0, 0));
    c.word(beq(t0, zero, c.to(loop)));
    return c;
}

void run_program(benchmark::State& state, const code& program) {
    machine board;
    board.load(program);
    hart core(0, board);
    uint64_t instructions = 0;
    for (auto _ : state) {
        instructions += core.run(budget).executed;
    }
    state.SetItemsProcessed(static_cast<int64_t>(instructions));
}

BENCHMARK_CAPTURE(run_program, integer, integer_loop());
BENCHMARK_CAPTURE(run_program, memory, memory_loop());
BENCHMARK_CAPTURE(run_program, branches_and_calls, branch_loop());
BENCHMARK_CAPTURE(run_program, device_polls, poll_loop());

}  // namespace
