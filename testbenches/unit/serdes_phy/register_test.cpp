#include <catch2/catch.hpp>

#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/serdes_phy/phy_bench.h"

using namespace luxlane;
using test::fresh_simulation;
using test::phy_bench;
namespace regs = registers::serdes_phy;

namespace {

/// Whether the configuration, or the retry that outlives a reset, says what a register holds.
bool configured(regs::reg reg) {
    return reg == regs::reg::capability || reg == regs::reg::retry_status ||
           (reg >= regs::reg::retry_buffer && reg <= regs::reg::retry_init_limit);
}

/// Every register holds what its description says.
void check_reset_values(test::phy_host& host) {
    for (std::size_t i = 0; i < regs::map.registers.size(); ++i) {
        const auto& description = regs::map.registers[i];
        const auto reg = static_cast<regs::reg>(i);
        if (description.access == register_access::write_only || configured(reg)) {
            continue;
        }
        INFO(description.name);
        std::uint64_t expected = description.reset;
        if (reg == regs::reg::map_tx || reg == regs::reg::map_rx) {
            expected = 0;  // identity: MAP_SELECT is 0
        }
        for (std::uint32_t element = 0; element < description.count; ++element) {
            CHECK(host.read(reg, element) == expected);
        }
    }
}

}  // namespace

TEST_CASE("every register has its reset value, after one reset and after two") {
    fresh_simulation([] {
        phy_bench bench(34, 40);
        check_reset_values(bench.host_a);
        bench.bring_up();
        bench.host_a.queue(100, 1);
        bench.host_a.write(regs::reg::mgmt_tx, 5);
        bench.host_b.write(regs::reg::mgmt_tx, 5);
        bench.run_us(10.0);
        bench.host_a.write(regs::reg::snapshot, 1);
        bench.host_a.map(regs::reg::map_tx, 3, 35);
        bench.host_a.write(regs::reg::control, 2);
        check_reset_values(bench.host_a);
        bench.host_a.write(regs::reg::control, 2);
        check_reset_values(bench.host_a);
        bench.run_us(100.0);
        CHECK(bench.host_a.link() == link_state::reset);
    });
}

TEST_CASE("a debug read of any register changes nothing") {
    fresh_simulation([] {
        phy_bench bench(34, 40);
        bench.bring_up();
        bench.host_b.write(regs::reg::mgmt_tx, 5);
        bench.run_us(20.0);
        auto& host = bench.host_a;
        host.write(regs::reg::snapshot, 1);
        host.write(regs::reg::lane_select, 40);  // of which a guest's read would be an error
        const auto reads = [&] {
            std::uint64_t count = 0;
            for (std::uint16_t reg = 0; reg < regs::map.registers.size(); ++reg) {
                count += bench.a.bank().reads(reg);
            }
            return count;
        };
        const auto before = reads();
        const auto warnings = bench.a.bank().warnings();
        const auto first = host.debug_dump();
        CHECK(host.debug_dump() == first);
        CHECK(reads() == before);
        CHECK(bench.a.bank().warnings() == warnings);
        CHECK(host.get(regs::error_code::code) == regs::error_code::code_value::none);
        CHECK(host.read(regs::reg::mgmt_rx) == 5);
    });
}

TEST_CASE("the retry's limits read as configured") {
    fresh_simulation([] {
        phy_bench bench(wide_link::retry_settings{}, 34, 40);
        auto& host = bench.host_a;
        CHECK(host.read(regs::reg::retry_buffer) == 8192);
        CHECK(host.read(regs::reg::retry_spacing) == 64);
        CHECK(host.read(regs::reg::retry_replay_max) == 255);
        CHECK(host.read(regs::reg::retry_acknowledge_limit) == 20000);
        CHECK(host.read(regs::reg::retry_pcs_lost_limit) == 20000000);
        CHECK(host.read(regs::reg::retry_data_age_limit) == 50000000);
        CHECK(host.read(regs::reg::retry_init_limit) == 5000);
        CHECK(host.get(regs::retry_status::enabled));
    });
}

TEST_CASE("a PHY that was reset can be brought up again") {
    fresh_simulation([] {
        phy_bench bench(34, 40);
        bench.bring_up();
        bench.run_us(50.0);
        for (auto* host : bench.hosts) {
            host->write(regs::reg::control, 2);
        }
        bench.bring_up();
        const auto sent = bench.host_a.queue(100, 1);
        bench.run_us(10.0);
        CHECK(bench.host_b.received == sent);
    });
}

TEST_CASE("a lane that does not exist reads 0 and sets BAD_LANE") {
    fresh_simulation([] {
        phy_bench bench(34, 40);
        auto& host = bench.host_a;
        host.write(regs::reg::lane_select, 39);
        CHECK(host.read(regs::reg::lane_status) == 0);
        CHECK(host.get(regs::error_code::code) == regs::error_code::code_value::none);
        host.write(regs::reg::lane_select, 40);
        CHECK(host.read(regs::reg::lane_status) == 0);
        CHECK(host.get(regs::error_code::code) == regs::error_code::code_value::bad_lane);
        host.write(regs::reg::lane_control, 1);
        CHECK(host.read(regs::reg::lane_control) == 0);
    });
}

TEST_CASE("interrupts latch, clear by writing ones, and obey the mask") {
    fresh_simulation([] {
        phy_bench bench(34, 34);
        auto& host = bench.host_a;
        CHECK_FALSE(bench.a.irq.level());
        bench.power_up();
        CHECK(host.get(regs::irq_status::link_change));
        CHECK(host.get(regs::irq_status::lane_change));
        CHECK_FALSE(bench.a.irq.level());
        host.write(regs::reg::irq_mask, 1);
        CHECK(bench.a.irq.level());
        host.write(regs::reg::irq_status, 2);
        CHECK(bench.a.irq.level());
        CHECK(host.read(regs::reg::irq_status) == 1);
        host.write(regs::reg::irq_status, 1);
        CHECK_FALSE(bench.a.irq.level());
        REQUIRE(bench.align());
        CHECK(bench.a.irq.level());
    });
}

TEST_CASE("snapshots hold the counters still") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        bench.host_a.queue(500, 1);
        bench.run_us(5.0);
        auto& host = bench.host_b;
        const auto words = host.counter(regs::reg::codewords_lo);
        CHECK(words > 0);
        bench.run_us(50.0);
        CHECK(host.read(regs::reg::codewords_lo) == words);
        CHECK(host.read(regs::reg::histogram, 0) == words);
        host.write(regs::reg::snapshot, 1);
        CHECK(host.read(regs::reg::codewords_lo) > words);
        // 2 x 544 symbols a group over 400 lanes.
        host.write(regs::reg::lane_select, 7);
        const double symbols = host.read(regs::reg::lane_symbols_lo);
        CHECK(symbols == Approx(host.read(regs::reg::codewords_lo) * 544.0 / 400.0).epsilon(0.01));
    });
}

TEST_CASE("superframe counts run at both ends") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        bench.run_us(3000.0);
        const double superframe_s = 10240 / (2.125e9 * 128 / 127);
        const double count = sc_core::sc_time_stamp().to_seconds() / superframe_s;
        CHECK(bench.host_a.read(regs::reg::superframe) == unsigned(count));
        // The far end's overhead is heard three quarters of a superframe and the flight later.
        const double heard = count - 0.752 - 50e-9 / superframe_s;
        CHECK(bench.host_b.read(regs::reg::rx_superframe) == unsigned(heard));
    });
}

TEST_CASE("energy grows with activity and names its blocks") {
    fresh_simulation([] {
        phy_bench bench;
        for (const auto& part : bench.a.energy()) {
            CHECK(part.joules == 0.0);
        }
        bench.bring_up();
        const auto idle_from = bench.a.energy();
        bench.run_us(100.0);
        const auto busy_from = bench.a.energy();
        bench.host_a.queue(30000, 1);
        bench.host_b.queue(30000, 1);
        bench.run_us(100.0);
        const auto end = bench.a.energy();
        REQUIRE(end.size() == 2);
        CHECK(end[0].block == "digital back end");
        CHECK(end[1].block == "host interface");
        // 0.4 W and 0.2 W at full rate, half of it at rest; 30000 flits keep the line busy for 76.8
        // us.
        CHECK(busy_from[0].joules - idle_from[0].joules == Approx(0.2 * 100e-6));
        CHECK(end[0].joules - busy_from[0].joules ==
              Approx(0.2 * 100e-6 + 0.2 * 76.8e-6).epsilon(0.01));
        CHECK(end[1].joules == Approx(end[0].joules / 2));
    });
}

TEST_CASE("settings that no PHY can have are refused, with what would be right") {
    fresh_simulation([] {
        serdes_phy_config config;
        config.data_lanes = 545;
        config.physical_lanes = 672;
        CHECK_THROWS_AS(serdes_phy("p", config), std::invalid_argument);
        config.data_lanes = 400;
        config.physical_lanes = 399;
        CHECK_THROWS_AS(serdes_phy("q", config), std::invalid_argument);
        config.physical_lanes = 673;
        CHECK_THROWS_AS(serdes_phy("r", config), std::invalid_argument);
        config.physical_lanes = 400;
        config.interleave = 3;
        CHECK_THROWS_WITH(serdes_phy("s", config), "s: 1, 2 or 4 codewords are interleaved, not 3");
        config.interleave = 4;
        config.lane_rate_bps = 0.0;
        CHECK_THROWS_WITH(serdes_phy("t", config), "t: the lane rate is positive");
    });
}
