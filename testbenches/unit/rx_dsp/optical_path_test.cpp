#include "models/optical_channel/optical_channel.h"

#include <algorithm>

#include "models/pd_array/pd_array.h"
#include "models/rx_dsp/rx_dsp.h"
#include "models/tx_driver/tx_driver.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/rx_dsp/optical_bench.h"

using namespace luxlane;
using namespace optical_bench;
using luxlane::test::fresh_simulation;

namespace {

constexpr unsigned LANES = 9;  // a 3 x 3 grid: lane 4 has four neighbours

/// The whole way from a transmitter's bits to a receiver's, with default individuals.
struct bench {
    frame_source source{"source"};
    tx_driver driver;
    optical_channel channel;
    pd_array array;
    rx_dsp dsp;
    frame_sink sink{"sink"};
    register_host driver_host{"driver_host", driver};
    register_host channel_host{"channel_host", channel};
    register_host array_host{"array_host", array};
    register_host dsp_host{"dsp_host", dsp};

    explicit bench(std::uint64_t seed, const photonics::lane_parameters& lane = {})
        : driver("driver", configure<tx_driver_config>(seed, lane)),
          channel("channel", configure<optical_channel_config>(seed, lane)),
          array("array", configure<pd_array_config>(seed, lane)),
          dsp("dsp", configure<rx_dsp_config>(seed, lane)) {
        source.out.bind(driver.in);
        driver.out.bind(channel.in);
        channel.out.bind(array.in);
        array.out.bind(dsp.in);
        dsp.out.bind(sink.in);
    }

    template <class Config>
    static Config configure(std::uint64_t seed, const photonics::lane_parameters& lane) {
        Config config;
        config.lane = lane;
        config.lanes = LANES;
        config.seed = seed;
        if constexpr (requires { config.spread.alive_probability; }) {
            config.spread.alive_probability = 1.0;
        }
        return config;
    }

    /// Everything on, extinction ratio 10, `on_ua` of drive; waits for locks.
    void start(std::uint32_t on_ua) {
        for (auto* host : {&driver_host, &array_host, &dsp_host}) {
            host->write("CONTROL", 1);
            host->write("LANE_SELECT", 0xFFFF);
            host->write("LANE_CONTROL", 1);
        }
        driver_host.write("LANE_CURRENT", on_ua | ((on_ua / 10) << 16));
        driver_host.write("LANE_FFE", 6);
        run(seconds(5e-6));
    }

    /// Sends line bits `first` .. `first + count` in blocks of `cut`, and gives what arrived.
    std::vector<lane_frame> transfer(std::uint64_t first, std::uint32_t count, std::uint32_t cut,
                                     fidelity kind) {
        sink.frames.clear();
        for (std::uint32_t done = 0; done < count; done += cut) {
            const auto bits = std::min(cut, count - done);
            source.send(make_frame(LANES, first + done, bits, kind));
            run(seconds(bits * 0.5e-9));
        }
        run(seconds(1e-6));
        return std::move(sink.frames);
    }

    std::vector<std::uint64_t> errors(unsigned lane, std::uint64_t first, std::uint32_t count,
                                      std::uint32_t cut, fidelity kind) {
        std::vector<std::uint64_t> wrong;
        for (const auto& frame : transfer(first, count, cut, kind)) {
            const auto found = wrong_bits(frame, lane);
            wrong.insert(wrong.end(), found.begin(), found.end());
        }
        return wrong;
    }
};

}  // namespace

TEST_CASE("optical path: every lane gets light, locks, and the monitors follow without data") {
    fresh_simulation([] {
        bench b(1);
        b.start(470);
        CHECK(b.sink.frames.empty());
        CHECK(b.array_host.read("LOS_MAP[0]") == 0);
        CHECK(b.dsp_host.read("CDR_LOCK_MAP[0]") == 0x1FF);
        const auto power = b.array_host.read_lane(4, "LANE_POWER");
        b.driver_host.write_lane(4, "LANE_CURRENT", 235 | (23 << 16));
        run(seconds(1e-6));
        // Half the current is half the light, but for the emitter's droop.
        CHECK(b.array_host.read("LANE_POWER") == Approx(power / 2.0).epsilon(0.15));
        b.driver_host.write("LANE_CONTROL", 0);
        run(seconds(1e-6));
        CHECK(b.array_host.read("LANE_POWER") == 0);
        CHECK(b.array_host.read("LOS_MAP[0]") == 1u << 4);
        CHECK(b.dsp_host.read("CDR_LOCK_MAP[0]") == 0x1EF);
    });
}

TEST_CASE("optical path: a killed lane loses signal and lock and delivers random bits") {
    fresh_simulation([] {
        bench b(1);
        b.start(470);
        b.channel.kill_lane(7);
        run(seconds(1e-6));
        CHECK(b.array_host.read_lane(7, "LANE_STATUS") == 1);
        CHECK_FALSE(b.dsp.lane_locked(7));
        CHECK(b.dsp.lane_locked(6));
        const auto wrong = b.errors(7, 0, 20'000, 5000, fidelity::statistical);
        CHECK(within_99_percent(double(wrong.size()), 20'000, 0.5));
        b.channel.unplug();
        run(seconds(1e-6));
        CHECK(b.array_host.read("LOS_MAP[0]") == 0x1FF);
        CHECK(b.dsp_host.read("CDR_LOCK_MAP[0]") == 0);
    });
}

TEST_CASE("optical path: bits of a loss of signal are lost, and the block's others are not") {
    fresh_simulation([] {
        bench b(1);
        b.start(750);
        REQUIRE(b.dsp.lane_ber(4) < 1e-9);
        const double loss_s = 1e-6;
        // 1 us of darkness and the 2 us of lock time behind it, within a block of 5 us.
        b.channel.loss_of_signal(sc_core::sc_time_stamp() + seconds(loss_s), seconds(1e-6));
        for (const bool late : {false, true}) {
            auto frame = make_frame(LANES, 0, 10'000);
            b.source.send(late ? deferred(frame) : frame);
        }
        run(seconds(10e-6));
        REQUIRE(b.sink.frames.size() == 2);
        CHECK(b.sink.frames[0].bits == b.sink.frames[1].bits);
        for (const unsigned lane : {0u, 4u}) {
            CHECK(b.dsp.lane_locked(lane));
            const auto wrong = wrong_bits(b.sink.frames[0], lane);
            CHECK(wrong.front() >= 2000);
            CHECK(wrong.front() < 2100);
            CHECK(wrong.back() < 8000 + 1);
            CHECK(wrong.back() > 7900);
            CHECK(within_99_percent(double(wrong.size()), 6000, 0.5));
        }
    });
}

TEST_CASE("optical path: a burst raises the error ratio of its lanes for its time alone") {
    fresh_simulation([] {
        bench b(1);
        b.start(470);
        const double before = b.dsp.lane_ber(4);
        const std::vector<unsigned> struck = {4};
        b.channel.burst(sc_core::sc_time_stamp() + seconds(20e-6), seconds(20e-6), struck, 2.0);
        double during = 0.0;
        b.source.send(make_frame(LANES, 0, 120'000));
        run(seconds(30e-6));
        during = b.dsp.lane_ber(4);
        CHECK(b.dsp.lane_locked(4));
        run(seconds(40e-6));
        CHECK(b.dsp.lane_ber(4) == before);
        REQUIRE(b.sink.frames.size() == 1);
        const auto wrong = wrong_bits(b.sink.frames[0], 4);
        const auto within = double(std::ranges::count_if(
            wrong, [](std::uint64_t bit) { return bit >= 40'000 && bit < 80'000; }));
        INFO("BER " << before << ", in the burst " << during);
        CHECK(during > 10.0 * before);
        CHECK(within_99_percent(within, 40'000, during));
        CHECK(within_99_percent(double(wrong.size()) - within, 80'000, before));
    });
}

TEST_CASE("optical path: statistical and symbol fidelity count the error law's rate") {
    // Drive currents that bring the centre lane near a BER of 1e-2 and 1e-3.
    struct point {
        std::uint32_t on_ua, bits;
    };
    for (const auto [on_ua, bits] : {point{275, 100'000}, point{360, 400'000}}) {
        fresh_simulation([on_ua, bits] {
            bench b(1);
            b.start(on_ua);
            REQUIRE(b.dsp.lane_locked(4));
            const double ber = b.dsp.lane_ber(4);
            INFO(on_ua << " uA, BER " << ber);
            CHECK(ber * bits > 200.0);
            for (const auto kind : {fidelity::statistical, fidelity::symbol}) {
                const auto wrong = b.errors(4, 0, bits, 10'000, kind);
                CHECK(within_99_percent(double(wrong.size()), bits, ber));
            }
        });
    }
}

TEST_CASE("optical path: the waveform fidelity counts errors near the law's rate") {
    fresh_simulation([] {
        bench b(1);
        b.start(275);
        REQUIRE(b.dsp.lane_locked(4));
        constexpr double bits = 100e3;
        const auto wrong = b.errors(4, 0, std::uint64_t(bits), 10'000, fidelity::waveform);
        // Counting leaves 4 % here; the law's pulse response is a fit.
        CHECK(std::abs(std::log10(double(wrong.size()) / bits / b.dsp.lane_ber(4))) < 0.1);
    });
}

TEST_CASE("optical path: PAM4 counts the error law's rate at each fidelity") {
    fresh_simulation([] {
        bench b(1, {.format = photonics::modulation::pam4});
        b.start(950);
        for (unsigned lane = 0; lane < LANES; ++lane) {
            b.dsp_host.write_lane(lane, "LANE_CONTROL", 3);
        }
        run(seconds(30e-6));
        REQUIRE(b.dsp.lane_locked(4));
        CHECK(b.dsp_host.read_lane(4, "LANE_STATUS") == 0b011);
        const double ber = b.dsp.lane_ber(4);
        constexpr std::uint32_t bits = 200'000;
        INFO("BER " << ber);
        CHECK(ber * bits > 100.0);
        for (const auto kind : {fidelity::statistical, fidelity::symbol}) {
            const auto wrong = b.errors(4, 0, bits, 10'000, kind);
            CHECK(within_99_percent(double(wrong.size()), bits, ber));
        }
        const auto wrong = b.errors(4, 0, bits, 10'000, fidelity::waveform);
        CHECK(std::abs(std::log10(double(wrong.size()) / bits / ber)) < 0.1);
    });
}

TEST_CASE("optical path: PAM4 blocks may be cut between any symbols, and must not be within") {
    fresh_simulation([] {
        bench b(1, {.format = photonics::modulation::pam4});
        b.start(950);
        for (const auto kind : {fidelity::statistical, fidelity::symbol, fidelity::waveform}) {
            const auto whole = b.errors(4, 640, 20'000, 20'000, kind);
            CHECK(whole.size() > 20);
            CHECK(b.errors(4, 640, 20'000, 1698, kind) == whole);
        }
        CHECK_THROWS_AS(b.source.send(make_frame(LANES, 641, 100)), std::logic_error);
        CHECK_THROWS_AS(b.source.send(make_frame(LANES, 640, 101)), std::logic_error);
    });
}

TEST_CASE("optical path: waveforms are sampled with each kind of jitter") {
    constexpr std::uint32_t bits = 40'000;
    const auto errors = [&](const photonics::lane_parameters& lane) {
        double counted = 0.0;
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        fresh_simulation([&] {
            bench b(1, lane);
            b.start(275);
            counted = double(b.errors(4, 0, bits, 10'000, fidelity::waveform).size());
            REQUIRE(write(ends[1], &counted, sizeof counted) == sizeof counted);
        });
        REQUIRE(read(ends[0], &counted, sizeof counted) == sizeof counted);
        close(ends[0]);
        close(ends[1]);
        return counted;
    };
    const double still = errors({.random_jitter_s = 0.0});
    // Beyond three standard deviations of the difference of two counts.
    const auto more = [&](const photonics::lane_parameters& lane) {
        const double found = errors(lane);
        return found - still > 3.0 * std::sqrt(found + still);
    };
    CHECK(more({.random_jitter_s = 60e-12}));
    CHECK(more({.random_jitter_s = 0.0, .sinusoidal_jitter_s = 90e-12}));
    CHECK(more({.random_jitter_s = 0.0, .duty_cycle_distortion = 0.35}));
}

TEST_CASE("optical path: no fidelity's errors depend on the cut into frames") {
    fresh_simulation([] {
        bench b(1);
        b.start(275);
        REQUIRE(b.dsp.lane_locked(4));
        for (const auto kind : {fidelity::statistical, fidelity::symbol, fidelity::waveform}) {
            const auto whole = b.errors(4, 640, 20'000, 20'000, kind);
            CHECK(whole.size() > 20);
            CHECK(b.errors(4, 640, 20'000, 1697, kind) == whole);
        }
    });
}

TEST_CASE("optical path: the same seed gives the same errors, another seed other lanes") {
    const auto run_with = [](std::uint64_t seed, fidelity kind) {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        fresh_simulation([&] {
            bench b(seed);
            b.start(275);
            REQUIRE(b.dsp.lane_locked(4));
            auto wrong = b.errors(4, 0, 20'000, 5000, kind);
            wrong.resize(32);
            const auto size = static_cast<ssize_t>(wrong.size() * sizeof wrong[0]);
            REQUIRE(write(ends[1], wrong.data(), std::size_t(size)) == size);
        });
        std::vector<std::uint64_t> wrong(32);
        const auto size = static_cast<ssize_t>(wrong.size() * sizeof wrong[0]);
        REQUIRE(read(ends[0], wrong.data(), std::size_t(size)) == size);
        close(ends[0]);
        close(ends[1]);
        return wrong;
    };
    for (const auto kind : {fidelity::statistical, fidelity::symbol, fidelity::waveform}) {
        CHECK(run_with(5, kind) == run_with(5, kind));
        CHECK(run_with(5, kind) != run_with(6, kind));
    }
}

TEST_CASE("optical path: a lane of the 800G set draws about 3 mW") {
    fresh_simulation([] {
        bench b(1);
        b.start(750);
        b.transfer(0, 2000, 2000, fidelity::statistical);
        const auto joules = [&] {
            return b.driver.energy()[0].joules + b.array.energy()[0].joules +
                   b.dsp.energy()[0].joules;
        };
        const double before_j = joules();
        run(seconds(1e-3));
        // MOSAIC's estimate: 1.2 W of analogue front end and emitter for 400 lanes.
        CHECK((joules() - before_j) / 1e-3 / LANES == Approx(3e-3).epsilon(0.1));
    });
}
