#include <catch2/catch.hpp>

#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/serdes_phy/phy_bench.h"

using namespace luxlane;
using test::fresh_simulation;
using test::phy_bench;
namespace regs = registers::serdes_phy;

namespace {

std::vector<std::uint32_t> drain(test::phy_host& host) {
    std::vector<std::uint32_t> words;
    while (const auto word = host.read(regs::reg::mgmt_rx)) {
        words.push_back(word);
        host.write(regs::reg::mgmt_pop, 1);
    }
    return words;
}

}  // namespace

TEST_CASE("management words cross in order, equal ones too, on any number of lanes") {
    const auto lanes = GENERATE(std::pair(400u, 460u), std::pair(34u, 34u), std::pair(7u, 7u),
                                std::pair(3u, 4u), std::pair(1u, 1u));
    fresh_simulation([=] {
        phy_bench bench(lanes.first, lanes.second);
        bench.bring_up();
        const std::vector<std::uint32_t> words{0x12345678, 0x12345678, 0xFFFFFFFF, 1, 0x80000000};
        for (const auto word : words) {
            bench.host_a.write(regs::reg::mgmt_tx, word);
        }
        bench.host_b.write(regs::reg::mgmt_tx, 0xCAFEF00D);
        const double superframe_us = 10240.0 * lanes.first / (850e3 * 128 / 127);
        bench.run_us(60 * superframe_us);
        CHECK(drain(bench.host_b) == words);
        CHECK(drain(bench.host_a) == std::vector<std::uint32_t>{0xCAFEF00D});
        CHECK(bench.host_a.get(regs::irq_status::management_tx_empty));
    });
}

TEST_CASE("management words cross before the link is up, with dead and noisy lanes") {
    fresh_simulation([] {
        phy_bench bench;
        for (unsigned lane = 0; lane < 460; lane += 3) {
            bench.ab.lanes[lane].dead = true;
        }
        for (unsigned lane = 1; lane < 460; lane += 3) {
            bench.ab.lanes[lane].ber = 1e-3;
        }
        bench.power_up();
        bench.run_us(60.0);
        CHECK_FALSE(bench.host_b.get(regs::status::rx_aligned));
        for (std::uint32_t word = 1; word <= 10; ++word) {
            bench.host_a.write(regs::reg::mgmt_tx, word * 0x01010101);
        }
        bench.run_us(60.0);
        const auto words = drain(bench.host_b);
        REQUIRE(words.size() == 10);
        CHECK(words.front() == 0x01010101);
        CHECK(words.back() == 0x0A0A0A0A);
    });
}

TEST_CASE("the management FIFOs hold 64 words and say when they overflow") {
    fresh_simulation([] {
        phy_bench bench(34, 34);
        bench.bring_up();
        for (std::uint32_t word = 1; word <= 65; ++word) {
            bench.host_a.write(regs::reg::mgmt_tx, word);
        }
        CHECK(bench.host_a.get(regs::mgmt_status::tx_level) == 64);
        CHECK(bench.host_a.get(regs::error_code::code) ==
              regs::error_code::code_value::management_overflow);
        bench.run_us(40.0);
        for (std::uint32_t word = 66; word <= 70; ++word) {
            bench.host_a.write(regs::reg::mgmt_tx, word);
        }
        bench.run_us(80.0);
        CHECK(bench.host_b.get(regs::mgmt_status::rx_level) == 64);
        CHECK(bench.host_b.get(regs::mgmt_status::rx_overflow));
        const auto words = drain(bench.host_b);
        CHECK(words.front() == 1);
        CHECK(words.back() == 64);
    });
}

TEST_CASE("the management interrupt follows the FIFO") {
    fresh_simulation([] {
        phy_bench bench(34, 34);
        bench.bring_up();
        bench.host_b.write(regs::reg::irq_status, 0xFF);
        bench.host_b.write(regs::reg::irq_mask, 1u << 4);
        CHECK_FALSE(bench.b.irq.level());
        bench.host_a.write(regs::reg::mgmt_tx, 5);
        bench.host_a.write(regs::reg::mgmt_tx, 6);
        bench.run_us(10.0);
        CHECK(bench.b.irq.level());
        bench.host_b.write(regs::reg::irq_status, 0xFF);
        CHECK(bench.b.irq.level());
        bench.host_b.write(regs::reg::mgmt_pop, 1);
        CHECK(bench.b.irq.level());
        bench.host_b.write(regs::reg::mgmt_pop, 1);
        CHECK_FALSE(bench.b.irq.level());
        bench.host_b.write(regs::reg::mgmt_pop, 1);
        CHECK(bench.host_b.read(regs::reg::mgmt_rx) == 0);
    });
}
