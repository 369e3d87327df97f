// How fast a hart runs on the TLM bus: instructions per second of wall time with a long quantum,
// with the short slices that a neighbour 50 ns away allows, and when it polls a device.
#include <benchmark/benchmark.h>

#include <array>
#include <span>

#include "models/soc/aclint.h"
#include "models/soc/hart_module.h"
#include "models/soc/memory.h"
#include "models/soc/router.h"

namespace {

using namespace luxlane;

constexpr std::uint64_t dram_base = 0x80000000;
constexpr std::uint64_t spin = dram_base;
constexpr std::uint64_t poll = dram_base + 0x100;

constexpr std::array<std::uint32_t, 4> spin_code = {
    0x00128293,  // addi t0, t0, 1
    0x00530333,  // add  t1, t1, t0
    0x0062c3b3,  // xor  t2, t0, t1
    0xff5ff06f,  // j    -12
};
constexpr std::array<std::uint32_t, 4> poll_code = {
    0x0200c2b7,  // lui  t0, 0x200c
    0xff82b303,  // ld   t1, -8(t0): mtime
    0x00030393,  // mv   t2, t1
    0xff9ff06f,  // j    -8
};

/// One hart with memory and a timer; SystemC allows one simulation per process.
struct board {
    soc::router router{"router"};
    soc::memory dram{"dram", [] {
                         soc::memory_config options;
                         options.size_bytes = 1 << 20;
                         return options;
                     }()};
    soc::aclint aclint{"aclint", {}};
    soc::hart_module hart{"hart", {}};

    board() {
        hart.bus.bind(router.in);
        router.map(dram_base, 1 << 20, "dram", dram.target);
        router.map(0x2000000, 0x10000, "aclint", aclint.registers);
        dram.write(spin - dram_base, std::as_bytes(std::span(spin_code)));
        dram.write(poll - dram_base, std::as_bytes(std::span(poll_code)));
    }
    static board& instance() {
        static board only;
        return only;
    }
};

void run(benchmark::State& state, std::uint64_t program, const sc_core::sc_time& lookahead) {
    board& b = board::instance();
    b.hart.set_lookahead(lookahead);
    b.hart.set_reset_pc(program);
    b.hart.reset();
    std::uint64_t instructions = 0;
    for (auto _ : state) {
        const std::uint64_t before = b.hart.hart().state.minstret;
        sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
        instructions += b.hart.hart().state.minstret - before;
    }
    state.counters["instructions/s"] =
        benchmark::Counter(static_cast<double>(instructions), benchmark::Counter::kIsRate);
}

void long_quantum(benchmark::State& state) { run(state, spin, sc_core::sc_max_time()); }
void neighbour_50_ns_away(benchmark::State& state) {
    run(state, spin, sc_core::sc_time(50, sc_core::SC_NS));
}
void polls_a_device(benchmark::State& state) { run(state, poll, sc_core::sc_max_time()); }

BENCHMARK(long_quantum)->Unit(benchmark::kMillisecond);
BENCHMARK(neighbour_50_ns_away)->Unit(benchmark::kMillisecond);
BENCHMARK(polls_a_device)->Unit(benchmark::kMillisecond);

}  // namespace
