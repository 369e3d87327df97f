// Speed of models/coding, with libfec beside it for the codes. Items are codewords, symbols or
// bits.

#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

#include "models/coding/bit_io.h"
#include "models/coding/crc.h"
#include "models/coding/flit.h"
#include "models/coding/lane_frame_format.h"
#include "models/coding/prbs.h"
#include "models/coding/rs_fec.h"
#include "models/coding/stripe.h"

extern "C" {
#include <fec.h>
}

namespace {

using namespace luxlane::coding;
using word = std::vector<std::uint16_t>;

constexpr std::size_t pool_size = 32;  // different codewords, so that no branch is learnt by heart

/// Codewords of RS(544,514), each with `errors` wrong symbols.
std::vector<word> pool(std::size_t errors) {
    const rs_code& code = rs_code::kp4();
    std::mt19937_64 random(1);
    std::vector<word> result(pool_size, word(code.codeword_symbols()));
    for (word& codeword : result) {
        for (auto& symbol : codeword) {
            symbol = static_cast<std::uint16_t>(random() & 0x3FF);
        }
        code.encode(std::span(codeword).first(code.message_symbols()), codeword);
        for (std::size_t e = 0; e < errors; ++e) {
            // One error in each of `errors` equal parts: all at different places.
            const std::size_t part = codeword.size() / errors;
            auto& symbol = codeword[e * part + random() % part];
            symbol = static_cast<std::uint16_t>(symbol ^ (1 + random() % 1023));
        }
    }
    return result;
}

std::vector<std::vector<unsigned>> widened(const std::vector<word>& words) {
    std::vector<std::vector<unsigned>> result;
    for (const word& each : words) {
        result.emplace_back(each.begin(), each.end());
    }
    return result;
}

std::unique_ptr<void, void (*)(void*)> libfec_kp4() {
    return {init_rs_int(10, 0x409, 0, 1, 30, 1023 - 544), free_rs_int};
}

void encode(benchmark::State& state) {
    auto words = pool(0);
    std::size_t i = 0;
    for (auto _ : state) {
        word& codeword = words[i++ % pool_size];
        rs_code::kp4().encode(std::span(codeword).first(514), codeword);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode);

void encode_libfec(benchmark::State& state) {
    auto words = widened(pool(0));
    const auto code = libfec_kp4();
    std::size_t i = 0;
    for (auto _ : state) {
        auto& codeword = words[i++ % pool_size];
        encode_rs_int(code.get(), codeword.data(), codeword.data() + 514);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_libfec);

void is_codeword(benchmark::State& state) {
    const auto words = pool(0);
    std::size_t i = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(rs_code::kp4().is_codeword(words[i++ % pool_size]));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(is_codeword);

void decode(benchmark::State& state) {
    const auto words = pool(static_cast<std::size_t>(state.range(0)));
    word received(544);
    std::size_t i = 0;
    for (auto _ : state) {
        received = words[i++ % pool_size];
        benchmark::DoNotOptimize(rs_code::kp4().decode(received));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode)->ArgName("errors")->Arg(0)->Arg(1)->Arg(4)->Arg(15)->Arg(16);

void decode_libfec(benchmark::State& state) {
    const auto words = widened(pool(static_cast<std::size_t>(state.range(0))));
    const auto code = libfec_kp4();
    std::vector<unsigned> received(544);
    std::size_t i = 0;
    for (auto _ : state) {
        received = words[i++ % pool_size];
        benchmark::DoNotOptimize(decode_rs_int(code.get(), received.data(), nullptr, 0));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_libfec)->ArgName("errors")->Arg(0)->Arg(1)->Arg(4)->Arg(15)->Arg(16);

constexpr std::size_t lanes = 400;
constexpr std::size_t rows = lane_frame::rows_per_superframe;
constexpr std::size_t words_per_lane = lane_frame::payload_storage;

void scatter(benchmark::State& state, gearbox_mode mode) {
    const striping deal(lanes, mode);
    const word symbols(lanes * rows, 0x155);
    std::vector<std::uint64_t> lane_words(lanes * words_per_lane);
    for (auto _ : state) {
        deal.scatter(symbols, 0, lane_words, words_per_lane);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(symbols.size()));
}
BENCHMARK_CAPTURE(scatter, aligned, gearbox_mode::aligned);
BENCHMARK_CAPTURE(scatter, blind, gearbox_mode::blind);

void gather(benchmark::State& state, gearbox_mode mode) {
    const striping deal(lanes, mode);
    word symbols(lanes * rows);
    const std::vector<std::uint64_t> lane_words(lanes * words_per_lane, 0x0123456789ABCDEF);
    for (auto _ : state) {
        deal.gather(lane_words, words_per_lane, 0, symbols);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(symbols.size()));
}
BENCHMARK_CAPTURE(gather, aligned, gearbox_mode::aligned);
BENCHMARK_CAPTURE(gather, blind, gearbox_mode::blind);

void superframe(benchmark::State& state) {
    const lane_frame::lane_scrambler scrambler(lanes);
    std::vector<std::uint64_t> payload(words_per_lane);
    std::vector<std::uint64_t> line(lane_frame::superframe_storage);
    for (auto _ : state) {
        scrambler.apply(7, payload);
        lane_frame::build_superframe({7, 1, lane_frame::bip8(payload), 0}, payload, line);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() *
                            static_cast<std::int64_t>(lane_frame::superframe_bits));
}
BENCHMARK(superframe);

void find_superframe(benchmark::State& state) {
    std::vector<std::uint64_t> line(2 * lane_frame::superframe_storage);
    prbs_generator(prbs_kind::prbs31, 1).fill(line);
    for (auto _ : state) {
        benchmark::DoNotOptimize(lane_frame::find_superframe(line, 64 * line.size()));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(64 * line.size()));
}
BENCHMARK(find_superframe);

void prbs31(benchmark::State& state) {
    std::vector<std::uint64_t> words(1024);
    prbs_generator source(prbs_kind::prbs31, 1);
    for (auto _ : state) {
        source.fill(words);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(64 * words.size()));
}
BENCHMARK(prbs31);

void crc32_of_flits(benchmark::State& state) {
    const std::vector<std::uint8_t> bytes(252, 0x5A);
    for (auto _ : state) {
        benchmark::DoNotOptimize(crc32(bytes));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(crc32_of_flits);

}  // namespace
