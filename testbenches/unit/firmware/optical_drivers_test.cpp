#include <catch2/catch.hpp>

#include "regs/optical_channel.h"
#include "regs/pd_array.h"
#include "regs/rx_dsp.h"
#include "regs/tx_driver.h"
#include "testbenches/unit/firmware/mock_mmio.h"

extern "C" {
#include "firmware/drivers/dif_optical_channel.h"
#include "firmware/drivers/dif_pd_array.h"
#include "firmware/drivers/dif_rx_dsp.h"
#include "firmware/drivers/dif_tx_driver.h"
}

// The addresses and bits that tests expect are those of the devices' published maps, written out.

namespace {
constexpr std::uintptr_t driver_at = 0x10020000, cable_at = 0x10021000, array_at = 0x10022000,
                         dsp_at = 0x10023000;
constexpr std::uint16_t beyond = 460, all = 0xFFFF;
using writes = std::vector<recording_bus::access>;

const dif_tx_driver driver = {{driver_at}, 460};
const dif_optical_channel cable = {{cable_at}, 460};
const dif_pd_array array = {{array_at}, 460};
const dif_rx_dsp dsp = {{dsp_at}, 460};
}  // namespace

TEST_CASE("probes identify each device and take its number of lanes") {
    recording_bus bus;
    bus.values = {{driver_at, 0x52445854}, {driver_at + 4, 0x10000}, {driver_at + 8, 0x03E801CC},
                  {cable_at, 0x4354504F},  {cable_at + 4, 0x10003},  {cable_at + 8, 460},
                  {array_at, 0x52414450},  {array_at + 4, 0x10000},  {array_at + 8, 460},
                  {dsp_at, 0x53445852},    {dsp_at + 4, 0x10000},    {dsp_at + 8, 0x000301CC}};
    dif_tx_driver a;
    dif_optical_channel b;
    dif_pd_array c;
    dif_rx_dsp d;
    REQUIRE(dif_tx_driver_probe({driver_at}, &a) == dif_ok);
    REQUIRE(dif_optical_channel_probe({cable_at}, &b) == dif_ok);
    REQUIRE(dif_pd_array_probe({array_at}, &c) == dif_ok);
    REQUIRE(dif_rx_dsp_probe({dsp_at}, &d) == dif_ok);
    CHECK(a.lanes == 460);
    CHECK(b.lanes == 460);
    CHECK(c.lanes == 460);
    CHECK(d.lanes == 460);

    SECTION("another version is refused") {
        for (auto base : {driver_at, cable_at, array_at, dsp_at}) {
            bus.values[base + 4] = 0x20000;
        }
        CHECK(dif_tx_driver_probe({driver_at}, &a) == dif_wrong_version);
        CHECK(dif_optical_channel_probe({cable_at}, &b) == dif_wrong_version);
        CHECK(dif_pd_array_probe({array_at}, &c) == dif_wrong_version);
        CHECK(dif_rx_dsp_probe({dsp_at}, &d) == dif_wrong_version);
    }
    SECTION("another device is refused") {
        for (auto base : {driver_at, cable_at, array_at, dsp_at}) {
            bus.values[base] = 0x12345678;
        }
        CHECK(dif_tx_driver_probe({driver_at}, &a) == dif_wrong_device);
        CHECK(dif_optical_channel_probe({cable_at}, &b) == dif_wrong_device);
        CHECK(dif_pd_array_probe({array_at}, &c) == dif_wrong_device);
        CHECK(dif_rx_dsp_probe({dsp_at}, &d) == dif_wrong_device);
    }
}

TEST_CASE("null pointers are refused before any access") {
    recording_bus bus;
    bool flag;
    std::int16_t temperature;
    std::uint16_t number;
    std::uint32_t word;
    lane_map map;
    dif_optical_channel_cable about;
    dif_rx_dsp_taps taps;
    dif_rx_dsp_lane_status status;
    CHECK(dif_tx_driver_probe({driver_at}, nullptr) == dif_bad_argument);
    CHECK(dif_tx_driver_set_enabled(nullptr, true) == dif_bad_argument);
    CHECK(dif_tx_driver_is_ready(nullptr, &flag) == dif_bad_argument);
    CHECK(dif_tx_driver_is_ready(&driver, nullptr) == dif_bad_argument);
    CHECK(dif_tx_driver_set_lane_enabled(nullptr, 0, true) == dif_bad_argument);
    CHECK(dif_tx_driver_set_current(nullptr, 0, {1, 0}) == dif_bad_argument);
    CHECK(dif_tx_driver_set_post_tap(nullptr, 0, 1) == dif_bad_argument);
    CHECK(dif_tx_driver_temperature(nullptr, &temperature) == dif_bad_argument);
    CHECK(dif_tx_driver_temperature(&driver, nullptr) == dif_bad_argument);
    CHECK(dif_tx_driver_power(nullptr, &word) == dif_bad_argument);
    CHECK(dif_tx_driver_power(&driver, nullptr) == dif_bad_argument);
    CHECK(dif_tx_driver_set_alarm_enabled(nullptr, true) == dif_bad_argument);
    CHECK(dif_tx_driver_take_alarm(nullptr, &flag) == dif_bad_argument);
    CHECK(dif_tx_driver_take_alarm(&driver, nullptr) == dif_bad_argument);

    CHECK(dif_optical_channel_probe({cable_at}, nullptr) == dif_bad_argument);
    CHECK(dif_optical_channel_set_enabled(nullptr, true) == dif_bad_argument);
    CHECK(dif_optical_channel_is_present(nullptr, &flag) == dif_bad_argument);
    CHECK(dif_optical_channel_is_present(&cable, nullptr) == dif_bad_argument);
    CHECK(dif_optical_channel_read_cable(nullptr, &about) == dif_bad_argument);
    CHECK(dif_optical_channel_read_cable(&cable, nullptr) == dif_bad_argument);
    CHECK(dif_optical_channel_temperature(nullptr, &temperature) == dif_bad_argument);
    CHECK(dif_optical_channel_temperature(&cable, nullptr) == dif_bad_argument);
    CHECK(dif_optical_channel_set_plug_interrupt(nullptr, true) == dif_bad_argument);
    CHECK(dif_optical_channel_take_plug_event(nullptr, &flag) == dif_bad_argument);
    CHECK(dif_optical_channel_take_plug_event(&cable, nullptr) == dif_bad_argument);

    CHECK(dif_pd_array_probe({array_at}, nullptr) == dif_bad_argument);
    CHECK(dif_pd_array_set_enabled(nullptr, true) == dif_bad_argument);
    CHECK(dif_pd_array_is_ready(nullptr, &flag) == dif_bad_argument);
    CHECK(dif_pd_array_is_ready(&array, nullptr) == dif_bad_argument);
    CHECK(dif_pd_array_set_loss_threshold(nullptr, 1) == dif_bad_argument);
    CHECK(dif_pd_array_set_lane_enabled(nullptr, 0, true) == dif_bad_argument);
    CHECK(dif_pd_array_set_gain(nullptr, 0, 0) == dif_bad_argument);
    CHECK(dif_pd_array_lane_power(nullptr, 0, &number) == dif_bad_argument);
    CHECK(dif_pd_array_lane_power(&array, 0, nullptr) == dif_bad_argument);
    CHECK(dif_pd_array_loss_map(nullptr, &map) == dif_bad_argument);
    CHECK(dif_pd_array_loss_map(&array, nullptr) == dif_bad_argument);
    CHECK(dif_pd_array_set_loss_interrupt(nullptr, true) == dif_bad_argument);
    CHECK(dif_pd_array_take_loss_event(nullptr, &flag) == dif_bad_argument);
    CHECK(dif_pd_array_take_loss_event(&array, nullptr) == dif_bad_argument);

    CHECK(dif_rx_dsp_probe({dsp_at}, nullptr) == dif_bad_argument);
    CHECK(dif_rx_dsp_set_enabled(nullptr, true) == dif_bad_argument);
    CHECK(dif_rx_dsp_is_ready(nullptr, &flag) == dif_bad_argument);
    CHECK(dif_rx_dsp_is_ready(&dsp, nullptr) == dif_bad_argument);
    CHECK(dif_rx_dsp_set_lane_enabled(nullptr, 0, true) == dif_bad_argument);
    CHECK(dif_rx_dsp_adapt(nullptr, 0) == dif_bad_argument);
    CHECK(dif_rx_dsp_set_taps(nullptr, 0, {}) == dif_bad_argument);
    CHECK(dif_rx_dsp_read_taps(nullptr, 0, &taps) == dif_bad_argument);
    CHECK(dif_rx_dsp_read_taps(&dsp, 0, nullptr) == dif_bad_argument);
    CHECK(dif_rx_dsp_read_lane_status(nullptr, 0, &status) == dif_bad_argument);
    CHECK(dif_rx_dsp_read_lane_status(&dsp, 0, nullptr) == dif_bad_argument);
    CHECK(dif_rx_dsp_figure_of_merit(nullptr, 0, &number) == dif_bad_argument);
    CHECK(dif_rx_dsp_figure_of_merit(&dsp, 0, nullptr) == dif_bad_argument);
    std::uint64_t errors;
    CHECK(dif_rx_dsp_start_eye(nullptr, 0, {0, 0, 20}) == dif_bad_argument);
    CHECK(dif_rx_dsp_read_eye(nullptr, 0, &errors) == dif_bad_argument);
    CHECK(dif_rx_dsp_read_eye(&dsp, 0, nullptr) == dif_bad_argument);
    CHECK(dif_rx_dsp_lock_map(nullptr, &map) == dif_bad_argument);
    CHECK(dif_rx_dsp_lock_map(&dsp, nullptr) == dif_bad_argument);
    CHECK(dif_rx_dsp_adapted_map(nullptr, &map) == dif_bad_argument);
    CHECK(dif_rx_dsp_adapted_map(&dsp, nullptr) == dif_bad_argument);
    CHECK(bus.untouched());
}

TEST_CASE("lanes and values out of range are refused before any access") {
    recording_bus bus;
    std::uint16_t number;
    dif_rx_dsp_taps taps;
    dif_rx_dsp_lane_status status;
    CHECK(dif_tx_driver_set_lane_enabled(&driver, beyond, true) == dif_out_of_range);
    CHECK(dif_tx_driver_set_current(&driver, beyond, {100, 10}) == dif_out_of_range);
    CHECK(dif_tx_driver_set_current(&driver, 0, {1024, 10}) == dif_out_of_range);
    CHECK(dif_tx_driver_set_current(&driver, 0, {100, 101}) == dif_out_of_range);
    CHECK(dif_tx_driver_set_post_tap(&driver, beyond, 1) == dif_out_of_range);
    CHECK(dif_tx_driver_set_post_tap(&driver, 0, 64) == dif_out_of_range);
    CHECK(dif_pd_array_set_loss_threshold(&array, 4096) == dif_out_of_range);
    CHECK(dif_pd_array_set_lane_enabled(&array, beyond, true) == dif_out_of_range);
    CHECK(dif_pd_array_set_gain(&array, beyond, 0) == dif_out_of_range);
    CHECK(dif_pd_array_set_gain(&array, 0, 4) == dif_out_of_range);
    CHECK(dif_pd_array_lane_power(&array, beyond, &number) == dif_out_of_range);
    CHECK(dif_pd_array_lane_power(&array, all, &number) == dif_out_of_range);
    CHECK(dif_rx_dsp_set_lane_enabled(&dsp, beyond, true) == dif_out_of_range);
    CHECK(dif_rx_dsp_adapt(&dsp, beyond) == dif_out_of_range);
    CHECK(dif_rx_dsp_set_taps(&dsp, beyond, {}) == dif_out_of_range);
    CHECK(dif_rx_dsp_read_taps(&dsp, all, &taps) == dif_out_of_range);
    CHECK(dif_rx_dsp_read_lane_status(&dsp, all, &status) == dif_out_of_range);
    CHECK(dif_rx_dsp_figure_of_merit(&dsp, all, &number) == dif_out_of_range);
    std::uint64_t errors;
    CHECK(dif_rx_dsp_start_eye(&dsp, beyond, {0, 0, 20}) == dif_out_of_range);
    CHECK(dif_rx_dsp_start_eye(&dsp, 0, {-33, 0, 20}) == dif_out_of_range);
    CHECK(dif_rx_dsp_start_eye(&dsp, 0, {32, 0, 20}) == dif_out_of_range);
    CHECK(dif_rx_dsp_start_eye(&dsp, 0, {0, -128, 20}) == dif_out_of_range);
    CHECK(dif_rx_dsp_start_eye(&dsp, 0, {0, 0, 41}) == dif_out_of_range);
    CHECK(dif_rx_dsp_read_eye(&dsp, all, &errors) == dif_out_of_range);
    CHECK(bus.untouched());
}

TEST_CASE("the transmit driver's registers are written once each") {
    recording_bus bus;
    REQUIRE(dif_tx_driver_set_current(&driver, 459, {470, 47}) == dif_ok);
    CHECK(bus.take_writes() ==
          writes{written(driver_at + 0x40, 459), written(driver_at + 0x48, 47u << 16 | 470)});
    REQUIRE(dif_tx_driver_set_lane_enabled(&driver, all, true) == dif_ok);
    CHECK(bus.take_writes() ==
          writes{written(driver_at + 0x40, 0xFFFF), written(driver_at + 0x44, 1)});
    REQUIRE(dif_tx_driver_set_post_tap(&driver, 3, 63) == dif_ok);
    CHECK(bus.take_writes() == writes{written(driver_at + 0x40, 3), written(driver_at + 0x4C, 63)});
    REQUIRE(dif_tx_driver_set_enabled(&driver, true) == dif_ok);
    CHECK(bus.take_writes() == writes{written(driver_at + 0x0C, 1)});
    REQUIRE(dif_tx_driver_set_alarm_enabled(&driver, true) == dif_ok);
    CHECK(bus.take_writes() == writes{written(driver_at + 0x18, 1)});

    bool flag = false;
    std::int16_t temperature = 0;
    std::uint32_t milliwatt = 0;
    bus.values[driver_at + 0x30] = 0xFF80;  // -0.5 degree
    bus.values[driver_at + 0x34] = 900;
    REQUIRE(dif_tx_driver_temperature(&driver, &temperature) == dif_ok);
    CHECK(temperature == -128);
    REQUIRE(dif_tx_driver_power(&driver, &milliwatt) == dif_ok);
    CHECK(milliwatt == 900);
    bus.values[driver_at + 0x10] = 1;
    REQUIRE(dif_tx_driver_is_ready(&driver, &flag) == dif_ok);
    CHECK(flag);
    bus.take_writes();
    REQUIRE(dif_tx_driver_take_alarm(&driver, &flag) == dif_ok);
    CHECK_FALSE(flag);
    CHECK(bus.take_writes().empty());
    bus.values[driver_at + 0x14] = 1;
    REQUIRE(dif_tx_driver_take_alarm(&driver, &flag) == dif_ok);
    CHECK(flag);
    CHECK(bus.take_writes() == writes{written(driver_at + 0x14, 1)});
}

TEST_CASE("the cable is read as it describes itself") {
    recording_bus bus;
    bus.values = {{cable_at + 0x10, 3},     {cable_at + 0x30, 10000}, {cable_at + 0x34, 430000},
                  {cable_at + 0x38, 50000}, {cable_at + 0x3C, 50189}, {cable_at + 0x44, 0x2300}};
    bool flag = false;
    dif_optical_channel_cable about = {};
    std::int16_t temperature = 0;
    REQUIRE(dif_optical_channel_is_present(&cable, &flag) == dif_ok);
    CHECK(flag);
    REQUIRE(dif_optical_channel_read_cable(&cable, &about) == dif_ok);
    CHECK(about.length_mm == 10000);
    CHECK(about.wavelength_pm == 430000);
    CHECK(about.core_pitch_nm == 50000);
    CHECK(about.group_delay_ps == 50189);
    REQUIRE(dif_optical_channel_temperature(&cable, &temperature) == dif_ok);
    CHECK(temperature == 35 * 256);
    REQUIRE(dif_optical_channel_set_enabled(&cable, true) == dif_ok);
    REQUIRE(dif_optical_channel_set_plug_interrupt(&cable, true) == dif_ok);
    bus.values[cable_at + 0x14] = 1;
    REQUIRE(dif_optical_channel_take_plug_event(&cable, &flag) == dif_ok);
    CHECK(flag);
    CHECK(bus.take_writes() == writes{written(cable_at + 0x0C, 1), written(cable_at + 0x18, 1),
                                      written(cable_at + 0x14, 1)});
}

TEST_CASE("the photodiode array measures lanes and maps losses") {
    recording_bus bus;
    bus.values[array_at + 0x4C] = 0xABC;
    bus.values[array_at + 0x100 + 4 * 14] = 0x800;
    std::uint16_t power = 0;
    REQUIRE(dif_pd_array_lane_power(&array, 7, &power) == dif_ok);
    CHECK(power == 0xABC);
    REQUIRE(dif_pd_array_set_gain(&array, 7, 3) == dif_ok);
    REQUIRE(dif_pd_array_set_loss_threshold(&array, 4095) == dif_ok);
    REQUIRE(dif_pd_array_set_lane_enabled(&array, all, true) == dif_ok);
    REQUIRE(dif_pd_array_set_enabled(&array, true) == dif_ok);
    REQUIRE(dif_pd_array_set_loss_interrupt(&array, true) == dif_ok);
    CHECK(bus.take_writes() == writes{written(array_at + 0x40, 7), written(array_at + 0x40, 7),
                                      written(array_at + 0x48, 3), written(array_at + 0x30, 4095),
                                      written(array_at + 0x40, 0xFFFF), written(array_at + 0x44, 1),
                                      written(array_at + 0x0C, 1), written(array_at + 0x18, 1)});
    lane_map map;
    REQUIRE(dif_pd_array_loss_map(&array, &map) == dif_ok);
    CHECK(lane_map_get(&map, 14 * 32 + 11));
    CHECK(lane_map_count(&map, 460) == 1);
    CHECK(lane_map_count(&map, 459) == 0);
    bool flag = false;
    bus.values[array_at + 0x14] = 1;
    REQUIRE(dif_pd_array_take_loss_event(&array, &flag) == dif_ok);
    CHECK(flag);
    bus.values[array_at + 0x10] = 1;
    REQUIRE(dif_pd_array_is_ready(&array, &flag) == dif_ok);
    CHECK(flag);
}

TEST_CASE("the equaliser's taps are signed bytes; adaptation keeps the lane enabled") {
    recording_bus bus;
    REQUIRE(dif_rx_dsp_set_taps(&dsp, 9, {-3, 64, -128}) == dif_ok);
    CHECK(bus.take_writes() == writes{written(dsp_at + 0x40, 9), written(dsp_at + 0x48, 0x8040FD)});
    dif_rx_dsp_taps taps = {};
    REQUIRE(dif_rx_dsp_read_taps(&dsp, 9, &taps) == dif_ok);
    CHECK(taps.pre == -3);
    CHECK(taps.main == 64);
    CHECK(taps.post == -128);
    bus.take_writes();
    REQUIRE(dif_rx_dsp_adapt(&dsp, all) == dif_ok);
    REQUIRE(dif_rx_dsp_set_lane_enabled(&dsp, 2, false) == dif_ok);
    REQUIRE(dif_rx_dsp_set_enabled(&dsp, true) == dif_ok);
    CHECK(bus.take_writes() == writes{written(dsp_at + 0x40, 0xFFFF), written(dsp_at + 0x44, 3),
                                      written(dsp_at + 0x40, 2), written(dsp_at + 0x44, 0),
                                      written(dsp_at + 0x0C, 1)});
    bus.values[dsp_at + 0x4C] = 5;
    bus.values[dsp_at + 0x50] = 712;
    bus.values[dsp_at + 0x104] = 1;
    bus.values[dsp_at + 0x180] = 2;
    bus.values[dsp_at + 0x10] = 1;
    dif_rx_dsp_lane_status status = {};
    std::uint16_t q_100 = 0;
    lane_map map;
    bool ready = false;
    REQUIRE(dif_rx_dsp_read_lane_status(&dsp, 2, &status) == dif_ok);
    CHECK((status.cdr_locked && !status.adapt_done && status.adapt_failed));
    REQUIRE(dif_rx_dsp_figure_of_merit(&dsp, 2, &q_100) == dif_ok);
    CHECK(q_100 == 712);
    REQUIRE(dif_rx_dsp_lock_map(&dsp, &map) == dif_ok);
    CHECK(lane_map_get(&map, 32));
    REQUIRE(dif_rx_dsp_adapted_map(&dsp, &map) == dif_ok);
    CHECK(lane_map_get(&map, 1));
    REQUIRE(dif_rx_dsp_is_ready(&dsp, &ready) == dif_ok);
    CHECK(ready);
}

TEST_CASE("an eye measurement takes its point, is not disturbed while it runs, and tells its end") {
    recording_bus bus;
    REQUIRE(dif_rx_dsp_start_eye(&dsp, 7, {-32, 127, 40}) == dif_ok);
    CHECK(bus.take_writes() == writes{written(dsp_at + 0x40, 7), written(dsp_at + 0x5C, 0x7F20),
                                      written(dsp_at + 0x58, 0x2801)});
    REQUIRE(dif_rx_dsp_start_eye(&dsp, all, {31, -127, 10}) == dif_ok);
    CHECK(bus.take_writes() == writes{written(dsp_at + 0x40, 0xFFFF),
                                      written(dsp_at + 0x5C, 0x811F),
                                      written(dsp_at + 0x58, 0x0A01)});
    std::uint64_t errors = 0;
    CHECK(dif_rx_dsp_read_eye(&dsp, 7, &errors) == dif_unavailable);
    bus.values[dsp_at + 0x58] = 0x2801;
    bus.take_writes();
    CHECK(dif_rx_dsp_start_eye(&dsp, 7, {0, 0, 20}) == dif_unavailable);
    CHECK(bus.take_writes() == writes{written(dsp_at + 0x40, 7)});

    bus.values[dsp_at + 0x4C] = 0b01001;
    bus.values[dsp_at + 0x60] = 0x89ABCDEF;
    bus.values[dsp_at + 0x64] = 0x42;
    REQUIRE(dif_rx_dsp_read_eye(&dsp, 7, &errors) == dif_ok);
    CHECK(errors == 0x42'89AB'CDEF);
    dif_rx_dsp_lane_status status = {};
    REQUIRE(dif_rx_dsp_read_lane_status(&dsp, 7, &status) == dif_ok);
    CHECK((status.eye_done && !status.eye_failed));
    bus.values[dsp_at + 0x4C] = 0b10001;
    CHECK(dif_rx_dsp_read_eye(&dsp, 7, &errors) == dif_io_error);
}
