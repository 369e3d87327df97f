// The bring-up of the electrical host lanes against the model of the device itself.

#include <catch2/catch.hpp>

#include "models/host_serdes/host_serdes.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/firmware/mock_mmio.h"
#include "testbenches/unit/rx_dsp/optical_bench.h"

extern "C" {
#include "firmware/link_manager/host_bring_up.h"
}

using namespace luxlane;
using namespace optical_bench;
using luxlane::test::fresh_simulation;

namespace {

constexpr std::uintptr_t base = 0x10028000;

/// Carries the driver's accesses to a device's socket.
class device_bus : public mock_bus, public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<device_bus> socket;

    device_bus(const sc_core::sc_module_name& name, device& target)
        : sc_core::sc_module(name), socket("socket") {
        socket.bind(target.registers);
        select(this);
    }
    ~device_bus() override { select(nullptr); }

    std::uint64_t read(std::uintptr_t address, unsigned bytes) override {
        std::uint64_t value = 0;
        access(tlm::TLM_READ_COMMAND, address, bytes, value);
        return value;
    }
    void write(std::uintptr_t address, unsigned bytes, std::uint64_t value) override {
        access(tlm::TLM_WRITE_COMMAND, address, bytes, value);
    }

private:
    void access(tlm::tlm_command command, std::uintptr_t address, unsigned bytes,
                std::uint64_t& value) {
        tlm::tlm_generic_payload transaction;
        transaction.set_command(command);
        transaction.set_address(address - base);
        transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
        transaction.set_data_length(bytes);
        transaction.set_streaming_width(bytes);
        auto delay = sc_core::SC_ZERO_TIME;
        socket->b_transport(transaction, delay);
        REQUIRE(transaction.get_response_status() == tlm::TLM_OK_RESPONSE);
    }
};

/// Steps every 100 us until `state`, at most for `limit_s`; returns how long it took, s.
double step_until(host_bring_up& host, host_bring_up_state state, double limit_s) {
    const auto begin = sc_core::sc_time_stamp();
    const auto passed_s = [&] { return (sc_core::sc_time_stamp() - begin).to_seconds(); };
    while (host_bring_up_step(&host) != state && passed_s() < limit_s) {
        run(seconds(100e-6));
    }
    CHECK(host.state == state);
    return passed_s();
}

}  // namespace

TEST_CASE("host bring-up: the device gets ready, loses a PLL and gets ready again") {
    fresh_simulation([] {
        host_serdes device("device", {});
        device_bus bus("bus", device);
        dif_host_serdes serdes;
        REQUIRE(dif_host_serdes_probe({base}, &serdes) == dif_ok);
        auto host = host_bring_up_of(&serdes);
        // 100 us of PLL, 5 ms of adaptation, 10 us of clock recovery, in steps of 100 us.
        CHECK(step_until(host, host_ready, 10e-3) == Approx(5.2e-3).margin(0.11e-3));
        CHECK(device.ready());

        device.drop_pll(2, sc_core::sc_time_stamp() + seconds(50e-6), seconds(100e-6));
        step_until(host, host_locking, 1e-3);
        CHECK_FALSE(device.ready());
        step_until(host, host_ready, 1e-3);
        CHECK(device.ready());
        std::uint8_t lost = 0;
        REQUIRE(dif_host_serdes_take_lost_plls(&serdes, &lost) == dif_ok);
        CHECK(lost == 1u << 2);
    });
}

TEST_CASE("host bring-up: a trace with too much loss fails after three adaptations") {
    fresh_simulation([] {
        host_serdes_config config;
        config.trace.loss_db = 45.0;
        host_serdes device("device", config);
        device_bus bus("bus", device);
        dif_host_serdes serdes;
        REQUIRE(dif_host_serdes_probe({base}, &serdes) == dif_ok);
        auto host = host_bring_up_of(&serdes);
        CHECK(step_until(host, host_failed, 20e-3) == Approx(15.1e-3).margin(0.3e-3));
        CHECK_FALSE(device.ready());
    });
}
