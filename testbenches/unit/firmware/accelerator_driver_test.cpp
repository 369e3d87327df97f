#include <catch2/catch.hpp>
#include <string>

#include "testbenches/unit/firmware/mock_mmio.h"

extern "C" {
#include "firmware/drivers/dif_accelerator.h"
}

namespace {
constexpr std::uintptr_t at = 0x10025000;
const dif_accelerator accelerator = {{at}, 1024};
using writes = std::vector<recording_bus::access>;
constexpr auto bad_ring = static_cast<dif_accelerator_ring>(3);
}  // namespace

TEST_CASE("the accelerator is identified, with its memory and rings") {
    recording_bus bus;
    bus.values = {{at, 0x4C434341}, {at + 4, 0x10000}, {at + 8, 1024u << 8 | 3}};
    dif_accelerator found;
    REQUIRE(dif_accelerator_probe({at}, &found) == dif_ok);
    CHECK(found.memory_mib == 1024);
    bus.values[at + 8] = 1024u << 8 | 2;
    CHECK(dif_accelerator_probe({at}, &found) == dif_io_error);
    bus.values[at + 4] = 0;
    CHECK(dif_accelerator_probe({at}, &found) == dif_wrong_version);
    bus.values[at] = 0;
    CHECK(dif_accelerator_probe({at}, &found) == dif_wrong_device);
    CHECK(dif_accelerator_probe({at}, nullptr) == dif_bad_argument);
}

TEST_CASE("bad arguments of the accelerator's driver are refused before any access") {
    recording_bus bus;
    dif_accelerator_ring_status status;
    dif_accelerator_events events;
    const auto send = dif_accelerator_send;
    CHECK(dif_accelerator_set_enabled(nullptr, true) == dif_bad_argument);
    CHECK(dif_accelerator_start_ring(nullptr, send, 0, 4) == dif_bad_argument);
    CHECK(dif_accelerator_start_ring(&accelerator, bad_ring, 0, 4) == dif_bad_argument);
    CHECK(dif_accelerator_start_ring(&accelerator, send, 16, 4) == dif_out_of_range);
    CHECK(dif_accelerator_start_ring(&accelerator, send, 32, 17) == dif_out_of_range);
    CHECK(dif_accelerator_stop_ring(nullptr, send) == dif_bad_argument);
    CHECK(dif_accelerator_stop_ring(&accelerator, bad_ring) == dif_bad_argument);
    CHECK(dif_accelerator_ring_doorbell(nullptr, send, 1) == dif_bad_argument);
    CHECK(dif_accelerator_ring_doorbell(&accelerator, bad_ring, 1) == dif_bad_argument);
    CHECK(dif_accelerator_read_ring_status(nullptr, send, &status) == dif_bad_argument);
    CHECK(dif_accelerator_read_ring_status(&accelerator, bad_ring, &status) == dif_bad_argument);
    CHECK(dif_accelerator_read_ring_status(&accelerator, send, nullptr) == dif_bad_argument);
    CHECK(dif_accelerator_enable_events(nullptr, {}) == dif_bad_argument);
    CHECK(dif_accelerator_enable_events(&accelerator, {8, 0}) == dif_out_of_range);
    CHECK(dif_accelerator_enable_events(&accelerator, {0, 8}) == dif_out_of_range);
    CHECK(dif_accelerator_take_events(nullptr, &events) == dif_bad_argument);
    CHECK(dif_accelerator_take_events(&accelerator, nullptr) == dif_bad_argument);
    CHECK(bus.untouched());
}

TEST_CASE("a ring is reset, placed, sized and started, in this order") {
    recording_bus bus;
    REQUIRE(dif_accelerator_set_enabled(&accelerator, true) == dif_ok);
    REQUIRE(dif_accelerator_start_ring(&accelerator, dif_accelerator_compute, 0x120000040, 8) ==
            dif_ok);
    REQUIRE(dif_accelerator_ring_doorbell(&accelerator, dif_accelerator_compute, 7) == dif_ok);
    REQUIRE(dif_accelerator_stop_ring(&accelerator, dif_accelerator_receive) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x0C, 1), written(at + 0x18C, 2),
                                      written(at + 0x180, 0x20000040), written(at + 0x184, 1),
                                      written(at + 0x188, 8), written(at + 0x18C, 1),
                                      written(at + 0x190, 7), written(at + 0x14C, 2)});
}

TEST_CASE("ring status tells progress and error") {
    recording_bus bus;
    bus.values[at + 0x154] = 41;
    bus.values[at + 0x158] = 1;
    dif_accelerator_ring_status status = {};
    REQUIRE(dif_accelerator_read_ring_status(&accelerator, dif_accelerator_receive, &status) ==
            dif_ok);
    CHECK((status.completed == 41 && status.busy && !status.error && status.error_code == 0));
    bus.values[at + 0x158] = 2;
    bus.values[at + 0x15C] = 41u << 16 | 5;
    REQUIRE(dif_accelerator_read_ring_status(&accelerator, dif_accelerator_receive, &status) ==
            dif_ok);
    CHECK((status.error && status.error_code == 5 && status.error_index == 41));
    CHECK(dif_accelerator_error_text(5) == std::string("flits lost"));
    CHECK(dif_accelerator_error_text(9) == std::string("unknown"));
}

TEST_CASE("events are enabled, and cleared as they are taken") {
    recording_bus bus;
    REQUIRE(dif_accelerator_enable_events(&accelerator, {5, 7}) == dif_ok);
    CHECK(bus.take_writes() == writes{written(at + 0x18, 0x705)});
    dif_accelerator_events events = {};
    bus.values[at + 0x14] = 0x204;
    REQUIRE(dif_accelerator_take_events(&accelerator, &events) == dif_ok);
    CHECK((events.done == 4 && events.error == 2));
    CHECK(bus.take_writes() == writes{written(at + 0x14, 0x204)});
}
