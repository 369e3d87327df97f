#include "models/optical_channel/optical_channel.h"

#include <algorithm>

#include "models/photonics/driver.h"
#include "models/photonics/spot.h"
#include "models/transport/lane_grid.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/rx_dsp/optical_bench.h"
#include "testbenches/unit/rx_dsp/reset_check.h"

using namespace luxlane;
using namespace optical_bench;
using luxlane::test::fresh_simulation;

namespace {

struct bench {
    frame_source source{"source"};
    optical_channel channel;
    frame_sink sink{"sink"};
    register_host host{"host", channel};

    explicit bench(const optical_channel_config& config = {}) : channel("channel", config) {
        source.out.bind(channel.in);
        channel.out.bind(sink.in);
    }
};

optical_channel_config small(unsigned lanes) {
    optical_channel_config config;
    config.lanes = lanes;
    config.spread.alive_probability = 1.0;
    return config;
}

std::shared_ptr<lane_frame::optics_table> lit_table(unsigned lanes, std::uint64_t version = 1) {
    auto table = std::make_shared<lane_frame::optics_table>();
    table->version = version;
    table->lanes.assign(lanes, {});
    return table;
}

lane_frame lit_frame(unsigned lanes, std::uint64_t first_bit, std::uint32_t bits) {
    auto frame = make_frame(lanes, first_bit, bits);
    frame.optics = lit_table(lanes);
    return frame;
}

// 10 m of fused silica at 430 nm: n_g = 1.50464 from Malitson's Sellmeier fit.
const sc_core::sc_time flight(50189, sc_core::SC_PS);

}  // namespace

TEST_CASE("optical_channel: identification and documented reset values, twice") {
    fresh_simulation([] {
        bench b;
        CHECK(b.host.read("ID") == 0x4354504F);
        CHECK(b.host.read("LENGTH_MM") == 10000);
        CHECK(b.host.read("WAVELENGTH_PM") == 430000);
        CHECK(b.host.read("CORE_PITCH_NM") == 50000);
        CHECK(b.host.read("GROUP_DELAY_PS") == 50189);
        check_reset_values(b.host);
        b.host.write("CONTROL", 1);
        b.host.write("IRQ_MASK", 1);
        b.host.write("CONTROL", 2);
        check_reset_values(b.host);
        b.channel.reset();
        check_reset_values(b.host);
    });
}

TEST_CASE("optical_channel: a block arrives whole, one time of flight after its last bit") {
    fresh_simulation([] {
        bench b(small(4));
        run(seconds(1e-6));
        b.source.send(lit_frame(4, 640, 200));
        const auto duration = seconds(200 * 0.5e-9);
        // The register rounds to picoseconds, and so may the model: two steps of margin.
        run(duration + flight - 2 * one_step);
        CHECK(b.sink.frames.empty());
        run(4 * one_step);
        REQUIRE(b.sink.frames.size() == 1);
        CHECK(b.sink.frames[0].first_bit == 640);
        CHECK(wrong_bits(b.sink.frames[0], 2).empty());
    });
}

TEST_CASE(
    "optical_channel: blocks arrive in the order of their ends, with conditions never older") {
    fresh_simulation([] {
        bench b(small(4));
        b.source.send(lit_frame(4, 0, 2000));
        auto update = lit_frame(4, 0, 0);
        update.optics = lit_table(4, 2);
        b.source.send(update);
        run(seconds(10e-9));
        b.source.send(lit_frame(4, 2000, 10));
        run(seconds(10e-6));
        REQUIRE(b.sink.frames.size() == 3);
        CHECK(b.sink.frames[0].bits_per_lane == 0);
        CHECK(b.sink.frames[1].bits_per_lane == 10);
        CHECK(b.sink.frames[2].bits_per_lane == 2000);
        CHECK(b.sink.times[1] - b.sink.times[0] == seconds(15e-9));
        CHECK(b.sink.times[2] - b.sink.times[0] == seconds(1000e-9));
        CHECK(b.sink.frames[1].optics->version >= b.sink.frames[0].optics->version);
        CHECK(b.sink.frames[2].optics->version >= b.sink.frames[1].optics->version);
    });
}

TEST_CASE("optical_channel: faults reach the receiver after the time of flight without any data") {
    fresh_simulation([] {
        bench b(small(4));
        auto update = lit_frame(4, 0, 0);
        b.source.send(update);
        run(seconds(1e-6));
        b.sink.frames.clear();

        b.channel.kill_lane(2);
        run(flight - 2 * one_step);
        CHECK(b.sink.frames.empty());
        run(4 * one_step);
        REQUIRE(b.sink.frames.size() == 1);
        CHECK(b.sink.frames[0].optics->lanes[2].drive_factor == 0.0);
        CHECK(b.sink.frames[0].optics->lanes[1].drive_factor == 1.0);
        CHECK(b.channel.dead_lanes() == std::vector<unsigned>{2});
        CHECK(b.channel.dead_at_birth().empty());

        const double born_db = b.sink.frames[0].optics->lanes[1].excess_loss_db;
        b.channel.set_lane_extra_loss_db(1, 3.5);
        run(seconds(1e-6));
        CHECK(b.sink.frames.back().optics->lanes[1].excess_loss_db == Approx(born_db + 3.5));
        CHECK_THROWS_AS(b.channel.kill_lane(4), std::out_of_range);
    });
}

TEST_CASE("optical_channel: a planned loss of signal darkens all lanes for exactly its time") {
    fresh_simulation([] {
        bench b(small(4));
        b.source.send(lit_frame(4, 0, 0));
        run(seconds(1e-6));
        b.sink.frames.clear();
        b.sink.times.clear();
        b.channel.loss_of_signal(seconds(3e-6), seconds(2e-6));
        b.channel.loss_of_signal(seconds(4e-6), seconds(3e-6));
        b.channel.reset();
        run(seconds(10e-6));
        REQUIRE(b.sink.frames.size() == 4);
        const auto dark = [&](std::size_t n) {
            return std::ranges::all_of(b.sink.frames[n].optics->lanes,
                                       [](const auto& lane) { return lane.drive_factor == 0.0; });
        };
        CHECK(b.sink.times[0] - seconds(3e-6) <= flight + 2 * one_step);
        CHECK(b.sink.times[0] + 2 * one_step >= seconds(3e-6) + flight);
        CHECK(b.sink.times[3] - b.sink.times[0] == seconds(4e-6));
        for (const std::size_t n : {0u, 1u, 2u}) {
            CHECK(dark(n));
        }
        CHECK_FALSE(dark(3));
        CHECK_THROWS_AS(b.channel.loss_of_signal(seconds(3e-6), seconds(1e-6)), std::out_of_range);
    });
}

TEST_CASE("optical_channel: bursts add up on their lanes, and skew steps stay") {
    fresh_simulation([] {
        bench b(small(4));
        b.source.send(lit_frame(4, 0, 0));
        run(seconds(1e-6));
        const auto born = b.sink.frames.back().optics;
        const double born_s = b.channel.skew_s(2);
        const std::vector<unsigned> first = {0, 2}, second = {2, 3};
        b.channel.burst(seconds(2e-6), seconds(2e-6), first, 3.0);
        b.channel.burst(seconds(3e-6), seconds(2e-6), second, 1.5);
        b.channel.skew_step(seconds(4.2e-6), 2, -40e-12);
        const auto loss_db = [&](unsigned lane) {
            return b.sink.frames.back().optics->lanes[lane].excess_loss_db -
                   born->lanes[lane].excess_loss_db;
        };
        run(seconds(1.5e-6));
        CHECK(loss_db(0) == Approx(3.0));
        CHECK(loss_db(1) == 0.0);
        CHECK(loss_db(2) == Approx(3.0));
        run(seconds(1e-6));
        CHECK(loss_db(2) == Approx(4.5));
        CHECK(loss_db(3) == Approx(1.5));
        CHECK(b.channel.skew_s(2) == born_s);
        run(seconds(1e-6));
        CHECK(loss_db(0) == Approx(0.0).margin(1e-9));
        CHECK(loss_db(2) == Approx(1.5));
        CHECK(b.sink.frames.back().optics->lanes[2].skew_s == Approx(born_s - 40e-12));
        run(seconds(1e-6));
        CHECK(loss_db(2) == Approx(0.0).margin(1e-9));
        CHECK(b.channel.skew_s(2) == Approx(born_s - 40e-12));
        const std::vector<unsigned> none = {4};
        CHECK_THROWS_AS(b.channel.burst(seconds(9e-6), seconds(1e-6), none, 1.0),
                        std::out_of_range);
        CHECK_THROWS_AS(b.channel.skew_step(seconds(9e-6), 4, 1e-12), std::out_of_range);
    });
}

TEST_CASE("optical_channel: an unplugged cable is dark, and its presence change interrupts") {
    fresh_simulation([] {
        bench b(small(4));
        bool level = false;
        b.channel.irq.connect([&](bool now) { level = now; });
        b.source.send(lit_frame(4, 0, 0));
        b.host.write("CONTROL", 1);
        b.host.write("IRQ_MASK", 1);
        run(seconds(1e-6));
        CHECK(b.host.read("STATUS") == 3);
        CHECK_FALSE(level);
        b.channel.unplug();
        CHECK(level);
        CHECK(b.host.read("STATUS") == 1);
        b.host.write("IRQ_STATUS", 1);
        CHECK_FALSE(level);
        b.channel.unplug();
        CHECK_FALSE(level);
        run(seconds(1e-6));
        for (const auto& lane : b.sink.frames.back().optics->lanes) {
            CHECK(lane.drive_factor == 0.0);
        }
        b.channel.plug();
        CHECK(level);
        run(seconds(1e-6));
        CHECK(b.sink.frames.back().optics->lanes[0].drive_factor == 1.0);
    });
}

TEST_CASE("optical_channel: dead lanes, coupling and skew follow their distributions") {
    fresh_simulation([] {
        optical_channel_config config;
        config.lanes = 4000;
        config.spread.alive_probability = 0.95;
        config.spread.skew_s_per_m = 5e-12;
        bench b(config);
        CHECK(within_99_percent(double(b.channel.dead_at_birth().size()), 4000, 0.05));
        double skew = 0.0;
        for (unsigned lane = 0; lane < 4000; ++lane) {
            skew += b.channel.skew_s(lane) * b.channel.skew_s(lane);
        }
        // 20 ps and 5 ps/m over 10 m.
        CHECK(std::sqrt(skew / 4000) == Approx(70e-12).epsilon(2.58 / std::sqrt(8000.0)));
        b.source.send(lit_frame(4000, 0, 0));
        run(seconds(1e-6));
        double loss = 0.0;
        for (const auto& lane : b.sink.frames.back().optics->lanes) {
            loss += lane.excess_loss_db * lane.excess_loss_db;
        }
        CHECK(std::sqrt(loss / 4000) == Approx(0.3).epsilon(2.58 / std::sqrt(8000.0)));
    });
}

TEST_CASE("optical_channel: a rotated bundle moves the corners' light and not the centre's") {
    fresh_simulation([] {
        optical_channel_config config = small(400);
        config.spread.coupling_db = 0.0;
        config.alignment.rotation_rad = 3.14159265358979 / 180.0;
        bench b(config);
        b.source.send(lit_frame(400, 0, 0));
        run(seconds(1e-6));
        const auto& lanes = b.sink.frames.back().optics->lanes;
        // 20 x 20 lanes of 50 um: corners 671.75 um from the centre, a chord of 11.724 um.
        for (const unsigned corner : {0u, 19u, 380u, 399u}) {
            CHECK(std::hypot(lanes[corner].offset_x_m, lanes[corner].offset_y_m) ==
                  Approx(11.724e-6).epsilon(1e-4));
        }
        const auto fallen = [&](unsigned lane) { return spot_fractions_of(lanes[lane]); };
        const unsigned centre = 10 * 20 + 10;
        CHECK(fallen(0).own < 0.9 * fallen(centre).own);
        CHECK(fallen(0).left > 30.0 * fallen(centre).left);
        CHECK(fallen(centre).own == Approx(spot_fractions_of(config.lane).own).epsilon(2e-3));
        CHECK(lanes[0].excess_loss_db == 0.0);
    });
}

TEST_CASE(
    "optical_channel: emitters begin with the age that the law gives, up to the model's end") {
    const auto growth = [](double gain) {
        auto config = small(4);
        config.powered_s = 4.0 * config.ageing.reference_time_s;
        config.ageing.gain = gain;
        // At the density that the drive has, so that time alone counts: growth = gain sqrt(4).
        const auto emitter = photonics::emitter_of(config.lane);
        config.ageing.reference_density_a_per_m2 =
            photonics::drive_of(config.lane).average_a / photonics::led_area(emitter);
        config.ageing.reference_temperature_k = config.lane.temperature_k;
        bench b(config);
        b.source.send(lit_frame(4, 0, 0));
        run(seconds(1e-6));
        return b.sink.frames.back().optics->lanes[2].defect_growth;
    };
    fresh_simulation([&] { CHECK(growth(1.5) == Approx(3.0)); });
    fresh_simulation([&] { CHECK(growth(900.0) == 1000.0); });
}

TEST_CASE("optical_channel: an array that cannot be is refused by name") {
    fresh_simulation([] {
        optical_channel_config config = small(400);
        config.alignment.magnification_error = std::nan("");
        CHECK_THROWS_WITH(optical_channel("channel", config),
                          Catch::Contains("magnification_error"));
    });
}

TEST_CASE("lane_grid: neighbours are mutual, at most four, one pitch away") {
    for (const unsigned lanes : {1u, 2u, 5u, 16u, 460u}) {
        const auto grid = lane_grid::of(lanes);
        CHECK(grid.columns * grid.columns >= lanes);
        for (unsigned lane = 0; lane < lanes; ++lane) {
            for (const unsigned other : grid.neighbours(lane)) {
                REQUIRE(other < lanes);
                const int rows = int(lane / grid.columns) - int(other / grid.columns);
                const int columns = int(lane % grid.columns) - int(other % grid.columns);
                CHECK(rows * rows + columns * columns == 1);
                const auto back = grid.neighbours(other);
                CHECK(std::count(back.begin(), back.end(), lane) == 1);
            }
        }
    }
    CHECK(lane_grid::of(9).neighbours(4).count == 4);
    CHECK(lane_grid::of(9).neighbours(0).count == 2);
}
