#include <catch2/catch.hpp>

#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/serdes_phy/phy_bench.h"

using namespace luxlane;
using test::fresh_simulation;
using test::phy_bench;
namespace regs = registers::serdes_phy;

TEST_CASE("register writes alone bring a link up, state by state") {
    fresh_simulation([] {
        phy_bench bench;
        std::vector<link_state> heard;
        bench.a.on_link_change(
            [&](link_state state, const sc_core::sc_time&) { heard.push_back(state); });
        CHECK(bench.host_a.link() == link_state::reset);
        CHECK(bench.host_a.read(regs::reg::capability) == (400u << 16 | 460u));
        bench.power_up();
        CHECK(bench.host_a.link() == link_state::tx_on);
        CHECK(bench.host_a.state_of(17) == lane_state::cdr_lock);
        REQUIRE(bench.align());
        CHECK(bench.host_a.link() == link_state::lanes);
        CHECK(bench.host_a.state_of(17) == lane_state::aligned);
        CHECK(bench.host_a.state_of(459) == lane_state::spare_test);
        const auto status = bench.host_a.lane_status(17);
        CHECK(regs::lane_status::name.decode(status) == 17);
        CHECK(regs::lane_status::name_valid.decode(status));
        CHECK(bench.host_a.get(regs::status::aligned_lanes) == 400);
        bench.deskew_and_enable();
        CHECK(bench.host_a.get(regs::status::deskew_done));
        CHECK(heard == std::vector{link_state::tx_on, link_state::lanes, link_state::deskew,
                                   link_state::up});
        // Two superframes to find a lane's frame, two to believe its name, and the first one that
        // is not whole: well below ten of 4.78 us.
        CHECK(sc_core::sc_time_stamp() < sc_core::sc_time(35, sc_core::SC_US));
        bench.run_us(1100.0);
        CHECK(bench.host_a.state_of(459) == lane_state::spare);
        CHECK(bench.host_a.link() == link_state::up);
    });
}

TEST_CASE("lanes lock wherever their bits begin, and report their skew") {
    fresh_simulation([] {
        phy_bench bench(272, 300);
        for (unsigned lane = 0; lane < 300; ++lane) {
            bench.ab.lanes[lane].skew_ui = int(lane) * 4 - 600;
        }
        bench.bring_up();
        bool right = true;
        for (unsigned lane = 0; lane < 300; ++lane) {
            bench.host_b.write(regs::reg::lane_select, lane);
            const auto skew = static_cast<std::int16_t>(bench.host_b.read(regs::reg::lane_skew));
            right = right && skew == int(lane) * 4 - 600;
        }
        CHECK(right);
        const auto sent = bench.host_a.queue(500, 1);
        bench.run_us(20.0);
        CHECK(bench.host_b.received == sent);
    });
}

TEST_CASE("a skew beyond the deskew FIFOs is refused") {
    fresh_simulation([] {
        phy_bench bench(34, 34);
        // 64 words of 20 bits, of which two stay between the pointers.
        bench.ab.lanes[3].skew_ui = 1240;
        bench.ba.lanes[3].skew_ui = 1241;
        bench.power_up();
        REQUIRE(bench.align());
        bench.host_b.write(regs::reg::control, 0x2D);
        CHECK(bench.host_b.get(regs::status::deskew_done));
        CHECK(bench.host_b.get(regs::error_code::code) == regs::error_code::code_value::none);
        bench.host_a.write(regs::reg::control, 0x2D);
        CHECK_FALSE(bench.host_a.get(regs::status::deskew_done));
        CHECK(bench.host_a.get(regs::error_code::code) ==
              regs::error_code::code_value::deskew_range);
        CHECK(bench.host_a.link() == link_state::lanes);
    });
}

TEST_CASE("a lane without clock fails 5 us after training began") {
    fresh_simulation([] {
        phy_bench bench(34, 40);
        bench.ba.lanes[5].dead = true;
        bench.power_up();
        sc_core::sc_start(sc_core::sc_time(4999999, sc_core::SC_PS));
        CHECK(bench.host_a.state_of(5) == lane_state::cdr_lock);
        sc_core::sc_start(sc_core::sc_time(2, sc_core::SC_PS));
        CHECK(bench.host_a.state_of(5) == lane_state::failed);
        CHECK(bench.host_a.get(regs::irq_status::lane_failed));
        CHECK(bench.host_a.read(regs::reg::failed_map) == 1u << 5);
    });
}

TEST_CASE("a lane without frames fails after ten superframes, and can be trained again") {
    fresh_simulation([] {
        phy_bench bench(272, 280);
        bench.ba.lanes[5].noise = true;
        bench.power_up();
        const double superframe_us = 10240 / (3.125e3 * 128 / 127);
        bench.run_us(5.0);
        CHECK(bench.host_a.state_of(5) == lane_state::frame);
        bench.run_us(10 * superframe_us - 2.0);
        CHECK(bench.host_a.state_of(5) == lane_state::frame);
        bench.run_us(10.0);
        CHECK(bench.host_a.state_of(5) == lane_state::failed);
        CHECK_FALSE(bench.host_a.get(regs::status::rx_aligned));
        bench.ba.lanes[5].noise = false;
        bench.host_a.write(regs::reg::lane_select, 5);
        bench.host_a.write(regs::reg::lane_control, 1);
        bench.run_us(30.0);
        CHECK(bench.host_a.state_of(5) == lane_state::aligned);
        CHECK(bench.host_a.get(regs::status::rx_aligned));
    });
}

TEST_CASE("deskew needs every logical lane") {
    fresh_simulation([] {
        phy_bench bench(34, 40);
        bench.ba.lanes[5].dead = true;
        bench.power_up();
        bench.run_us(100.0);
        bench.host_a.write(regs::reg::control, 0x2D);
        CHECK(bench.host_a.get(regs::error_code::code) ==
              regs::error_code::code_value::deskew_incomplete);
        CHECK(bench.host_a.link() == link_state::tx_on);
    });
}

TEST_CASE("LINK_ENABLE takes the link down and up again") {
    fresh_simulation([] {
        phy_bench bench(34, 34);
        bench.bring_up();
        bench.host_a.write(regs::reg::control, 0x0D);
        CHECK(bench.host_a.link() == link_state::down);
        bench.host_a.write(regs::reg::control, 0x1D);
        CHECK(bench.host_a.link() == link_state::up);
        const auto sent = bench.host_a.queue(100, 1);
        bench.run_us(10.0);
        CHECK(bench.host_b.received == sent);
    });
}

TEST_CASE("a far transmitter that falls silent takes the link down") {
    fresh_simulation([] {
        phy_bench bench(272, 280);
        bench.bring_up();
        bench.run_us(300.0);
        bench.host_b.write(regs::reg::control, 0x0);
        // The supervision gap of 64 superframes, two more, four markers; then ten to search.
        const double superframe_us = 10240 / (3.125e3 * 128 / 127);
        bench.run_us(90 * superframe_us);
        CHECK(bench.host_a.link() == link_state::down);
        bench.run_us(20 * superframe_us);
        CHECK(bench.host_a.state_of(0) == lane_state::failed);
    });
}

TEST_CASE("two runs are the same to the last bit") {
    const auto digest = [] {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        fresh_simulation([&] {
            phy_bench bench;
            for (auto& lane : bench.ab.lanes) {
                lane.ber = 1e-5;
            }
            bench.bring_up();
            bench.host_a.queue(2000, 4);
            bench.host_b.queue(700, 5);
            bench.run_us(2000.0);
            const auto& counts = bench.b.counters();
            const std::uint64_t values[] = {counts.codewords,
                                            counts.corrected_bits,
                                            counts.corrected_symbols,
                                            bench.host_b.last_arrival.value(),
                                            bench.host_a.last_arrival.value(),
                                            bench.ab.blocks[1]};
            REQUIRE(write(ends[1], values, sizeof values) == ssize_t(sizeof values));
        });
        std::vector<std::uint64_t> values(6);
        REQUIRE(read(ends[0], values.data(), 48) == 48);
        close(ends[0]);
        close(ends[1]);
        return values;
    };
    const auto first = digest();
    CHECK(first[1] > 0);
    CHECK(digest() == first);
}
