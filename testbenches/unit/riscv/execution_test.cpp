// Computation and control flow against tables and examples of the unprivileged manual.

#include <catch2/catch.hpp>

#include "testbenches/unit/riscv/machine.h"

using namespace luxlane::riscv;
using namespace luxlane::riscv::assembler;

namespace {

constexpr uint64_t base = machine::ram_base;
constexpr uint64_t minimum_64 = uint64_t{1} << 63;
constexpr uint64_t minimum_32 = 0xffffffff80000000;  // INT32_MIN, sign-extended
constexpr uint64_t ones = ~uint64_t{0};

/// Executes one instruction with a0 and a1 as given; returns a2.
uint64_t compute(uint32_t encoding, uint64_t left, uint64_t right) {
    machine board;
    code c(base);
    c.word(encoding);
    board.load(c);
    hart core(0, board);
    core.state.x[a0] = left;
    core.state.x[a1] = right;
    REQUIRE(core.run(1).executed == 1);
    REQUIRE(core.state.pc == base + 4);
    return core.state.x[a2];
}

uint64_t compute_r(uint32_t opcode, uint32_t funct3, uint32_t funct7, uint64_t left,
                   uint64_t right) {
    return compute(r_type(opcode, funct3, funct7, a2, a0, a1), left, right);
}

}  // namespace

TEST_CASE("division by zero and overflow give the values of table 7.1") {
    const uint32_t op = 0x33, op_32 = 0x3b;
    const uint64_t value = 0x123456789;
    CHECK(compute_r(op, 4, 1, value, 0) == ones);                        // div
    CHECK(compute_r(op, 5, 1, value, 0) == ones);                        // divu
    CHECK(compute_r(op, 6, 1, value, 0) == value);                       // rem
    CHECK(compute_r(op, 7, 1, value, 0) == value);                       // remu
    CHECK(compute_r(op, 4, 1, minimum_64, ones) == minimum_64);          // div
    CHECK(compute_r(op, 6, 1, minimum_64, ones) == 0);                   // rem
    CHECK(compute_r(op_32, 4, 1, value, 0) == ones);                     // divw
    CHECK(compute_r(op_32, 5, 1, value, 0) == ones);                     // divuw
    CHECK(compute_r(op_32, 6, 1, value, 0) == 0x23456789);               // remw
    CHECK(compute_r(op_32, 7, 1, 0xf0000000, 0) == 0xfffffffff0000000);  // remuw
    CHECK(compute_r(op_32, 4, 1, minimum_32, ones) == minimum_32);       // divw
    CHECK(compute_r(op_32, 6, 1, minimum_32, ones) == 0);                // remw
}

TEST_CASE("the high half of a product") {
    CHECK(compute_r(0x33, 1, 1, ones, ones) == 0);         // mulh: -1 * -1
    CHECK(compute_r(0x33, 2, 1, ones, ones) == ones);      // mulhsu: -1 * (2^64 - 1)
    CHECK(compute_r(0x33, 3, 1, ones, ones) == ones - 1);  // mulhu
    CHECK(compute_r(0x33, 1, 1, minimum_64, minimum_64) == minimum_64 / 2);
    CHECK(compute_r(0x33, 2, 1, minimum_64, 2) == ones);
}

TEST_CASE("word operations sign-extend bit 31 and ignore the upper half") {
    CHECK(compute_r(0x3b, 0, 0, 0x7fffffff, 1) == minimum_32);                         // addw
    CHECK(compute_r(0x3b, 0, 0x20, 0xdead00000000, 1) == ones);                        // subw
    CHECK(compute_r(0x3b, 1, 0, 1, 31 + 32) == minimum_32);                            // sllw
    CHECK(compute_r(0x3b, 5, 0, ones, 4) == 0x0fffffff);                               // srlw
    CHECK(compute_r(0x3b, 5, 0x20, 0xabcd80000000, 31) == ones);                       // sraw
    CHECK(compute(i_type(0x1b, 0, a2, a0, -1), 0xffffffff80000000, 0) == 0x7fffffff);  // addiw
}

TEST_CASE("x0 stays zero whatever writes it") {
    machine board;
    code c(base);
    c.emit(addi(zero, zero, 5), lw(zero, t0, 0), jal(zero, 4), jalr(zero, t0, 16));
    c.half(c_li(zero, 3));  // a hint
    c.half(c_nop);
    c.emit(csrrw(zero, 0x340, t0), addi(a0, zero, 0));
    board.load(c);
    hart core(0, board);
    core.state.x[t0] = base;
    core.state.x[a0] = 1;
    core.run(3);
    CHECK(core.state.pc == base + 12);
    core.run(5);
    CHECK(core.state.pc == base + 28);
    CHECK(core.state.x[zero] == 0);
    CHECK(core.state.x[a0] == 0);
}

TEST_CASE("jumps link the address behind themselves, also compressed and onto their own source") {
    machine board;
    code c(base);
    c.word(jal(ra, 8));       // +0
    c.word(nop);              // +4
    c.word(jalr(t0, t0, 1));  // +8: bit 0 of the target is cleared
    c.half(c_nop);            // +12
    c.half(0x9282);           // +14: c.jalr t0
    c.half(c_nop);            // +16
    c.half(c_nop);            // +18
    c.half(0x8082);           // +20: c.jr ra
    board.load(c);
    hart core(0, board);
    core.state.x[t0] = base + 14;
    core.run(1);
    CHECK(core.state.x[ra] == base + 4);
    core.run(1);
    CHECK(core.state.pc == base + 14);
    CHECK(core.state.x[t0] == base + 12);
    core.state.x[t0] = base + 20;
    core.run(1);
    CHECK(core.state.x[ra] == base + 16);
    CHECK(core.state.pc == base + 20);
    core.run(1);
    CHECK(core.state.pc == base + 16);
}

TEST_CASE("instructions of 4 bytes may begin at any even address and cross a page") {
    machine board;
    code c(base + 0xffe);
    c.emit(addi(a0, zero, 7), addi(a0, a0, 1));
    board.load(c);
    hart core(0, board, {.reset_pc = base + 0xffe});
    core.run(2);
    CHECK(core.state.x[a0] == 8);
    CHECK(core.state.pc == base + 0x1006);
}

TEST_CASE("an instruction in the last two bytes of memory is executed, then the fetch faults") {
    machine board(4096);
    code c(base + 4094);
    c.half(c_li(a0, 9));
    board.load(c);
    hart core(0, board, {.reset_pc = base + 4094});
    core.state.mtvec = base;
    core.run(2);
    CHECK(core.state.x[a0] == 9);
    CHECK(core.state.mcause == 1);
    CHECK(core.state.mepc == base + 4096);
}

TEST_CASE("compressed instructions of the manual's reserved codes are illegal") {
    // Tables 16.5 to 16.7: nzimm = 0, rd = 0 and the floating-point formats, which are absent here.
    const uint16_t reserved[] = {
        0x0000,  // all zeros
        0x0004,  // c.addi4spn with nzuimm = 0
        0x2001,  // c.addiw with rd = 0
        0x6101,  // c.addi16sp with nzimm = 0
        0x6081,  // c.lui with nzimm = 0
        0x9c41,  // reserved beside c.addw
        0x4002,  // c.lwsp with rd = 0
        0x6002,  // c.ldsp with rd = 0
        0x8002,  // c.jr with rs1 = 0
        0x2000,  // c.fld
        0xa000,  // c.fsd
        0x8000,  // reserved quadrant 0
    };
    for (const uint16_t encoding : reserved) {
        machine board;
        code c(base);
        c.half(encoding);
        board.load(c);
        hart core(0, board);
        core.state.mtvec = base + 64;
        core.run(1);
        INFO(std::hex << encoding);
        CHECK(core.state.mcause == 2);
        CHECK(core.state.mtval == encoding);
        CHECK(core.state.mepc == base);
    }
}
