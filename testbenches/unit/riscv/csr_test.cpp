// Control and status registers of a hart with M mode only, against the privileged manual, 20211203.

#include <catch2/catch.hpp>

#include "testbenches/unit/riscv/machine.h"

using namespace luxlane::riscv;
using namespace luxlane::riscv::assembler;

namespace {

constexpr uint64_t base = machine::ram_base;
constexpr uint64_t handler = base + 0x1000;

struct bench {
    explicit bench(hart_options options = {}) : core(3, board, std::move(options)) {
        core.state.mtvec = handler;
    }
    template <typename... words>
    void execute(words... encodings) {
        code c(base);
        c.emit(encodings...);
        board.load(c);
        core.invalidate_code(base, c.bytes().size());
        core.state.pc = base;
        core.state.mcause = 0;
        core.run(sizeof...(words));
    }
    /// Writes all ones, then zeros; returns what could be set.
    uint64_t writable(uint32_t csr) {
        core.state.x[t0] = ~uint64_t{0};
        execute(csrrw(zero, csr, t0), csrrw(t1, csr, zero));
        return core.state.x[t1];
    }
    bool exists(uint32_t csr) {
        execute(csrrs(t1, csr, zero));
        return core.state.mcause == 0;
    }
    machine board;
    hart core;
};

}  // namespace

TEST_CASE("each CSR instruction returns the old value and writes as its name says") {
    bench b;
    auto& x = b.core.state.x;
    x[t0] = 0xf0;
    b.execute(csrrw(t1, 0x340, t0), csrrsi(t2, 0x340, 0x1f), csrrc(s2, 0x340, t0),
              csrrwi(s3, 0x340, 9), csrrs(s4, 0x340, zero));
    CHECK(x[t1] == 0);
    CHECK(x[t2] == 0xf0);
    CHECK(x[s2] == 0xff);
    CHECK(x[s3] == 0x0f);
    CHECK(x[s4] == 9);
    x[t0] = 5;
    b.execute(csrrw(t0, 0x340, t0));  // the same register on both sides
    CHECK(x[t0] == 9);
    CHECK(b.core.state.mscratch == 5);
}

TEST_CASE("only the fields that exist can be written") {
    bench b;
    CHECK(b.writable(0x300) == 0x1888);  // mstatus: MPP is always M, MPIE, MIE
    CHECK(b.writable(0x304) == 0x888);   // mie: MEIE, MTIE, MSIE
    CHECK(b.writable(0x344) == 0);       // mip: driven by the platform
    CHECK(b.writable(0x340) == ~uint64_t{0});
    CHECK(b.writable(0x341) == ~uint64_t{1});  // mepc: IALIGN is 16
    CHECK(b.writable(0x342) == ~uint64_t{0});
    CHECK(b.writable(0x343) == ~uint64_t{0});
    CHECK(b.writable(0x320) == 5);  // mcountinhibit: IR, CY
    CHECK(b.writable(0xb03) == 0);
    CHECK(b.writable(0x33f) == 0);
    CHECK(b.writable(0x301) == 0x8000000000001105);  // misa: RV64 with A, C, I, M
}

TEST_CASE("mtvec takes the direct and the vectored mode and ignores reserved ones") {
    bench b;
    b.core.state.x[t0] = handler + 0x100 + 1;
    b.core.state.x[t1] = base + 2;
    b.execute(csrrw(zero, 0x305, t0), csrrw(zero, 0x305, t1), csrrs(t2, 0x305, zero));
    CHECK(b.core.state.x[t2] == handler + 0x101);
}

TEST_CASE("identification registers read what the options say and refuse writes") {
    bench b({.vendor_id = 11, .architecture_id = 12, .implementation_id = 13});
    auto& x = b.core.state.x;
    b.execute(csrrs(s2, 0xf11, zero), csrrs(s3, 0xf12, zero), csrrs(s4, 0xf13, zero),
              csrrs(s5, 0xf14, zero), csrrs(s6, 0xf15, zero));
    CHECK(x[s2] == 11);
    CHECK(x[s3] == 12);
    CHECK(x[s4] == 13);
    CHECK(x[s5] == 3);
    CHECK(x[s6] == 0);
    const uint32_t write = csrrw(zero, 0xf14, t0);
    b.execute(write);
    CHECK(b.core.state.mcause == 2);
    CHECK(b.core.state.mtval == write);
}

TEST_CASE("registers of absent extensions and modes do not exist") {
    bench b;
    const uint32_t absent[] = {0x001, 0x003, 0x100, 0x180, 0x302, 0x303, 0x306,
                               0x310, 0x3a0, 0x3b0, 0x7a0, 0xb01, 0xb80, 0xc01};
    for (const uint32_t csr : absent) {
        INFO(std::hex << csr);
        CHECK_FALSE(b.exists(csr));
    }
    b.core.state.x[t1] = 7;
    b.execute(csrrs(t1, 0x180, zero));
    CHECK(b.core.state.x[t1] == 7);  // an illegal instruction changes nothing
}

TEST_CASE("time reads the platform's clock, with the exact place of the reader") {
    hart* core = nullptr;
    uint64_t pc = 0;
    bench b({.time = [&] {
        pc = core->current_pc();
        return 1000 + core->executed();
    }});
    core = &b.core;
    b.execute(nop, nop, csrrs(t1, 0xc01, zero), nop);
    CHECK(b.core.state.x[t1] == 1002);
    CHECK(pc == base + 8);
}

TEST_CASE("counters count completed instructions before the reader") {
    bench b;
    auto& x = b.core.state.x;
    b.execute(nop, nop, csrrs(s2, 0xb02, zero), nop, csrrs(s3, 0xb00, zero), csrrs(s4, 0xc02, zero),
              csrrs(s5, 0xc00, zero), csrrs(s6, 0xc1f, zero));
    CHECK(x[s2] == 2);
    CHECK(x[s3] == 4);
    CHECK(x[s4] == 5);
    CHECK(x[s5] == 6);
    CHECK(x[s6] == 0);
    CHECK(b.core.state.minstret == 8);
}

TEST_CASE("the instruction after a write to a counter reads what was written") {
    const uint32_t csr = GENERATE(0xb00u, 0xb02u);
    const bool inhibited = GENERATE(false, true);
    bench b;
    b.core.state.mcountinhibit = inhibited ? 5 : 0;
    b.core.state.x[t0] = 100;
    b.execute(csrrw(zero, csr, t0), csrrs(t1, csr, zero), csrrs(t2, csr, zero));
    CHECK(b.core.state.x[t1] == 100);
    CHECK(b.core.state.x[t2] == (inhibited ? 100 : 101));
}

TEST_CASE("mcountinhibit stops each counter on its own, and sleeping cycles too") {
    bench b;
    b.execute(csrrwi(zero, 0x320, 1), nop, nop, csrrs(s2, 0xb00, zero), csrrs(s3, 0xb02, zero));
    CHECK(b.core.state.x[s2] == 0);
    CHECK(b.core.state.x[s3] == 4);
    b.core.add_idle_cycles(50);
    CHECK(b.core.state.mcycle == 0);
}
