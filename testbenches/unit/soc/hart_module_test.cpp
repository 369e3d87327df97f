#include <algorithm>
#include <array>

#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/soc/hart_bench.h"

using namespace luxlane;
using luxlane::test::fresh_simulation;
using luxlane::test::hart_bench;
using luxlane::test::ns;
using luxlane::test::us;

namespace {

/// Everything a guest and the board can tell about a run.
struct run_record {
    bool passed;
    std::uint64_t end_ps;
    std::uint64_t cycles;
    std::uint64_t instructions;
    char console[64];
    std::array<std::uint64_t, 256> results;

    bool operator==(const run_record& other) const {
        return passed == other.passed && end_ps == other.end_ps && cycles == other.cycles &&
               instructions == other.instructions && std::string(console) == other.console &&
               results == other.results;
    }
};

run_record run(const std::string& guest, const soc::hart_module_config& options,
               std::uint32_t parameter0 = 0, std::uint32_t parameter1 = 0,
               sc_core::sc_time lookahead = sc_core::SC_ZERO_TIME) {
    test::shared_value<run_record> record;
    fresh_simulation([&] {
        hart_bench b(guest, options);
        b.set_parameter(0, parameter0);
        b.set_parameter(1, parameter1);
        if (lookahead != sc_core::SC_ZERO_TIME) {
            b.hart.set_lookahead(lookahead);
        }
        sc_core::sc_start(us(20000));
        REQUIRE(b.outcome.has_value());
        record->passed = b.outcome->verdict == soc::test_verdict::pass;
        record->end_ps = sc_core::sc_time_stamp().value();
        record->cycles = b.hart.hart().state.mcycle;
        record->instructions = b.hart.hart().state.minstret;
        std::copy_n(b.console->sent().c_str(), std::min<std::size_t>(63, b.console->sent().size()),
                    record->console);
        for (unsigned i = 0; i < record->results.size(); ++i) {
            record->results[i] = b.result(i);
        }
    });
    return *record;
}

soc::hart_module_config quantum(std::uint64_t instructions, bool direct = true) {
    soc::hart_module_config options;
    options.quantum_instructions = instructions;
    options.direct_memory = direct;
    return options;
}

void check_same_for_every_quantum(const std::string& guest, std::uint32_t parameter,
                                  const std::string& console) {
    const run_record reference = run(guest, quantum(10000), parameter);
    CHECK(reference.passed);
    CHECK(reference.console == console);
    CHECK(reference.instructions > 100);
    for (const std::uint64_t instructions : {1u, 7u, 100u, 100000u}) {
        INFO("quantum " << instructions);
        CHECK((run(guest, quantum(instructions), parameter) == reference));
    }
    CHECK((run(guest, quantum(10000, false), parameter) == reference));
    CHECK((run(guest, quantum(3, false), parameter) == reference));
    CHECK((run(guest, quantum(10000), parameter, 0, ns(53)) == reference));
}

}  // namespace

TEST_CASE("timer interrupts come at the same instruction for every quantum") {
    check_same_for_every_quantum("timer", 0, "");
}

TEST_CASE("a sleeping hart wakes at the same cycle for every quantum") {
    check_same_for_every_quantum("timer", 1, "");
}

TEST_CASE("polling devices gives the same results for every quantum") {
    check_same_for_every_quantum("polling", 0, "polled");
}

TEST_CASE("device interrupts through the PLIC are the same for every quantum") {
    check_same_for_every_quantum("interrupts", 0, "driven by interrupts");
}

TEST_CASE("the first instruction of a handler starts at the clock edge at or after the event") {
    struct edge {
        double clock_hz;
        std::uint32_t mtimecmp;
        std::uint64_t cycle;  ///< ceil(mtimecmp x 100 ns / period)
    };
    // 300 MHz: 3333 ps; 30 us is just behind edge 9000, 33.33 us exactly edge 10000 of 3333 ps.
    const edge edges[] = {{500e6, 100, 5000}, {500e6, 101, 5050}, {1e9, 100, 10000},
                          {300e6, 100, 3001}, {300e6, 300, 9001}, {300e6, 3333, 100000}};
    for (const auto& e : edges) {
        for (const std::uint32_t asleep : {0u, 1u}) {
            for (const std::uint64_t instructions : {1u, 50u, 10000u}) {
                auto options = quantum(instructions);
                options.clock_hz = e.clock_hz;
                INFO(e.clock_hz << " Hz, mtimecmp " << e.mtimecmp << ", asleep " << asleep);
                const auto record = run("edge", options, e.mtimecmp, asleep);
                // While it spins, a branch is never interrupted; each is one cycle.
                CHECK(record.results[0] == e.cycle);
            }
        }
    }
}

TEST_CASE("a run ends at the exact time of the store to the test device") {
    const auto record = run("edge", quantum(10000), 100, 0);
    // 10 us; csrr, li, sd, li (lui), li (lui+addiw), sw: the store is the 7th instruction.
    CHECK(record.cycles >= 5006);
    CHECK(record.end_ps <= 10000000 + 2000 * 8);
    CHECK(record.end_ps >= 10000000 + 2000 * 5);
}

TEST_CASE("guest mistakes become access faults and one warning each") {
    fresh_simulation([] {
        test::captured_log log;
        hart_bench b("mistakes", quantum(10000));
        bool locked = false;
        b.hart.on_lockup([&] {
            locked = true;
            sc_core::sc_stop();
        });
        sc_core::sc_start(us(1000));
        CHECK(locked);
        CHECK(b.hart.locked_up());
        CHECK_FALSE(b.outcome.has_value());
        // a0 and a1 as the boot ROM passes them.
        CHECK(b.result(0) == 0);
        CHECK(b.result(1) == 0x123456789a);
        // mcause and mtval: store access fault, load access fault, instruction access fault.
        CHECK(b.result(2) == 7);
        CHECK(b.result(3) == 0x1000);
        CHECK(b.result(4) == 5);
        CHECK(b.result(5) == 0x40000008);
        CHECK(b.result(6) == 1);
        CHECK(b.result(7) == 0x10000044);
        CHECK(log.count("rom: store of 4 bytes at offset 0x0 of read-only memory: ignored (pc "
                        "0x8000") == 1);
        CHECK(log.count("router: read of 8 bytes at 0x40000008, where nothing is mapped (pc "
                        "0x8000") == 1);
        CHECK(log.count("register IER sets reserved bits 0xf0: ignored (pc 0x8000") == 1);
        CHECK(log.count("hart: locked up: the trap handler at 0x0 cannot be executed") == 1);
        CHECK(log.count("[error]") == 1);
    });
}

TEST_CASE("reset starts a locked-up, sleeping or running hart again") {
    fresh_simulation([] {
        test::captured_log log;
        hart_bench b("mistakes", quantum(10000));
        sc_core::sc_start(us(100));
        REQUIRE(b.hart.locked_up());
        const auto first = b.hart.hart().state.minstret;
        b.hart.reset();
        CHECK_FALSE(b.hart.locked_up());
        sc_core::sc_start(us(100));
        CHECK(b.hart.locked_up());
        CHECK(b.hart.hart().state.minstret == first);
        CHECK(log.count("locked up") == 2);
    });
    for (const std::uint32_t asleep : {0u, 1u}) {
        fresh_simulation([asleep] {
            hart_bench b("edge", quantum(1000));
            b.set_parameter(0, 0xffffffff);
            b.set_parameter(1, asleep);
            sc_core::sc_start(us(10));
            CHECK(b.hart.asleep() == (asleep == 1));
            b.hart.reset();
            b.hart.reset();
            b.set_parameter(0, 200);
            sc_core::sc_start(us(30));
            REQUIRE(b.outcome.has_value());
            // mcycle counts from the reset, which came at 10 us.
            CHECK(b.result(0) == 5000);
        });
    }
}

TEST_CASE("a reset from inside the hart's own store takes effect behind that instruction") {
    fresh_simulation([] {
        hart_bench b("edge", quantum(10000));
        b.set_parameter(0, 100);
        unsigned outcomes = 0;
        b.finisher.on_outcome([&](const soc::test_outcome&) {
            ++outcomes;
            b.hart.set_reset_pc(0x80000000);
            b.hart.reset();
            if (outcomes == 3) {
                sc_core::sc_stop();
            }
        });
        sc_core::sc_start(us(100));
        CHECK(outcomes == 3);
    });
}

TEST_CASE("sleep costs nothing but time") {
    fresh_simulation([] {
        hart_bench b("edge", quantum(10000));
        b.set_parameter(0, 150000);  // 15 ms
        b.set_parameter(1, 1);
        sc_core::sc_start(us(16000));
        REQUIRE(b.outcome.has_value());
        CHECK(b.result(0) == 7500000);
        CHECK(b.hart.hart().state.minstret < 60);
        double asleep_s = 0;
        for (const auto& entry : b.hart.stats().entries()) {
            if (entry.name == "asleep") {
                asleep_s = entry.value();
            }
        }
        CHECK(asleep_s == Approx(15e-3).epsilon(1e-3));
    });
}

TEST_CASE("impossible configurations are refused") {
    fresh_simulation([] {
        soc::hart_module_config options;
        options.clock_hz = 0;
        CHECK_THROWS_AS(soc::hart_module("hart", options), std::invalid_argument);
        options = quantum(0);
        CHECK_THROWS_AS(soc::hart_module("hart", options), std::invalid_argument);
        soc::hart_module hart("hart", quantum(1));
        CHECK_THROWS_AS(hart.set_lookahead(sc_core::SC_ZERO_TIME), std::invalid_argument);
        CHECK_THROWS_AS(hart.set_interrupt(9, true), std::invalid_argument);
    });
}
