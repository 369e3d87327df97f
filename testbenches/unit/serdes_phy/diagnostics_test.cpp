#include <catch2/catch.hpp>
#include <cmath>

#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/serdes_phy/phy_bench.h"

using namespace luxlane;
using test::fresh_simulation;
using test::phy_bench;
namespace regs = registers::serdes_phy;

namespace {

using error = regs::error_code::code_value;

constexpr double superframe_us = 10240 / (2.125e3 * 128 / 127);  // 400 lanes
constexpr std::uint32_t prbs13 = 3u << 4 | 1;
constexpr std::uint32_t prbs31 = 6u << 4 | 1;

void test_lane(phy_bench& bench, unsigned lane, std::uint32_t pattern) {
    bench.host_a.write(regs::reg::lane_select, lane);
    bench.host_a.write(regs::reg::lane_pattern_tx, pattern);
    bench.host_b.write(regs::reg::lane_select, lane);
    bench.host_b.write(regs::reg::lane_pattern_rx, pattern);
}

/// Trains, aligns and brings up end a, which hears itself.
void join_loop(phy_bench& bench) {
    auto& host = bench.host_a;
    host.write(regs::reg::lane_select, 0xFFFF);
    host.write(regs::reg::lane_control, 1);
    REQUIRE(bench.run_until([&] { return bool(host.get(regs::status::rx_aligned)); }, 100.0));
    host.write(regs::reg::control, 0x2D);
    host.write(regs::reg::control, 0x1D);
    REQUIRE(host.link() == link_state::up);
}

}  // namespace

TEST_CASE("a spare in test counts the errors of its lane within their interval, beside traffic") {
    const double ber = GENERATE(1e-3, 1e-4);
    fresh_simulation([=] {
        phy_bench bench;
        bench.ab.lanes[450].ber = ber;
        bench.bring_up();
        const auto sent = bench.host_a.queue(5000, 1);
        test_lane(bench, 450, prbs31);
        CHECK(bench.host_b.state_of(450) == lane_state::test);
        bench.run_us(3 * superframe_us);
        auto& host = bench.host_b;
        host.write(regs::reg::lane_select, 450);
        CHECK(host.get(regs::lane_pattern_status::locked));
        host.write(regs::reg::lane_pattern_clear, 1);
        host.write(regs::reg::lane_pattern_gate, 976);  // 999424 bits
        bench.run_us(105 * superframe_us);
        CHECK(host.get(regs::lane_pattern_status::gate_done));
        host.write(regs::reg::snapshot, 1);
        const double bits = host.read(regs::reg::lane_pattern_bits_lo);
        const double errors = host.read(regs::reg::lane_pattern_errors_lo);
        CHECK(bits == 999424.0);
        // 3.3 standard deviations of the binomial count.
        CHECK(std::abs(errors - bits * ber) < 3.3 * std::sqrt(bits * ber));
        CHECK(host.read(regs::reg::lane_pattern_bits_hi) == 0);
        CHECK((bench.host_b.received == sent));
        CHECK(bench.host_b.link() == link_state::up);
        // The other spares are not in test, and nobody counts parity on this one.
        CHECK(bench.host_b.state_of(451) == lane_state::spare_test);
        CHECK(host.read(regs::reg::lane_bit_errors) == 0);
    });
}

TEST_CASE("injected errors are counted at the far end, one by one") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        test_lane(bench, 459, prbs13);
        bench.run_us(4 * superframe_us);
        bench.host_a.write(regs::reg::lane_pattern_inject, 37);
        bench.run_us(4 * superframe_us);
        bench.host_b.write(regs::reg::snapshot, 1);
        CHECK(bench.host_b.read(regs::reg::lane_pattern_errors_lo) == 37);
        bench.run_us(2 * superframe_us);
        CHECK(bench.host_b.read(regs::reg::lane_pattern_errors_lo) == 37);
    });
}

TEST_CASE("a lane comes back from its test as the spare that it was") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        test_lane(bench, 459, prbs31);
        bench.run_us(4 * superframe_us);
        bench.host_a.write(regs::reg::lane_pattern_tx, 0);
        bench.host_b.write(regs::reg::lane_pattern_rx, 0);
        bench.run_us(10 * superframe_us);
        CHECK(bench.host_b.state_of(459) == lane_state::spare_test);
        bench.run_us(1200.0);
        CHECK(bench.host_b.state_of(459) == lane_state::spare);
        CHECK(bench.host_b.read(regs::reg::lane_pattern_rx) == 0);
    });
}

TEST_CASE("a lane that carries payload, has no frame or gets no possible pattern is refused") {
    fresh_simulation([] {
        phy_bench bench;
        bench.ab.lanes[455].dead = true;
        bench.bring_up();
        auto& a = bench.host_a;
        auto& b = bench.host_b;
        const auto refused = [](test::phy_host& host, error code) {
            CHECK(host.get(regs::error_code::code) == code);
            host.write(regs::reg::lane_select, 0);  // clears ERROR_CODE
        };
        a.write(regs::reg::lane_select, 7);
        a.write(regs::reg::lane_pattern_tx, prbs31);
        CHECK(a.read(regs::reg::lane_pattern_tx) == 0);
        refused(a, error::lane_in_use);
        b.write(regs::reg::lane_select, 7);
        b.write(regs::reg::lane_pattern_rx, prbs31);
        refused(b, error::lane_in_use);
        b.write(regs::reg::lane_select, 455);
        b.write(regs::reg::lane_pattern_rx, prbs31);
        refused(b, error::lane_not_framed);
        a.write(regs::reg::lane_select, 450);
        a.write(regs::reg::lane_pattern_tx, 7u << 4 | 1);  // square of half period 0
        refused(a, error::bad_pattern);
        a.write(regs::reg::lane_select, 450);
        a.write(regs::reg::pattern_user_length, 1);
        a.write(regs::reg::lane_pattern_tx, 8u << 4 | 1);
        refused(a, error::bad_pattern);
        a.write(regs::reg::lane_select, 450);
        a.write(regs::reg::lane_pattern_tx, 15u << 4 | 1);
        refused(a, error::bad_pattern);
        CHECK(b.link() == link_state::up);
    });
}

TEST_CASE("near loopback receives what it sends, whatever the fibre does") {
    fresh_simulation([] {
        phy_bench bench;
        for (auto& lane : bench.ba.lanes) {
            lane.dead = true;
            lane.skew_ui = 77;
        }
        auto& host = bench.host_a;
        host.write(regs::reg::control, 0xD);
        host.write(regs::reg::loopback, 1);
        join_loop(bench);
        const auto sent = host.queue(1000, 1);
        bench.run_us(20.0);
        CHECK((host.received == sent));
        CHECK(host.lost == 0);
    });
}

TEST_CASE("far loopback before the FEC sends lane bits back, errors and all") {
    fresh_simulation([] {
        phy_bench bench;
        bench.ab.lanes[30].ber = 1e-3;
        bench.host_b.write(regs::reg::control, 0xD);
        bench.host_b.write(regs::reg::loopback, 2);
        auto& host = bench.host_a;
        host.write(regs::reg::control, 0xD);
        join_loop(bench);
        const auto sent = host.queue(5000, 1);
        bench.run_us(40.0);
        CHECK((host.received == sent));
        CHECK(bench.host_b.received.empty());
        // The way there spoils lane 30, and the FEC at the end of the way back finds it.
        host.write(regs::reg::lane_select, 30);
        host.write(regs::reg::snapshot, 1);
        CHECK(host.read(regs::reg::lane_symbol_errors_lo) > 0);
        CHECK(host.read(regs::reg::lane_symbol_errors_lo) ==
              host.read(regs::reg::corrected_symbols_lo));
        CHECK(bench.host_b.link() != link_state::up);
    });
}

TEST_CASE("far loopback behind the FEC sends corrected slots back") {
    fresh_simulation([] {
        phy_bench bench;
        bench.ab.lanes[30].ber = 1e-3;
        bench.bring_up();
        bench.host_b.write(regs::reg::loopback, 3);
        const auto sent = bench.host_a.queue(5000, 1);
        bench.run_us(60.0);
        CHECK((bench.host_a.received == sent));
        CHECK(bench.host_b.received.empty());
        CHECK(bench.host_b.counter(regs::reg::corrected_symbols_lo) > 0);
        CHECK(bench.host_a.counter(regs::reg::corrected_symbols_lo) == 0);
        bench.host_b.write(regs::reg::loopback, 0);
        const auto more = bench.host_a.queue(100, 2);
        bench.run_us(10.0);
        CHECK((bench.host_b.received == more));
    });
}

// The two ends have counted differently far, so that each one's numbers mean something else to the
// other.
TEST_CASE("an end that hears its own flits neither takes nor acknowledges them") {
    const auto [there, back] = GENERATE(table<std::size_t, std::size_t>({{300, 40}, {40, 300}}));
    const bool told = GENERATE(false, true);
    fresh_simulation([=, there = there, back = back] {
        constexpr std::uint32_t returned = 1u << 9;
        phy_bench bench(wide_link::retry_settings{});
        const auto& a = bench.host_a;
        const auto& b = bench.host_b;
        bench.bring_up();
        bench.run_us(20.0);
        auto at_b = bench.host_a.queue(there, 1);
        auto at_a = bench.host_b.queue(back, 2);
        const auto send = [&](std::vector<coding::flit>& to, test::phy_host& from,
                              std::size_t count, std::uint64_t seed) {
            const auto sent = from.queue(count, seed);
            to.insert(to.end(), sent.begin(), sent.end());
        };
        bench.run_us(30.0);
        REQUIRE((b.received == at_b));
        CHECK((bench.host_a.read(regs::reg::irq_status) & returned) == 0);
        bench.host_a.write(regs::reg::loopback, told ? 4 : 0);
        bench.host_b.write(regs::reg::loopback, 3);
        bench.run_us(10.0);
        send(told ? at_a : at_b, bench.host_a, 500, 3);
        bench.run_us(100.0);
        CHECK((a.received == at_a));
        CHECK(((bench.host_a.read(regs::reg::irq_status) & returned) == 0) == told);
        bench.host_b.write(regs::reg::loopback, 0);
        bench.host_a.write(regs::reg::loopback, 0);
        bench.run_us(20.0);
        send(at_b, bench.host_a, 70, 4);
        send(at_a, bench.host_b, 600, 5);
        bench.run_us(200.0);
        CHECK((a.received == at_a));
        CHECK((b.received == at_b));
        CHECK(a.lost + b.lost == 0);
    });
}

TEST_CASE("a near loopback amid traffic leaves the far end's retry numbers alone") {
    fresh_simulation([] {
        phy_bench bench(wide_link::retry_settings{});
        const auto& a = bench.host_a;
        const auto& b = bench.host_b;
        const auto up = [&] {
            bench.power_up();
            REQUIRE(bench.align());
            bench.deskew_and_enable();
            bench.run_us(20.0);
        };
        up();
        auto at_b = bench.host_a.queue(300, 1);
        auto at_a = bench.host_b.queue(40, 2);
        bench.run_us(30.0);
        REQUIRE((b.received == at_b));
        bench.host_a.write(regs::reg::loopback, 1);
        bench.host_a.write(regs::reg::loopback, 1);
        REQUIRE(bench.run_until([&] { return bench.host_a.get(regs::status::rx_aligned); }, 200.0));
        bench.host_a.write(regs::reg::control, 0x2D);
        bench.host_a.write(regs::reg::control, 0x1D);
        bench.run_us(20.0);
        const auto looped = bench.host_a.queue(120, 3);
        at_a.insert(at_a.end(), looped.begin(), looped.end());
        bench.run_us(30.0);
        CHECK((a.received == at_a));
        CHECK((b.received == at_b));
        bench.host_a.write(regs::reg::loopback, 0);
        up();
        const auto there = bench.host_a.queue(70, 4);
        const auto back = bench.host_b.queue(500, 5);
        at_b.insert(at_b.end(), there.begin(), there.end());
        at_a.insert(at_a.end(), back.begin(), back.end());
        bench.run_us(100.0);
        CHECK((a.received == at_a));
        CHECK((b.received == at_b));
        CHECK(a.lost + b.lost == 0);
    });
}
