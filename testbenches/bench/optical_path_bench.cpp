#include <benchmark/benchmark.h>

#include <memory>

#include "models/optical_channel/optical_channel.h"
#include "models/pd_array/pd_array.h"
#include "models/photonics/lane_response.h"
#include "models/rx_dsp/rx_dsp.h"
#include "models/tx_driver/tx_driver.h"
#include "testbenches/unit/rx_dsp/optical_bench.h"

using namespace luxlane;
using namespace optical_bench;

namespace {

constexpr unsigned LANES = 460;
constexpr std::uint32_t BITS = 1700;  // a payload frame of 64 codeword pairs

/// The end of the path: forgets what arrives.
struct frame_drain : sc_core::sc_module {
    payload_target_socket<lane_protocol> in{"in"};

    explicit frame_drain(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
        in.on_transport([](lane_frame&, sc_core::sc_time&) {});
    }
};

/// A receiver of 460 trained lanes.
struct receiver {
    frame_source source{"source"};
    pd_array array{"array", pd_array_config{}};
    rx_dsp dsp{"dsp", rx_dsp_config{}};
    register_host array_host{"array_host", array};
    register_host dsp_host{"dsp_host", dsp};
    frame_drain drain{"drain"};
    std::shared_ptr<const lane_frame::optics_table> optics;

    receiver() {
        source.out.bind(array.in);
        array.out.bind(dsp.in);
        dsp.out.bind(drain.in);
        auto table = std::make_shared<lane_frame::optics_table>();
        table->version = 1;
        table->lanes.assign(LANES, {});
        optics = table;
    }

    void start() {
        for (auto* host : {&array_host, &dsp_host}) {
            host->write("CONTROL", 1);
            host->write("LANE_SELECT", 0xFFFF);
            host->write("LANE_CONTROL", 1);
        }
        auto light = make_frame(LANES, 0, 0);
        light.optics = optics;
        source.send(light);
        run(seconds(5e-6));
    }
};

/// A whole optical path of 460 lanes.
struct whole_path {
    frame_source source{"path_source"};
    tx_driver driver{"path_driver", tx_driver_config{}};
    optical_channel channel{"path_channel", all_alive()};
    pd_array array{"path_array", pd_array_config{}};
    rx_dsp dsp{"path_dsp", rx_dsp_config{}};
    frame_drain drain{"path_drain"};
    register_host driver_host{"path_driver_host", driver};
    register_host channel_host{"path_channel_host", channel};
    register_host array_host{"path_array_host", array};
    register_host dsp_host{"path_dsp_host", dsp};
    lane_frame next;

    static optical_channel_config all_alive() {
        optical_channel_config config;
        config.spread.alive_probability = 1.0;
        return config;
    }

    whole_path() {
        source.out.bind(driver.in);
        driver.out.bind(channel.in);
        channel.out.bind(array.in);
        array.out.bind(dsp.in);
        dsp.out.bind(drain.in);
    }

    void start() {
        for (auto* host : {&driver_host, &array_host, &dsp_host}) {
            host->write("CONTROL", 1);
            host->write("LANE_SELECT", 0xFFFF);
            host->write("LANE_CONTROL", 1);
        }
        driver_host.write("LANE_FFE", 6);
        next = deferred(make_frame(LANES, 0, BITS));
    }

    /// Drives all lanes with `on_ua`; returns the mean of their bit error ratios.
    double drive(std::uint32_t on_ua) {
        driver_host.write("LANE_SELECT", 0xFFFF);
        driver_host.write("LANE_CURRENT", on_ua | ((on_ua / 10) << 16));
        run(seconds(200e-6));
        double ratio = 0.0;
        for (unsigned lane = 0; lane < LANES; ++lane) {
            ratio += dsp.lane_ber(lane) / LANES;
        }
        return ratio;
    }

    /// Sends `count` blocks one behind the other, and waits until the last has arrived.
    void transfer(unsigned count) {
        next.start = sc_core::sc_time_stamp();
        const auto length = seconds(next.duration_s());
        for (unsigned n = 0; n < count; ++n) {
            auto frame = next;
            source.send(std::move(frame));
            next.start += length;
            next.first_bit += BITS;
        }
        run(length * double(count));
    }
};

/// All of it, made once, because SystemC simulates once a process.
struct benches {
    receiver end;
    whole_path path;

    static benches& instance() {
        static auto* made = [] {
            auto* all = new benches;
            all->end.start();
            all->path.start();
            return all;
        }();
        return *made;
    }
};

/// Deferred blocks through the whole path, driven with some uA; reports blocks per second.
void cross_path(benchmark::State& state) {
    constexpr unsigned blocks = 64;
    auto& path = benches::instance().path;
    state.counters["ber"] = path.drive(static_cast<std::uint32_t>(state.range(0)));
    for (auto _ : state) {
        path.transfer(blocks);
    }
    state.SetItemsProcessed(state.iterations() * blocks);
}

/// All lanes lose their light for 1 us and lock again.
void lose_signal(benchmark::State& state) {
    auto& path = benches::instance().path;
    path.drive(660);
    for (auto _ : state) {
        path.channel.loss_of_signal(sc_core::sc_time_stamp(), seconds(1e-6));
        run(seconds(5e-6));
        benchmark::DoNotOptimize(path.dsp.lane_ber(0));
    }
}

/// Frames through photodiodes, equalisers and slicers; reports line bits of all lanes per second.
void receive_frames(benchmark::State& state, fidelity kind) {
    auto& link = benches::instance().end;
    auto frame = make_frame(LANES, 0, BITS, kind);
    frame.optics = link.optics;
    auto delay = sc_core::SC_ZERO_TIME;
    for (auto _ : state) {
        link.source.out.send(frame, delay);
        frame.first_bit += BITS;
    }
    state.SetItemsProcessed(state.iterations() * LANES * BITS);
}

}  // namespace

BENCHMARK(cross_path)->Arg(420)->Arg(660)->Unit(benchmark::kMicrosecond);
BENCHMARK(lose_signal)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(receive_frames, statistical, fidelity::statistical)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(receive_frames, symbol, fidelity::symbol)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(receive_frames, waveform, fidelity::waveform)->Unit(benchmark::kMicrosecond);
