#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "testbenches/unit/firmware/mock_mmio.h"

extern "C" {
#include "firmware/drivers/dif_clint.h"
#include "firmware/drivers/dif_plic.h"
#include "firmware/drivers/dif_uart.h"
#include "firmware/drivers/dif_watchdog.h"
#include "firmware/drivers/tmp102.h"
#include "firmware/include/luxlane/job.h"
#include "firmware/link_manager/module_monitor.h"
}

namespace {
using writes = std::vector<recording_bus::access>;
constexpr std::uintptr_t uart_at = 0x10000000, plic_at = 0xC000000, clint_at = 0x2000000,
                         dog_at = 0x10026000, i2c_at = 0x10027000;
const dif_uart uart = {{uart_at}};
const dif_plic plic = {{plic_at}, 0};
const dif_clint clint = {{clint_at}, 1};
const dif_watchdog dog = {{dog_at}};
const dif_i2c i2c = {{i2c_at}};
}  // namespace

TEST_CASE("bad arguments of the system drivers are refused before any access") {
    recording_bus bus;
    dif_uart a;
    dif_plic b;
    dif_clint c;
    dif_watchdog d;
    dif_i2c e;
    tmp102 f = {};
    std::uint8_t byte = 0;
    size_t written_bytes;
    bool flag;
    std::uint32_t source;
    std::uint64_t ticks;
    std::int16_t celsius;
    dif_i2c_status status;
    CHECK(dif_uart_init({uart_at}, 1, nullptr) == dif_bad_argument);
    CHECK(dif_uart_init({uart_at}, 0, &a) == dif_out_of_range);
    CHECK(dif_uart_write(nullptr, &byte, 1, &written_bytes) == dif_bad_argument);
    CHECK(dif_uart_write(&uart, nullptr, 1, &written_bytes) == dif_bad_argument);
    CHECK(dif_uart_write(&uart, &byte, 1, nullptr) == dif_bad_argument);
    CHECK(dif_uart_read(nullptr, &byte) == dif_bad_argument);
    CHECK(dif_uart_read(&uart, nullptr) == dif_bad_argument);
    CHECK(dif_uart_is_drained(nullptr, &flag) == dif_bad_argument);
    CHECK(dif_uart_is_drained(&uart, nullptr) == dif_bad_argument);
    CHECK(dif_uart_set_transmit_interrupt(nullptr, true) == dif_bad_argument);

    CHECK(dif_plic_init({plic_at}, 0, nullptr) == dif_bad_argument);
    CHECK(dif_plic_init({plic_at}, 8, &b) == dif_out_of_range);
    CHECK(dif_plic_set_priority(nullptr, 1, 1) == dif_bad_argument);
    CHECK(dif_plic_set_priority(&plic, 0, 1) == dif_out_of_range);
    CHECK(dif_plic_set_priority(&plic, 96, 1) == dif_out_of_range);
    CHECK(dif_plic_set_priority(&plic, 1, 8) == dif_out_of_range);
    CHECK(dif_plic_set_enabled(nullptr, 1, true) == dif_bad_argument);
    CHECK(dif_plic_set_enabled(&plic, 0, true) == dif_out_of_range);
    CHECK(dif_plic_claim(nullptr, &source) == dif_bad_argument);
    CHECK(dif_plic_claim(&plic, nullptr) == dif_bad_argument);
    CHECK(dif_plic_complete(nullptr, 1) == dif_bad_argument);
    CHECK(dif_plic_complete(&plic, 96) == dif_out_of_range);

    CHECK(dif_clint_init({clint_at}, 0, nullptr) == dif_bad_argument);
    CHECK(dif_clint_init({clint_at}, 8, &c) == dif_out_of_range);
    CHECK(dif_clint_time(nullptr, &ticks) == dif_bad_argument);
    CHECK(dif_clint_time(&clint, nullptr) == dif_bad_argument);
    CHECK(dif_clint_set_timer(nullptr, 1) == dif_bad_argument);
    CHECK(dif_clint_set_software_interrupt(nullptr, true) == dif_bad_argument);

    CHECK(dif_watchdog_probe({dog_at}, nullptr) == dif_bad_argument);
    CHECK(dif_watchdog_start(nullptr, 1) == dif_bad_argument);
    CHECK(dif_watchdog_start(&dog, 0) == dif_out_of_range);
    CHECK(dif_watchdog_stop(nullptr) == dif_bad_argument);
    CHECK(dif_watchdog_kick(nullptr) == dif_bad_argument);

    CHECK(dif_i2c_init({i2c_at}, 1, nullptr) == dif_bad_argument);
    CHECK(dif_i2c_begin(nullptr, 0x48, true) == dif_bad_argument);
    CHECK(dif_i2c_begin(&i2c, 128, true) == dif_out_of_range);
    CHECK(dif_i2c_send(nullptr, 0, true) == dif_bad_argument);
    CHECK(dif_i2c_receive(nullptr, true) == dif_bad_argument);
    CHECK(dif_i2c_stop(nullptr) == dif_bad_argument);
    CHECK(dif_i2c_read_status(nullptr, &status) == dif_bad_argument);
    CHECK(dif_i2c_read_status(&i2c, nullptr) == dif_bad_argument);
    CHECK(dif_i2c_received(nullptr, &byte) == dif_bad_argument);
    CHECK(dif_i2c_received(&i2c, nullptr) == dif_bad_argument);

    CHECK(tmp102_init(nullptr, 0x48, &f) == dif_bad_argument);
    CHECK(tmp102_init(&i2c, 0x48, nullptr) == dif_bad_argument);
    CHECK(tmp102_init(&i2c, 0x47, &f) == dif_out_of_range);
    CHECK(tmp102_init(&i2c, 0x4C, &f) == dif_out_of_range);
    CHECK(tmp102_start(nullptr) == dif_bad_argument);
    CHECK(tmp102_poll(nullptr, &celsius) == dif_bad_argument);
    CHECK(tmp102_poll(&f, nullptr) == dif_bad_argument);
    CHECK(bus.untouched());
    static_cast<void>(d);
    static_cast<void>(e);
}

TEST_CASE("the UART is set up through the divisor latch and written in bursts of its FIFO") {
    recording_bus bus;
    dif_uart port;
    REQUIRE(dif_uart_init({uart_at}, 0x201, &port) == dif_ok);
    CHECK(bus.take_writes() == writes{written(uart_at + 1, 0), written(uart_at + 3, 0x80),
                                      written(uart_at + 0, 0x01), written(uart_at + 1, 0x02),
                                      written(uart_at + 3, 0x03), written(uart_at + 2, 7)});
    const std::string text(20, 'x');
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    size_t taken = 99;
    bus.values[uart_at + 5] = 0x00;
    REQUIRE(dif_uart_write(&port, bytes, text.size(), &taken) == dif_ok);
    CHECK(taken == 0);
    bus.values[uart_at + 5] = 0x20;
    REQUIRE(dif_uart_write(&port, bytes, text.size(), &taken) == dif_ok);
    CHECK(taken == 16);
    REQUIRE(dif_uart_write(&port, bytes, 3, &taken) == dif_ok);
    CHECK(taken == 3);
    bool drained = true;
    REQUIRE(dif_uart_is_drained(&port, &drained) == dif_ok);
    CHECK_FALSE(drained);
    std::uint8_t byte = 0;
    CHECK(dif_uart_read(&port, &byte) == dif_unavailable);
    bus.values[uart_at + 5] = 0x61;
    CHECK(dif_uart_read(&port, &byte) == dif_ok);
    CHECK(byte == 'x');
    bus.take_writes();
    REQUIRE(dif_uart_set_transmit_interrupt(&port, true) == dif_ok);
    REQUIRE(dif_uart_set_transmit_interrupt(&port, false) == dif_ok);
    CHECK(bus.take_writes() == writes{written(uart_at + 1, 2), written(uart_at + 1, 0)});
}

TEST_CASE("the PLIC's context is closed first, sources are enabled bit by bit") {
    recording_bus bus;
    dif_plic context;
    REQUIRE(dif_plic_init({plic_at}, 1, &context) == dif_ok);
    CHECK(bus.take_writes() == writes{written(plic_at + 0x2080, 0), written(plic_at + 0x2084, 0),
                                      written(plic_at + 0x2088, 0),
                                      written(plic_at + 0x201000, 0)});
    REQUIRE(dif_plic_set_priority(&context, 16, 7) == dif_ok);
    REQUIRE(dif_plic_set_enabled(&context, 33, true) == dif_ok);
    REQUIRE(dif_plic_set_enabled(&context, 35, true) == dif_ok);
    REQUIRE(dif_plic_set_enabled(&context, 33, false) == dif_ok);
    REQUIRE(dif_plic_set_enabled(&context, 95, true) == dif_ok);
    CHECK(bus.take_writes() == writes{written(plic_at + 64, 7), written(plic_at + 0x2084, 2),
                                      written(plic_at + 0x2084, 10), written(plic_at + 0x2084, 8),
                                      written(plic_at + 0x2088, 0x80000000)});
    std::uint32_t source = 9;
    CHECK(dif_plic_claim(&context, &source) == dif_unavailable);
    bus.values[plic_at + 0x201004] = 16;
    CHECK(dif_plic_claim(&context, &source) == dif_ok);
    CHECK(source == 16);
    CHECK(dif_plic_complete(&context, 16) == dif_ok);
    CHECK(bus.take_writes() == writes{written(plic_at + 0x201004, 16)});
}

TEST_CASE("timer and watchdog") {
    recording_bus bus;
    dif_clint hart;
    REQUIRE(dif_clint_init({clint_at}, 1, &hart) == dif_ok);
    REQUIRE(dif_clint_set_timer(&hart, 0x123456789A) == dif_ok);
    REQUIRE(dif_clint_set_software_interrupt(&hart, true) == dif_ok);
    CHECK(bus.take_writes() == writes{written(clint_at + 0x4008, UINT64_MAX),
                                      written(clint_at + 0x4008, 0x123456789A),
                                      written(clint_at + 4, 1)});
    std::uint64_t ticks = 0;
    bus.values[clint_at + 0xBFF8] = 0x200000001;
    REQUIRE(dif_clint_time(&hart, &ticks) == dif_ok);
    CHECK(ticks == 0x200000001);

    dif_watchdog watchdog;
    CHECK(dif_watchdog_probe({dog_at}, &watchdog) == dif_wrong_device);
    bus.values[dog_at] = 0x474F4457;
    CHECK(dif_watchdog_probe({dog_at}, &watchdog) == dif_wrong_version);
    bus.values[dog_at + 4] = 0x10000;
    REQUIRE(dif_watchdog_probe({dog_at}, &watchdog) == dif_ok);
    bus.take_writes();
    REQUIRE(dif_watchdog_start(&watchdog, 1000) == dif_ok);
    REQUIRE(dif_watchdog_kick(&watchdog) == dif_ok);
    REQUIRE(dif_watchdog_stop(&watchdog) == dif_ok);
    CHECK(bus.take_writes() == writes{written(dog_at + 0x30, 1000), written(dog_at + 0xC, 1),
                                      written(dog_at + 0x34, 0x4B49434B),
                                      written(dog_at + 0xC, 0)});
}

TEST_CASE("a temperature is read byte by byte without waiting") {
    recording_bus bus;
    dif_i2c port;
    REQUIRE(dif_i2c_init({i2c_at}, 24, &port) == dif_ok);
    CHECK(bus.take_writes() == writes{written(i2c_at + 2, 0), written(i2c_at + 0, 24),
                                      written(i2c_at + 1, 0), written(i2c_at + 2, 0x80)});
    tmp102 sensor;
    std::int16_t celsius = 0;
    REQUIRE(tmp102_init(&port, 0x48, &sensor) == dif_ok);
    CHECK(tmp102_poll(&sensor, &celsius) == dif_unavailable);
    bus.values[i2c_at + 4] = 0x02;  // a transfer in progress
    CHECK(tmp102_start(&sensor) == dif_unavailable);
    bus.values[i2c_at + 4] = 0;
    REQUIRE(tmp102_start(&sensor) == dif_ok);
    CHECK(tmp102_start(&sensor) == dif_unavailable);
    CHECK(bus.take_writes() == writes{written(i2c_at + 3, 0x90), written(i2c_at + 4, 0x90)});

    SECTION("the whole transfer") {
        const writes commands[] = {{written(i2c_at + 3, 0x00), written(i2c_at + 4, 0x10)},
                                   {written(i2c_at + 3, 0x91), written(i2c_at + 4, 0x90)},
                                   {written(i2c_at + 4, 0x20)},
                                   {written(i2c_at + 4, 0x68)}};
        for (const writes& command : commands) {
            bus.values[i2c_at + 4] = 0x02;
            CHECK(tmp102_poll(&sensor, &celsius) == dif_unavailable);
            CHECK(bus.take_writes().empty());
            bus.values[i2c_at + 4] = 0;
            bus.values[i2c_at + 3] = 0xE7;  // first data byte
            CHECK(tmp102_poll(&sensor, &celsius) == dif_unavailable);
            CHECK(bus.take_writes() == command);
        }
        bus.values[i2c_at + 4] = 0x80;  // our own not-acknowledge is no error
        bus.values[i2c_at + 3] = 0x00;
        REQUIRE(tmp102_poll(&sensor, &celsius) == dif_ok);
        CHECK(celsius == -25 * 16);  // SBOS397, table 5: -25 degrees is E70h
        CHECK(tmp102_start(&sensor) == dif_ok);
    }
    SECTION("nobody answers") {
        bus.values[i2c_at + 4] = 0x80;
        CHECK(tmp102_poll(&sensor, &celsius) == dif_io_error);
        CHECK(bus.take_writes() == writes{written(i2c_at + 4, 0x40)});
        CHECK(tmp102_start(&sensor) == dif_ok);
    }
    SECTION("arbitration lost") {
        bus.values[i2c_at + 4] = 0x20;
        CHECK(tmp102_poll(&sensor, &celsius) == dif_io_error);
    }
}

namespace {
/// A sensor that answers at once, always with 56h: 1381/16 degrees.
class hot_board : public recording_bus {
public:
    std::uint64_t read(std::uintptr_t address, unsigned bytes) override {
        if (address == i2c_at + 4) {
            return 0;
        }
        return address == i2c_at + 3 ? 0x56 : recording_bus::read(address, bytes);
    }
};
}  // namespace

TEST_CASE("the module monitor kicks the watchdog and judges the temperature") {
    hot_board bus;
    module_monitor monitor;
    CHECK(module_monitor_init(&monitor) == dif_wrong_device);
    bus.values[dog_at] = 0x474F4457;
    bus.values[dog_at + 4] = 0x10000;
    REQUIRE(module_monitor_init(&monitor) == dif_ok);
    bus.take_writes();
    std::uint64_t now = 0;
    for (; now < 2500 && !monitor.known; now += 250) {
        CHECK_FALSE(module_monitor_too_hot(&monitor));
        module_monitor_step(&monitor, now);
    }
    REQUIRE(monitor.known);
    CHECK(monitor.celsius_16 == 0x565);
    CHECK(module_monitor_too_hot(&monitor));
    const auto traffic = bus.take_writes();
    CHECK(std::count(traffic.begin(), traffic.end(), written(dog_at + 0x34, 0x4B49434B)) == 1);
    CHECK(module_monitor_step(&monitor, now) == 100000);  // next reading 10 ms after the first
    module_monitor_step(&monitor, 200000);
    CHECK(bus.take_writes().front() == written(dog_at + 0x34, 0x4B49434B));
}

TEST_CASE("every cause has a text of its own") {
    CHECK(luxlane_cause_text(luxlane_cause_none) == std::string("none"));
    CHECK(luxlane_cause_text(luxlane_cause_application) == std::string("the application failed"));
    constexpr std::uint32_t last = luxlane_cause_unstable;
    std::set<std::string> texts;
    for (std::uint32_t cause = 0; cause <= last; ++cause) {
        texts.insert(luxlane_cause_text(cause));
    }
    CHECK(texts.size() == last + 1);
    CHECK(texts.count("unknown cause") == 0);
    CHECK(luxlane_cause_text(last + 1) == std::string("unknown cause"));
}
