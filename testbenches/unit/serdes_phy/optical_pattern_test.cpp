#include <catch2/catch.hpp>
#include <cmath>

#include "models/optical_channel/optical_channel.h"
#include "models/pd_array/pd_array.h"
#include "models/rx_dsp/rx_dsp.h"
#include "models/tx_driver/tx_driver.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/rx_dsp/optical_bench.h"
#include "testbenches/unit/serdes_phy/phy_bench.h"

using namespace luxlane;
using namespace optical_bench;
using luxlane::test::fresh_simulation;
using luxlane::test::phy_bench;
namespace regs = registers::serdes_phy;

namespace {

constexpr unsigned physical = 9;
constexpr unsigned tested = 4;  // the middle of the grid: it has all its neighbours

/// One PHY sends through the real optical stages to another.
struct bench {
    test::phy_host host_a{"host_a"};
    test::phy_host host_b{"host_b"};
    serdes_phy a;
    serdes_phy b;
    tx_driver driver;
    optical_channel channel;
    pd_array array;
    rx_dsp dsp;
    frame_source dark{"dark"};  // no light comes back
    frame_sink unseen{"unseen"};
    register_host driver_host{"driver_host", driver};
    register_host channel_host{"channel_host", channel};
    register_host array_host{"array_host", array};
    register_host dsp_host{"dsp_host", dsp};

    explicit bench(fidelity kind)
        : a("a", phy_config(kind, 0)),
          b("b", phy_config(kind, 1)),
          driver("driver", stage<tx_driver_config>()),
          channel("channel", stage<optical_channel_config>()),
          array("array", stage<pd_array_config>()),
          dsp("dsp", stage<rx_dsp_config>()) {
        for (auto* end : {&host_a, &host_b}) {
            auto& phy = end == &host_a ? a : b;
            end->bus.bind(phy.registers);
            end->flits_out.bind(phy.flits_in);
            phy.flits_out.bind(end->flits_in);
        }
        a.lanes_out.bind(driver.in);
        driver.out.bind(channel.in);
        channel.out.bind(array.in);
        array.out.bind(dsp.in);
        dsp.out.bind(b.lanes_in);
        dark.out.bind(a.lanes_in);
        b.lanes_out.bind(unseen.in);
        b.lane_locked = [this](unsigned lane) { return dsp.lane_locked(lane); };
        b.lane_ber = [this](unsigned lane) { return dsp.lane_ber(lane); };
        dsp.lanes_changed = [this](const sc_core::sc_time& at) { b.lanes_changed(at); };
    }

    static serdes_phy_config phy_config(fidelity kind, std::uint32_t direction) {
        auto config = phy_bench::configuration(physical, physical, direction);
        config.lane_rate_bps = 2e9 * 127.0 / 128.0;
        config.kind = kind;
        return config;
    }
    template <class Config>
    static Config stage() {
        Config config;
        config.lane.rate_bps = 2e9;
        config.lanes = physical;
        if constexpr (requires { config.spread.alive_probability; }) {
            config.spread.alive_probability = 1.0;
        }
        return config;
    }

    void drive(std::uint32_t on_ua) {
        driver_host.write("LANE_SELECT", 0xFFFF);
        driver_host.write("LANE_CURRENT", on_ua | ((on_ua / 10) << 16));
    }
    /// Light on, at the strongest drive of these with which the tested lane errs once in 10^4.
    void start() {
        for (auto* host : {&driver_host, &array_host, &dsp_host}) {
            host->write("CONTROL", 1);
            host->write("LANE_SELECT", 0xFFFF);
            host->write("LANE_CONTROL", 1);
        }
        driver_host.write("LANE_FFE", 6);
        std::uint32_t on_ua = 600;
        do {
            drive(on_ua);
            run(seconds(5e-6));
            on_ua -= 10;
        } while (on_ua > 100 && dsp.lane_ber(tested) < 1e-4);
    }
};

}  // namespace

TEST_CASE("a test pattern counts what the optical path's model says of the lane") {
    const auto kind = GENERATE(fidelity::statistical, fidelity::symbol);
    fresh_simulation([=] {
        bench line(kind);
        line.start();
        const double ber = line.dsp.lane_ber(tested);
        INFO("lane's error ratio " << ber);
        REQUIRE(ber > 1e-4);
        REQUIRE(ber < 1e-2);
        line.host_a.write(regs::reg::control, 0x5);  // ENABLE, TX_ENABLE
        line.host_b.write(regs::reg::control, 0x9);  // ENABLE, RX_ENABLE
        line.host_b.write(regs::reg::lane_select, tested);
        line.host_b.write(regs::reg::lane_control, 1);
        REQUIRE(phy_bench::run_until(
            [&] { return line.host_b.state_of(tested) == lane_state::aligned; }, 100.0));
        constexpr std::uint32_t prbs31 = 6u << 4 | 1;
        line.host_a.write(regs::reg::lane_select, tested);
        line.host_a.write(regs::reg::lane_pattern_tx, prbs31);
        line.host_b.write(regs::reg::lane_pattern_rx, prbs31);
        run(seconds(20e-6));
        REQUIRE(line.host_b.get(regs::lane_pattern_status::locked));
        line.host_b.write(regs::reg::lane_pattern_clear, 1);
        line.host_b.write(regs::reg::lane_pattern_gate, 400);
        run(seconds(230e-6));
        REQUIRE(line.host_b.get(regs::lane_pattern_status::gate_done));
        line.host_b.write(regs::reg::snapshot, 1);
        const double bits = line.host_b.read(regs::reg::lane_pattern_bits_lo);
        const double errors = line.host_b.read(regs::reg::lane_pattern_errors_lo);
        CHECK(bits == 409600.0);
        // 3.3 standard deviations of the binomial count.
        CHECK(std::abs(errors - bits * ber) < 3.3 * std::sqrt(bits * ber));
    });
}
