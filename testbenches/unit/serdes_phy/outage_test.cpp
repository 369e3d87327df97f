#include <catch2/catch.hpp>

#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/serdes_phy/phy_bench.h"

using namespace luxlane;
using test::fresh_simulation;
using test::phy_bench;
namespace regs = registers::serdes_phy;

namespace {

using cause = regs::link_cause::cause_value;

constexpr double superframe_us = 10240 / (2.125e3 * 128 / 127);  // 400 lanes

/// Trains every lane anew at one end, deskews and enables the link there.
void bring_up_again(test::phy_host& host) {
    host.write(regs::reg::control, 0x0D);
    host.write(regs::reg::lane_select, 0xFFFF);
    host.write(regs::reg::lane_control, 1);
    REQUIRE(phy_bench::run_until([&] { return bool(host.get(regs::status::rx_aligned)); }, 200.0));
    host.write(regs::reg::control, 0x2D);
    host.write(regs::reg::control, 0x1D);
    REQUIRE(host.link() == link_state::up);
}

}  // namespace

TEST_CASE("a link that loses all its light goes DOWN, and comes back when the light does") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        bench.run_us(500.0);
        for (auto& lane : bench.ab.lanes) {
            lane.dead = true;
        }
        bench.run_us(10 * superframe_us);
        CHECK(bench.host_b.link() == link_state::down);
        CHECK(bench.host_b.get(regs::link_cause::cause) == cause::loss_of_signal);
        CHECK(bench.host_b.state_of(3) == lane_state::failed);
        for (auto& lane : bench.ab.lanes) {
            lane.dead = false;
        }
        bench.host_a.write(regs::reg::control, 0x4D);  // whole superframes to train on
        bring_up_again(bench.host_b);
        bench.host_a.write(regs::reg::control, 0x1D);
        const auto sent = bench.host_a.queue(1000, 1);
        bench.run_us(20.0);
        CHECK(bench.host_b.received == sent);
        CHECK(bench.host_b.get(regs::link_cause::cause) == cause::none);
    });
}

TEST_CASE("a flash of darkness shorter than four markers leaves the link UP") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        bench.host_a.queue(30000, 1);
        bench.run_us(20.0);
        for (auto& lane : bench.ab.lanes) {
            lane.dead = true;
        }
        bench.run_us(1.0);
        for (auto& lane : bench.ab.lanes) {
            lane.dead = false;
        }
        bench.run_us(100.0);
        CHECK(bench.host_b.link() == link_state::up);
        CHECK(bench.host_b.received.size() + bench.host_b.lost >= 30000);
        CHECK(bench.host_b.lost > 0);
    });
}

TEST_CASE("a far end that is reset takes the link down as a restart, and the lanes find it again") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        bench.host_b.write(regs::reg::control, 2);
        bench.run_us(3.3);  // not a multiple of a superframe
        bench.host_b.write(regs::reg::control, 0xD);
        bench.host_b.write(regs::reg::lane_select, 0xFFFF);
        bench.host_b.write(regs::reg::lane_control, 1);
        bench.run_us(7 * superframe_us);
        CHECK(bench.host_a.link() == link_state::down);
        CHECK(bench.host_a.get(regs::link_cause::cause) == cause::far_restart);
        REQUIRE(bench.align());
        bench.deskew_and_enable();
        const auto sent = bench.host_a.queue(500, 1);
        const auto back = bench.host_b.queue(500, 2);
        bench.run_us(20.0);
        CHECK(bench.host_b.received == sent);
        CHECK(bench.host_a.received == back);
        // Counts of both ends began anew: a switch at the new count works.
        CHECK(bench.host_a.read(regs::reg::rx_superframe) < 40);
    });
}

TEST_CASE("a training that stands still ends in DOWN after 8 ms, and DESKEW ends that") {
    fresh_simulation([] {
        phy_bench bench(34, 40);
        bench.ba.lanes[5].noise = true;  // its lane never finds a frame
        bench.power_up();
        bench.run_us(100.0);
        CHECK(bench.host_b.link() == link_state::lanes);
        bench.run_us(9200.0);  // spares tested after 1 ms are the last that changes
        CHECK(bench.host_a.link() == link_state::down);
        CHECK(bench.host_a.get(regs::link_cause::cause) == cause::lanes_timeout);
        CHECK(bench.host_b.link() == link_state::down);
        CHECK(bench.host_b.get(regs::link_cause::cause) == cause::deskew_timeout);
        bench.ba.lanes[5].noise = false;
        bench.host_a.write(regs::reg::lane_select, 5);
        bench.host_a.write(regs::reg::lane_control, 1);
        REQUIRE(bench.align());
        bench.deskew_and_enable();
        CHECK(bench.host_a.link() == link_state::up);
        CHECK(bench.host_b.link() == link_state::up);
    });
}

TEST_CASE("words of the far end keep a slow training alive") {
    fresh_simulation([] {
        phy_bench bench(34, 34);
        bench.power_up();
        REQUIRE(bench.align());
        for (unsigned i = 0; i < 5; ++i) {
            bench.run_us(4000.0);
            bench.host_b.write(regs::reg::mgmt_tx, 7);
        }
        CHECK(bench.host_a.link() == link_state::lanes);
        CHECK(bench.host_b.link() == link_state::lanes);
        bench.run_us(8100.0);
        CHECK(bench.host_a.link() == link_state::down);
    });
}

TEST_CASE("a switch that does not come within its limit takes the link down") {
    fresh_simulation([] {
        auto a = phy_bench::configuration(400, 460, 0);
        auto b = phy_bench::configuration(400, 460, 1);
        a.repair_limit_s = b.repair_limit_s = 1e-3;
        phy_bench bench(a, b);
        bench.bring_up();
        bench.host_a.write(regs::reg::switch_lane, 3 | 450 << 16);
        bench.host_a.write(regs::reg::switch_at, bench.host_a.read(regs::reg::superframe) + 400);
        bench.host_a.write(regs::reg::switch_control, 1);
        bench.run_us(999.0);
        CHECK(bench.host_a.link() == link_state::repair);
        bench.run_us(2.0);
        CHECK(bench.host_a.link() == link_state::down);
        CHECK(bench.host_a.get(regs::link_cause::cause) == cause::repair_timeout);
    });
}

TEST_CASE("with a forwarded clock every lane locks and loses lock with the clock lanes") {
    fresh_simulation([] {
        auto a = phy_bench::configuration(400, 460, 0);
        auto b = phy_bench::configuration(400, 460, 1);
        a.clocking = b.clocking = line_clocking::forwarded;
        phy_bench bench(a, b);
        bench.ab.lanes[0].dead = true;
        bench.ab.lanes[1].dead = true;
        bench.ab.lanes[7].dead = true;
        bench.power_up();
        bench.run_us(5.1);
        CHECK(bench.host_b.state_of(20) == lane_state::failed);
        CHECK(bench.host_a.state_of(20) == lane_state::frame);
        // One of the two is enough, also for a lane that the array finds dark.
        bench.ab.lanes[1].dead = false;
        bench.host_b.write(regs::reg::lane_select, 0xFFFF);
        bench.host_b.write(regs::reg::lane_control, 1);
        bench.run_us(5.1);
        CHECK(bench.host_b.state_of(20) == lane_state::frame);
        CHECK(bench.host_b.state_of(7) == lane_state::frame);
        bench.run_us(300.0);
        CHECK(bench.host_b.state_of(20) == lane_state::aligned);
        CHECK(bench.host_b.state_of(7) == lane_state::failed);
        CHECK(bench.host_b.state_of(0) == lane_state::failed);
    });
}
