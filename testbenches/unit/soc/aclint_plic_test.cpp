#include <vector>

#include "models/soc/aclint.h"
#include "models/soc/plic.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/soc/soc_bench.h"

using namespace luxlane;
using luxlane::test::advance;
using luxlane::test::fresh_simulation;
using luxlane::test::ns;
using luxlane::test::us;

namespace {

constexpr std::uint64_t mtimecmp = 0x4000;
constexpr std::uint64_t mtime = 0xbff8;
constexpr std::uint64_t pending = 0x1000;
constexpr std::uint64_t enable = 0x2000;
constexpr std::uint64_t threshold = 0x200000;
constexpr std::uint64_t claim = 0x200004;
constexpr std::uint64_t supervisor = 0x1000;

/// When a line changed, in ps, and to what.
struct line_log {
    std::vector<std::pair<std::uint64_t, bool>> changes;
    interrupt_source::sink sink() {
        return
            [this](bool level) { changes.emplace_back(sc_core::sc_time_stamp().value(), level); };
    }
};

struct plic_bench : test::device_bench<soc::plic> {
    std::vector<interrupt_source::sink> sources;
    plic_bench() {
        for (unsigned i = 1; i < soc::plic::sources; ++i) {
            sources.push_back(device.source(i));
        }
        advance(ns(1));
    }
    void set(unsigned source, bool level) { sources.at(source - 1)(level); }
    bool machine() { return device.context(0).level(); }
    void enable_source(unsigned source, std::uint32_t priority) {
        const std::uint64_t word = enable + 4 * (source / 32);
        bus.write32(word, bus.read32(word) | 1u << source % 32);
        bus.write32(4 * source, priority);
    }
};

}  // namespace

TEST_CASE("mtime follows simulated time and the caller's local offset at 10 MHz") {
    fresh_simulation([] {
        test::device_bench<soc::aclint> b;
        advance(us(1));
        CHECK(b.bus.read64(mtime) == 10);
        b.bus.offset = ns(99);
        CHECK(b.bus.read64(mtime) == 10);
        b.bus.offset = ns(100);
        CHECK(b.bus.read64(mtime) == 11);
        CHECK(b.bus.read32(mtime) == 11);
        CHECK(b.bus.read32(mtime + 4) == 0);
        b.bus.offset = ns(0);
        b.bus.write64(mtime, 0x100000000);
        advance(ns(200));
        CHECK(b.bus.read32(mtime) == 2);
        CHECK(b.bus.read32(mtime + 4) == 1);
        CHECK(b.device.ticks_at(sc_core::sc_time_stamp()) == 0x100000002);
    });
}

TEST_CASE("the timer line rises exactly at mtimecmp and falls when it is moved") {
    fresh_simulation([] {
        test::device_bench<soc::aclint> b;
        line_log line;
        b.device.timer(0).connect(line.sink());
        advance(ns(50));
        b.bus.write64(mtimecmp, 20);
        advance(us(1.949));
        CHECK_FALSE(b.device.timer(0).level());
        advance(ns(1));
        CHECK(b.device.timer(0).level());
        b.bus.write64(mtimecmp, 30);
        CHECK_FALSE(b.device.timer(0).level());
        // A caller with a local offset that is past the new compare value sees the line at once.
        b.bus.offset = us(2);
        b.bus.write64(mtimecmp, 31);
        CHECK(b.device.timer(0).level());
        b.bus.offset = us(0);
        b.bus.write64(mtimecmp, ~0ull);
        advance(us(10));
        const std::vector<std::pair<std::uint64_t, bool>> expected = {
            {0, false}, {2000000, true}, {2000000, false}, {2000000, true}, {2000000, false}};
        CHECK(line.changes == expected);
        // Moved forward while an expiry is pending, then back.
        b.bus.write64(mtimecmp, 200);
        b.bus.write64(mtimecmp, 130);
        advance(us(1));
        CHECK(b.device.timer(0).level());
    });
}

TEST_CASE("software interrupts follow msip, reset clears everything") {
    fresh_simulation([] {
        soc::aclint_config options;
        options.harts = 2;
        CHECK_THROWS_AS(soc::aclint("none", soc::aclint_config{0}), std::invalid_argument);
        test::device_bench<soc::aclint> b(options);
        advance(us(3));
        b.bus.write32(4, 1);
        CHECK_FALSE(b.device.software(0).level());
        CHECK(b.device.software(1).level());
        b.bus.write64(mtimecmp, 31);
        for (int again = 0; again < 2; ++again) {
            b.device.reset();
            CHECK_FALSE(b.device.software(1).level());
            CHECK(b.bus.read64(mtime) == 0);
            CHECK(b.bus.read64(mtimecmp) == ~0ull);
        }
        advance(us(1));
        CHECK_FALSE(b.device.timer(0).level());
        CHECK(b.bus.read64(mtime) == 10);
        CHECK_THROWS_AS(b.device.timer(2), std::out_of_range);
    });
}

TEST_CASE(
    "a PLIC source interrupts, is claimed, completed, and comes again while its level stays") {
    fresh_simulation([] {
        plic_bench b;
        b.enable_source(10, 3);
        b.set(10, true);
        CHECK(b.machine());
        CHECK(b.bus.read32(pending) == 1u << 10);
        CHECK(b.bus.debug_read(claim, 4) == 10);
        CHECK(b.machine());
        CHECK(b.bus.read32(claim) == 10);
        CHECK_FALSE(b.machine());
        CHECK(b.bus.read32(pending) == 0);
        CHECK(b.bus.read32(claim) == 0);
        b.bus.write32(claim, 10);
        CHECK(b.machine());
        CHECK(b.bus.read32(claim) == 10);
        b.set(10, false);
        b.bus.write32(claim, 10);
        CHECK_FALSE(b.machine());
    });
}

TEST_CASE("PLIC priorities: the highest first, ties to the lower source, zero never") {
    fresh_simulation([] {
        plic_bench b;
        b.enable_source(12, 2);
        b.enable_source(11, 2);
        b.enable_source(70, 7);
        b.enable_source(95, 0);
        for (const unsigned source : {11u, 12u, 70u, 95u}) {
            b.set(source, true);
        }
        CHECK(b.bus.read32(claim) == 70);
        CHECK(b.bus.read32(claim) == 11);
        CHECK(b.bus.read32(claim) == 12);
        CHECK(b.bus.read32(claim) == 0);
        CHECK(b.bus.read32(pending + 8) == 1u << 31);
    });
}

TEST_CASE("the PLIC's threshold masks the line but not a claim") {
    fresh_simulation([] {
        plic_bench b;
        b.enable_source(5, 4);
        b.set(5, true);
        b.bus.write32(threshold, 4);
        CHECK_FALSE(b.machine());
        b.bus.write32(threshold, 3);
        CHECK(b.machine());
        b.bus.write32(threshold, 7);
        CHECK(b.bus.read32(claim) == 5);
    });
}

TEST_CASE("a PLIC request stays pending when the level falls before the claim") {
    fresh_simulation([] {
        plic_bench b;
        b.enable_source(5, 4);
        b.set(5, true);
        b.set(5, false);
        CHECK(b.machine());
        CHECK(b.bus.read32(claim) == 5);
        b.bus.write32(claim, 5);
        CHECK_FALSE(b.machine());
    });
}

TEST_CASE("PLIC contexts are separate, and completion by one that has not enabled is ignored") {
    fresh_simulation([] {
        plic_bench b;
        b.enable_source(40, 1);
        b.set(40, true);
        CHECK_FALSE(b.device.context(1).level());
        CHECK(b.bus.read32(claim + supervisor) == 0);
        CHECK(b.bus.read32(claim) == 40);
        b.bus.write32(claim + supervisor, 40);
        CHECK_FALSE(b.machine());
        b.bus.write32(claim, 96);
        b.bus.write32(claim, 0);
        CHECK_FALSE(b.machine());
        b.bus.write32(enable + 0x80 + 4, 1u << 8);
        b.bus.write32(claim + supervisor, 40);
        CHECK(b.machine());
        CHECK(b.device.context(1).level());
    });
}

TEST_CASE("the PLIC resets twice as well as once; source 0 does not exist") {
    fresh_simulation([] {
        test::captured_log log;
        plic_bench b;
        b.enable_source(9, 5);
        b.set(9, true);
        CHECK(b.bus.read32(claim) == 9);
        for (int again = 0; again < 2; ++again) {
            b.device.reset();
            CHECK_FALSE(b.machine());
            CHECK(b.bus.read32(enable) == 0);
            CHECK(b.bus.read32(4 * 9) == 0);
            // The line is still high, so that its gateway asks again.
            CHECK(b.bus.read32(pending) == 1u << 9);
        }
        b.bus.pc = 0x100;
        b.bus.write32(enable, 1);
        b.bus.write32(enable, 1);
        CHECK(log.count("ENABLE_0 sets reserved bits 0x1: ignored (pc 0x100)") == 1);
        CHECK_THROWS_AS(b.device.source(0), std::out_of_range);
        CHECK_THROWS_AS(b.device.source(96), std::out_of_range);
    });
}
