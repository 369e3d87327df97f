#include "models/host_serdes/host_serdes.h"

#include "testbenches/unit/host_serdes/host_serdes_bench.h"

using namespace host_serdes_bench;
using luxlane::test::fresh_simulation;

namespace {

constexpr std::uint32_t ALL = 0xFFFF;

std::vector<std::uint64_t> errors_of(host_serdes& serdes, std::uint64_t first, std::uint64_t bits) {
    std::vector<std::uint64_t> found;
    serdes.egress_errors(first, bits, found);
    return found;
}

}  // namespace

TEST_CASE("host_serdes: identification and documented reset values, twice") {
    fresh_simulation([] {
        bench b;
        check_reset_values(b.host);
        b.bring_up();
        CHECK(b.host.read("STATUS") == 3);
        b.host.write("IRQ_MASK", 0x7F);
        b.write_all("LANE_PATTERN", 0x000F0F05);
        b.host.write("CONTROL", 3);
        check_reset_values(b.host);
        b.serdes.reset();
        check_reset_values(b.host);
        run(seconds(10e-3));
        check_reset_values(b.host);
    });
}

TEST_CASE("host_serdes: PLLs lock after 100 us, not before") {
    fresh_simulation([] {
        bench b;
        b.host.write("PLL_CONTROL", 0x5);
        run(seconds(1e-3));
        CHECK(b.host.read("PLL_STATUS") == 0);  // the block is not powered
        b.host.write("CONTROL", 1);
        run(pll_time - one_step);
        CHECK(b.host.read("PLL_STATUS") == 0);
        run(one_step);
        CHECK(b.host.read("PLL_STATUS") == 0x5);
        b.host.write("PLL_CONTROL", 0x4);
        CHECK(b.host.read("PLL_STATUS") == 0x4);
        CHECK(b.host.read("PLL_LOST") == 0);  // it was switched off
    });
}

TEST_CASE("host_serdes: the link is ready when all lanes are adapted and locked") {
    fresh_simulation([] {
        bench b;
        b.start_plls();
        b.configure();
        run(pll_time);
        CHECK(b.host.read("SIGNAL_MAP") == ALL);
        b.write_all("LANE_RX_CONTROL", bench::receive | 2);
        CHECK((b.host.read_lane(3, "LANE_RX_CONTROL") & 2) != 0);
        run(adapt_time - one_step);
        CHECK(b.host.read("ADAPT_DONE_MAP") == 0);
        run(one_step);
        CHECK(b.host.read("ADAPT_DONE_MAP") == ALL);
        CHECK(b.host.read("ADAPT_FAILED_MAP") == 0);
        CHECK((b.host.read_lane(3, "LANE_RX_CONTROL") & 2) == 0);
        run(lock_time);
        CHECK(b.host.read("CDR_LOCK_MAP") == ALL);
        CHECK(b.host.read("READY_MAP") == ALL);
        CHECK(b.serdes.ready());
        CHECK(b.changes == 1);
        CHECK(b.host.read_lane(12, "LANE_STATUS") == 0b101'1100'0110 - 0b100'0000'0000);
        CHECK(b.host.read_lane(12, "LANE_FOM") > 400);
        CHECK(b.host.read_lane(12, "LANE_FEEDBACK") != 0);
        CHECK((b.host.read_lane(12, "LANE_EVENTS") & 0xFF) == 1);
    });
}

TEST_CASE("host_serdes: without a signal an adaptation fails and changes nothing") {
    fresh_simulation([] {
        bench b;
        b.start_plls();
        b.configure();
        b.host.write_lane(2, "LANE_TX_CONTROL", bench::transmit | 2);  // electrical idle
        run(pll_time);
        CHECK(b.host.read("SIGNAL_MAP") == (ALL & ~4u));
        b.write_all("LANE_RX_CONTROL", bench::receive | 2);
        run(adapt_time + lock_time);
        CHECK(b.host.read("ADAPT_FAILED_MAP") == 4);
        CHECK(b.host.read("READY_MAP") == (ALL & ~4u));
        CHECK(b.host.read_lane(2, "LANE_RX_CONTROL") == bench::receive);
        CHECK_FALSE(b.serdes.ready());
    });
}

TEST_CASE("host_serdes: the loss of a PLL drops both directions of its quad and is latched") {
    fresh_simulation([] {
        bench b;
        b.bring_up();
        REQUIRE(b.serdes.ready());
        const auto start = sc_core::sc_time_stamp();
        // Quad 1 of the accelerator sends lanes 4..7 and receives lanes 12..15.
        b.serdes.drop_pll(1, start + seconds(1e-6), seconds(2e-6));
        run(seconds(1e-6) - one_step);
        CHECK(b.serdes.ready());
        run(one_step);
        CHECK_FALSE(b.serdes.ready());
        CHECK(b.host.read("PLL_STATUS") == 0xD);
        CHECK(b.host.read("PLL_LOST") == 0x2);
        CHECK(b.host.read("CDR_LOCK_MAP") == 0x0F0F);
        CHECK(b.host.read("SIGNAL_MAP") == 0xFF0F);
        run(seconds(2e-6) + pll_time - one_step);
        CHECK(b.host.read("PLL_STATUS") == 0xD);
        run(one_step);
        CHECK(b.host.read("PLL_STATUS") == 0xF);
        run(lock_time - one_step);
        CHECK_FALSE(b.serdes.ready());
        run(one_step);
        CHECK(b.serdes.ready());
        CHECK(b.changes == 3);
        CHECK(b.host.read("PLL_LOST") == 0x2);
        b.host.write("PLL_LOST", 0x2);
        CHECK(b.host.read("PLL_LOST") == 0);
        // 112 us without lock at 50 ppm of 106.25 Gb/s.
        CHECK(b.host.read_lane(4, "LANE_SLIPS") == 595);
        CHECK(b.host.read_lane(0, "LANE_SLIPS") == 0);
        CHECK((b.host.read_lane(4, "LANE_EVENTS") >> 8 & 0xFF) == 1);
        CHECK_THROWS_AS(b.serdes.drop_pll(4, start, start), std::out_of_range);
    });
}

TEST_CASE("host_serdes: interrupts are latched, masked and cleared by writing one") {
    fresh_simulation([] {
        bench b;
        bool level = false;
        b.serdes.irq.connect([&](bool now) { level = now; });
        b.bring_up();
        CHECK(b.host.read("IRQ_STATUS") == 0b1001110);
        CHECK_FALSE(level);
        b.host.write("IRQ_MASK", 0b1000000);
        CHECK(level);
        b.host.write("IRQ_STATUS", 0b1000000);
        CHECK_FALSE(level);
        b.host.write_lane(0, "LANE_TX_CONTROL", bench::transmit | 2);
        CHECK(level);
    });
}

TEST_CASE("host_serdes: illegal settings are refused and named") {
    fresh_simulation([] {
        bench b;
        const auto refused = [&](const char* name, std::uint32_t value, std::uint32_t code) {
            b.host.write("LANE_SELECT", 1);
            const auto before = b.host.read(name);
            b.host.write(name, value);
            CHECK(b.host.read("ERROR_CODE") == code);
            CHECK(b.host.read(name) == before);
        };
        refused("LANE_TX_TAPS", 64u << 24 | 1u, 2);
        refused("LANE_TX_TAPS", 65u << 24, 2);
        refused("LANE_TX_CONTROL", 1001u << 16, 3);
        refused("LANE_RX_CONTROL", 5u << 17, 4);
        refused("LANE_PATTERN", 8u << 8 | 31u << 16 | 1u, 5);
        refused("LANE_LOOPBACK", 3, 6);
        refused("LANE_EYE_CONTROL", 3u << 1, 7);
        refused("LANE_EYE_CONTROL", 41u << 8, 7);
        b.host.write("LANE_SELECT", 16);
        CHECK(b.host.read("LANE_TX_TAPS") == 0);
        CHECK(b.host.read("ERROR_CODE") == 1);
    });
}

TEST_CASE("host_serdes: different line codes at the ends carry nothing") {
    fresh_simulation([] {
        bench b;
        b.bring_up();
        b.host.write_lane(5, "LANE_TX_CONTROL", bench::transmit | 1u << 4);
        CHECK(b.host.read("CDR_LOCK_MAP") == ALL);
        CHECK_FALSE(b.serdes.ready());
        b.host.write_lane(5, "LANE_RX_CONTROL", b.host.read("LANE_RX_CONTROL") | 1u << 5);
        CHECK(b.serdes.ready());
    });
}

TEST_CASE("host_serdes: bits arrive wrong at the laws' rates, whatever the cut") {
    fresh_simulation([] {
        bench b(noisy());
        CHECK(errors_of(b.serdes, 0, 1u << 20).empty());  // nothing is carried yet
        b.bring_up();
        REQUIRE(b.serdes.ready());
        constexpr std::uint64_t bits = 320 * 500'000;
        double expected = 0.0;
        for (unsigned lane = 0; lane < 8; ++lane) {
            expected += b.serdes.lane_law(lane).ber / 8;
        }
        const auto whole = errors_of(b.serdes, 0, bits);
        INFO("ratio " << expected);
        CHECK(within_99_percent(double(whole.size()), double(bits), expected));
        CHECK(std::ranges::is_sorted(whole));
        std::vector<std::uint64_t> pieces;
        for (std::uint64_t first = 0; first < bits; first += 77'777) {
            b.serdes.egress_errors(first, std::min<std::uint64_t>(77'777, bits - first), pieces);
        }
        CHECK(pieces == whole);
        std::vector<std::uint64_t> back;
        b.serdes.ingress_errors(0, bits, back);
        CHECK_FALSE(back.empty());
        CHECK(back != whole);
        CHECK(b.serdes.latency_s() == Approx(15e-9));
    });
}

TEST_CASE("host_serdes: errors depend on seed and direction alone") {
    const auto found = [](std::uint64_t seed, std::uint32_t direction) {
        std::vector<std::uint64_t> first(4);
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        fresh_simulation([&] {
            auto config = noisy();
            config.seed = seed;
            config.direction = direction;
            bench b(config);
            b.bring_up();
            const auto errors = errors_of(b.serdes, 0, 1u << 26);
            REQUIRE(errors.size() >= 4);
            REQUIRE(write(ends[1], errors.data(), 32) == 32);
        });
        REQUIRE(read(ends[0], first.data(), 32) == 32);
        close(ends[0]);
        close(ends[1]);
        return first;
    };
    CHECK(found(1, 0) == found(1, 0));
    CHECK(found(1, 0) != found(2, 0));
    CHECK(found(1, 0) != found(1, 1));
}

TEST_CASE("host_serdes: frozen taps keep what they were, free ones follow the transmitter") {
    fresh_simulation([] {
        bench b;
        b.bring_up();
        const auto adapted = b.host.read_lane(0, "LANE_FEEDBACK");
        b.host.write_lane(0, "LANE_RX_CONTROL", b.host.read_lane(0, "LANE_RX_CONTROL") | 4);
        b.host.write_lane(0, "LANE_TX_TAPS", 64u << 24);
        CHECK(b.host.read_lane(0, "LANE_FEEDBACK") != 0);
        const auto frozen = b.host.read_lane(0, "LANE_FOM");
        b.host.write_lane(0, "LANE_RX_CONTROL", b.host.read_lane(0, "LANE_RX_CONTROL") & ~4u);
        CHECK(b.host.read_lane(0, "LANE_FOM") > frozen);
        CHECK(b.host.read_lane(0, "LANE_FEEDBACK") != adapted);
    });
}

TEST_CASE("host_serdes: lanes are a parameter") {
    fresh_simulation([] {
        host_serdes_config config;
        config.lanes = 2;
        config.format = photonics::modulation::nrz;
        config.lane_rate_bps = 25.78125e9;
        bench b(config);
        CHECK(b.host.read("CAPABILITY") == ((4u << 12) | (1u << 8) | 2u));
        CHECK(b.host.read("PLL_RATIO") == 165);
        b.bring_up();
        CHECK(b.serdes.ready());
        CHECK(b.host.read("READY_MAP") == 0xF);
    });
    fresh_simulation([] {
        host_serdes_config config;
        config.lanes = 17;
        CHECK_THROWS_AS(host_serdes("serdes", config), std::out_of_range);
    });
}
