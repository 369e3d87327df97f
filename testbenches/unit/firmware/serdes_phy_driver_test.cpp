#include <catch2/catch.hpp>

#include "testbenches/unit/firmware/mock_mmio.h"

extern "C" {
#include "firmware/drivers/dif_serdes_phy.h"
}

namespace {
constexpr std::uintptr_t at = 0x10024000;
const dif_serdes_phy phy = {{at}, 460, 400};
using writes = std::vector<recording_bus::access>;

/// What a caller with a wrong integer would pass; volatile hides it from the compiler.
dif_serdes_phy_direction wrong_direction() {
    volatile int value = 2;
    return static_cast<dif_serdes_phy_direction>(value);
}
}  // namespace

TEST_CASE("the PHY is identified, with its lanes") {
    recording_bus bus;
    bus.values = {{at, 0x59485053}, {at + 4, 0x10000}, {at + 8, 400u << 16 | 460}};
    dif_serdes_phy found;
    REQUIRE(dif_serdes_phy_probe({at}, &found) == dif_ok);
    CHECK(found.lanes == 460);
    CHECK(found.data_lanes == 400);
    bus.values[at + 4] = 0;
    CHECK(dif_serdes_phy_probe({at}, &found) == dif_wrong_version);
    bus.values[at] = 0;
    CHECK(dif_serdes_phy_probe({at}, &found) == dif_wrong_device);
    CHECK(dif_serdes_phy_probe({at}, nullptr) == dif_bad_argument);
}

TEST_CASE("null pointers and unknown enumerators are refused before any access") {
    recording_bus bus;
    const auto bad_direction = wrong_direction();
    const dif_serdes_phy_control control = {};
    dif_serdes_phy_status status;
    dif_serdes_phy_lane_status lane;
    dif_serdes_phy_switches switches;
    dif_serdes_phy_counters counters;
    lane_map map;
    std::uint32_t word;
    std::uint16_t physical;
    std::uint8_t count;
    CHECK(dif_serdes_phy_set_control(nullptr, &control) == dif_bad_argument);
    CHECK(dif_serdes_phy_set_control(&phy, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_deskew(nullptr, &control) == dif_bad_argument);
    CHECK(dif_serdes_phy_deskew(&phy, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_read_status(nullptr, &status) == dif_bad_argument);
    CHECK(dif_serdes_phy_read_status(&phy, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_train_lane(nullptr, 0, true) == dif_bad_argument);
    CHECK(dif_serdes_phy_read_lane_status(nullptr, 0, &lane) == dif_bad_argument);
    CHECK(dif_serdes_phy_read_lane_status(&phy, 0, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_lane_map(nullptr, dif_serdes_phy_map_failed, &map) == dif_bad_argument);
    CHECK(dif_serdes_phy_lane_map(&phy, dif_serdes_phy_map_failed, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_lane_map(&phy, static_cast<dif_serdes_phy_map>(3), &map) ==
          dif_bad_argument);
    CHECK(dif_serdes_phy_mapping(nullptr, dif_serdes_phy_receive, 0, &physical) ==
          dif_bad_argument);
    CHECK(dif_serdes_phy_mapping(&phy, dif_serdes_phy_receive, 0, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_mapping(&phy, bad_direction, 0, &physical) == dif_bad_argument);
    CHECK(dif_serdes_phy_set_mapping(nullptr, dif_serdes_phy_receive, 0, 0) == dif_bad_argument);
    CHECK(dif_serdes_phy_set_mapping(&phy, bad_direction, 0, 0) == dif_bad_argument);
    CHECK(dif_serdes_phy_send_word(nullptr, 1) == dif_bad_argument);
    CHECK(dif_serdes_phy_send_word(&phy, 0) == dif_bad_argument);
    CHECK(dif_serdes_phy_receive_word(nullptr, &word) == dif_bad_argument);
    CHECK(dif_serdes_phy_receive_word(&phy, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_words_waiting(nullptr, &count) == dif_bad_argument);
    CHECK(dif_serdes_phy_words_waiting(&phy, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_superframe(nullptr, dif_serdes_phy_receive, &word) == dif_bad_argument);
    CHECK(dif_serdes_phy_superframe(&phy, dif_serdes_phy_receive, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_superframe(&phy, bad_direction, &word) == dif_bad_argument);
    CHECK(dif_serdes_phy_arm_switch(nullptr, dif_serdes_phy_receive, 0, 0, 0) == dif_bad_argument);
    CHECK(dif_serdes_phy_arm_switch(&phy, bad_direction, 0, 0, 0) == dif_bad_argument);
    CHECK(dif_serdes_phy_cancel_switches(nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_read_switches(nullptr, &switches) == dif_bad_argument);
    CHECK(dif_serdes_phy_read_switches(&phy, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_set_degrade_limit(nullptr, 1) == dif_bad_argument);
    CHECK(dif_serdes_phy_enable_events(nullptr, 0) == dif_bad_argument);
    CHECK(dif_serdes_phy_enable_events(&phy, 0x100) == dif_bad_argument);
    CHECK(dif_serdes_phy_take_events(nullptr, &word) == dif_bad_argument);
    CHECK(dif_serdes_phy_take_events(&phy, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_read_counters(nullptr, &counters) == dif_bad_argument);
    CHECK(dif_serdes_phy_read_counters(&phy, nullptr) == dif_bad_argument);
    CHECK(bus.untouched());
}

TEST_CASE("lanes out of range are refused before any access") {
    recording_bus bus;
    dif_serdes_phy_lane_status lane;
    std::uint16_t physical;
    CHECK(dif_serdes_phy_train_lane(&phy, 460, true) == dif_out_of_range);
    CHECK(dif_serdes_phy_read_lane_status(&phy, 460, &lane) == dif_out_of_range);
    CHECK(dif_serdes_phy_read_lane_status(&phy, 0xFFFF, &lane) == dif_out_of_range);
    CHECK(dif_serdes_phy_mapping(&phy, dif_serdes_phy_receive, 400, &physical) == dif_out_of_range);
    CHECK(dif_serdes_phy_set_mapping(&phy, dif_serdes_phy_receive, 400, 0) == dif_out_of_range);
    CHECK(dif_serdes_phy_set_mapping(&phy, dif_serdes_phy_receive, 0, 460) == dif_out_of_range);
    CHECK(dif_serdes_phy_arm_switch(&phy, dif_serdes_phy_receive, 400, 0, 0) == dif_out_of_range);
    CHECK(dif_serdes_phy_arm_switch(&phy, dif_serdes_phy_receive, 0, 460, 0) == dif_out_of_range);
    CHECK(bus.untouched());
}

TEST_CASE("control bits and deskew") {
    recording_bus bus;
    dif_serdes_phy_control control = {true, true, false, false, false};
    REQUIRE(dif_serdes_phy_set_control(&phy, &control) == dif_ok);
    control = {true, true, true, true, true};
    REQUIRE(dif_serdes_phy_set_control(&phy, &control) == dif_ok);
    control.force_training = false;
    REQUIRE(dif_serdes_phy_deskew(&phy, &control) == dif_ok);
    CHECK(bus.take_writes() ==
          writes{written(at + 0xC, 0x05), written(at + 0xC, 0x5D), written(at + 0xC, 0x3D)});
}

TEST_CASE("status, lane status and maps are taken apart") {
    recording_bus bus;
    bus.values[at + 0x10] = 399u << 16 | 1u << 8 | 5u << 4 | 0x3;
    bus.values[at + 0x48] = 1u << 18 | 0x3FFu << 8 | 7;
    bus.values[at + 0x400] = 0x10;
    dif_serdes_phy_status status = {};
    REQUIRE(dif_serdes_phy_read_status(&phy, &status) == dif_ok);
    CHECK((status.ready && status.deskew_done && !status.rx_aligned));
    CHECK((status.serving && !status.host_ready));
    CHECK(status.link_state == dif_serdes_phy_link_repair);
    CHECK(status.aligned_lanes == 399);
    dif_serdes_phy_lane_status lane = {};
    REQUIRE(dif_serdes_phy_read_lane_status(&phy, 459, &lane) == dif_ok);
    CHECK(lane.state == dif_serdes_phy_lane_spare);
    CHECK((lane.name_valid && lane.name == dif_serdes_phy_spare_name));
    lane_map map;
    REQUIRE(dif_serdes_phy_lane_map(&phy, dif_serdes_phy_map_degraded, &map) == dif_ok);
    CHECK(lane_map_get(&map, 4));
    REQUIRE(dif_serdes_phy_lane_map(&phy, dif_serdes_phy_map_failed, &map) == dif_ok);
    CHECK(lane_map_count(&map, 460) == 0);
    REQUIRE(dif_serdes_phy_train_lane(&phy, 0xFFFF, true) == dif_ok);
    CHECK(bus.take_writes() ==
          writes{written(at + 0x40, 459), written(at + 0x40, 0xFFFF), written(at + 0x44, 1)});
}

TEST_CASE("maps are read and written per direction") {
    recording_bus bus;
    bus.values[at + 0x74] = 12;
    bus.values[at + 0x78] = 0xFFFF;
    std::uint16_t physical = 0;
    REQUIRE(dif_serdes_phy_mapping(&phy, dif_serdes_phy_transmit, 399, &physical) == dif_ok);
    CHECK(physical == 12);
    REQUIRE(dif_serdes_phy_mapping(&phy, dif_serdes_phy_receive, 399, &physical) == dif_ok);
    CHECK(physical == dif_serdes_phy_no_lane);
    bus.take_writes();
    REQUIRE(dif_serdes_phy_set_mapping(&phy, dif_serdes_phy_transmit, 5, 459) == dif_ok);
    REQUIRE(dif_serdes_phy_set_mapping(&phy, dif_serdes_phy_receive, 6, 0xFFFF) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x70, 5), written(at + 0x74, 459),
                                      written(at + 0x70, 6), written(at + 0x78, 0xFFFF)});
}

TEST_CASE("management words: a full FIFO refuses, an empty one has nothing") {
    recording_bus bus;
    std::uint32_t word = 0;
    std::uint8_t waiting = 0;
    bus.values[at + 0x8C] = 63u << 8;
    CHECK(dif_serdes_phy_send_word(&phy, 0x10000001) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x80, 0x10000001)});
    CHECK(dif_serdes_phy_words_waiting(&phy, &waiting) == dif_ok);
    CHECK(waiting == 63);
    bus.values[at + 0x8C] = 64u << 8;
    CHECK(dif_serdes_phy_send_word(&phy, 0x10000001) == dif_unavailable);
    CHECK(dif_serdes_phy_receive_word(&phy, &word) == dif_unavailable);
    CHECK(bus.take_writes().empty());
    bus.values[at + 0x84] = 0x20000005;
    CHECK(dif_serdes_phy_receive_word(&phy, &word) == dif_ok);
    CHECK(word == 0x20000005);
    CHECK(bus.take_writes() == writes{written(at + 0x88, 1)});
}

TEST_CASE("switches are armed beside pending ones") {
    recording_bus bus;
    REQUIRE(dif_serdes_phy_arm_switch(&phy, dif_serdes_phy_transmit, 399, 450, 1000) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0xA0, 450u << 16 | 399),
                                      written(at + 0xA4, 1000), written(at + 0xA8, 1)});
    bus.values[at + 0xAC] = 1;
    REQUIRE(dif_serdes_phy_arm_switch(&phy, dif_serdes_phy_transmit, 1, 2, 3) == dif_ok);
    REQUIRE(dif_serdes_phy_arm_switch(&phy, dif_serdes_phy_receive, 1, 2, 3) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0xA0, 2u << 16 | 1), written(at + 0xA4, 3),
                                      written(at + 0xA8, 1), written(at + 0xA0, 2u << 16 | 1),
                                      written(at + 0xA4, 3), written(at + 0xA8, 2)});
    dif_serdes_phy_switches switches = {};
    REQUIRE(dif_serdes_phy_read_switches(&phy, &switches) == dif_ok);
    CHECK((switches.transmit_pending && !switches.receive_pending));
    bus.take_writes();
    REQUIRE(dif_serdes_phy_cancel_switches(&phy) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0xA8, 4)});
}

TEST_CASE("events, limits, superframes and counters") {
    recording_bus bus;
    std::uint32_t value = 0;
    REQUIRE(dif_serdes_phy_enable_events(
                &phy, dif_serdes_phy_lane_failed_event | dif_serdes_phy_word_received) == dif_ok);
    REQUIRE(dif_serdes_phy_set_degrade_limit(&phy, 99) == dif_ok);
    REQUIRE(dif_serdes_phy_take_events(&phy, &value) == dif_ok);
    CHECK(value == 0);
    CHECK(bus.take_writes() == writes{written(at + 0x18, 0x18), written(at + 0xB0, 99)});
    bus.values[at + 0x14] = 0x4C;
    REQUIRE(dif_serdes_phy_take_events(&phy, &value) == dif_ok);
    CHECK(value == 0x4C);
    CHECK(bus.take_writes() == writes{written(at + 0x14, 0x4C)});
    bus.values[at + 0x90] = 17;
    bus.values[at + 0x94] = 16;
    REQUIRE(dif_serdes_phy_superframe(&phy, dif_serdes_phy_transmit, &value) == dif_ok);
    CHECK(value == 17);
    REQUIRE(dif_serdes_phy_superframe(&phy, dif_serdes_phy_receive, &value) == dif_ok);
    CHECK(value == 16);
    bus.values[at + 0x200] = 5;
    bus.values[at + 0x204] = 1;
    bus.values[at + 0x210] = 2;
    dif_serdes_phy_counters counters = {};
    REQUIRE(dif_serdes_phy_read_counters(&phy, &counters) == dif_ok);
    CHECK(counters.codewords == 0x100000005);
    CHECK(counters.uncorrectable_codewords == 2);
    CHECK(bus.take_writes() == writes{written(at + 0x20, 1)});
}
