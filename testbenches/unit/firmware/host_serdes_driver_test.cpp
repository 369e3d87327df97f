#include <catch2/catch.hpp>

#include "testbenches/unit/firmware/mock_mmio.h"

extern "C" {
#include "firmware/drivers/dif_host_serdes.h"
#include "firmware/link_manager/host_bring_up.h"
}

// The addresses and bits that tests expect are those of the device's published map, written out.

namespace {

constexpr std::uintptr_t at = 0x10028000;
constexpr std::uint16_t all = 0xFFFF;
using writes = std::vector<recording_bus::access>;

const dif_host_serdes serdes = {{at}, 16, 4, true};
const dif_host_serdes_receiver receiver = {.enabled = true,
                                           .frozen = false,
                                           .code = {false, true, false},
                                           .ctle = 5,
                                           .gain = 9,
                                           .feedback_taps = 4};
const dif_host_serdes_transmitter transmitter = {
    .enabled = true, .electrical_idle = false, .code = {false, true, false}, .amplitude_mv = 800};

}  // namespace

TEST_CASE("host_serdes driver: the probe identifies the device and what it is built with") {
    recording_bus bus;
    bus.values = {{at, 0x54534F48}, {at + 4, 0x10000}, {at + 8, 0x14208}};
    dif_host_serdes found;
    REQUIRE(dif_host_serdes_probe({at}, &found) == dif_ok);
    CHECK(found.lanes == 16);
    CHECK(found.plls == 4);
    CHECK(found.pam4);
    CHECK(dif_host_serdes_probe({at}, nullptr) == dif_bad_argument);
    bus.values[at + 4] = 0x20000;
    CHECK(dif_host_serdes_probe({at}, &found) == dif_wrong_version);
    bus.values[at] = 0;
    CHECK(dif_host_serdes_probe({at}, &found) == dif_wrong_device);
}

TEST_CASE("host_serdes driver: null pointers are refused before any access") {
    recording_bus bus;
    bool flag;
    std::uint8_t byte;
    std::uint16_t number;
    std::uint32_t word;
    std::uint64_t wide;
    dif_host_serdes_lane_status status;
    dif_host_serdes_maps maps;
    dif_host_serdes_counters counters;
    CHECK(dif_host_serdes_set_enabled(nullptr, true) == dif_bad_argument);
    CHECK(dif_host_serdes_set_plls_enabled(nullptr, true) == dif_bad_argument);
    CHECK(dif_host_serdes_plls_locked(nullptr, &flag) == dif_bad_argument);
    CHECK(dif_host_serdes_plls_locked(&serdes, nullptr) == dif_bad_argument);
    CHECK(dif_host_serdes_take_lost_plls(nullptr, &byte) == dif_bad_argument);
    CHECK(dif_host_serdes_take_lost_plls(&serdes, nullptr) == dif_bad_argument);
    CHECK(dif_host_serdes_is_link_ready(nullptr, &flag) == dif_bad_argument);
    CHECK(dif_host_serdes_is_link_ready(&serdes, nullptr) == dif_bad_argument);
    CHECK(dif_host_serdes_set_transmitter(nullptr, 0, transmitter) == dif_bad_argument);
    CHECK(dif_host_serdes_set_taps(nullptr, 0, {0, 0, 0, 64, 0}) == dif_bad_argument);
    CHECK(dif_host_serdes_set_receiver(nullptr, 0, receiver) == dif_bad_argument);
    CHECK(dif_host_serdes_adapt(nullptr, 0, receiver) == dif_bad_argument);
    CHECK(dif_host_serdes_set_loopback(nullptr, 0, dif_host_serdes_loopback_near) ==
          dif_bad_argument);
    CHECK(dif_host_serdes_set_pattern(nullptr, 0, {true, true, 31}) == dif_bad_argument);
    CHECK(dif_host_serdes_inject(nullptr, 0, 1) == dif_bad_argument);
    CHECK(dif_host_serdes_clear_counters(nullptr, 0, 1) == dif_bad_argument);
    CHECK(dif_host_serdes_read_lane_status(nullptr, 0, &status) == dif_bad_argument);
    CHECK(dif_host_serdes_read_lane_status(&serdes, 0, nullptr) == dif_bad_argument);
    CHECK(dif_host_serdes_read_maps(nullptr, &maps) == dif_bad_argument);
    CHECK(dif_host_serdes_read_maps(&serdes, nullptr) == dif_bad_argument);
    CHECK(dif_host_serdes_figure_of_merit(nullptr, 0, &number) == dif_bad_argument);
    CHECK(dif_host_serdes_figure_of_merit(&serdes, 0, nullptr) == dif_bad_argument);
    CHECK(dif_host_serdes_read_counters(nullptr, 0, &counters) == dif_bad_argument);
    CHECK(dif_host_serdes_read_counters(&serdes, 0, nullptr) == dif_bad_argument);
    CHECK(dif_host_serdes_start_eye(nullptr, 0, {0, 20, 0, 0}) == dif_bad_argument);
    CHECK(dif_host_serdes_read_eye(nullptr, 0, &wide) == dif_bad_argument);
    CHECK(dif_host_serdes_read_eye(&serdes, 0, nullptr) == dif_bad_argument);
    CHECK(dif_host_serdes_set_interrupts(nullptr, 0) == dif_bad_argument);
    CHECK(dif_host_serdes_take_events(nullptr, &word) == dif_bad_argument);
    CHECK(dif_host_serdes_take_events(&serdes, nullptr) == dif_bad_argument);
    CHECK(bus.untouched());
}

TEST_CASE("host_serdes driver: lanes and values beyond the device are refused before any access") {
    recording_bus bus;
    std::uint16_t number;
    std::uint64_t wide;
    dif_host_serdes_lane_status status;
    dif_host_serdes_counters counters;
    CHECK(dif_host_serdes_set_transmitter(&serdes, 16, transmitter) == dif_out_of_range);
    auto loud = transmitter;
    loud.amplitude_mv = 1001;
    CHECK(dif_host_serdes_set_transmitter(&serdes, 0, loud) == dif_out_of_range);
    CHECK(dif_host_serdes_set_taps(&serdes, 16, {0, 0, 0, 64, 0}) == dif_out_of_range);
    CHECK(dif_host_serdes_set_taps(&serdes, 0, {0, 0, -1, 64, 0}) == dif_out_of_range);
    CHECK(dif_host_serdes_set_taps(&serdes, 0, {0, 0, 0, -1, 0}) == dif_out_of_range);
    CHECK(dif_host_serdes_set_taps(&serdes, 0, {32, 0, 0, 32, 0}) == dif_out_of_range);
    CHECK(dif_host_serdes_set_taps(&serdes, 0, {0, -33, 0, 31, 0}) == dif_out_of_range);
    auto bad = receiver;
    bad.ctle = 16;
    CHECK(dif_host_serdes_set_receiver(&serdes, 0, bad) == dif_out_of_range);
    bad = receiver;
    bad.gain = 32;
    CHECK(dif_host_serdes_set_receiver(&serdes, 0, bad) == dif_out_of_range);
    bad = receiver;
    bad.feedback_taps = 5;
    CHECK(dif_host_serdes_adapt(&serdes, 0, bad) == dif_out_of_range);
    bad = receiver;
    bad.enabled = false;
    CHECK(dif_host_serdes_adapt(&serdes, 0, bad) == dif_out_of_range);
    CHECK(dif_host_serdes_set_receiver(&serdes, 16, receiver) == dif_out_of_range);
    CHECK(dif_host_serdes_set_loopback(&serdes, 0, static_cast<dif_host_serdes_loopback>(3)) ==
          dif_bad_argument);
    CHECK(dif_host_serdes_set_loopback(&serdes, 16, dif_host_serdes_loopback_far) ==
          dif_out_of_range);
    CHECK(dif_host_serdes_set_pattern(&serdes, 0, {true, true, 8}) == dif_bad_argument);
    CHECK(dif_host_serdes_set_pattern(&serdes, 16, {true, true, 7}) == dif_out_of_range);
    CHECK(dif_host_serdes_inject(&serdes, 16, 1) == dif_out_of_range);
    CHECK(dif_host_serdes_clear_counters(&serdes, 16, 1) == dif_out_of_range);
    CHECK(dif_host_serdes_clear_counters(&serdes, 0, 1u << 24) == dif_out_of_range);
    CHECK(dif_host_serdes_read_lane_status(&serdes, all, &status) == dif_out_of_range);
    CHECK(dif_host_serdes_figure_of_merit(&serdes, 16, &number) == dif_out_of_range);
    CHECK(dif_host_serdes_read_counters(&serdes, all, &counters) == dif_out_of_range);
    CHECK(dif_host_serdes_start_eye(&serdes, 16, {0, 20, 0, 0}) == dif_out_of_range);
    CHECK(dif_host_serdes_start_eye(&serdes, 0, {3, 20, 0, 0}) == dif_out_of_range);
    CHECK(dif_host_serdes_start_eye(&serdes, 0, {0, 41, 0, 0}) == dif_out_of_range);
    CHECK(dif_host_serdes_start_eye(&serdes, 0, {0, 20, -33, 0}) == dif_out_of_range);
    CHECK(dif_host_serdes_start_eye(&serdes, 0, {0, 20, 32, 0}) == dif_out_of_range);
    CHECK(dif_host_serdes_start_eye(&serdes, 0, {0, 20, 0, -128}) == dif_out_of_range);
    CHECK(dif_host_serdes_read_eye(&serdes, 16, &wide) == dif_out_of_range);
    CHECK(dif_host_serdes_set_interrupts(&serdes, 0x80) == dif_out_of_range);
    CHECK(bus.untouched());
}

TEST_CASE("host_serdes driver: settings are written once, as the map places them") {
    recording_bus bus;
    REQUIRE(dif_host_serdes_set_enabled(&serdes, true) == dif_ok);
    REQUIRE(dif_host_serdes_set_plls_enabled(&serdes, true) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x0C, 1), written(at + 0x2C, 0xF)});
    REQUIRE(dif_host_serdes_set_transmitter(&serdes, all, transmitter) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x40, 0xFFFF), written(at + 0x44, 0x03200009)});
    REQUIRE(dif_host_serdes_set_taps(&serdes, 3, {-1, 2, -9, 50, -2}) == dif_ok);
    CHECK(bus.take_writes() ==
          writes{written(at + 0x40, 3),
                 written(at + 0x48, 50u << 24 | 0x3Eu << 18 | 0x37u << 12 | 2u << 6 | 0x3Fu)});
    REQUIRE(dif_host_serdes_set_receiver(&serdes, 3, receiver) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x40, 3), written(at + 0x4C, 0x00089511)});
    REQUIRE(dif_host_serdes_adapt(&serdes, all, receiver) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x40, 0xFFFF), written(at + 0x4C, 0x00089513)});
    REQUIRE(dif_host_serdes_set_loopback(&serdes, 2, dif_host_serdes_loopback_far) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x40, 2), written(at + 0x5C, 2)});
    REQUIRE(dif_host_serdes_set_pattern(&serdes, 2, {true, true, 13}) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x40, 2), written(at + 0x60, 0x000D0D05)});
    REQUIRE(dif_host_serdes_inject(&serdes, 2, 5) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x40, 2), written(at + 0x64, 5)});
    REQUIRE(dif_host_serdes_clear_counters(&serdes, 2, 1000) == dif_ok);
    CHECK(bus.take_writes() ==
          writes{written(at + 0x40, 2), written(at + 0x68, 1000), written(at + 0x6C, 1)});
    REQUIRE(dif_host_serdes_set_interrupts(&serdes, dif_host_serdes_link_change) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x18, 0x40)});
}

TEST_CASE("host_serdes driver: states and counters are read from where they stand") {
    recording_bus bus;
    bus.values = {{at + 0x10, 3},     {at + 0x30, 0xF},  {at + 0x34, 0x2},  {at + 0x14, 0x41},
                  {at + 0x50, 0x1F6}, {at + 0x54, 551},  {at + 0x70, 7},    {at + 0x74, 1},
                  {at + 0x78, 8},     {at + 0x80, 6},    {at + 0x100, 0xA}, {at + 0x104, 0xB},
                  {at + 0x108, 0xC},  {at + 0x10C, 0xD}, {at + 0x114, 0xE}};
    bool flag = false;
    REQUIRE(dif_host_serdes_is_link_ready(&serdes, &flag) == dif_ok);
    CHECK(flag);
    REQUIRE(dif_host_serdes_plls_locked(&serdes, &flag) == dif_ok);
    CHECK(flag);
    bus.values[at + 0x30] = 0x7;
    REQUIRE(dif_host_serdes_plls_locked(&serdes, &flag) == dif_ok);
    CHECK_FALSE(flag);
    std::uint8_t lost = 0;
    REQUIRE(dif_host_serdes_take_lost_plls(&serdes, &lost) == dif_ok);
    CHECK(lost == 2);
    CHECK(bus.take_writes() == writes{written(at + 0x34, 2)});
    std::uint32_t events = 0;
    REQUIRE(dif_host_serdes_take_events(&serdes, &events) == dif_ok);
    CHECK(events == (dif_host_serdes_pll_lost | dif_host_serdes_link_change));
    CHECK(bus.take_writes() == writes{written(at + 0x14, 0x41)});
    dif_host_serdes_lane_status status;
    REQUIRE(dif_host_serdes_read_lane_status(&serdes, 1, &status) == dif_ok);
    CHECK(status.signal);
    CHECK(status.cdr_locked);
    CHECK(status.adapt_done);
    CHECK_FALSE(status.adapt_failed);
    CHECK(status.check_locked);
    CHECK(status.gate_done);
    CHECK(status.ready);
    std::uint16_t q_100 = 0;
    REQUIRE(dif_host_serdes_figure_of_merit(&serdes, 1, &q_100) == dif_ok);
    CHECK(q_100 == 551);
    dif_host_serdes_maps maps;
    REQUIRE(dif_host_serdes_read_maps(&serdes, &maps) == dif_ok);
    CHECK(maps.cdr_locked == 0xA);
    CHECK(maps.signal == 0xB);
    CHECK(maps.adapt_done == 0xC);
    CHECK(maps.adapt_failed == 0xD);
    CHECK(maps.ready == 0xE);
    bus.take_writes();
    dif_host_serdes_counters counters;
    REQUIRE(dif_host_serdes_read_counters(&serdes, 5, &counters) == dif_ok);
    CHECK(counters.bits == 0x100000007);
    CHECK(counters.errors == 8);
    CHECK(counters.symbol_errors == 6);
    CHECK(bus.take_writes() == writes{written(at + 0x40, 5), written(at + 0x20, 1)});
}

TEST_CASE("host_serdes driver: an eye is measured when none is, and read when it is done") {
    recording_bus bus;
    REQUIRE(dif_host_serdes_start_eye(&serdes, 9, {2, 26, -3, -100}) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x40, 9), written(at + 0x94, 0x9C3D),
                                      written(at + 0x90, 26u << 8 | 2u << 1 | 1u)});
    bus.values[at + 0x90] = 1;
    CHECK(dif_host_serdes_start_eye(&serdes, 9, {2, 26, -3, -100}) == dif_unavailable);
    std::uint64_t errors = 0;
    CHECK(dif_host_serdes_read_eye(&serdes, 9, &errors) == dif_unavailable);
    bus.values[at + 0x50] = 1u << 10;
    CHECK(dif_host_serdes_read_eye(&serdes, 9, &errors) == dif_io_error);
    bus.values[at + 0x50] = 1u << 9;
    bus.values[at + 0x98] = 17;
    bus.values[at + 0x9C] = 2;
    REQUIRE(dif_host_serdes_read_eye(&serdes, 9, &errors) == dif_ok);
    CHECK(errors == 0x200000011);
}

TEST_CASE("host bring-up: PLLs, signals, adaptation, lock, ready, and lost again") {
    recording_bus bus;
    auto host = host_bring_up_of(&serdes);
    CHECK(host.state == host_off);
    CHECK(host_bring_up_step(&host) == host_plls);
    CHECK(bus.take_writes().size() == 8);
    bus.values[at + 0x30] = 0xF;
    CHECK(host_bring_up_step(&host) == host_plls);  // no signal yet
    bus.values[at + 0x104] = 0xFFFF;
    CHECK(host_bring_up_step(&host) == host_adapting);
    CHECK(bus.take_writes() == writes{written(at + 0x40, 0xFFFF), written(at + 0x4C, 0x00080013)});
    bus.values[at + 0x108] = 0xFFF0;
    CHECK(host_bring_up_step(&host) == host_adapting);
    bus.values[at + 0x108] = 0xFFFF;
    CHECK(host_bring_up_step(&host) == host_locking);
    CHECK(host_bring_up_step(&host) == host_locking);
    bus.values[at + 0x114] = 0xFFFF;
    CHECK(host_bring_up_step(&host) == host_ready);
    bus.values[at + 0x114] = 0xFF0F;
    CHECK(host_bring_up_step(&host) == host_locking);
    bus.values[at + 0x114] = 0xFFFF;
    CHECK(host_bring_up_step(&host) == host_ready);
    CHECK(bus.take_writes().empty());
}

TEST_CASE("host bring-up: lanes that do not adapt are tried three times, alone") {
    recording_bus bus;
    auto host = host_bring_up_of(&serdes);
    bus.values = {{at + 0x30, 0xF}, {at + 0x104, 0xFFFF}};
    CHECK(host_bring_up_step(&host) == host_plls);
    CHECK(host_bring_up_step(&host) == host_adapting);
    bus.values[at + 0x108] = 0xFFFB;
    bus.values[at + 0x10C] = 0x0004;
    bus.take_writes();
    for (int attempt = 2; attempt <= 3; ++attempt) {
        CHECK(host_bring_up_step(&host) == host_adapting);
        CHECK(bus.take_writes() == writes{written(at + 0x40, 2), written(at + 0x4C, 0x00080013)});
    }
    CHECK(host_bring_up_step(&host) == host_failed);
    CHECK(host_bring_up_step(&host) == host_failed);
    CHECK(bus.take_writes().empty());
}
