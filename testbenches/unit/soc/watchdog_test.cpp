#include "models/soc/watchdog.h"

#include <optional>

#include "models/soc/test_device.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/soc/soc_bench.h"

using namespace luxlane;
using luxlane::test::advance;
using luxlane::test::fresh_simulation;
using luxlane::test::ns;
using luxlane::test::us;

namespace {

constexpr unsigned control = 0x0c;
constexpr unsigned status = 0x10;
constexpr unsigned irq_status = 0x14;
constexpr unsigned irq_mask = 0x18;
constexpr unsigned error_code = 0x1c;
constexpr unsigned timeout_us = 0x30;
constexpr unsigned kick = 0x34;
constexpr unsigned remaining_us = 0x38;
constexpr std::uint32_t magic = 0x4b49434b;

struct watchdog_bench : test::device_bench<soc::watchdog> {
    std::optional<sc_core::sc_time> reset_at;

    watchdog_bench() {
        device.on_second_expiry([this] { reset_at = sc_core::sc_time_stamp(); });
        bus.write32(timeout_us, 100);
        bus.write32(irq_mask, 1);
    }
};

}  // namespace

TEST_CASE("the watchdog interrupts at the first expiry and resets at the second") {
    fresh_simulation([] {
        test::captured_log log;
        watchdog_bench b;
        CHECK(b.bus.read32(0) == 0x474f4457);
        b.bus.write32(control, 1);
        CHECK(b.bus.read32(status) == 0x3);
        CHECK(b.bus.read32(remaining_us) == 100);
        advance(us(99.999));
        CHECK_FALSE(b.device.irq.level());
        CHECK(b.bus.read32(remaining_us) == 1);
        advance(ns(1));
        CHECK(b.device.irq.level());
        CHECK(b.bus.read32(status) == 0x7);
        b.bus.write32(irq_status, 1);
        CHECK_FALSE(b.device.irq.level());
        advance(us(99.999));
        CHECK_FALSE(b.reset_at.has_value());
        advance(ns(1));
        REQUIRE(b.reset_at.has_value());
        CHECK(*b.reset_at == us(200));
        CHECK(b.bus.read32(status) == 0x5);
        CHECK(log.count("the board is reset") == 1);
        advance(us(1000));
        CHECK(*b.reset_at == us(200));
    });
}

TEST_CASE("a kick starts the time again, another value does not") {
    fresh_simulation([] {
        watchdog_bench b;
        b.bus.write32(control, 1);
        advance(us(90));
        b.bus.write32(kick, magic);
        advance(us(90));
        CHECK_FALSE(b.device.irq.level());
        b.bus.write32(kick, magic + 1);
        CHECK(b.bus.read32(error_code) == 2);
        advance(us(10));
        CHECK(b.device.irq.level());
        b.bus.write32(kick, magic);
        CHECK(b.bus.read32(status) == 0x3);
        advance(us(99));
        CHECK_FALSE(b.reset_at.has_value());
        b.bus.write32(control, 0);
        CHECK(b.bus.read32(remaining_us) == 0);
        advance(us(1000));
        CHECK_FALSE(b.reset_at.has_value());
    });
}

TEST_CASE("a locked watchdog cannot be stopped or slowed down until the board is reset") {
    fresh_simulation([] {
        test::captured_log log;
        watchdog_bench b;
        b.bus.write32(control, 5);
        b.bus.write32(control, 0);
        CHECK(b.bus.read32(control) == 5);
        CHECK(b.bus.read32(error_code) == 3);
        b.bus.write32(control, 2);
        CHECK(b.bus.read32(control) == 5);
        b.bus.write32(timeout_us, 1000000);
        CHECK(b.bus.read32(timeout_us) == 100);
        advance(us(200));
        CHECK(b.reset_at.has_value());
        for (int again = 0; again < 2; ++again) {
            b.device.reset();
            CHECK(b.bus.read32(control) == 0);
            CHECK(b.bus.read32(timeout_us) == 1000000);
            CHECK_FALSE(b.device.irq.level());
        }
    });
}

TEST_CASE("a soft reset stops the watchdog, a time-out of zero becomes one microsecond") {
    fresh_simulation([] {
        watchdog_bench b;
        b.bus.write32(control, 1);
        b.bus.write32(control, 2);
        CHECK(b.bus.read32(control) == 0);
        advance(us(1000));
        CHECK_FALSE(b.reset_at.has_value());
        b.bus.write32(timeout_us, 0);
        CHECK(b.bus.read32(timeout_us) == 1);
        CHECK(b.bus.read32(error_code) == 4);
    });
}

TEST_CASE("the test device reports an outcome at the time of the store") {
    struct row {
        std::uint32_t value;
        soc::test_verdict verdict;
        std::uint32_t code;
    };
    const row rows[] = {{0x5555, soc::test_verdict::pass, 0},
                        {0x00033333, soc::test_verdict::fail, 3},
                        {0xffff3333, soc::test_verdict::fail, 0xffff},
                        {0x7777, soc::test_verdict::reset, 0}};
    for (const auto& r : rows) {
        fresh_simulation([&r] {
            test::device_bench<soc::test_device> b;
            std::optional<soc::test_outcome> outcome;
            sc_core::sc_time at;
            b.device.on_outcome([&](const soc::test_outcome& reported) {
                outcome = reported;
                at = sc_core::sc_time_stamp();
            });
            b.bus.offset = us(3);
            b.bus.write32(0, r.value);
            CHECK_FALSE(outcome.has_value());
            advance(us(3));
            REQUIRE(outcome.has_value());
            CHECK(outcome->verdict == r.verdict);
            CHECK(outcome->code == r.code);
            CHECK(at == us(3));
        });
    }
}

TEST_CASE("another value written to the test device is no outcome") {
    fresh_simulation([] {
        test::captured_log log;
        test::device_bench<soc::test_device> b;
        bool reported = false;
        b.device.on_outcome([&](const soc::test_outcome&) { reported = true; });
        b.bus.write32(0, 0x1234);
        b.bus.write32(0, 0x5555);
        b.device.reset();
        b.device.reset();
        advance(us(1));
        CHECK_FALSE(reported);
        CHECK(log.count("0x1234 is no outcome: ignored") == 1);
        CHECK(b.bus.read32(0) == 0);
    });
}
