#include <catch2/catch.hpp>
#include <set>

#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/serdes_phy/phy_bench.h"

using namespace luxlane;
using test::fresh_simulation;
using test::phy_bench;
namespace regs = registers::serdes_phy;

namespace {

void check_integrity(unsigned data, unsigned physical, double ber) {
    INFO(data << " lanes");
    fresh_simulation([=] {
        phy_bench bench(data, physical);
        for (auto& lane : bench.ab.lanes) {
            lane.ber = ber;
        }
        bench.bring_up();
        const auto sent = bench.host_a.queue(3000, data);
        bench.run_us(30.0);
        CHECK(bench.host_b.received == sent);
        CHECK(bench.host_b.lost == 0);
        CHECK(bench.host_a.received.empty());
        CHECK(bench.host_a.counter(regs::reg::flits_tx_lo) == 3000);
        CHECK(bench.host_b.counter(regs::reg::flits_rx_lo) == 3000);
        CHECK(bench.host_b.counter(regs::reg::uncorrectable_codewords_lo) == 0);
        const auto corrected = bench.host_b.counter(regs::reg::corrected_symbols_lo);
        CHECK((corrected > 0) == (ber > 0.0));
    });
}

/// Kills lanes 0, 9, 18 ... of a link of 272 lanes under traffic; random data on them.
void kill(phy_bench& bench, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        bench.ab.lanes[9 * i].dead = true;
    }
    bench.b.lanes_changed(sc_core::sc_time_stamp());
}

/// `part` is a subsequence of `whole`, without repeats: nothing doubled, nothing out of order.
bool is_subsequence(const std::vector<coding::flit>& part, const std::vector<coding::flit>& whole) {
    auto at = whole.begin();
    for (const auto& flit : part) {
        at = std::find(at, whole.end(), flit);
        if (at == whole.end()) {
            return false;
        }
        ++at;
    }
    return true;
}

}  // namespace

TEST_CASE("flits arrive once, unchanged and in order, on any number of lanes") {
    const auto lanes = GENERATE(std::pair(400u, 460u), std::pair(272u, 280u), std::pair(34u, 34u),
                                std::pair(425u, 425u), std::pair(544u, 672u), std::pair(7u, 9u),
                                std::pair(1u, 1u));
    check_integrity(lanes.first, lanes.second, 0.0);
}

TEST_CASE("the FEC corrects a noisy line") {
    check_integrity(400, 460, 1e-4);
    check_integrity(34, 34, 1e-4);
}

// A codeword has two symbols on each of 272 lanes, and RS(544,514) corrects 15 symbols.
TEST_CASE("seven dead lanes of 272 lose nothing") {
    fresh_simulation([] {
        phy_bench bench(272, 280);
        bench.bring_up();
        kill(bench, 7);
        const auto sent = bench.host_a.queue(2000, 5);
        bench.run_us(40.0);
        CHECK(bench.host_b.received == sent);
        CHECK(bench.host_b.lost == 0);
        CHECK(bench.host_b.counter(regs::reg::uncorrectable_codewords_lo) == 0);
        CHECK(bench.host_b.link() == link_state::up);
    });
}

// All 16 symbols on eight lanes of random bits are wrong with probability (1023/1024)^16 = 0.984.
TEST_CASE("eight dead lanes of 272 make codewords uncorrectable, and the loss is reported") {
    fresh_simulation([] {
        phy_bench bench(272, 280);
        bench.bring_up();
        const auto before = bench.b.counters();
        kill(bench, 8);
        // 2000 flits are 400 groups: all on the line before the receiver gives the lanes up.
        const auto sent = bench.host_a.queue(2000, 6);
        bench.run_us(9.0);
        const auto after = bench.b.counters();
        // Those of the flits and the idle ones between.
        const double words = double(after.codewords - before.codewords);
        const double failed =
            double(after.uncorrectable_codewords - before.uncorrectable_codewords);
        CHECK(words > 1300.0);
        // 99.9 % interval of a binomial.
        CHECK(std::abs(failed - 0.9845 * words) <= 3.3 * std::sqrt(0.9845 * 0.0155 * words));
        CHECK(bench.host_b.received.size() + bench.host_b.lost == sent.size());
        CHECK(is_subsequence(bench.host_b.received, sent));
        CHECK(bench.host_b.get(regs::irq_status::uncorrectable));
        bench.run_us(60.0);
        CHECK(bench.host_b.link() == link_state::down);
        CHECK(bench.host_b.get(regs::status::deskew_done) == false);
    });
}

TEST_CASE("flits are refused while the link is not up, and asked for when it is") {
    fresh_simulation([] {
        phy_bench bench(34, 34);
        bench.power_up();
        const auto sent = bench.host_a.queue(50, 7);
        CHECK(bench.host_a.to_send.size() == 50);
        REQUIRE(bench.align());
        bench.deskew_and_enable();
        bench.run_us(10.0);
        CHECK(bench.host_a.to_send.empty());
        CHECK(bench.host_b.received == sent);
    });
}

TEST_CASE("a full transmit FIFO drains at the rate of the line") {
    fresh_simulation([] {
        phy_bench bench;
        bench.bring_up();
        const auto begin = sc_core::sc_time_stamp();
        const auto sent = bench.host_a.queue(10000, 8);
        REQUIRE(bench.run_until([&] { return bench.host_b.received.size() == sent.size(); }, 60.0));
        CHECK(bench.host_b.received == sent);
        // 10000 flits of 256 bytes at 800 Gb/s are 25.6 us; latency, overhead words and the
        // block's length add less than 2 us.
        const double took_us = (bench.host_b.last_arrival - begin).to_seconds() * 1e6;
        CHECK(took_us > 25.6);
        CHECK(took_us < 27.6);
    });
}

TEST_CASE("the one-way latency of a lone flit is the sum of its parts and the flight") {
    using coding::fec_kind;
    const auto [fec, interleave] = GENERATE(table<fec_kind, unsigned>({{fec_kind::kp4, 2},
                                                                       {fec_kind::kp4, 1},
                                                                       {fec_kind::kr4, 4},
                                                                       {fec_kind::rs272, 2},
                                                                       {fec_kind::none, 1}}));
    fresh_simulation([fec = fec, interleave = interleave] {
        auto a = phy_bench::configuration(400, 460, 0);
        auto b = phy_bench::configuration(400, 460, 1);
        a.fec = b.fec = fec;
        a.interleave = b.interleave = interleave;
        phy_bench bench(a, b);
        bench.bring_up();
        bench.run_us(0.0123);
        const auto begin = sc_core::sc_time_stamp();
        bench.host_a.queue(1, 9);
        bench.run_us(1.0);
        REQUIRE(bench.host_b.received.size() == 1);
        double parts_s = 50e-9;
        double group_s = 0.0;
        for (const auto& part : bench.b.latency_parts()) {
            parts_s += part.seconds;
            group_s = part.name == "codeword_group" ? part.seconds : group_s;
        }
        // A flit waits for the next group of codewords, and its block ends with its last row.
        const double row_s = 10.0 / 2.125e9;
        const double took_s = (bench.host_b.last_arrival - begin).to_seconds();
        CHECK(took_s >= parts_s - 2 * row_s);
        CHECK(took_s <= parts_s + group_s + 2 * row_s);
    });
}

TEST_CASE("an idle link that is up sends one superframe in 64, and counts its idle codewords") {
    fresh_simulation([] {
        phy_bench bench;
        for (auto& lane : bench.ab.lanes) {
            lane.ber = 1e-6;
        }
        bench.bring_up();
        bench.run_us(100.0);
        const auto before = bench.ab.blocks[1];
        const auto words_before = bench.host_b.counter(regs::reg::codewords_lo);
        const auto bits_before = bench.b.counters().corrected_bits;
        bench.run_us(3060.0);  // 640 superframes of 4.781 us
        CHECK(bench.ab.blocks[1] - before == 10);
        CHECK(bench.ab.blocks[0] < 20);
        const double words = double(bench.host_b.counter(regs::reg::codewords_lo) - words_before);
        CHECK(words == Approx(3060e-6 * 850e9 / 5440).epsilon(1e-4));
        // 2.6e9 bits at 1e-6: 2601 errors, 99.9 % within 3.3 sigma.
        const double errors = double(bench.b.counters().corrected_bits - bits_before);
        CHECK(std::abs(errors - 2601.0) < 3.3 * 51.0);
    });
}

TEST_CASE("every FEC and interleave carries traffic and counts its own codewords") {
    using coding::fec_kind;
    const auto fec = GENERATE(fec_kind::none, fec_kind::kr4, fec_kind::kp4, fec_kind::rs272);
    const auto interleave = GENERATE(1u, 4u);
    INFO(name_of(fec) << " interleave " << interleave);
    fresh_simulation([=] {
        auto a = phy_bench::configuration(68, 70, 0);
        auto b = phy_bench::configuration(68, 70, 1);
        a.fec = b.fec = fec;
        a.interleave = b.interleave = interleave;
        phy_bench bench(a, b);
        bench.bring_up();
        const auto before = bench.host_b.counter(regs::reg::codewords_lo);
        const auto sent = bench.host_a.queue(2000, 5);
        bench.run_us(200.0);
        CHECK(bench.host_b.received == sent);
        CHECK(bench.host_b.lost == 0);
        const double words = double(bench.host_b.counter(regs::reg::codewords_lo) - before);
        const double bits = 10.0 * double(coding::codeword_symbols_of(fec));
        const double expected = fec == fec_kind::none ? 0.0 : 200e-6 * 850e9 / bits;
        CHECK(words == Approx(expected).epsilon(2e-3));
    });
}
