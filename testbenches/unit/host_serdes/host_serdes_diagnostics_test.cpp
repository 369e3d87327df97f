#include "models/dsp/error_counter.h"
#include "testbenches/unit/host_serdes/host_serdes_bench.h"

using namespace host_serdes_bench;
using luxlane::test::fresh_simulation;

namespace {

constexpr std::uint32_t GENERATE = 1, CHECK_ON = 4, CHECK_INVERT = 8;
constexpr std::uint32_t CHECK_LOCKED = 1u << 4, GATE_DONE = 1u << 5;

/// A pattern word with one kind at both ends.
std::uint32_t pattern(std::uint32_t kind, std::uint32_t flags) {
    return kind << 8 | kind << 16 | flags;
}

bool agrees(std::uint64_t errors, std::uint64_t bits, double p) {
    const auto interval = dsp::clopper_pearson(errors, bits, 0.99);
    return interval.low <= p && p <= interval.high;
}

}  // namespace

TEST_CASE("host_serdes: a checker counts the errors of the lane's law") {
    fresh_simulation([] {
        bench b(noisy());
        b.bring_up();
        for (const std::uint32_t kind : {7u, 15u, 31u}) {
            const unsigned lane = kind % 16;
            b.host.write_lane(lane, "LANE_PATTERN", pattern(kind, GENERATE | CHECK_ON));
            CHECK((b.host.read_lane(lane, "LANE_STATUS") & CHECK_LOCKED) != 0);
            b.host.write("LANE_GATE", 1000);
            b.host.write("LANE_CHECK", 1);
            run(seconds(2e-3));
            CHECK((b.host.read_lane(lane, "LANE_STATUS") & GATE_DONE) != 0);
            const auto bits = b.counter(lane, "LANE_BITS");
            const auto errors = b.counter(lane, "LANE_ERRORS");
            // Up to 64 us of lock and a symbol at either end of 1 ms at 106.25 Gb/s.
            CHECK(double(bits) == Approx(106.25e6).margin(10000));
            const auto law = b.serdes.lane_law(lane);
            INFO("lane " << lane << ": " << errors << " of " << bits << ", law " << law.ber);
            CHECK(law.continues < 0.05);
            CHECK(agrees(errors, bits, law.ber));
            CHECK(b.counter(lane, "LANE_SYMBOL_ERRORS") == errors);
        }
        CHECK_FALSE(b.serdes.ready());
    });
}

TEST_CASE("host_serdes: the gate closes at its time, not before, and interrupts") {
    fresh_simulation([] {
        bench b;
        b.bring_up();
        b.host.write_lane(1, "LANE_PATTERN", pattern(31, GENERATE | CHECK_ON));
        b.host.write("LANE_GATE", 50);
        b.host.write("LANE_CHECK", 1);
        b.host.write("IRQ_STATUS", 0x7F);
        run(seconds(50e-6) - one_step);
        CHECK((b.host.read_lane(1, "LANE_STATUS") & GATE_DONE) == 0);
        run(one_step);
        CHECK((b.host.read_lane(1, "LANE_STATUS") & GATE_DONE) != 0);
        CHECK(b.host.read("IRQ_STATUS") == 1u << 4);
        const auto bits = b.counter(1, "LANE_BITS");
        run(seconds(1e-3));
        CHECK(b.counter(1, "LANE_BITS") == bits);
        b.host.write_lane(1, "LANE_CHECK", 1);
        CHECK(b.counter(1, "LANE_BITS") == 0);
    });
}

TEST_CASE("host_serdes: injected errors are counted, and by nobody else") {
    fresh_simulation([] {
        host_serdes_config config;
        config.trace.loss_db = 6.0;
        bench b(config);
        b.bring_up();
        b.host.write_lane(0, "LANE_PATTERN", pattern(13, GENERATE | CHECK_ON));
        b.host.write_lane(1, "LANE_PATTERN", pattern(13, GENERATE | CHECK_ON));
        run(seconds(1e-6));
        b.host.write_lane(1, "LANE_INJECT", 7);
        CHECK(b.counter(1, "LANE_ERRORS") == 7);
        CHECK(b.counter(0, "LANE_ERRORS") == 0);
    });
}

TEST_CASE("host_serdes: a checker does not lock to exchanged wires or to another pattern") {
    fresh_simulation([] {
        bench b;
        b.bring_up();
        const auto locked = [&] {
            return (b.host.read_lane(3, "LANE_STATUS") & CHECK_LOCKED) != 0;
        };
        b.host.write_lane(3, "LANE_PATTERN", pattern(31, CHECK_ON));
        CHECK_FALSE(locked());  // traffic
        b.host.write_lane(3, "LANE_PATTERN", 15u << 8 | 31u << 16 | GENERATE | CHECK_ON);
        CHECK_FALSE(locked());
        b.host.write_lane(3, "LANE_PATTERN", pattern(31, GENERATE | CHECK_ON | CHECK_INVERT));
        CHECK_FALSE(locked());
        b.host.write_lane(3, "LANE_PATTERN", pattern(31, GENERATE | CHECK_ON));
        CHECK(locked());
        b.host.write_lane(3, "LANE_TX_CONTROL", bench::transmit | 1u << 2);
        CHECK_FALSE(locked());
        CHECK((b.host.read_lane(3, "LANE_EVENTS") >> 16 & 0xFF) == 1);
        const auto bits = b.counter(3, "LANE_BITS");
        run(seconds(1e-3));
        CHECK(b.counter(3, "LANE_BITS") == bits);
        b.host.write_lane(3, "LANE_RX_CONTROL", b.host.read_lane(3, "LANE_RX_CONTROL") | 1u << 3);
        CHECK(locked());
    });
}

TEST_CASE("host_serdes: square waves and user patterns are checked like others") {
    fresh_simulation([] {
        bench b;
        b.bring_up();
        b.host.write("USER_PATTERN[0]", 0x12345678);
        b.host.write("PATTERN_SHAPE", 4u << 8 | 4u);
        for (const std::uint32_t kind : {1u, 2u}) {
            b.host.write_lane(7, "LANE_PATTERN", pattern(kind, GENERATE | CHECK_ON));
            CHECK((b.host.read_lane(7, "LANE_STATUS") & CHECK_LOCKED) != 0);
            CHECK(b.host.read("LANE_PATTERN") == pattern(kind, GENERATE | CHECK_ON));
        }
        b.host.write("PATTERN_SHAPE", 33u);
        b.host.write("LANE_PATTERN", pattern(2, GENERATE | CHECK_ON));
        CHECK(b.host.read("ERROR_CODE") == 5);
    });
}

TEST_CASE("host_serdes: near loopback takes the own chip's pattern, without the trace's errors") {
    fresh_simulation([] {
        bench b(noisy());
        b.bring_up();
        // The PHY sends lane 10 and receives lane 2.
        b.host.write_lane(10, "LANE_PATTERN", pattern(23, GENERATE));
        b.host.write_lane(2, "LANE_PATTERN", pattern(23, CHECK_ON));
        b.host.write("LANE_LOOPBACK", 1);
        run(lock_time);
        b.host.write_lane(2, "LANE_CHECK", 1);
        run(seconds(1e-3));
        CHECK((b.host.read_lane(2, "LANE_STATUS") & CHECK_LOCKED) != 0);
        CHECK(b.counter(2, "LANE_BITS") > 100'000'000);
        CHECK(b.counter(2, "LANE_ERRORS") == 0);
        CHECK_FALSE(b.serdes.ready());
        // It needs no far end.
        b.host.write_lane(2, "LANE_TX_CONTROL", 0);
        CHECK((b.host.read_lane(2, "LANE_STATUS") & CHECK_LOCKED) != 0);
    });
}

TEST_CASE("host_serdes: far loopback returns the pattern with both lanes' errors") {
    fresh_simulation([] {
        bench b(noisy());
        b.bring_up();
        // The accelerator sends lane 6; the PHY returns it on lane 14.
        b.host.write_lane(6, "LANE_PATTERN", pattern(31, GENERATE));
        b.host.write_lane(14, "LANE_PATTERN", pattern(31, CHECK_ON));
        CHECK((b.host.read_lane(14, "LANE_STATUS") & CHECK_LOCKED) == 0);
        b.host.write_lane(6, "LANE_LOOPBACK", 2);
        CHECK((b.host.read_lane(14, "LANE_STATUS") & CHECK_LOCKED) != 0);
        run(seconds(1e-3));
        const double both = b.serdes.lane_law(6).ber + b.serdes.lane_law(14).ber;
        CHECK(agrees(b.counter(14, "LANE_ERRORS"), b.counter(14, "LANE_BITS"), both));
        // Two receivers that feed each other carry no pattern.
        b.host.write_lane(14, "LANE_LOOPBACK", 2);
        CHECK((b.host.read_lane(14, "LANE_STATUS") & CHECK_LOCKED) == 0);
        b.host.write_lane(14, "LANE_LOOPBACK", 0);
        b.host.write_lane(6, "LANE_LOOPBACK", 0);
        b.host.write_lane(6, "LANE_PATTERN", pattern(31, 0));
        CHECK(b.serdes.ready());
    });
}

TEST_CASE("host_serdes: the eye sampler takes its dwell and agrees with the law") {
    fresh_simulation([] {
        auto config = noisy();
        config.receiver.jitter = {};
        bench b(config);
        b.bring_up();
        constexpr unsigned lane = 9, dwell = 26;
        constexpr std::uint64_t symbols = std::uint64_t{1} << dwell;
        const auto time = seconds(double(symbols) / 53.125e9);
        const auto measure = [&](unsigned eye, int phase, int voltage) {
            b.host.write_lane(lane, "LANE_EYE_POSITION",
                              (static_cast<std::uint32_t>(phase) & 0x3F) |
                                  (static_cast<std::uint32_t>(voltage) & 0xFF) << 8);
            b.host.write("LANE_EYE_CONTROL", dwell << 8 | eye << 1 | 1);
            run(time - seconds(1e-9));
            CHECK((b.host.read_lane(lane, "LANE_EYE_CONTROL") & 1) == 1);
            run(seconds(2e-9));
            CHECK((b.host.read_lane(lane, "LANE_EYE_CONTROL") & 1) == 0);
            CHECK((b.host.read("LANE_STATUS") >> 9 & 3) == 1);
            return b.host.read("LANE_EYE_ERRORS_LO") |
                   std::uint64_t{b.host.read("LANE_EYE_ERRORS_HI")} << 32;
        };
        const auto middle = measure(0, 0, 0) + measure(1, 0, 0) + measure(2, 0, 0);
        // A wrong symbol is one wrong bit of two.
        CHECK(agrees(middle, 2 * symbols, b.serdes.lane_law(lane).ber));
        CHECK(measure(1, 20, 0) > 100 * middle);
        CHECK(measure(1, 0, 40) > 100 * middle);
        CHECK(double(measure(1, 0, 127)) == Approx(0.5 * symbols).epsilon(0.02));
    });
}

TEST_CASE("host_serdes: the eye sampler agrees with the law on a lane with jitter") {
    fresh_simulation([] {
        bench b(noisy());
        b.bring_up();
        constexpr unsigned lane = 9, dwell = 30;
        constexpr std::uint64_t symbols = std::uint64_t{1} << dwell;
        std::uint64_t wrong = 0;
        for (unsigned eye = 0; eye < 3; ++eye) {
            b.host.write_lane(lane, "LANE_EYE_CONTROL", dwell << 8 | eye << 1 | 1);
            run(seconds(double(symbols) / 53.125e9 + 1e-9));
            wrong += b.host.read_lane(lane, "LANE_EYE_ERRORS_LO");
        }
        CHECK(agrees(wrong, 2 * symbols, b.serdes.lane_law(lane).ber));
    });
}

TEST_CASE("host_serdes: an eye measurement without lock fails") {
    fresh_simulation([] {
        bench b;
        b.bring_up();
        b.host.write_lane(9, "LANE_EYE_CONTROL", 20u << 8 | 1);
        b.host.write_lane(9, "LANE_TX_CONTROL", 0);
        run(seconds(1e-3));
        CHECK((b.host.read_lane(9, "LANE_STATUS") >> 9 & 3) == 2);
        CHECK(b.host.read("LANE_EYE_ERRORS_LO") == 0);
    });
}

TEST_CASE("host_serdes: an eye measurement fails where the clock recovery does not last") {
    fresh_simulation([] {
        bench b;
        b.bring_up();
        b.host.write_lane(9, "LANE_EYE_CONTROL", 26u << 8 | 1);
        b.host.write_lane(9, "LANE_TX_CONTROL", 0);
        b.host.write("LANE_TX_CONTROL", bench::transmit);
        run(seconds(100e-6));
        CHECK((b.host.read_lane(9, "LANE_STATUS") & 2) != 0);
        run(seconds(2e-3));
        CHECK((b.host.read("LANE_STATUS") >> 9 & 3) == 2);
        b.host.write("LANE_EYE_CONTROL", 20u << 8 | 1);
        run(seconds(1e-3));
        CHECK((b.host.read("LANE_STATUS") >> 9 & 3) == 1);
    });
}

TEST_CASE("host_serdes: a kind of pattern matters only where it is sent or expected") {
    fresh_simulation([] {
        constexpr std::uint32_t BAD_PATTERN = 5;
        bench b;
        b.bring_up();
        b.host.write_lane(3, "LANE_PATTERN", pattern(15, GENERATE | CHECK_ON));
        b.host.write("LANE_PATTERN", 15u << 8 | GENERATE | CHECK_ON);
        CHECK(b.host.read("ERROR_CODE") == BAD_PATTERN);
        CHECK(b.host.read("LANE_PATTERN") == pattern(15, GENERATE | CHECK_ON));
        b.host.write_lane(3, "LANE_PATTERN", 31u << 8 | GENERATE);
        CHECK(b.host.read("ERROR_CODE") == 0);
        CHECK(b.host.read("LANE_PATTERN") == (15u << 16 | 31u << 8 | GENERATE));
        b.host.write("LANE_PATTERN", 0);
        CHECK(b.host.read("ERROR_CODE") == 0);
        CHECK(b.host.read("LANE_PATTERN") == (15u << 16 | 31u << 8));
        CHECK(b.serdes.ready());
    });
}

TEST_CASE("host_serdes: a running eye measurement refuses to be moved") {
    fresh_simulation([] {
        constexpr std::uint32_t EYE_BUSY = 8;
        bench b;
        b.bring_up();
        b.host.write_lane(9, "LANE_EYE_POSITION", 5u << 8 | 3);
        b.host.write("LANE_EYE_CONTROL", 20u << 8 | 1u << 1 | 1);
        b.host.write("LANE_EYE_CONTROL", 22u << 8);
        CHECK(b.host.read("ERROR_CODE") == EYE_BUSY);
        b.host.write("LANE_SELECT", 9);
        CHECK(b.host.read("ERROR_CODE") == 0);
        b.host.write("LANE_EYE_POSITION", 0);
        CHECK(b.host.read("ERROR_CODE") == EYE_BUSY);
        CHECK(b.host.read("LANE_EYE_CONTROL") == (20u << 8 | 1u << 1 | 1));
        CHECK(b.host.read("LANE_EYE_POSITION") == (5u << 8 | 3));
        run(seconds(double(1u << 20) / 53.125e9 + 1e-9));
        b.host.write_lane(9, "LANE_EYE_POSITION", 0);
        CHECK(b.host.read("ERROR_CODE") == 0);
        CHECK(b.host.read("LANE_EYE_POSITION") == 0);
    });
}
