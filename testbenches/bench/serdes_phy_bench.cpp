// The whole digital path of one direction, flits to flits, on one core, with the errors of the
// receiver array drawn for it. 400 data lanes and 60 spares, 850 Gb/s of RS(544,514).

#include <benchmark/benchmark.h>

#include <random>

#include "models/rx_dsp/bit_errors.h"
#include "models/serdes_phy/line_receiver.h"
#include "models/serdes_phy/line_transmitter.h"
#include "models/serdes_phy/payload_receiver.h"

namespace {

using namespace luxlane;
using namespace luxlane::wide_link;

constexpr std::uint32_t block_groups = 64;
constexpr double flit_bits = 8.0 * coding::flit_bytes;

struct link {
    line_geometry geometry;
    lane_map map{geometry.data_lanes, geometry.physical_lanes};
    line_transmitter transmitter{geometry};
    line_receiver receiver{
        geometry, {}, {[](unsigned) { return true; }, [](unsigned) { return 0.0; }}};
    payload_receiver payload{geometry};
    fec_counters counters{geometry.physical_lanes};
    line_block block;
    std::uint64_t superframe = 0;

    void train_superframe() {
        transmitter.build_superframe(block_kind::training, map, superframe++, 0, block);
        receiver.watch(0);
        receiver.receive(view_of(block), 0);
    }
    void start() {
        for (std::uint32_t lane = 0; lane < geometry.physical_lanes; ++lane) {
            receiver.train(lane, 0);
        }
        while (!receiver.aligned(map)) {
            train_superframe();
        }
        receiver.deskew(map, 1280, 40);
    }
};

coding::flit_run random_flits(std::size_t count) {
    std::mt19937_64 random(1);
    auto flits = std::make_shared<std::vector<coding::flit>>(count);
    for (auto& flit : *flits) {
        flit.type = coding::flit_type::data;
        flit.length = coding::flit_payload_bytes;
        for (auto& byte : flit.payload) {
            byte = static_cast<std::uint8_t>(random());
        }
    }
    return {flits, 0, count};
}

/// The receiver array's errors, drawn as rx_dsp draws them.
class error_array {
public:
    error_array(std::uint32_t lanes, double ber) {
        frame_.lanes = lanes;
        for (std::uint32_t lane = 0; lane < lanes; ++lane) {
            sources_.emplace_back(ber, stream_key{1, lane, 0x400});
        }
    }
    const std::vector<bit_error>& draw(const line_block& block) {
        frame_.first_bit = block.first_bit;
        frame_.bits_per_lane = block.bits_per_lane;
        frame_.purpose = frame_purpose::payload;
        errors_.clear();
        const std::uint64_t end = block.first_bit + block.bits_per_lane;
        for (std::uint32_t lane = 0; lane < frame_.lanes; ++lane) {
            const auto& clean = sources_[lane].known_clean();
            if (!block.carried[lane] || (clean.first <= block.first_bit && end <= clean.last)) {
                continue;
            }
            wrong_.clear();
            sources_[lane].draw(frame_, wrong_);
            for (const std::uint32_t bit : wrong_) {
                errors_.push_back({lane, bit});
            }
        }
        return errors_;
    }

private:
    std::vector<bit_error_source> sources_;
    lane_frame frame_;
    std::vector<std::uint32_t> wrong_;
    std::vector<bit_error> errors_;
};

/// Flits to flits. `coded`: with every bit of the line made and read.
void payload_path(benchmark::State& state, double ber, bool coded) {
    link line;
    line.start();
    const auto flits = random_flits(block_groups * line.geometry.format.slots());
    error_array array(line.geometry.physical_lanes, ber);
    received_slots received;
    std::uint64_t group = 0;
    for (auto _ : state) {
        line.transmitter.build_payload(line.map, group, {{flits}}, {}, !coded, line.block);
        auto view = view_of(line.block);
        const auto& errors = array.draw(line.block);
        if (coded) {
            for (const auto& error : errors) {
                line.block.bits[std::size_t{error.lane} * line.block.stride + error.bit / 64] ^=
                    std::uint64_t{1} << error.bit % 64;
            }
        } else {
            view.errors = errors;
        }
        line.payload.receive(view, line.receiver, line.map, {}, line.counters, received);
        benchmark::DoNotOptimize(received.runs().data());
        group += block_groups;
    }
    const auto& counts = line.counters;
    if (counts.flits + counts.flits_lost !=
        static_cast<std::uint64_t>(state.iterations()) * flits.size()) {
        state.SkipWithError("flits vanished");
    }
    using benchmark::Counter;
    state.counters["simulated_payload_Gb/s"] =
        Counter(1e-9 * flit_bits * static_cast<double>(counts.flits), Counter::kIsRate);
    state.counters["uncorrectable"] = static_cast<double>(counts.uncorrectable_codewords);
}
BENCHMARK_CAPTURE(payload_path, deferred_0, 0.0, false);
BENCHMARK_CAPTURE(payload_path, deferred_1e8, 1e-8, false);
BENCHMARK_CAPTURE(payload_path, deferred_1e4, 1e-4, false);
BENCHMARK_CAPTURE(payload_path, deferred_1e3, 1e-3, false);
BENCHMARK_CAPTURE(payload_path, coded_0, 0.0, true);
BENCHMARK_CAPTURE(payload_path, coded_1e8, 1e-8, true);
BENCHMARK_CAPTURE(payload_path, coded_1e4, 1e-4, true);
BENCHMARK_CAPTURE(payload_path, coded_1e3, 1e-3, true);

void overhead_superframe(benchmark::State& state) {
    link line;
    line.start();
    for (auto _ : state) {
        line.transmitter.build_superframe(block_kind::overhead, line.map, line.superframe++, 5,
                                          line.block);
        benchmark::DoNotOptimize(line.receiver.receive(view_of(line.block), 0));
    }
}
BENCHMARK(overhead_superframe)->Unit(benchmark::kMicrosecond);

void training_superframe(benchmark::State& state) {
    link line;
    line.start();
    for (auto _ : state) {
        line.train_superframe();
    }
}
BENCHMARK(training_superframe)->Unit(benchmark::kMicrosecond);

void frame_search(benchmark::State& state) {
    link line;
    for (auto _ : state) {
        state.PauseTiming();
        for (std::uint32_t lane = 0; lane < line.geometry.physical_lanes; ++lane) {
            line.receiver.train(lane, 0);
        }
        state.ResumeTiming();
        line.train_superframe();
        line.train_superframe();
        line.train_superframe();
    }
    state.SetLabel("three superframes");
}
BENCHMARK(frame_search)->Unit(benchmark::kMicrosecond);

}  // namespace
