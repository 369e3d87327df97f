// The whole digital path of one direction, flits to flits, on one core: encode, stripe, scramble,
// errors at a bit error ratio, descramble, gather, decode. 400 data lanes and 60 spares.

#include <benchmark/benchmark.h>

#include <random>

#include "models/serdes_phy/line_receiver.h"
#include "models/serdes_phy/line_transmitter.h"
#include "models/serdes_phy/payload_receiver.h"

namespace {

using namespace luxlane;
using namespace luxlane::wide_link;

constexpr std::uint32_t block_pairs = 64;
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

std::vector<coding::flit> random_flits(std::size_t count) {
    std::mt19937_64 random(1);
    std::vector<coding::flit> flits(count);
    for (auto& flit : flits) {
        flit.type = coding::flit_type::data;
        flit.length = coding::flit_payload_bytes;
        for (auto& byte : flit.payload) {
            byte = static_cast<std::uint8_t>(random());
        }
    }
    return flits;
}

/// Flips bits at a ratio of 1 in 1 / `ber`, as the receiver array does.
void spoil(line_block& block, double ber, std::mt19937_64& random) {
    std::geometric_distribution<std::uint64_t> gap(ber);
    const std::uint64_t total = std::uint64_t{block.bits_per_lane} * block.carried.size();
    for (auto bit = gap(random); bit < total; bit += 1 + gap(random)) {
        const auto place =
            bit / block.bits_per_lane * block.stride * 64 + bit % block.bits_per_lane;
        block.bits[place / 64] ^= std::uint64_t{1} << (place % 64);
    }
}

void payload_path(benchmark::State& state, double ber) {
    link line;
    line.start();
    const auto flits = random_flits(block_pairs * coding::slots_per_pair);
    std::vector<const coding::flit*> slots;
    for (const auto& flit : flits) {
        slots.push_back(&flit);
    }
    std::mt19937_64 random(2);
    std::uint64_t pair = 0;
    std::uint64_t delivered = 0;
    for (auto _ : state) {
        line.transmitter.build_payload(line.map, pair, slots, line.block);
        if (ber > 0.0) {
            spoil(line.block, ber, random);
        }
        line.payload.receive(view_of(line.block), line.receiver, line.map, line.counters,
                             [&](std::uint64_t, const pair_outcome& outcome) {
                                 for (const auto status : outcome.slots.status) {
                                     delivered += status == coding::slot_status::good ? 1u : 0u;
                                 }
                             });
        pair += block_pairs;
    }
    if (delivered != static_cast<std::uint64_t>(state.iterations()) * flits.size()) {
        state.SkipWithError("flits were lost");
    }
    using benchmark::Counter;
    state.counters["simulated_payload_Gb/s"] =
        Counter(1e-9 * flit_bits * static_cast<double>(delivered), Counter::kIsRate);
    state.counters["codewords/s"] =
        Counter(2.0 * block_pairs * static_cast<double>(state.iterations()), Counter::kIsRate);
}
BENCHMARK_CAPTURE(payload_path, ber_0, 0.0);
BENCHMARK_CAPTURE(payload_path, ber_1e8, 1e-8);
BENCHMARK_CAPTURE(payload_path, ber_1e4, 1e-4);

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
