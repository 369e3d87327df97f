// Speed of models/coding, with libfec beside it for the codes. Items are codewords, symbols or
// bits.

#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

#include "models/coding/bit_io.h"
#include "models/coding/crc.h"
#include "models/coding/fec_interleave.h"
#include "models/coding/fec_kind.h"
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

/// Codewords, each with `errors` wrong symbols.
std::vector<word> pool(const rs_code& code, std::size_t errors) {
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

std::unique_ptr<void, void (*)(void*)> libfec(const rs_code& code) {
    return {init_rs_int(10, 0x409, 0, 1, static_cast<int>(code.parity_symbols()),
                        static_cast<int>(1023 - code.codeword_symbols())),
            free_rs_int};
}

void encode(benchmark::State& state, fec_kind kind) {
    const rs_code& code = *code_of(kind);
    auto words = pool(code, 0);
    std::size_t i = 0;
    for (auto _ : state) {
        word& codeword = words[i++ % pool_size];
        code.encode(std::span(codeword).first(code.message_symbols()), codeword);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations());
}

void encode_libfec(benchmark::State& state, fec_kind kind) {
    const rs_code& code = *code_of(kind);
    auto words = widened(pool(code, 0));
    const auto oracle = libfec(code);
    std::size_t i = 0;
    for (auto _ : state) {
        auto& codeword = words[i++ % pool_size];
        encode_rs_int(oracle.get(), codeword.data(), codeword.data() + code.message_symbols());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations());
}

void decode(benchmark::State& state, fec_kind kind) {
    const rs_code& code = *code_of(kind);
    const auto words = pool(code, static_cast<std::size_t>(state.range(0)));
    word received(code.codeword_symbols());
    std::size_t i = 0;
    for (auto _ : state) {
        received = words[i++ % pool_size];
        benchmark::DoNotOptimize(code.decode(received));
    }
    state.SetItemsProcessed(state.iterations());
}

void decode_libfec(benchmark::State& state, fec_kind kind) {
    const rs_code& code = *code_of(kind);
    const auto words = widened(pool(code, static_cast<std::size_t>(state.range(0))));
    const auto oracle = libfec(code);
    std::vector<unsigned> received(code.codeword_symbols());
    std::size_t i = 0;
    for (auto _ : state) {
        received = words[i++ % pool_size];
        benchmark::DoNotOptimize(decode_rs_int(oracle.get(), received.data(), nullptr, 0));
    }
    state.SetItemsProcessed(state.iterations());
}

/// No error, few, t and one more.
void errors_of_t7(benchmark::internal::Benchmark* bench) {
    bench->ArgName("errors")->Arg(0)->Arg(1)->Arg(4)->Arg(7)->Arg(8);
}

void errors_of_t15(benchmark::internal::Benchmark* bench) {
    bench->ArgName("errors")->Arg(0)->Arg(1)->Arg(2)->Arg(4)->Arg(15)->Arg(16);
}

BENCHMARK_CAPTURE(encode, kp4, fec_kind::kp4);
BENCHMARK_CAPTURE(encode_libfec, kp4, fec_kind::kp4);
BENCHMARK_CAPTURE(encode, kr4, fec_kind::kr4);
BENCHMARK_CAPTURE(encode_libfec, kr4, fec_kind::kr4);
BENCHMARK_CAPTURE(encode, rs272, fec_kind::rs272);
BENCHMARK_CAPTURE(encode_libfec, rs272, fec_kind::rs272);
BENCHMARK_CAPTURE(decode, kp4, fec_kind::kp4)->Apply(errors_of_t15);
BENCHMARK_CAPTURE(decode_libfec, kp4, fec_kind::kp4)->Apply(errors_of_t15);
BENCHMARK_CAPTURE(decode, kr4, fec_kind::kr4)->Apply(errors_of_t7);
BENCHMARK_CAPTURE(decode_libfec, kr4, fec_kind::kr4)->Apply(errors_of_t7);
BENCHMARK_CAPTURE(decode, rs272, fec_kind::rs272)->Apply(errors_of_t7);
BENCHMARK_CAPTURE(decode_libfec, rs272, fec_kind::rs272)->Apply(errors_of_t7);

/// KP4 with nothing wrong but the 30 symbols that are erased.
void decode_erasures(benchmark::State& state) {
    const rs_code& code = rs_code::kp4();
    const auto words = pool(code, 0);
    std::vector<std::uint16_t> erasures;
    for (std::size_t i = 0; i < code.parity_symbols(); ++i) {
        erasures.push_back(static_cast<std::uint16_t>(18 * i));
    }
    word received(code.codeword_symbols());
    std::size_t i = 0;
    for (auto _ : state) {
        received = words[i++ % pool_size];
        for (const std::uint16_t place : erasures) {
            received[place] ^= 0x155;
        }
        benchmark::DoNotOptimize(code.decode(received, erasures));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_erasures);

/// Deals one group's messages to codewords and weaves them for the wire. Items are symbols.
void interleave(benchmark::State& state) {
    const auto ways = static_cast<std::size_t>(state.range(0));
    const word stream(4 * 514, 0x155);
    word codewords(4 * 544);
    word wire(4 * 544);
    for (auto _ : state) {
        for (std::size_t c = 0; c < 4; c += ways) {
            const auto set = std::span(codewords).subspan(c * 544, ways * 544);
            deal_symbols(std::span(stream).subspan(c * 514, ways * 514), ways, set, 544);
            weave_symbols(set, 544, ways, std::span(wire).subspan(c * 544, ways * 544));
        }
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(wire.size()));
}
BENCHMARK(interleave)->ArgName("ways")->Arg(1)->Arg(2)->Arg(4);

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
