// Loads, stores, atomics and self-modifying code, with and without direct memory.

#include <catch2/catch.hpp>

#include "testbenches/unit/riscv/machine.h"

using namespace luxlane::riscv;
using namespace luxlane::riscv::assembler;

namespace {

constexpr uint64_t base = machine::ram_base;
constexpr uint64_t data_base = base + 0x2000;
constexpr uint64_t handler = base + 0x1000;

struct bench {
    explicit bench(bool direct = true) : board(1 << 20, direct), core(0, board) {
        core.state.mtvec = handler;
    }
    /// Executes `words` from the reset address.
    template <typename... words>
    run_result execute(words... encodings) {
        code c(base);
        c.emit(encodings...);
        board.load(c);
        core.invalidate_code(base, c.bytes().size());
        core.state.pc = base;
        return core.run(sizeof...(words));
    }
    machine board;
    hart core;
};

}  // namespace

TEST_CASE("loads extend as their names say") {
    const bool direct = GENERATE(true, false);
    bench b(direct);
    const uint64_t pattern = 0x8182838485868788;
    std::memcpy(b.board.at(data_base), &pattern, sizeof pattern);
    b.core.state.x[a0] = data_base;
    b.execute(lb(s2, a0, 0), lh(s3, a0, 0), lw(s4, a0, 0), ld(s5, a0, 0), lbu(s6, a0, 0),
              lhu(s7, a0, 0), lwu(s8, a0, 0));
    CHECK(b.core.state.x[s2] == 0xffffffffffffff88);
    CHECK(b.core.state.x[s3] == 0xffffffffffff8788);
    CHECK(b.core.state.x[s4] == 0xffffffff85868788);
    CHECK(b.core.state.x[s5] == pattern);
    CHECK(b.core.state.x[s6] == 0x88);
    CHECK(b.core.state.x[s7] == 0x8788);
    CHECK(b.core.state.x[s8] == 0x85868788);
}

TEST_CASE("misaligned accesses work in memory, also across pages") {
    const bool direct = GENERATE(true, false);
    const uint64_t offset = GENERATE(uint64_t{1}, uint64_t{0xffd});
    bench b(direct);
    b.core.state.x[a0] = data_base + offset;
    b.core.state.x[a1] = 0x1122334455667788;
    b.execute(sd(a1, a0, 0), ld(a2, a0, 0), lhu(a3, a0, 5), sw(a3, a0, 3), ld(a4, a0, 0));
    CHECK(b.core.state.x[a2] == 0x1122334455667788);
    CHECK(b.core.state.x[a3] == 0x2233);
    CHECK(b.core.state.x[a4] == 0x1100002233667788);
}

TEST_CASE("accesses that nobody answers are access faults with their address") {
    const bool direct = GENERATE(true, false);
    bench b(direct);
    const uint64_t nowhere = 0x40000000;
    b.core.state.x[a0] = nowhere;
    b.execute(lw(a1, a0, 8));
    CHECK(b.core.state.mcause == 5);
    CHECK(b.core.state.mtval == nowhere + 8);
    CHECK(b.core.state.mepc == base);
    CHECK(b.core.state.pc == handler);
    b.execute(sb(a1, a0, 3));
    CHECK(b.core.state.mcause == 7);
    CHECK(b.core.state.mtval == nowhere + 3);
    b.execute(amo(AMOADD, 2, a1, a2, a0));
    CHECK(b.core.state.mcause == 7);
    b.execute(amo(LR, 2, a1, zero, a0));
    CHECK(b.core.state.mcause == 5);

    // ROM can be read and refuses stores.
    b.core.state.x[a0] = machine::rom_base;
    b.execute(lw(a1, a0, 0), sw(a1, a0, 4));
    CHECK(b.core.state.mcause == 7);
    CHECK(b.core.state.mtval == machine::rom_base + 4);
    CHECK(b.core.state.mepc == base + 4);

    // The last bytes of memory belong to it, an access that leaves it faults as a whole.
    b.core.state.x[a0] = base + b.board.ram.size() - 8;
    b.core.state.x[a1] = ~uint64_t{0};
    b.execute(sd(a1, a0, 0), sd(zero, a0, 4));
    CHECK(b.core.state.mcause == 7);
    CHECK(b.core.state.mtval == base + b.board.ram.size() - 4);
    CHECK(b.board.word64(base + b.board.ram.size() - 8) == ~uint64_t{0});
}

TEST_CASE("a misaligned access to a device is an access fault, a wrong size too") {
    bench b;
    b.core.state.x[a0] = machine::device_base;
    b.board.device[1] = 0x80000001;
    b.execute(lw(a1, a0, 4), lw(a2, a0, 2));
    CHECK(b.core.state.x[a1] == 0xffffffff80000001);
    CHECK(b.core.state.mcause == 5);
    CHECK(b.core.state.mtval == machine::device_base + 2);
    b.execute(sd(a1, a0, 0));
    CHECK(b.core.state.mcause == 7);
}

TEST_CASE("an AMO works on memory and on a device register") {
    const bool device = GENERATE(false, true);
    bench b;
    b.core.state.x[a0] = device ? machine::device_base : data_base;
    b.core.state.x[a1] = 5;
    b.core.state.x[a2] = 0xffffffff;
    b.execute(sw(a1, a0, 0), amo(AMOADD, 2, a3, a2, a0), amo(AMOMIN, 2, a4, a2, a0),
              amo(AMOMAXU, 2, a5, a1, a0), amo(AMOSWAP, 2, a6, a1, a0));
    CHECK(b.core.state.x[a3] == 5);
    CHECK(b.core.state.x[a4] == 4);             // 5 + -1
    CHECK(b.core.state.x[a5] == ~uint64_t{0});  // min(4, -1), sign-extended
    CHECK(b.core.state.x[a6] == ~uint64_t{0});  // unsigned, 0xffffffff is above 5
    CHECK(b.core.state.mcause == 0);
}

TEST_CASE("misaligned atomics raise the misaligned exceptions") {
    bench b;
    b.core.state.x[a0] = data_base + 4;
    b.execute(amo(LR, 3, a1, zero, a0));
    CHECK(b.core.state.mcause == 4);
    CHECK(b.core.state.mtval == data_base + 4);
    b.execute(amo(SC, 3, a1, a2, a0));
    CHECK(b.core.state.mcause == 6);
    b.execute(amo(AMOADD, 3, a1, a2, a0));
    CHECK(b.core.state.mcause == 6);
}

TEST_CASE("SC succeeds once after LR to the same word that nobody has written") {
    bench b;
    auto& x = b.core.state.x;
    x[a0] = data_base;
    x[a1] = data_base + 8;
    x[a2] = 77;
    const uint32_t lr = amo(LR, 3, a3, zero, a0);
    const uint32_t sc = amo(SC, 3, a4, a2, a0);

    b.execute(lr, sc, amo(SC, 3, a5, a2, a0));
    CHECK(x[a4] == 0);
    CHECK(x[a5] == 1);  // the reservation is used up
    CHECK(b.board.word64(data_base) == 77);

    x[a2] = 78;
    b.execute(lr, amo(SC, 3, a4, a2, a1));  // another address
    CHECK(x[a4] == 1);
    b.execute(sc);  // and the failed one has ended the reservation
    CHECK(x[a4] == 1);
    CHECK(b.board.word64(data_base) == 77);

    b.execute(lr);
    b.core.cancel_reservation(data_base + 4, 4);
    b.execute(sc);
    CHECK(x[a4] == 1);

    b.execute(lr);
    const uint64_t stored_by_dma = 5;
    std::memcpy(b.board.at(data_base), &stored_by_dma, sizeof stored_by_dma);
    b.execute(sc);
    CHECK(x[a4] == 1);

    b.execute(lr);
    b.core.cancel_reservation(data_base + 8, 8);
    b.execute(sc);
    CHECK(x[a4] == 0);
}

TEST_CASE("a store into the running block takes effect with the next instruction") {
    const bool direct = GENERATE(true, false);
    bench b(direct);
    b.core.state.x[a0] = base;
    b.core.state.x[a1] = addi(a2, zero, 2);
    b.execute(addi(a2, zero, 1), sw(a1, a0, 8), addi(a2, zero, 1), nop);
    CHECK(b.core.state.x[a2] == 2);
    CHECK(b.core.state.pc == base + 16);
}

TEST_CASE("a store into a block that others are linked to is seen by them") {
    bench b;
    code c(base);
    c.word(addi(a3, zero, 2));   // +0
    c.word(jal(ra, 0x100));      // +4: the function at +0x104
    c.word(sw(a1, a0, 0));       // +8: changes its first instruction
    c.word(addi(a3, a3, -1));    // +12
    c.word(bne(a3, zero, -12));  // +16: to +4
    c.word(nop);                 // +20
    b.board.load(c);
    code function(base + 0x104);
    function.emit(addi(a2, a2, 1), jalr(zero, ra, 0));
    b.board.load(function);
    b.core.state.x[a0] = base + 0x104;
    b.core.state.x[a1] = addi(a2, a2, 100);
    b.core.run(1 + 2 * 6);
    CHECK(b.core.state.x[a2] == 101);
    CHECK(b.core.state.pc == base + 20);
}

TEST_CASE("data beside code in one page does not disturb it") {
    bench b;
    b.core.state.x[a0] = base + 0x800;
    b.execute(addi(a1, zero, 3), sw(a1, a0, 0), lw(a2, a0, 0), addi(a1, a1, -1), bne(a1, zero, -12),
              nop);
    CHECK(b.core.state.x[a2] == 3);
    b.core.run(100);
    CHECK(b.core.state.x[a2] == 1);
}

TEST_CASE("code changed behind the hart's back is seen after fence.i, or when the hart is told") {
    const bool told = GENERATE(false, true);
    bench b;
    code c(base);
    c.emit(addi(a0, a0, 1), nop, nop, nop);
    b.board.load(c);
    code barrier(base + 0x40);
    barrier.emit(told ? nop : fence_i, jal(zero, -0x44));
    b.board.load(barrier);
    b.core.run(4);
    CHECK(b.core.state.x[a0] == 1);
    code changed(base);
    changed.word(addi(a0, a0, 10));
    b.board.load(changed);
    if (told) {
        b.core.invalidate_code(base, 4);
    }
    b.core.state.pc = barrier.base();
    b.core.run(3);
    CHECK(b.core.state.x[a0] == 11);
}

TEST_CASE("code runs from memory without a direct region") {
    machine board(1 << 20, false);
    code c(base);
    c.load_immediate(a0, 10);
    const uint64_t loop = c.here();
    c.emit(add(a1, a1, a0), addi(a0, a0, -1), bne(a0, zero, c.to(loop) - 8), nop);
    board.load(c);
    hart core(0, board);
    core.run(2 + 30);
    CHECK(core.state.x[a1] == 55);
}

TEST_CASE("regions that are dropped are asked for again") {
    bench b;
    b.core.state.x[a0] = data_base;
    b.execute(lw(a1, a0, 0));
    std::vector<std::byte> moved = b.board.ram;
    moved[data_base - base] = std::byte{42};
    b.board.ram.swap(moved);
    b.core.drop_direct_regions();
    b.core.state.pc = base;
    b.core.run(1);
    CHECK(b.core.state.x[a1] == 42);
}
