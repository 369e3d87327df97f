#include "models/tx_driver/tx_driver.h"

#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/rx_dsp/optical_bench.h"
#include "testbenches/unit/rx_dsp/reset_check.h"

using namespace luxlane;
using namespace optical_bench;
using luxlane::test::fresh_simulation;

namespace {

const auto settling = seconds(500e-9);

struct bench {
    frame_source source{"source"};
    tx_driver driver;
    frame_sink sink{"sink"};
    register_host host{"host", driver};

    explicit bench(const tx_driver_config& config = {}) : driver("driver", config) {
        source.out.bind(driver.in);
        driver.out.bind(sink.in);
    }
    void enable_lane(unsigned lane, std::uint32_t on_ua, std::uint32_t off_ua) {
        host.write_lane(lane, "LANE_CURRENT", on_ua | (off_ua << 16));
        host.write("LANE_CONTROL", 1);
    }
};

tx_driver_config small(unsigned lanes) {
    tx_driver_config config;
    config.lanes = lanes;
    config.spread = {.drive_relative = 0.0};
    return config;
}

}  // namespace

TEST_CASE("tx_driver: identification and documented reset values, twice") {
    fresh_simulation([] {
        bench b;
        CHECK(b.host.read("ID") == 0x52445854);
        CHECK(b.host.read("VERSION") == 0x00010000);
        CHECK(b.host.read("CAPABILITY") == ((1000u << 16) | 460u));
        b.driver.reset();
        check_reset_values(b.host);
        b.host.write("CONTROL", 1);
        for (unsigned lane = 5; lane < 9; ++lane) {
            b.enable_lane(lane, 400, 100);
        }
        b.host.write("LANE_FFE", 6);
        b.host.write("IRQ_MASK", 1);
        run(seconds(1e-6));
        CHECK(b.host.read("POWER") != 0);
        b.host.write("CONTROL", 3);
        run(seconds(1e-6));
        check_reset_values(b.host);
        b.driver.reset();
        check_reset_values(b.host);
    });
}

TEST_CASE("tx_driver: only enabled lanes of an enabled driver are lit, after the settling time") {
    fresh_simulation([] {
        bench b(small(8));
        b.enable_lane(3, 470, 47);
        b.host.write("LANE_FFE", 6);
        run(seconds(2e-6));
        for (const auto& lane : b.sink.frames.back().optics->lanes) {
            CHECK(lane.drive_factor == 0.0);
        }
        b.sink.frames.clear();

        b.host.write("CONTROL", 1);
        run(settling - one_step);
        CHECK(b.sink.frames.empty());
        run(one_step);
        REQUIRE(b.sink.frames.size() == 1);
        const auto& frame = b.sink.frames.front();
        CHECK(frame.bits_per_lane == 0);
        CHECK(frame.carried == std::vector<std::uint8_t>(8, 0));
        for (unsigned lane = 0; lane < 8; ++lane) {
            CHECK(frame.optics->lanes[lane].drive_factor == (lane == 3 ? 1.0 : 0.0));
        }
        CHECK(frame.optics->lanes[3].on_current_a == Approx(470e-6));
        CHECK(frame.optics->lanes[3].current_extinction_ratio == Approx(10.0));
        CHECK(frame.optics->lanes[3].transmit_post_tap == Approx(6.0 / 64.0));
    });
}

TEST_CASE("tx_driver: many writes within the settling time make one update") {
    fresh_simulation([] {
        bench b(small(8));
        b.host.write("CONTROL", 1);
        for (unsigned lane = 0; lane < 8; ++lane) {
            b.enable_lane(lane, 100 + lane, 10);
        }
        run(seconds(5e-6));
        REQUIRE(b.sink.frames.size() == 1);
        CHECK(b.sink.frames.front().optics->lanes[7].on_current_a == Approx(107e-6));
    });
}

TEST_CASE("tx_driver: lane window answers a bad lane with an error code and takes all lanes") {
    fresh_simulation([] {
        bench b(small(8));
        b.host.write("LANE_SELECT", 8);
        CHECK(b.host.read("ERROR_CODE") == 0);
        CHECK(b.host.read("LANE_CURRENT") == 0);
        CHECK(b.host.read("ERROR_CODE") == 1);
        b.host.write("LANE_SELECT", 0xFFFF);
        CHECK(b.host.read("ERROR_CODE") == 0);
        b.host.write("LANE_CURRENT", 300);
        CHECK(b.host.read("ERROR_CODE") == 0);
        CHECK(b.host.read_lane(0, "LANE_CURRENT") == 300);
        CHECK(b.host.read_lane(7, "LANE_CURRENT") == 300);
        b.host.write("LANE_SELECT", 9);
        b.host.write("LANE_CURRENT", 1);
        CHECK(b.host.read("ERROR_CODE") == 1);
    });
}

TEST_CASE("tx_driver: settings outside the driver's range are limited, never fatal") {
    fresh_simulation([] {
        bench b(small(2));
        b.host.write("CONTROL", 1);
        b.enable_lane(0, 300, 1000);
        b.host.write("LANE_FFE", 63);
        b.enable_lane(1, 300, 0);
        run(seconds(1e-6));
        const auto& lanes = b.sink.frames.back().optics->lanes;
        CHECK(lanes[0].current_extinction_ratio == Approx(1.5));
        CHECK(lanes[0].transmit_post_tap == Approx(28.0 / 64.0));
        CHECK(lanes[1].current_extinction_ratio == Approx(1e6));
        CHECK_NOTHROW(photonics::check(lanes[0]));
        CHECK_NOTHROW(photonics::check(lanes[1]));
    });
}

TEST_CASE("tx_driver: energy is current times supply plus switching, per lane in use") {
    fresh_simulation([] {
        auto config = small(8);
        config.lane.led_supply_v = 4.0;
        config.supply = {
            .switched_capacitance_f = 50e-15, .logic_supply_v = 0.9, .transition_density = 0.5};
        bench b(config);
        b.host.write("CONTROL", 1);
        for (unsigned lane = 0; lane < 4; ++lane) {
            b.enable_lane(lane, 400, 100);
        }
        run(settling);
        auto frame = make_frame(8, 0, 64);
        frame.carried = {1, 1, 0, 0, 1, 1, 1, 1};
        b.source.send(frame);
        const double before_j = b.driver.energy()[0].joules;
        run(seconds(1e-3));
        // By hand: lanes 0 and 1 switch at 2 Gb/s, (400 + 100) / 2 uA from 4.0 V, 0.5 * 50 fF *
        // (0.9 V)^2 * 2 GHz; lanes 2 and 3 hold 100 uA; 0.1 mW of predriver in each.
        const double switching_w = 250e-6 * 4.0 + 0.5 * 50e-15 * 0.81 * 2e9 + 0.1e-3;
        const double holding_w = 100e-6 * 4.0 + 0.1e-3;
        const double expected_w = 2 * switching_w + 2 * holding_w;
        CHECK(b.driver.energy()[0].block == "driver and microLED");
        CHECK(b.driver.energy()[0].joules - before_j == Approx(expected_w * 1e-3));
        CHECK(b.host.read("POWER") == 3);  // 3.28 mW
        CHECK(b.driver.temperature_c() == Approx(26.85 + 15.0 * expected_w));
    });
}

TEST_CASE("tx_driver: overtemperature is latched, masked and cleared by writing one") {
    fresh_simulation([] {
        auto config = small(4);
        config.thermal_resistance_k_per_w = 20e3;
        bench b(config);
        bool level = false;
        b.driver.irq.connect([&](bool now) { level = now; });
        b.host.write("CONTROL", 1);
        b.enable_lane(0, 100, 100);
        run(seconds(1e-6));
        CHECK(b.host.read("IRQ_STATUS") == 0);
        for (unsigned lane = 0; lane < 4; ++lane) {
            b.enable_lane(lane, 1000, 600);
        }
        run(seconds(1e-6));
        CHECK(b.host.read("IRQ_STATUS") == 1);
        CHECK_FALSE(level);
        b.host.write("IRQ_MASK", 1);
        CHECK(level);
        b.host.write("IRQ_STATUS", 1);
        CHECK_FALSE(level);
        CHECK(b.host.read("IRQ_STATUS") == 0);
    });
}

TEST_CASE("tx_driver: the alarm also notices lanes that begin to switch") {
    fresh_simulation([] {
        auto config = small(4);
        // Held: 4 x (40 uA x 4.4 V + 0.1 mW) = 1.1 mW; switching: 4 x (220 uA x 4.4 V + 0.1 mW)
        // and some 0.16 mW of logic = 4.4 mW. 20 K/mW above 26.85 degrees.
        config.thermal_resistance_k_per_w = 20e3;
        bench b(config);
        bool level = false;
        b.driver.irq.connect([&](bool now) { level = now; });
        b.host.write("CONTROL", 1);
        b.host.write("IRQ_MASK", 1);
        for (unsigned lane = 0; lane < 4; ++lane) {
            b.enable_lane(lane, 400, 40);
        }
        run(seconds(1e-6));
        CHECK(b.host.read("IRQ_STATUS") == 0);
        CHECK_FALSE(level);
        b.source.send(make_frame(4, 0, 64));
        CHECK(b.host.read("IRQ_STATUS") == 1);
        CHECK(level);
    });
}

TEST_CASE("tx_driver: what the transmit equaliser clips at zero is paid for") {
    fresh_simulation([] {
        auto config = small(1);
        config.predriver_power_w = 0.0;
        config.lane.led_supply_v = 4.0;
        config.supply = {.switched_capacitance_f = 0.0};
        bench b(config);
        b.host.write("CONTROL", 1);
        b.enable_lane(0, 500, 0);
        b.host.write("LANE_FFE", 16);
        run(settling);
        b.source.send(make_frame(1, 0, 64));
        // Main tap 3/4, post tap 1/4 around 250 uA: bit pairs 11, 10, 01, 00 give 250 uA x (1 +
        // 1/2, 1 - 1, 1 + 1, 1 - 1/2); nothing is negative, the mean is 250 uA.
        CHECK(b.driver.power_w() == Approx(4.0 * 250e-6));
    });
    fresh_simulation([] {
        auto config = small(1);
        config.predriver_power_w = 0.0;
        config.lane.led_supply_v = 6.0;
        config.supply = {.switched_capacitance_f = 0.0};
        config.lane.transmit_overdrive = 1.0;
        bench b(config);
        b.host.write("CONTROL", 1);
        b.enable_lane(0, 500, 0);
        b.host.write("LANE_FFE", 16);
        run(settling);
        b.source.send(make_frame(1, 0, 64));
        // Main tap 7/4: 250 uA x (1 + 3/2, 1 - 2, 1 + 2, 1 - 3/2); two of four are cut off.
        CHECK(b.driver.power_w() == Approx(6.0 * 250e-6 * (2.5 + 3.0) / 4.0));
    });
}

TEST_CASE("tx_driver: counters are copied by SNAPSHOT") {
    fresh_simulation([] {
        bench b(small(4));
        b.source.send(make_frame(4, 0, 100));
        b.source.send(make_frame(4, 100, 28));
        CHECK(b.host.read("FRAMES_LO") == 0);
        b.host.write("SNAPSHOT", 1);
        CHECK(b.host.read("FRAMES_LO") == 2);
        CHECK(b.host.read("BITS_LO") == 4 * 128);
        CHECK(b.host.read("BITS_HI") == 0);
    });
}

TEST_CASE("tx_driver: mismatch has the configured spread and depends on seed and direction alone") {
    const auto factors = [](std::uint64_t seed, std::uint32_t direction) {
        tx_driver_config config;
        config.seed = seed;
        config.direction = direction;
        bench b(config);
        b.host.write("CONTROL", 1);
        b.host.write("LANE_SELECT", 0xFFFF);
        b.host.write("LANE_CURRENT", 400);
        b.host.write("LANE_CONTROL", 1);
        run(seconds(1e-6));
        std::vector<double> found;
        for (const auto& lane : b.sink.frames.back().optics->lanes) {
            found.push_back(lane.on_current_a / 400e-6);
        }
        return found;
    };
    fresh_simulation([&] {
        const auto found = factors(1, 0);
        double sum = 0.0, squares = 0.0;
        for (const double factor : found) {
            sum += factor - 1.0;
            squares += (factor - 1.0) * (factor - 1.0);
        }
        const auto n = static_cast<double>(found.size());
        CHECK(std::abs(sum / n) < 2.58 * 0.03 / std::sqrt(n));
        CHECK(std::sqrt(squares / n) == Approx(0.03).epsilon(2.58 / std::sqrt(2.0 * n)));
    });
    // A pipe tells the first lanes of each simulation to the next.
    const auto in_child = [&](std::uint64_t seed, std::uint32_t direction) {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        fresh_simulation([&] {
            const auto found = factors(seed, direction);
            REQUIRE(write(ends[1], found.data(), 8 * sizeof(double)) == 8 * sizeof(double));
        });
        std::vector<double> first(8);
        REQUIRE(read(ends[0], first.data(), 8 * sizeof(double)) == 8 * sizeof(double));
        close(ends[0]);
        close(ends[1]);
        return first;
    };
    CHECK(in_child(1, 0) == in_child(1, 0));
    CHECK(in_child(1, 0) != in_child(2, 0));
    CHECK(in_child(1, 0) != in_child(1, 1));
}
