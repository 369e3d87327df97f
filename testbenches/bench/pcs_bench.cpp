// Speed of the PCS parts of models/coding. Items are payload bits: items/s of 10G is 10 Gb/s.

#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "models/coding/bit_io.h"
#include "models/coding/block_sequence.h"
#include "models/coding/flit_slot.h"
#include "models/coding/lane_alignment.h"
#include "models/coding/scrambler.h"
#include "models/coding/transcode.h"

namespace {

using namespace luxlane::coding;

constexpr std::size_t group_blocks = 40;  // two codewords of RS(544,514)
constexpr std::size_t group_bits = group_blocks * block257_bits;

/// Frames of 64 to 1500 octets, one idle column between.
std::vector<mii_column> traffic() {
    std::mt19937_64 random(1);
    std::vector<mii_column> columns;
    while (columns.size() < 4096) {
        columns.push_back(idle_column);
        columns.push_back({0xD5555555555555FB, 0x01});
        for (std::size_t i = 8 + random() % 180; i > 0; --i) {
            columns.push_back({random(), 0});
        }
        columns.push_back({0x07070707FD332211, 0xF8});
    }
    columns.resize(4096);
    return columns;
}

std::vector<block66> blocks_of(const std::vector<mii_column>& columns) {
    block_transmitter transmitter;
    std::vector<block66> blocks;
    for (const mii_column& column : columns) {
        blocks.push_back(transmitter.transmit(column));
    }
    return blocks;
}

std::vector<std::uint64_t> random_words(std::size_t count) {
    std::mt19937_64 random(2);
    std::vector<std::uint64_t> words(count);
    for (std::uint64_t& word : words) {
        word = random();
    }
    return words;
}

void count_bits(benchmark::State& state, std::size_t bits) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(bits));
}

void transmit_blocks(benchmark::State& state) {
    const std::vector<mii_column> columns = traffic();
    std::vector<block66> blocks(columns.size());
    block_transmitter transmitter;
    for (auto _ : state) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            blocks[i] = transmitter.transmit(columns[i]);
        }
        benchmark::DoNotOptimize(blocks.data());
        benchmark::ClobberMemory();
    }
    count_bits(state, 64 * columns.size());
}
BENCHMARK(transmit_blocks);

void receive_blocks(benchmark::State& state) {
    const std::vector<block66> blocks = blocks_of(traffic());
    std::vector<mii_column> columns(blocks.size());
    block_receiver receiver;
    for (auto _ : state) {
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            columns[i] = receiver.receive(blocks[i]);
        }
        benchmark::DoNotOptimize(columns.data());
        benchmark::ClobberMemory();
    }
    count_bits(state, 64 * blocks.size());
}
BENCHMARK(receive_blocks);

void scramble_group(benchmark::State& state) {
    std::vector<std::uint64_t> words = random_words(words_for_bits(group_bits));
    for (auto _ : state) {
        scrambler().scramble(words, 0, group_bits);
        benchmark::ClobberMemory();
    }
    count_bits(state, group_bits);
}
BENCHMARK(scramble_group);

void descramble_group(benchmark::State& state) {
    std::vector<std::uint64_t> words = random_words(words_for_bits(group_bits));
    for (auto _ : state) {
        descrambler().descramble(words, 0, group_bits);
        benchmark::ClobberMemory();
    }
    count_bits(state, group_bits);
}
BENCHMARK(descramble_group);

std::vector<block66_group> groups_of_traffic() {
    const std::vector<block66> blocks = blocks_of(traffic());
    std::vector<block66_group> groups(blocks.size() / 4);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        groups[i / 4][i % 4] = blocks[i];
    }
    return groups;
}

void transcode_traffic(benchmark::State& state) {
    const std::vector<block66_group> groups = groups_of_traffic();
    for (auto _ : state) {
        for (const block66_group& group : groups) {
            benchmark::DoNotOptimize(transcode(group, transcode_clause::clause_119));
        }
    }
    count_bits(state, 256 * groups.size());
}
BENCHMARK(transcode_traffic);

void transcode_traffic_back(benchmark::State& state) {
    std::vector<block257> coded;
    for (const block66_group& group : groups_of_traffic()) {
        coded.push_back(transcode(group, transcode_clause::clause_119));
    }
    for (auto _ : state) {
        for (const block257& block : coded) {
            benchmark::DoNotOptimize(transcode_back(block, transcode_clause::clause_119));
        }
    }
    count_bits(state, 256 * coded.size());
}
BENCHMARK(transcode_traffic_back);

void write_flit_slots(benchmark::State& state) {
    const flit_image image = pack_flit({});
    std::vector<std::uint64_t> words(words_for_bits(group_bits));
    for (auto _ : state) {
        for (std::size_t slot = 0; slot < group_bits; slot += slot_bits) {
            write_flit_slot(image, words, slot);
        }
        benchmark::ClobberMemory();
    }
    count_bits(state, 8 * flit_bytes * group_bits / slot_bits);
}
BENCHMARK(write_flit_slots);

void read_flit_slots(benchmark::State& state) {
    std::vector<std::uint64_t> words(words_for_bits(group_bits));
    flit_image image = pack_flit({});
    for (std::size_t slot = 0; slot < group_bits; slot += slot_bits) {
        write_flit_slot(image, words, slot);
    }
    for (auto _ : state) {
        for (std::size_t slot = 0; slot < group_bits; slot += slot_bits) {
            benchmark::DoNotOptimize(read_slot(words, slot, image));
        }
        benchmark::ClobberMemory();
    }
    count_bits(state, 8 * flit_bytes * group_bits / slot_bits);
}
BENCHMARK(read_flit_slots);

void align_20_lanes(benchmark::State& state) {
    constexpr std::uint64_t period = 1000;
    lane_distributor distributor(marker_set::lanes_20, period);
    std::vector<std::vector<block66>> lanes(20);
    for (const std::uint64_t payload : random_words(20 * period)) {
        distributor.take({data_header, payload}, lanes);
    }
    lane_alignment alignment({marker_set::lanes_20, period, 64});
    std::vector<block66> row(lanes.size());
    std::vector<block66> received;
    for (auto _ : state) {
        received.clear();
        for (std::size_t i = 0; i <= period; ++i) {
            for (std::size_t lane = 0; lane < row.size(); ++lane) {
                row[lane] = lanes[lane][i];
            }
            alignment.take(row, received);
        }
        benchmark::DoNotOptimize(received.data());
    }
    count_bits(state, 64 * 20 * period);
}
BENCHMARK(align_20_lanes);

}  // namespace
