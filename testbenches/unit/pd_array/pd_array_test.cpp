#include "models/pd_array/pd_array.h"

#include <cmath>

#include "models/photonics/led.h"
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
    pd_array array;
    frame_sink sink{"sink"};
    register_host host{"host", array};

    explicit bench(const pd_array_config& config = {}) : array("array", config) {
        source.out.bind(array.in);
        array.out.bind(sink.in);
    }
    void enable_all() {
        host.write("CONTROL", 1);
        host.write("LANE_SELECT", 0xFFFF);
        host.write("LANE_CONTROL", 1);
        run(settling);
    }
    /// Light of the given extra loss on every lane.
    void light(double excess_loss_db, unsigned dark_lane = ~0u) {
        auto frame = make_frame(lanes, 0, 0);
        auto table = std::make_shared<lane_frame::optics_table>();
        table->version = ++version;
        table->lanes.assign(lanes, {});
        for (unsigned lane = 0; lane < lanes; ++lane) {
            table->lanes[lane].excess_loss_db = excess_loss_db;
            if (lane == dark_lane) {
                table->lanes[lane].drive_factor = 0.0;
            }
        }
        frame.optics = table;
        source.send(frame);
    }

    unsigned lanes = 4;
    std::uint64_t version = 0;
};

pd_array_config small(unsigned lanes = 4) {
    pd_array_config config;
    config.lanes = lanes;
    config.spread = {.responsivity_relative = 0.0, .noise_relative = 0.0};
    return config;
}

/// Average light on the photodiode of the default lane: mean of its emitter's two levels, 7 + 1.5 +
/// 1.5 dB of coupling, 10 m of 0.08 dB/m, and what of the spot (1/e^2 radius 15 um) falls on a
/// photodiode of 40 x 40 um; cores exchange less than 1e-4 of it.
double budget_w(double excess_loss_db) {
    const photonics::lane_parameters lane;
    const double middle_a = 0.5 * 1.1 * lane.on_current_a;
    const double swing_a = 0.5 * 0.9 * lane.on_current_a * (1.0 - 2.0 * lane.transmit_post_tap);
    const auto emitter = photonics::emitter_of(lane);
    const double emitted_w =
        0.5 * (photonics::steady_state(emitter, middle_a + swing_a).optical_power_w +
               photonics::steady_state(emitter, middle_a - swing_a).optical_power_w);
    const double across = std::erf(std::sqrt(2.0) * 20.0 / 15.0);
    return across * across * emitted_w *
           std::pow(10.0, -(7.0 + 1.5 + 1.5 + 0.8 + excess_loss_db) / 10.0);
}

}  // namespace

TEST_CASE("pd_array: identification and documented reset values, twice") {
    fresh_simulation([] {
        bench b;
        b.lanes = 460;
        CHECK(b.host.read("ID") == 0x52414450);
        CHECK(b.host.read("CAPABILITY") == 460);
        check_reset_values(b.host);
        b.light(0.0, 7);
        b.enable_all();
        b.host.write_lane(3, "LANE_GAIN", 2);
        b.host.write("LOS_THRESHOLD", 77);
        b.host.write("IRQ_MASK", 1);
        run(settling);
        CHECK(b.host.read("LOS_MAP[0]") == 1u << 7);
        b.host.write("CONTROL", 2);
        check_reset_values(b.host);
        run(settling);
        check_reset_values(b.host);
        b.array.reset();
        run(settling);
        check_reset_values(b.host);
    });
}

TEST_CASE(
    "pd_array: the power monitor reads the link's budget, saturates, and is 0 when disabled") {
    fresh_simulation([] {
        bench b(small());
        b.light(2.0);
        CHECK(b.host.read_lane(1, "LANE_POWER") == 0);
        b.enable_all();
        const double expected = budget_w(2.0) / 10e-9;
        CHECK(expected > 100.0);
        CHECK(std::abs(b.host.read_lane(1, "LANE_POWER") - expected) <= 2.0);
        b.light(5.0);
        CHECK(std::abs(b.host.read_lane(1, "LANE_POWER") - budget_w(5.0) / 10e-9) <= 2.0);
        b.light(-10.0);
        CHECK(b.host.read_lane(1, "LANE_POWER") ==
              std::min(4095.0, std::floor(budget_w(-10.0) / 10e-9)));
        b.host.write("LANE_CONTROL", 0);
        run(settling);
        CHECK(b.host.read_lane(1, "LANE_POWER") == 0);
        CHECK(b.host.read_lane(0, "LANE_POWER") != 0);
    });
}

TEST_CASE("pd_array: loss of signal follows the threshold and interrupts on each change") {
    fresh_simulation([] {
        bench b(small());
        bool level = false;
        b.array.irq.connect([&](bool now) { level = now; });
        b.light(10.0);
        b.enable_all();
        b.host.write("IRQ_MASK", 1);
        CHECK(b.host.read("LOS_MAP[0]") == 0);
        CHECK_FALSE(level);

        const auto power = b.host.read_lane(2, "LANE_POWER");
        REQUIRE(power > 10);
        b.host.write("LOS_THRESHOLD", power);  // the monitor rounds down: still above
        CHECK(b.host.read_lane(2, "LANE_STATUS") == 0);
        CHECK_FALSE(level);
        b.host.write("LOS_THRESHOLD", power + 1);
        CHECK(b.host.read_lane(2, "LANE_STATUS") == 1);
        CHECK(b.host.read("LOS_MAP[0]") == 0xF);
        CHECK(level);
        b.host.write("IRQ_STATUS", 1);
        CHECK_FALSE(level);

        b.host.write("LOS_THRESHOLD", 10);
        b.host.write("IRQ_STATUS", 1);
        b.light(10.0, 3);
        CHECK(b.host.read("LOS_MAP[0]") == 8);
        CHECK(level);
        b.host.write("SNAPSHOT", 1);
        CHECK(b.host.read("LOS_EVENTS_LO") == 5);
    });
}

TEST_CASE("pd_array: a disabled or dark lane has no response, a lit one has the lane's") {
    fresh_simulation([] {
        bench b(small());
        b.light(0.0, 2);
        b.enable_all();
        b.host.write_lane(1, "LANE_CONTROL", 0);
        run(settling);
        const auto& lanes = b.sink.frames.back().responses->lanes;
        CHECK(lanes[1].one_a == 0.0);
        CHECK(lanes[2].one_a == 0.0);
        // Responsivity 0.25 A/W on the average power.
        CHECK(0.5 * (lanes[0].one_a + lanes[0].zero_a) ==
              Approx(0.25 * budget_w(0.0)).epsilon(1e-3));
    });
}

// The white noise of the feedback resistor, 4 k T / R, grows by the 2 dB that a step takes off R,
// so that successive growths of the variance have that ratio, less what the damping, up by some 2 %
// a step, takes off the noise's band (that of two poles goes as 1 / damping).
TEST_CASE("pd_array: light that comes back as it was has the response that it had") {
    fresh_simulation([] {
        bench b(small());
        b.light(0.0);
        b.enable_all();
        const auto response = [&] { return b.sink.frames.back().responses->lanes[2]; };
        b.light(1.0);
        const auto lossy = response();
        b.light(3.0);
        const auto lossier = response();
        CHECK_FALSE(lossier == lossy);
        b.light(1.0);
        CHECK(response() == lossy);
        b.light(1.0, 2);
        CHECK(response() == photonics::lane_response{});
        b.light(1.0);
        CHECK(response() == lossy);
        b.light(3.0);
        CHECK(response() == lossier);
        b.host.write("LANE_GAIN", 3);
        run(settling);
        CHECK_FALSE(response() == lossier);
        b.host.write("LANE_GAIN", 0);
        run(settling);
        CHECK(response() == lossier);
    });
}

TEST_CASE("pd_array: each gain step adds resistor noise, keeps the band, and needs to settle") {
    fresh_simulation([] {
        bench b(small());
        b.light(0.0);
        b.enable_all();
        const auto response = [&] { return b.sink.frames.back().responses->lanes[0]; };
        const auto full = response();
        auto last = full;
        double last_growth_a2 = 0.0;
        for (unsigned code = 1; code < 4; ++code) {
            const auto frames = b.sink.frames.size();
            b.host.write_lane(0, "LANE_GAIN", code);
            run(settling - one_step);
            CHECK(b.sink.frames.size() == frames);
            run(one_step);
            CHECK(b.sink.frames.size() == frames + 1);
            const double growth_a2 = response().noise_zero_a * response().noise_zero_a -
                                     last.noise_zero_a * last.noise_zero_a;
            CHECK(growth_a2 > 0.0);
            if (code > 1) {
                CHECK(growth_a2 / last_growth_a2 < std::pow(10.0, 0.1));
                CHECK(growth_a2 / last_growth_a2 > std::pow(10.0, 0.1) - 0.1);
            }
            last_growth_a2 = growth_a2;
            CHECK(response().pulse[photonics::PRE_CURSORS] ==
                  Approx(full.pulse[photonics::PRE_CURSORS]).epsilon(0.03));
            CHECK(response().received_power_w == last.received_power_w);
            last = response();
        }
    });
}

TEST_CASE("pd_array: samples do not depend on how the line is cut into blocks") {
    fresh_simulation([] {
        bench b(small());
        b.enable_all();
        b.light(3.0, 2);
        const auto samples = [&](std::uint64_t first, std::uint32_t bits, unsigned lane) {
            auto frame = make_frame(4, first, bits, fidelity::symbol);
            frame.optics = b.sink.frames.back().optics;
            b.source.send(frame);
            const auto& rendered = b.sink.frames.back().samples;
            const std::size_t size = bits + 2 * lane_frame::MARGIN;
            const auto begin = rendered.begin() + static_cast<std::ptrdiff_t>(lane * size);
            return std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(size));
        };
        const auto whole = samples(1000, 500, 1);
        for (const std::uint32_t cut : {1u, 63u, 64u, 200u, 499u}) {
            const auto head = samples(1000, cut, 1);
            const auto tail = samples(1000 + cut, 500 - cut, 1);
            CHECK(std::equal(head.begin(), head.end(), whole.begin()));
            CHECK(std::equal(tail.begin(), tail.end(),
                             whole.begin() + static_cast<std::ptrdiff_t>(cut)));
        }
    });
}

TEST_CASE("pd_array: amplifiers draw power while they are enabled") {
    fresh_simulation([] {
        bench b(small());
        b.host.write("CONTROL", 1);
        b.host.write_lane(0, "LANE_CONTROL", 1);
        b.host.write_lane(3, "LANE_CONTROL", 1);
        run(settling);
        run(seconds(1e-3));
        CHECK(b.array.energy()[0].block == "TIA");
        CHECK(b.array.energy()[0].joules == Approx(2 * 0.8e-3 * 1e-3));
        b.host.write("CONTROL", 0);
        run(settling);
        const double stopped_j = b.array.energy()[0].joules;
        run(seconds(1e-3));
        CHECK(b.array.energy()[0].joules == stopped_j);
    });
}
