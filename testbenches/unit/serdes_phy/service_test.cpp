#include <catch2/catch.hpp>

#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/serdes_phy/phy_bench.h"

using namespace luxlane;
using test::fresh_simulation;
using test::phy_bench;
namespace regs = registers::serdes_phy;

namespace {

constexpr double superframe_us = 10240 / (2.125e3 * 128 / 127);  // 400 lanes

const wide_link::retry_settings with_retry;

void darken(test::test_channel& channel, unsigned from, unsigned to, bool dark) {
    for (unsigned lane = from; lane < to; ++lane) {
        channel.lanes[lane].dead = dark;
    }
}

/// Host electrical lanes that are ready when told so and spoil the bits they are told to.
class test_host : public host_port {
public:
    bool is_ready = true;
    double delay_s = 0.0;
    std::vector<std::uint64_t> egress;  ///< wrong bits, from the beginning of the stream
    std::vector<std::uint64_t> ingress;

    bool ready() const override { return is_ready; }
    double latency_s() const override { return delay_s; }
    void egress_errors(std::uint64_t first, std::uint64_t bits,
                       std::vector<std::uint64_t>& to) override {
        some_of(egress, first, bits, to);
    }
    void ingress_errors(std::uint64_t first, std::uint64_t bits,
                        std::vector<std::uint64_t>& to) override {
        some_of(ingress, first, bits, to);
    }
    void set_ready(bool now) {
        is_ready = now;
        on_change(sc_core::sc_time_stamp());
    }

private:
    static void some_of(const std::vector<std::uint64_t>& all, std::uint64_t first,
                        std::uint64_t bits, std::vector<std::uint64_t>& to) {
        for (const auto bit : all) {
            if (bit >= first && bit < first + bits) {
                to.push_back(bit);
            }
        }
    }
};

}  // namespace

TEST_CASE("with retry, service begins when both ends have shaken hands") {
    fresh_simulation([] {
        phy_bench bench(with_retry);
        std::vector<bool> heard;
        bench.a.on_service_change(
            [&](bool serving, const sc_core::sc_time&) { heard.push_back(serving); });
        bench.bring_up();
        CHECK(heard.empty());
        CHECK_FALSE(bench.host_a.get(regs::status::serving));
        bench.run_us(2.0);
        CHECK(heard == std::vector{true});
        CHECK(bench.host_a.get(regs::status::serving));
        CHECK(bench.host_a.get(regs::irq_status::service_change));
        CHECK(bench.host_a.get(regs::retry_status::transmitter) ==
              regs::retry_status::transmitter_value::advance);
        const auto sent = bench.host_a.queue(2000, 1);
        const auto back = bench.host_b.queue(2000, 2);
        bench.run_us(30.0);
        CHECK((bench.host_b.received == sent));
        CHECK((bench.host_a.received == back));
        CHECK(bench.host_a.counter(regs::reg::llr_tx_ok_lo) == 2000);
        CHECK(bench.host_b.counter(regs::reg::llr_rx_expected_seq_good_lo) == 2000);
        CHECK(bench.host_a.counter(regs::reg::llr_rx_ack_ctl_os_lo) > 0);
        CHECK(bench.host_a.counter(regs::reg::llr_tx_resent_lo) == 0);
    });
}

TEST_CASE("codewords that the FEC cannot correct are sent again, and nothing is lost") {
    fresh_simulation([] {
        phy_bench bench(with_retry);
        bench.bring_up();
        bench.run_us(2.0);
        const auto sent = bench.host_a.queue(20000, 1);
        const auto back = bench.host_b.queue(20000, 2);
        for (int flash = 0; flash < 5; ++flash) {
            bench.run_us(10.0);
            darken(bench.ab, 0, 460, true);
            bench.run_us(0.5);
            darken(bench.ab, 0, 460, false);
        }
        bench.run_us(200.0);
        CHECK((bench.host_b.received == sent));
        CHECK((bench.host_a.received == back));
        CHECK(bench.host_b.lost == 0);
        CHECK(bench.host_b.counter(regs::reg::uncorrectable_codewords_lo) > 0);
        CHECK(bench.host_a.counter(regs::reg::llr_tx_resent_lo) > 0);
        CHECK(bench.host_b.counter(regs::reg::llr_tx_nack_ctl_os_lo) > 0);
        CHECK(bench.host_a.link() == link_state::up);
    });
}

TEST_CASE("the accelerator does not see an outage that retry bridges") {
    fresh_simulation([] {
        phy_bench bench(with_retry);
        std::vector<bool> heard;
        bench.a.on_service_change(
            [&](bool serving, const sc_core::sc_time&) { heard.push_back(serving); });
        bench.bring_up();
        bench.run_us(2.0);
        const auto sent = bench.host_a.queue(30000, 1);
        bench.run_us(10.0);
        darken(bench.ab, 0, 460, true);
        bench.run_us(12 * superframe_us);
        REQUIRE(bench.host_b.link() == link_state::down);
        bench.run_us(1000.0);
        darken(bench.ab, 0, 460, false);
        bench.host_a.write(regs::reg::control, 0x5D);
        bench.host_b.write(regs::reg::control, 0x0D);
        bench.host_b.write(regs::reg::lane_select, 0xFFFF);
        bench.host_b.write(regs::reg::lane_control, 1);
        REQUIRE(bench.align());
        bench.host_b.write(regs::reg::control, 0x2D);
        bench.host_b.write(regs::reg::control, 0x1D);
        bench.run_us(200.0);
        CHECK((bench.host_b.received == sent));
        CHECK(bench.host_b.lost == 0);
        CHECK(heard == std::vector{true});
    });
}

TEST_CASE("an outage beyond the limit ends the service; every flit arrives or is reported") {
    fresh_simulation([] {
        wide_link::retry_settings settings;
        settings.pcs_lost_timeout_s = 1e-3;
        phy_bench bench(settings);
        std::vector<bool> heard;
        bench.a.on_service_change(
            [&](bool serving, const sc_core::sc_time&) { heard.push_back(serving); });
        bench.bring_up();
        bench.run_us(2.0);
        bench.host_a.queue(2000, 1);
        bench.run_us(0.5);
        darken(bench.ab, 0, 460, true);
        bench.run_us(0.5);
        bench.host_a.write(regs::reg::control, 0x0D);  // LINK_ENABLE off at the sending end
        bench.run_us(0.5);
        darken(bench.ab, 0, 460, false);
        bench.run_us(998.5);
        CHECK(heard == std::vector{true});
        bench.run_us(2.0);
        CHECK(heard == std::vector{true, false});
        CHECK(bench.host_a.get(regs::retry_status::transmitter) ==
              regs::retry_status::transmitter_value::flush);
        CHECK(bench.host_a.get(regs::retry_status::flush_cause) ==
              regs::retry_status::flush_cause_value::pcs_lost);
        bench.host_a.write(regs::reg::control, 0x1D);
        bench.run_us(5.0);
        CHECK(heard == std::vector{true, false, true});
        bench.host_a.queue(10, 2);
        bench.run_us(10.0);
        CHECK(bench.host_b.received.size() + bench.host_b.lost == 2010);
        CHECK(bench.host_b.lost > 0);
        CHECK(bench.host_b.lost <= bench.host_a.counter(regs::reg::llr_tx_given_up_lo));
    });
}

TEST_CASE("a PHY that is reset shakes hands again, and the far end learns what was lost") {
    fresh_simulation([] {
        phy_bench bench(with_retry);
        bench.bring_up();
        bench.run_us(2.0);
        bench.host_a.queue(3000, 1);
        const auto back = bench.host_b.queue(3000, 2);
        bench.run_us(1.5);
        const auto taken = 3000 - bench.host_a.to_send.size();
        bench.host_a.to_send.clear();
        bench.host_a.write(regs::reg::control, 2);
        CHECK_FALSE(bench.host_a.get(regs::status::serving));
        bench.run_us(3.3);
        bench.host_a.write(regs::reg::control, 0xD);
        bench.host_a.write(regs::reg::lane_select, 0xFFFF);
        bench.host_a.write(regs::reg::lane_control, 1);
        bench.run_us(8 * superframe_us);
        CHECK(bench.host_b.link() == link_state::down);
        CHECK(bench.host_b.get(regs::status::serving));
        REQUIRE(bench.align());
        bench.deskew_and_enable();
        bench.run_us(10.0);
        REQUIRE(bench.host_a.get(regs::status::serving));
        bench.host_a.queue(10, 3);
        bench.run_us(100.0);
        CHECK(bench.host_b.received.size() + bench.host_b.lost == taken + 10);
        CHECK((bench.host_a.received == back));
        CHECK(bench.host_a.lost == 0);
    });
}

TEST_CASE("a host that is not ready gives and gets nothing, and retry bridges that too") {
    fresh_simulation([] {
        phy_bench bench(with_retry);
        test_host host_a;
        test_host host_b;
        bench.a.bind_host(host_a);
        bench.b.bind_host(host_b);
        bench.bring_up();
        bench.run_us(2.0);
        host_a.set_ready(false);
        CHECK_FALSE(bench.host_a.get(regs::status::host_ready));
        const auto sent = bench.host_a.queue(500, 1);
        bench.run_us(10.0);
        CHECK(bench.host_b.received.empty());
        host_b.set_ready(false);
        host_a.set_ready(true);
        bench.run_us(10.0);
        CHECK(bench.host_b.received.empty());
        host_b.set_ready(true);
        bench.run_us(60.0);
        CHECK((bench.host_b.received == sent));
        CHECK(bench.host_b.lost == 0);
    });
}

TEST_CASE("without retry, flits delivered and flits lost are those that arrived") {
    fresh_simulation([] {
        phy_bench bench;
        test_host host_b;
        bench.b.bind_host(host_b);
        bench.bring_up();
        const auto delivered = [&] { return bench.host_b.received.size(); };
        // Groups of five slots, so that none of the lost ones is empty.
        bench.host_a.queue(5000, 1);
        REQUIRE(bench.run_until([&] { return delivered() > 500; }, 30.0));
        host_b.set_ready(false);
        REQUIRE(bench.run_until([&] { return bench.host_b.lost > 500; }, 30.0));
        host_b.set_ready(true);
        bench.run_us(30.0);
        CHECK(delivered() + bench.host_b.lost == 5000);
        CHECK(bench.host_b.counter(regs::reg::flits_rx_lo) == delivered());
        CHECK(bench.host_b.counter(regs::reg::flits_lost_lo) == bench.host_b.lost);
    });
}

TEST_CASE("without retry, a reset reports the flits that have arrived and are not delivered") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        std::size_t blocks = 0;
        bench.ab.on_frame = [&](lane_frame& frame) {
            blocks += frame.purpose == frame_purpose::payload ? 1 : 0;
        };
        bench.host_a.queue(100, 1);
        while (blocks == 0) {
            sc_core::sc_start(1, sc_core::SC_NS);
        }
        // Between the block's last bit and its delivery lies the decoder, 75 ns.
        REQUIRE(bench.host_b.received.empty());
        bench.host_b.write(regs::reg::control, 2);  // SOFT_RESET
        bench.run_us(20.0);
        CHECK(bench.host_b.received.empty());
        CHECK(bench.host_b.lost == 100);
    });
}

TEST_CASE("errors of both hosts' lanes meet those of the line in one codeword") {
    fresh_simulation([] {
        auto a = phy_bench::configuration(400, 460, 0);
        auto b = phy_bench::configuration(400, 460, 1);
        phy_bench bench(a, b);
        test_host host_a;
        test_host host_b;
        // 101 symbols apart, so that both codewords of a pair get their share: 5.4 each a side.
        for (std::uint64_t bit = 0; bit < 40'000'000; bit += 1010) {
            host_a.egress.push_back(bit);
            host_b.ingress.push_back(bit + 505);
        }
        bench.a.bind_host(host_a);
        bench.b.bind_host(host_b);
        bench.bring_up();
        const auto sent = bench.host_a.queue(500, 1);
        bench.run_us(20.0);
        CHECK((bench.host_b.received == sent));
        // 100 groups of 10880 bits.
        const auto tx = bench.host_a.counter(regs::reg::host_errors_tx_lo);
        const auto rx = bench.host_b.counter(regs::reg::host_errors_rx_lo);
        CHECK(tx >= 1077);
        CHECK(tx <= 1100);
        CHECK(rx >= 1077);
        CHECK(bench.host_b.counter(regs::reg::corrected_bits_lo) == tx + rx);
    });
}

TEST_CASE("traffic both ways fills the replay buffers and goes on") {
    fresh_simulation([] {
        wide_link::retry_settings settings;
        settings.replay_buffer_flits = 7;
        phy_bench bench(settings);
        bench.bring_up();
        REQUIRE(bench.run_until(
            [&] {
                return bench.host_a.get(regs::status::serving) &&
                       bench.host_b.get(regs::status::serving);
            },
            20.0));
        const auto there = bench.host_a.queue(150, 1);
        const auto back = bench.host_b.queue(100, 2);
        bench.run_until(
            [&] {
                return bench.host_a.received.size() >= back.size() &&
                       bench.host_b.received.size() >= there.size();
            },
            200.0);
        CHECK((bench.host_b.received == there));
        CHECK((bench.host_a.received == back));
        CHECK(bench.host_a.lost + bench.host_b.lost == 0);
    });
}
