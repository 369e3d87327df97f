#include <benchmark/benchmark.h>

#include <memory>

#include "models/pd_array/pd_array.h"
#include "models/photonics/lane_response.h"
#include "models/rx_dsp/rx_dsp.h"
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

/// A receiver of 460 trained lanes; made once, because SystemC simulates once a process.
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

    static receiver& instance() {
        static auto* made = new receiver;
        return *made;
    }
};

/// Frames through photodiodes, equalisers and slicers; reports line bits of all lanes per second.
void receive_frames(benchmark::State& state, fidelity kind) {
    auto& link = receiver::instance();
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

BENCHMARK_CAPTURE(receive_frames, statistical, fidelity::statistical)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(receive_frames, symbol, fidelity::symbol)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(receive_frames, waveform, fidelity::waveform)->Unit(benchmark::kMicrosecond);
