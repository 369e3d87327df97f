#include "models/rx_dsp/rx_dsp.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/dsp/statistical_eye.h"
#include "models/photonics/lane_response.h"
#include "models/transport/lane_channel.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/rx_dsp/optical_bench.h"
#include "testbenches/unit/rx_dsp/reset_check.h"

using namespace luxlane;
using namespace optical_bench;
using luxlane::test::fresh_simulation;

namespace {

const auto lock_time = seconds(2e-6);
const auto adapt_time = seconds(20e-6);

struct bench {
    frame_source source{"source"};
    rx_dsp dsp;
    frame_sink sink{"sink"};
    register_host host{"host", dsp};
    unsigned lanes;
    std::uint64_t version = 0;

    explicit bench(const rx_dsp_config& config = {}) : dsp("dsp", config), lanes(config.lanes) {
        source.out.bind(dsp.in);
        dsp.out.bind(sink.in);
    }
    /// Light of the given extra loss on every lane but `dark_lane`.
    void light(double excess_loss_db, unsigned dark_lane = ~0u) {
        photonics::lane_parameters lane;
        lane.excess_loss_db = excess_loss_db;
        auto table = std::make_shared<lane_frame::response_table>();
        table->version = ++version;
        table->lanes.assign(lanes, photonics::extract(lane));
        table->phases.assign(lanes, photonics::extract_phases(lane));
        if (dark_lane < lanes) {
            table->lanes[dark_lane] = {};
        }
        responses = table;
        auto frame = make_frame(lanes, 0, 0);
        frame.responses = responses;
        source.send(frame);
    }
    lane_frame receive(std::uint64_t first_bit, std::uint32_t bits) {
        auto frame = make_frame(lanes, first_bit, bits);
        frame.responses = responses;
        source.send(frame);
        return sink.frames.back();
    }
    void lock_all() {
        host.write("CONTROL", 1);
        host.write("LANE_SELECT", 0xFFFF);
        host.write("LANE_CONTROL", 1);
        run(lock_time);
    }

    std::shared_ptr<const lane_frame::response_table> responses;
};

rx_dsp_config small() {
    rx_dsp_config config;
    config.lanes = 4;
    return config;
}

}  // namespace

TEST_CASE("rx_dsp: identification and documented reset values, twice") {
    fresh_simulation([] {
        bench b;
        CHECK(b.host.read("ID") == 0x53445852);
        CHECK(b.host.read("CAPABILITY") == ((3u << 16) | 460u));
        check_reset_values(b.host);
        b.lock_all();
        b.host.write_lane(4, "LANE_TAPS", 0x00F040F8);
        b.host.write_lane(4, "LANE_CONTROL", 3);
        b.host.write("IRQ_MASK", 3);
        run(adapt_time);
        b.host.write("CONTROL", 2);
        check_reset_values(b.host);
        b.dsp.reset();
        check_reset_values(b.host);
    });
}

TEST_CASE("rx_dsp: clock recovery locks after its lock time, not one step before") {
    fresh_simulation([] {
        bench b(small());
        bool level = false;
        b.dsp.irq.connect([&](bool now) { level = now; });
        b.host.write("IRQ_MASK", 1);
        b.light(0.0, 3);
        b.host.write("CONTROL", 1);
        b.host.write("LANE_SELECT", 0xFFFF);
        b.host.write("LANE_CONTROL", 1);
        run(lock_time - one_step);
        CHECK(b.host.read("CDR_LOCK_MAP[0]") == 0);
        CHECK_FALSE(level);
        run(one_step);
        CHECK(b.host.read("CDR_LOCK_MAP[0]") == 0b0111);
        CHECK(b.host.read_lane(0, "LANE_STATUS") == 1);
        CHECK(b.dsp.lane_locked(2));
        CHECK_FALSE(b.dsp.lane_locked(3));
        CHECK(level);
    });
}

TEST_CASE("rx_dsp: lock is lost with the light, the enable bit or the block, and comes back") {
    fresh_simulation([] {
        bench b(small());
        b.light(0.0);
        b.lock_all();
        CHECK(b.host.read("CDR_LOCK_MAP[0]") == 0xF);
        b.host.write("IRQ_STATUS", 1);
        b.light(0.0, 1);
        CHECK(b.host.read("CDR_LOCK_MAP[0]") == 0b1101);
        CHECK(b.host.read("IRQ_STATUS") == 1);
        CHECK(b.host.read_lane(1, "LANE_FOM") == 0);
        b.light(0.0);
        run(lock_time - one_step);
        CHECK_FALSE(b.dsp.lane_locked(1));
        run(one_step);
        CHECK(b.dsp.lane_locked(1));
        b.light(30.0);
        CHECK(b.host.read("CDR_LOCK_MAP[0]") == 0);
        b.light(0.0);
        run(lock_time);
        b.host.write_lane(2, "LANE_CONTROL", 0);
        CHECK(b.host.read("CDR_LOCK_MAP[0]") == 0b1011);
        b.host.write("CONTROL", 0);
        CHECK(b.host.read("CDR_LOCK_MAP[0]") == 0);
        b.host.write("SNAPSHOT", 1);
        CHECK(b.host.read("CDR_LOSSES_LO") == 1 + 4 + 1 + 3);
    });
}

TEST_CASE("rx_dsp: adaptation improves the eye in its time, and fails without light") {
    fresh_simulation([] {
        bench b(small());
        b.light(0.0, 3);
        b.lock_all();
        const auto before = b.host.read_lane(0, "LANE_FOM");
        CHECK(b.host.read("LANE_TAPS") == 0x4000);
        b.host.write("IRQ_STATUS", 3);
        b.host.write("LANE_SELECT", 0xFFFF);
        b.host.write("LANE_CONTROL", 3);
        run(adapt_time - one_step);
        CHECK(b.host.read_lane(0, "LANE_CONTROL") == 3);
        CHECK(b.host.read("LANE_STATUS") == 1);
        CHECK(b.host.read("IRQ_STATUS") == 0);
        run(one_step);
        CHECK(b.host.read("LANE_CONTROL") == 1);
        CHECK(b.host.read("LANE_STATUS") == 3);
        CHECK(b.host.read("ADAPT_DONE_MAP[0]") == 0b0111);
        CHECK((b.host.read("IRQ_STATUS") & 2) == 2);
        CHECK(b.host.read("LANE_FOM") > before);
        CHECK(b.host.read("LANE_TAPS") != 0x4000);
        CHECK(b.host.read_lane(3, "LANE_STATUS") == 4);
        CHECK(b.host.read("LANE_TAPS") == 0x4000);
    });
}

TEST_CASE("rx_dsp: taps are signed and bad ones close the eye without harm") {
    fresh_simulation([] {
        bench b(small());
        b.light(0.0);
        b.lock_all();
        b.host.write_lane(0, "LANE_TAPS", 0x00FC40F8);
        CHECK(b.host.read("LANE_TAPS") == 0x00FC40F8);
        CHECK(b.dsp.lane_locked(0));
        b.host.write("LANE_TAPS", 0);
        CHECK(b.host.read("LANE_FOM") == 0);
        CHECK_FALSE(b.dsp.lane_locked(0));
        b.host.write("LANE_TAPS", 0xC000);  // inverted
        CHECK(b.host.read("LANE_FOM") == 0);
        b.receive(0, 1000);
    });
}

TEST_CASE("rx_dsp: threshold lies between the levels of the photocurrent") {
    fresh_simulation([] {
        bench b(small());
        b.light(0.0);
        const auto& lane = b.responses->lanes[0];
        const double threshold_a = b.host.read_lane(0, "LANE_THRESHOLD") * 1e-9;
        CHECK(threshold_a > lane.zero_a);
        CHECK(threshold_a < lane.one_a);
        b.light(0.0, 0);
        CHECK(b.host.read_lane(0, "LANE_THRESHOLD") == 0);
    });
}

TEST_CASE(
    "rx_dsp: a locked lane errs at its rate, an unlocked one is random, a disabled one silent") {
    fresh_simulation([] {
        bench b(small());
        b.light(5.0, 1);
        b.lock_all();
        b.host.write_lane(2, "LANE_CONTROL", 0);
        constexpr std::uint32_t bits = 500'000;
        const auto frame = b.receive(0, bits);
        const double ber = b.dsp.lane_ber(0);
        CHECK(ber * bits > 100.0);
        CHECK(within_99_percent(double(wrong_bits(frame, 0).size()), bits, ber));
        CHECK(b.dsp.lane_ber(1) == 0.5);
        CHECK(within_99_percent(double(wrong_bits(frame, 1).size()), bits, 0.5));
        for (std::size_t word = 0; word < frame.stride; ++word) {
            REQUIRE(frame.bits[2 * frame.stride + word] == 0);
        }
    });
}

TEST_CASE("rx_dsp: the same line bits arrive wrong in one frame and in many") {
    fresh_simulation([] {
        bench b(small());
        b.light(5.0, 1);
        b.lock_all();
        const auto whole = b.receive(12345, 60'000);
        for (const unsigned lane : {0u, 1u, 3u}) {
            const auto expected = wrong_bits(whole, lane);
            CHECK(expected.size() > 10);
            for (const std::uint32_t cut : {1000u, 4096u, 30'001u}) {
                std::vector<std::uint64_t> wrong;
                for (std::uint32_t done = 0; done < 60'000; done += cut) {
                    const auto part = b.receive(12345 + done, std::min(cut, 60'000 - done));
                    const auto found = wrong_bits(part, lane);
                    wrong.insert(wrong.end(), found.begin(), found.end());
                }
                CHECK(wrong == expected);
            }
        }
    });
}

TEST_CASE("rx_dsp: a deferred block meets the errors that the same block with bits meets") {
    fresh_simulation([] {
        bench b(small());
        b.light(5.0);
        b.lock_all();
        auto frame = make_frame(4, 12345, 20'000);
        frame.responses = b.responses;
        frame.carried = {1, 1, 0, 1};
        b.source.send(deferred(frame));
        auto late = b.sink.frames.back();
        b.source.send(frame);
        const auto early = b.sink.frames.back();
        REQUIRE(late.deferred);
        CHECK(late.bits.empty());
        CHECK(std::ranges::is_sorted(late.errors, {}, [](const bit_error& error) {
            return std::pair(error.lane, error.bit);
        }));
        late.materialise();
        CHECK_FALSE(late.deferred);
        CHECK(late.errors.empty());
        for (const unsigned lane : {0u, 1u, 3u}) {
            CHECK(wrong_bits(late, lane).size() > 10);
            CHECK(wrong_bits(late, lane) == wrong_bits(early, lane));
        }
    });
}

TEST_CASE("rx_dsp: consecutive deferred blocks meet what one long block meets") {
    fresh_simulation([] {
        bench b(small());
        b.light(4.0);
        b.lock_all();
        REQUIRE(b.dsp.lane_ber(0) > 0.0);
        constexpr std::uint32_t bits = 300'000;
        constexpr std::uint32_t cut = 1700;
        auto whole = make_frame(4, 0, bits);
        whole.responses = b.responses;
        b.source.send(deferred(whole));
        auto expected = b.sink.frames.back().errors;
        CHECK(expected.size() > 4);
        std::vector<bit_error> found;
        for (std::uint32_t done = 0; done < bits; done += cut) {
            auto part = make_frame(4, done, std::min(cut, bits - done));
            b.source.send(deferred(part));
            for (const auto& error : b.sink.frames.back().errors) {
                found.push_back({error.lane, error.bit + done});
            }
        }
        std::ranges::stable_sort(found, {}, &bit_error::lane);
        CHECK(found == expected);
    });
}

TEST_CASE("rx_dsp: a deferred block gets its bits when a lane that carries it is not locked") {
    fresh_simulation([] {
        bench b(small());
        b.light(5.0, 1);
        b.lock_all();
        auto frame = make_frame(4, 777, 5000);
        frame.responses = b.responses;
        b.source.send(deferred(frame));
        const auto late = b.sink.frames.back();
        b.source.send(frame);
        CHECK_FALSE(late.deferred);
        CHECK(late.errors.empty());
        CHECK(late.bits == b.sink.frames.back().bits);
        frame.carried[1] = 0;
        b.source.send(deferred(frame));
        CHECK(b.sink.frames.back().deferred);
        b.host.write_lane(2, "LANE_CONTROL", 0);
        b.source.send(deferred(frame));
        CHECK_FALSE(b.sink.frames.back().deferred);
    });
}

TEST_CASE("rx_dsp: skipped lanes stay untouched and update-only frames end here") {
    fresh_simulation([] {
        bench b(small());
        b.light(3.0);
        CHECK(b.sink.frames.empty());
        b.host.write("CONTROL", 1);
        auto frame = make_frame(4, 0, 1000);
        frame.responses = b.responses;
        frame.carried = {1, 0, 1, 1};
        b.source.send(frame);
        CHECK(wrong_bits(b.sink.frames.back(), 1).empty());
        CHECK_FALSE(wrong_bits(b.sink.frames.back(), 0).empty());
    });
}

TEST_CASE("rx_dsp: a bad lane is an error code") {
    fresh_simulation([] {
        bench b(small());
        CHECK(b.host.read_lane(4, "LANE_STATUS") == 0);
        CHECK(b.host.read("ERROR_CODE") == 1);
        b.host.write("LANE_SELECT", 3);
        CHECK(b.host.read("ERROR_CODE") == 0);
    });
}

TEST_CASE("rx_dsp: enabled lanes draw clock recovery and slicer power") {
    fresh_simulation([] {
        bench b(small());
        b.host.write_lane(0, "LANE_CONTROL", 1);
        b.host.write_lane(1, "LANE_CONTROL", 1);
        run(seconds(1e-3));
        CHECK(b.dsp.energy()[0].joules == 0.0);
        b.host.write("CONTROL", 1);
        run(seconds(1e-3));
        b.host.write("CONTROL", 0);
        run(seconds(1e-3));
        CHECK(b.dsp.energy()[0].block == "equaliser and slicers");
        // 0.5 mW and 0.1 pJ/bit at 2 Gb/s, two lanes.
        CHECK(b.dsp.energy()[0].joules == Approx(2 * 0.25e-3 * 1e-3));
    });
}

TEST_CASE("rx_dsp: an equaliser of one tap adapts its threshold alone") {
    fresh_simulation([] {
        auto config = small();
        config.lane.feed_forward_taps = 1.0;
        bench b(config);
        b.light(0.0);
        b.lock_all();
        b.host.write_lane(0, "LANE_TAPS", 0x00F040F8);
        b.host.write_lane(0, "LANE_CONTROL", 3);
        run(adapt_time);
        CHECK(b.host.read_lane(0, "LANE_STATUS") == 0b011);
        CHECK(b.host.read_lane(0, "LANE_TAPS") == 0x4000);
    });
}

TEST_CASE("rx_dsp: more taps than LANE_TAPS holds cannot be built") {
    fresh_simulation([] {
        auto config = small();
        config.lane.feed_forward_taps = 5.0;
        CHECK_THROWS_AS(rx_dsp("none", config), std::invalid_argument);
    });
}

TEST_CASE("rx_dsp: an eye measurement takes its bits at the line rate and interrupts at the end") {
    fresh_simulation([] {
        bench b(small());
        bool level = false;
        b.dsp.irq.connect([&](bool now) { level = now; });
        b.light(4.0);
        b.lock_all();
        b.host.write("IRQ_STATUS", 7);
        b.host.write("IRQ_MASK", 4);
        CHECK(b.host.read_lane(2, "LANE_EYE_CONTROL") == 20u << 8);
        b.host.write("LANE_EYE_POSITION", 0x00008020);  // half a symbol early, the lowest voltage
        CHECK(b.host.read("LANE_EYE_POSITION") == 0x00008120);
        b.host.write("LANE_EYE_CONTROL", (14u << 8) | 1u);
        const auto dwell = seconds(16384 * 0.5e-9);  // 2^14 bits at 2 Gb/s
        run(dwell - one_step);
        CHECK(b.host.read("LANE_EYE_CONTROL") == ((14u << 8) | 1u));
        b.host.write("LANE_EYE_POSITION", 0);
        b.host.write("LANE_EYE_CONTROL", (30u << 8) | 1u);
        CHECK(b.host.read("LANE_EYE_POSITION") == 0x00008120);
        CHECK(b.host.read("LANE_STATUS") == 1);
        CHECK_FALSE(level);
        run(one_step);
        CHECK(b.host.read("LANE_EYE_CONTROL") == 14u << 8);
        CHECK(b.host.read("LANE_STATUS") == (1u | 8u));
        CHECK(level);
        CHECK(b.host.read("LANE_EYE_ERRORS_LO") > 0);
        CHECK(b.host.read("LANE_EYE_ERRORS_LO") <= 16384);
        b.host.write("LANE_EYE_CONTROL", 63u << 8);
        CHECK(b.host.read("LANE_EYE_CONTROL") == 40u << 8);
    });
}

TEST_CASE("rx_dsp: an eye measurement fails where the clock recovery does not last") {
    fresh_simulation([] {
        bench b(small());
        b.light(0.0, 1);
        b.lock_all();
        b.host.write("LANE_SELECT", 0xFFFF);
        b.host.write("LANE_EYE_CONTROL", (14u << 8) | 1u);
        run(seconds(1e-6));
        b.light(0.0, 2);
        b.light(0.0);
        run(seconds(10e-6));
        CHECK(b.dsp.lane_locked(2));
        CHECK(b.host.read_lane(0, "LANE_STATUS") == (1u | 8u));
        CHECK(b.host.read_lane(1, "LANE_STATUS") == (1u | 16u));
        CHECK(b.host.read_lane(2, "LANE_STATUS") == (1u | 16u));
        CHECK(b.host.read_lane(2, "LANE_EYE_ERRORS_LO") == 0);
    });
}

TEST_CASE("rx_dsp: eye counts agree with the law where the second slicer stands") {
    fresh_simulation([] {
        bench b(small());
        b.light(4.0);
        b.lock_all();
        const photonics::lane_parameters lane;
        // All lanes alike on a grid of two by two: two neighbours each.
        const auto made = make_lane_channel(lane, b.responses->lanes, lane_grid::of(4), 0);
        dsp::receive_filter filter;
        dsp::set_thresholds(made.channel, filter);
        const auto levels = dsp::equalised_levels(made.channel, filter);
        const double step_a = (levels.mean[1] - levels.mean[0]) / 254.0;
        const double bits = std::exp2(26);
        const auto count = [&](int phase, int voltage) {
            b.host.write_lane(0, "LANE_EYE_POSITION",
                              (unsigned(phase) & 0x3F) | ((unsigned(voltage) & 0xFF) << 8));
            b.host.write("LANE_EYE_CONTROL", (26u << 8) | 1u);
            run(seconds(bits * 0.5e-9));
            REQUIRE(b.host.read("LANE_STATUS") == (1u | 8u));
            CHECK(b.host.read("LANE_EYE_ERRORS_HI") == 0);
            return double(b.host.read("LANE_EYE_ERRORS_LO"));
        };
        CHECK(within_99_percent(count(0, 0), bits, b.dsp.lane_ber(0)));
        // The bathtub curve has the rates of sixteen phases.
        const auto eye = dsp::make_statistical_eye(made.channel, b.responses->phases[0], filter,
                                                   dsp::jitter_of(lane), 512);
        for (const int phase : {-16, -8, 12}) {
            const auto at = std::size_t(phase / 4 + 8);
            INFO("phase " << phase);
            CHECK(count(phase, 0) / bits == Approx(eye.ber[at]).epsilon(0.05));
        }
        for (const int voltage : {-60, 40, 90}) {
            auto moved = filter;
            moved.threshold_a[0] += voltage * step_a;
            const double ber = dsp::jittered_error_law(made.channel, b.responses->phases[0], moved,
                                                       dsp::jitter_of(lane))
                                   .ber;
            INFO("voltage " << voltage << ", law " << ber);
            CHECK(within_99_percent(count(0, voltage), bits, ber));
        }
        // With the threshold on the upper level half of the ones count as wrong.
        CHECK(count(0, 127) / bits == Approx(0.25).epsilon(0.15));
    });
}

TEST_CASE("rx_dsp: looking at an eye measurement with a debugger changes nothing") {
    fresh_simulation([] {
        bench b(small());
        b.light(4.0);
        b.lock_all();
        b.host.write("LANE_EYE_POSITION", 40u << 8);
        b.host.write("LANE_EYE_CONTROL", (14u << 8) | 1u);
        run(seconds(20e-6));
        b.host.write("LANE_SELECT", 4);
        CHECK(b.host.read_debug("LANE_EYE_ERRORS_LO") == 0);
        CHECK(b.host.read("ERROR_CODE") == 0);
        b.host.write("LANE_SELECT", 0);
        const auto seen = b.host.read_debug("LANE_EYE_ERRORS_LO");
        CHECK(b.host.read_debug("LANE_STATUS") == (1u | 8u));
        CHECK(b.host.read("LANE_STATUS") == (1u | 8u));
        CHECK(b.host.read("LANE_EYE_ERRORS_LO") == seen);
    });
}
