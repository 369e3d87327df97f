#include <catch2/catch.hpp>

#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/serdes_phy/phy_bench.h"

using namespace luxlane;
using test::fresh_simulation;
using test::phy_bench;
namespace regs = registers::serdes_phy;

namespace {

using error = regs::error_code::code_value;

constexpr double superframe_us = 10240 / (2.125e3 * 128 / 127);  // 400 lanes

void arm(test::phy_host& host, unsigned logical, unsigned physical, std::uint32_t at,
         unsigned which) {
    host.write(regs::reg::switch_lane, logical | physical << 16);
    host.write(regs::reg::switch_at, at);
    host.write(regs::reg::switch_control, which);
}

}  // namespace

TEST_CASE("spares replace lanes that were dead from the beginning") {
    fresh_simulation([] {
        phy_bench bench;
        for (const unsigned lane : {0u, 7u, 399u}) {
            bench.ab.lanes[lane].dead = true;
        }
        bench.power_up();
        bench.run_us(60.0);
        unsigned spare = 400;
        for (const unsigned lane : {0u, 7u, 399u}) {
            CHECK(bench.host_b.state_of(lane) == lane_state::failed);
            bench.host_a.map(regs::reg::map_tx, lane, spare);
            bench.host_b.map(regs::reg::map_rx, lane, spare);
            ++spare;
        }
        REQUIRE(bench.align());
        CHECK(regs::lane_status::name.decode(bench.host_b.lane_status(401)) == 7);
        bench.deskew_and_enable();
        CHECK(bench.b.receive_lane(7) == std::optional(401u));
        const auto sent = bench.host_a.queue(1000, 1);
        bench.run_us(20.0);
        CHECK(bench.host_b.received == sent);
        CHECK(bench.host_b.counter(regs::reg::corrected_symbols_lo) == 0);
    });
}

TEST_CASE("a lane moves to a spare under traffic without a single symbol error") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        const auto sent = bench.host_a.queue(40000, 1);
        bench.run_us(20.0);
        const auto at = bench.host_a.read(regs::reg::superframe) + 8;
        arm(bench.host_b, 42, 450, at, 2);
        arm(bench.host_a, 42, 450, at, 1);
        CHECK(bench.host_a.get(regs::switch_status::tx_pending));
        CHECK(bench.host_b.get(regs::switch_status::rx_pending));
        CHECK(bench.host_a.link() == link_state::repair);
        CHECK(bench.host_b.link() == link_state::repair);
        bench.run_us(5 * superframe_us);
        // The copy runs: both lanes have the name.
        CHECK(regs::lane_status::name.decode(bench.host_b.lane_status(42)) == 42);
        CHECK(regs::lane_status::name.decode(bench.host_b.lane_status(450)) == 42);
        CHECK_FALSE(bench.host_b.get(regs::irq_status::switch_done));
        bench.run_us(5 * superframe_us);
        CHECK(bench.host_a.get(regs::irq_status::switch_done));
        CHECK(bench.host_b.get(regs::irq_status::switch_done));
        CHECK(bench.host_a.link() == link_state::up);
        CHECK(bench.host_b.link() == link_state::up);
        CHECK(bench.b.receive_lane(42) == std::optional(450u));
        bench.run_us(80.0);
        CHECK(bench.host_b.received == sent);
        CHECK(bench.host_b.lost == 0);
        CHECK(bench.host_b.counter(regs::reg::corrected_symbols_lo) == 0);
        CHECK(bench.host_b.state_of(42) == lane_state::spare_test);
        CHECK(bench.host_b.state_of(450) == lane_state::aligned);
    });
}

TEST_CASE("several switches may be armed, and cancelled") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        const auto at = bench.host_a.read(regs::reg::superframe) + 20;
        for (unsigned i = 0; i < 7; ++i) {
            arm(bench.host_b, i, 400 + i, at + i, 2);
            arm(bench.host_a, i, 400 + i, at + i, 1);
        }
        const auto sent = bench.host_a.queue(20000, 1);
        bench.run_us(40 * superframe_us);
        CHECK(bench.host_b.received == sent);
        CHECK(bench.host_b.counter(regs::reg::corrected_symbols_lo) == 0);
        CHECK(bench.b.receive_lane(6) == std::optional(406u));
        CHECK(bench.host_a.link() == link_state::up);

        arm(bench.host_a, 6, 407, bench.host_a.read(regs::reg::superframe) + 20, 1);
        CHECK(bench.host_a.link() == link_state::repair);
        bench.host_a.write(regs::reg::switch_control, 4);
        CHECK(bench.host_a.link() == link_state::up);
        CHECK_FALSE(bench.host_a.get(regs::switch_status::tx_pending));
    });
}

TEST_CASE("impossible switches and maps are refused with a reason") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        auto& host = bench.host_a;
        const auto refused = [&](error code) {
            CHECK(host.get(regs::error_code::code) == code);
            CHECK(host.read(regs::reg::switch_status) == 0);
            host.write(regs::reg::lane_select, 0);  // clears ERROR_CODE
        };
        const auto count = host.read(regs::reg::superframe);
        arm(host, 1, 450, count, 1);
        refused(error::switch_late);
        arm(host, 1, 450, count + 1024, 1);
        refused(error::switch_late);
        arm(host, 1, 2, count + 20, 1);  // in use
        refused(error::bad_map);
        arm(host, 1, 460, count + 20, 1);  // no such lane
        refused(error::bad_map);
        arm(host, 400, 450, count + 20, 1);
        refused(error::bad_map);
        host.map(regs::reg::map_tx, 1, 2);
        refused(error::bad_map);
        host.map(regs::reg::map_tx, 400, 450);
        refused(error::bad_lane);
        host.write(regs::reg::map_select, 400);
        CHECK(host.read(regs::reg::map_rx) == 0);
        refused(error::bad_lane);
        host.map(regs::reg::map_tx, 1, 0xFFFF);
        CHECK(host.read(regs::reg::map_tx) == 0xFFFF);
        refused(error::none);
    });
}

TEST_CASE("a lane that dies under traffic fails after four markers, and nothing is lost") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        const auto sent = bench.host_a.queue(30000, 1);
        bench.run_us(20.0);
        bench.ab.lanes[100].dead = true;
        bench.host_b.write(regs::reg::irq_status, 0xFF);
        bench.run_us(3 * superframe_us);
        CHECK(bench.host_b.state_of(100) == lane_state::aligned);
        bench.run_us(2 * superframe_us);
        CHECK(bench.host_b.state_of(100) == lane_state::failed);
        CHECK(bench.host_b.get(regs::irq_status::lane_failed));
        CHECK(bench.host_b.link() == link_state::up);
        bench.host_b.write(regs::reg::lane_select, 100);
        CHECK(bench.host_b.read(regs::reg::lane_marker_errors) == 4);
        bench.run_us(60.0);
        CHECK(bench.host_b.received == sent);
        // Its symbols were wrong as long as blocks came: the FEC counted them on that lane alone.
        bench.host_b.write(regs::reg::snapshot, 1);
        const auto errors = bench.host_b.read(regs::reg::lane_symbol_errors_lo);
        CHECK(errors > 1000);
        CHECK(errors == bench.host_b.read(regs::reg::corrected_symbols_lo));
    });
}

TEST_CASE("a lane that dies while the link idles is found within a few superframes") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        bench.run_us(1000.0);
        bench.ab.lanes[100].dead = true;
        bench.run_us(9 * superframe_us);
        CHECK(bench.host_b.state_of(100) == lane_state::failed);
        CHECK(bench.host_b.get(regs::irq_status::lane_failed));
        CHECK(bench.host_b.link() == link_state::up);
    });
}

TEST_CASE("a lane whose skew jumps loses its frame, not the link") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        const auto sent = bench.host_a.queue(30000, 1);
        bench.run_us(20.0);
        bench.ab.lanes[100].skew_ui = 3;
        bench.ab.conditions_changed();
        bench.run_us(5 * superframe_us);
        CHECK(bench.host_b.state_of(100) == lane_state::frame);
        bench.run_us(60.0);
        CHECK(bench.host_b.received == sent);
        // Full superframes, and it comes back at its new place.
        bench.host_a.write(regs::reg::control, 0x5D);
        bench.host_b.write(regs::reg::lane_select, 100);
        bench.host_b.write(regs::reg::lane_control, 1);
        bench.run_us(8 * superframe_us);
        CHECK(bench.host_b.state_of(100) == lane_state::aligned);
        CHECK(bench.host_b.read(regs::reg::lane_skew) == 3);
    });
}

TEST_CASE("more lost lanes than the FEC bridges take the link down, and a repair brings it up") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        for (unsigned lane = 10; lane < 18; ++lane) {
            bench.ab.lanes[lane].dead = true;
        }
        bench.run_us(9 * superframe_us);
        CHECK(bench.host_b.link() == link_state::down);
        CHECK(bench.host_a.link() == link_state::up);
        bench.host_a.write(regs::reg::control, 0x4D);
        bench.host_b.write(regs::reg::control, 0x0D);
        for (unsigned lane = 10; lane < 18; ++lane) {
            bench.host_a.map(regs::reg::map_tx, lane, 410 + lane);
            bench.host_b.map(regs::reg::map_rx, lane, 410 + lane);
        }
        bench.run_us(10 * superframe_us);
        CHECK(bench.host_b.get(regs::status::rx_aligned));
        bench.deskew_and_enable();
        const auto sent = bench.host_a.queue(1000, 1);
        bench.run_us(20.0);
        CHECK(bench.host_b.received == sent);
    });
}

TEST_CASE("idle codewords meet the errors of their own time") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        bench.run_us(100.0);
        bench.host_a.write(regs::reg::control, 0x5D);  // TRAIN_TX: blocks without pause
        bench.run_us(2 * superframe_us);
        for (unsigned lane = 10; lane < 130; ++lane) {
            bench.ab.lanes[lane].dead = true;
        }
        bench.run_us(9 * superframe_us);
        REQUIRE(bench.host_b.link() == link_state::down);
        const auto& counters = bench.b.counters();
        const double failed = double(counters.uncorrectable_codewords);
        CHECK(failed > 0.0);
        CHECK(counters.corrected_codewords == 0);
        // A codeword lasts 5440 bit at 850 Gb/s; the link was healthy for 100 us and 2 superframes.
        const double healthy = (100e-6 + 2e-6 * superframe_us) * 850e9 / 5440.0;
        CHECK(double(counters.codewords) - failed >= healthy - 2.0);
        CHECK(double(counters.codewords) - failed <= healthy + 1e-6 * superframe_us * 850e9 / 5440);
    });
}

TEST_CASE("payload that arrives at a link that is down is reported as lost, slot by slot") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        bench.host_b.write(regs::reg::control, 0x0D);  // LINK_ENABLE off: DOWN at this end alone
        REQUIRE(bench.host_b.link() == link_state::down);
        REQUIRE(bench.host_a.link() == link_state::up);
        bench.host_a.queue(1000, 3);
        bench.run_us(10.0);
        CHECK(bench.host_b.received.empty());
        CHECK(bench.host_b.lost == 1000);
        CHECK(bench.host_b.counter(regs::reg::flits_lost_lo) == 1000);
    });
}

TEST_CASE("a lane with many symbol errors is DEGRADED, idle or busy") {
    const bool busy = GENERATE(true, false);
    fresh_simulation([=] {
        phy_bench bench;
        bench.bring_up();
        // A window of 64 superframes has 65024 symbols a lane: 6.5 and 650 wrong ones are expected.
        bench.ab.lanes[30].ber = 1e-5;
        bench.ab.lanes[31].ber = 1e-3;
        if (busy) {
            bench.host_a.queue(250000, 1);
        }
        bench.run_us(2.5 * 64 * superframe_us);
        CHECK(bench.host_b.state_of(30) == lane_state::aligned);
        CHECK(bench.host_b.state_of(31) == lane_state::degraded);
        CHECK(bench.host_b.get(regs::irq_status::lane_degraded));
        CHECK(bench.host_b.read(regs::reg::degraded_map) == 1u << 31);
        CHECK(bench.host_b.link() == link_state::up);
    });
}

TEST_CASE("parity finds the errors of an aligned lane's payload") {
    fresh_simulation([] {
        phy_bench bench;
        bench.ab.lanes[8].ber = 1e-3;
        bench.bring_up();
        bench.host_a.queue(20000, 1);
        bench.run_us(60.0);
        const auto violations = [&](unsigned lane) {
            bench.host_b.write(regs::reg::lane_select, lane);
            return bench.host_b.read(regs::reg::lane_bit_errors);
        };
        // Ten superframes of 10160 bits at 1e-3: most of eight parity bits, half of them, in each.
        CHECK(violations(8) >= 20);
        unsigned elsewhere = 0;
        for (unsigned lane = 0; lane < 460; ++lane) {
            elsewhere += lane == 8 ? 0 : violations(lane);
        }
        CHECK(elsewhere == 0);
    });
}
