// Speed of the link-layer retry and of the test patterns. Items are slots, bits or symbols.

#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

#include "models/coding/pam4.h"
#include "models/coding/pattern_checker.h"
#include "models/coding/pattern_generator.h"
#include "models/serdes_phy/retry_port.h"

namespace {

using namespace luxlane;
using wide_link::numbered_run;
using wide_link::retry_port;

constexpr std::uint64_t slot_ps = 2419;

/// Both halves of a connected pair of ports, one way: blocks of 1000 slots handed over in runs of
/// `state.range(0)` flits, with an acknowledgement a block; every 100th block is damaged and sent
/// again.
void retry_slots(benchmark::State& state) {
    constexpr std::size_t block_slots = 1000;
    const auto run_flits = static_cast<std::size_t>(state.range(0));
    const bool noisy = state.range(1) != 0;
    const auto chunk = std::make_shared<const std::vector<coding::flit>>(run_flits);
    retry_port near{wide_link::retry_settings()};
    retry_port far{wide_link::retry_settings()};
    near.transmitter.link(true, 0);
    far.hear(*near.control(0, true), 0);
    near.hear(*far.control(0, true), 0);
    std::uint64_t now_ps = 0;
    std::uint64_t blocks = 0;
    std::vector<numbered_run> runs;
    for (auto _ : state) {
        now_ps += block_slots * slot_ps;
        near.transmitter.expire(now_ps);
        while (near.transmitter.sendable() < block_slots) {
            near.transmitter.take({chunk, 0, run_flits}, now_ps);
        }
        runs.clear();
        near.transmitter.next(block_slots, now_ps, runs);
        if (noisy && ++blocks % 100 == 0) {
            far.receiver.damaged(block_slots);
        } else {
            for (const numbered_run& each : runs) {
                benchmark::DoNotOptimize(far.receiver.take(each.number, each.run.size(), now_ps));
            }
        }
        while (const auto set = far.control(now_ps, true)) {
            near.hear(*set, now_ps);
        }
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * block_slots));
}
BENCHMARK(retry_slots)->ArgNames({"run", "noisy"})->ArgsProduct({{1, 50, 1000}, {0, 1}});

coding::test_pattern pattern_of(std::int64_t kind) {
    coding::test_pattern pattern;
    if (kind == 0) {
        pattern.kind = coding::pattern_kind::user;
        pattern.user_bytes = 32;
        pattern.user.fill(0x5A);
    } else {
        pattern.sequence = static_cast<coding::prbs_kind>(kind);
        pattern.quaternary = kind == 13;
    }
    return pattern;
}

/// Argument 0 is a user pattern of 32 bytes.
void pattern_generate(benchmark::State& state) {
    coding::pattern_generator generator(pattern_of(state.range(0)));
    std::vector<std::uint64_t> words(2048);
    for (auto _ : state) {
        generator.fill(words);
        benchmark::DoNotOptimize(words.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 64 * words.size()));
}
BENCHMARK(pattern_generate)->ArgName("prbs")->Arg(7)->Arg(13)->Arg(31)->Arg(0);

/// A locked checker at a bit error ratio of about 1e-4.
void pattern_check(benchmark::State& state) {
    const coding::test_pattern pattern = pattern_of(state.range(0));
    coding::pattern_generator generator(pattern);
    coding::pattern_checker checker(pattern);
    std::mt19937_64 random(1);
    std::vector<std::vector<std::uint64_t>> blocks(64, std::vector<std::uint64_t>(2048));
    std::size_t next = blocks.size();
    for (auto _ : state) {
        if (next == blocks.size()) {
            state.PauseTiming();
            for (auto& words : blocks) {
                generator.fill(words);
                for (unsigned e = 0; e < 13; ++e) {
                    words[random() % words.size()] ^= std::uint64_t{1} << (random() % 64);
                }
            }
            next = 0;
            state.ResumeTiming();
        }
        checker.check(blocks[next++]);
    }
    if (!checker.locked() || checker.errors() == 0) {
        state.SkipWithError("the checker does not follow its pattern");
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 64 * 2048));
}
BENCHMARK(pattern_check)->ArgName("prbs")->Arg(7)->Arg(13)->Arg(31)->Arg(0);

/// A lane without its pattern: the checker searches all the time.
void pattern_search(benchmark::State& state) {
    coding::pattern_checker checker(pattern_of(state.range(0)));
    std::mt19937_64 random(1);
    std::vector<std::uint64_t> words(2048);
    for (std::uint64_t& word : words) {
        word = random();
    }
    for (auto _ : state) {
        checker.check(words);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 64 * words.size()));
}
BENCHMARK(pattern_search)->ArgName("prbs")->Arg(31)->Arg(0);

void pam4_gray_and_precode(benchmark::State& state) {
    std::vector<std::uint64_t> words(2048, 0x0123'4567'89AB'CDEF);
    coding::pam4_precoder precoder;
    for (auto _ : state) {
        for (std::uint64_t& word : words) {
            word = precoder.encode(coding::gray_encode(word));
        }
        benchmark::DoNotOptimize(words.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 32 * words.size()));
}
BENCHMARK(pam4_gray_and_precode);

void pam4_decode_and_gray(benchmark::State& state) {
    std::vector<std::uint64_t> words(2048, 0x0123'4567'89AB'CDEF);
    coding::pam4_precoding_decoder decoder;
    for (auto _ : state) {
        for (std::uint64_t& word : words) {
            word = coding::gray_decode(decoder.decode(word));
        }
        benchmark::DoNotOptimize(words.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 32 * words.size()));
}
BENCHMARK(pam4_decode_and_gray);

}  // namespace
