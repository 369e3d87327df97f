// The device and its driver together: the driver runs unchanged on the host, its register accesses
// go through the model's TLM socket.
#include "examples/device/fan_monitor.h"

#include <tlm_utils/simple_initiator_socket.h>

#include <catch2/catch.hpp>
#include <cstdint>

#include "testbenches/unit/common/fresh_simulation.h"

extern "C" {
#include "examples/device/dif_fan_monitor.h"
}

using luxlane::test::fresh_simulation;

namespace {

struct bench : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<bench> bus{"bus"};
    luxlane::examples::fan_monitor fan{"fan"};
    dif_fan_monitor driver{};

    explicit bench(const sc_core::sc_module_name& name = "bench") : sc_core::sc_module(name) {
        bus.bind(fan.registers);
        current = this;
        fan.reset();
    }
    std::uint32_t access(tlm::tlm_command command, std::uint32_t offset, std::uint32_t value) {
        tlm::tlm_generic_payload transaction;
        sc_core::sc_time delay;
        transaction.set_command(command);
        transaction.set_address(offset);
        transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
        transaction.set_data_length(4);
        transaction.set_streaming_width(4);
        bus->b_transport(transaction, delay);
        REQUIRE(transaction.is_response_ok());
        return value;
    }
    static bench* current;
};
bench* bench::current = nullptr;

void run_ms(double ms) { sc_core::sc_start(sc_core::sc_time(ms, sc_core::SC_MS)); }

}  // namespace

extern "C" {
uint32_t mmio_read32(mmio_region, uint32_t offset) {
    return bench::current->access(tlm::TLM_READ_COMMAND, offset, 0);
}
void mmio_write32(mmio_region, uint32_t offset, uint32_t value) {
    bench::current->access(tlm::TLM_WRITE_COMMAND, offset, value);
}
}

TEST_CASE("the fan monitor's driver measures a healthy fan") {
    fresh_simulation([] {
        bench b;
        b.fan.speed_hz = [] { return 1000.0; };  // 2 pulses a turn, 10 ms: 20 pulses
        REQUIRE(dif_fan_monitor_probe(mmio_region_at(0), &b.driver) == dif_ok);
        REQUIRE(dif_fan_monitor_start(&b.driver, 15) == dif_ok);
        run_ms(9.9);
        std::uint32_t pulses = 99;
        REQUIRE(dif_fan_monitor_pulses(&b.driver, &pulses) == dif_ok);
        CHECK(pulses == 0);
        run_ms(0.2);
        REQUIRE(dif_fan_monitor_pulses(&b.driver, &pulses) == dif_ok);
        CHECK(pulses == 20);
        CHECK_FALSE(b.fan.irq.level());
    });
}

TEST_CASE("a slow fan raises the interrupt until the driver takes it") {
    fresh_simulation([] {
        bench b;
        b.fan.speed_hz = [] { return 500.0; };
        REQUIRE(dif_fan_monitor_probe(mmio_region_at(0), &b.driver) == dif_ok);
        REQUIRE(dif_fan_monitor_start(&b.driver, 11) == dif_ok);
        run_ms(10.1);
        CHECK(b.fan.irq.level());
        bool slow = false;
        REQUIRE(dif_fan_monitor_take_too_slow(&b.driver, &slow) == dif_ok);
        CHECK(slow);
        CHECK_FALSE(b.fan.irq.level());
        b.fan.reset();
        b.fan.reset();
        run_ms(30);
        CHECK_FALSE(b.fan.irq.level());
    });
}

TEST_CASE("the driver refuses bad arguments before it touches a register") {
    dif_fan_monitor fan{};
    std::uint32_t pulses = 0;
    bool slow = false;
    CHECK(dif_fan_monitor_probe(mmio_region_at(0), nullptr) == dif_bad_argument);
    CHECK(dif_fan_monitor_start(nullptr, 1) == dif_bad_argument);
    CHECK(dif_fan_monitor_start(&fan, 0) == dif_out_of_range);
    CHECK(dif_fan_monitor_start(&fan, 65536) == dif_out_of_range);
    CHECK(dif_fan_monitor_pulses(&fan, nullptr) == dif_bad_argument);
    CHECK(dif_fan_monitor_pulses(nullptr, &pulses) == dif_bad_argument);
    CHECK(dif_fan_monitor_take_too_slow(nullptr, &slow) == dif_bad_argument);
    CHECK(dif_fan_monitor_take_too_slow(&fan, nullptr) == dif_bad_argument);
}
