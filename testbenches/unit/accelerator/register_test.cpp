// Identification, interrupts, enables, reset.
#include <catch2/catch.hpp>
#include <stdexcept>

#include "registers/accelerator.h"
#include "testbenches/unit/accelerator/accelerator_bench.h"
#include "testbenches/unit/common/fresh_simulation.h"

using namespace luxlane;
using namespace luxlane::test;

namespace {

constexpr std::uint32_t send_ring = 0;
constexpr std::uint32_t receive_ring = 1;
constexpr std::uint32_t compute_ring = 2;

void check_reset_values(node& n) {
    for (const auto& reg : registers::accelerator::map.registers) {
        for (std::uint32_t i = 0; i < reg.count; ++i) {
            if (reg.access != register_access::write_only) {
                INFO(reg.name << "[" << i << "]");
                CHECK(n.read32(static_cast<std::uint32_t>(reg.offset + i * reg.stride)) ==
                      reg.reset);
            }
        }
    }
}

}  // namespace

TEST_CASE("the accelerator says what it is", "[accelerator]") {
    fresh_simulation([] {
        accelerator_config config;
        config.memory_bytes = 512ULL << 20;
        pair_bench bench({}, config);
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
        CHECK(bench.a.read32(0) == 0x4C434341);
        CHECK(bench.a.read32(4) == 0x00010000);
        CHECK(bench.a.read32(8) == (3 | 512 << 8));
        CHECK(bench.a.read32(0x10) == 1);
    });
}

TEST_CASE("registers return to their reset values, twice as well as once", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
        check_reset_values(bench.a);
        for (int round = 0; round < 2; ++round) {
            for (std::uint32_t r = 0; r < 3; ++r) {
                bench.a.start_ring(r);
                bench.a.post(r, collective::descriptor{});
            }
            bench.a.write32(0x18, 0x707);
            run_us(5);
            CHECK(bench.a.device.irq.level());
            bench.a.write32(0x20, 1);
            bench.a.write32(0xC, 3);
            CHECK_FALSE(bench.a.device.irq.level());
            check_reset_values(bench.a);
            bench.a.device.reset();
            bench.a.device.reset();
            check_reset_values(bench.a);
        }
    });
}

TEST_CASE("a completion interrupts if its descriptor asks for it", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        bench.a.start_ring(compute_ring);
        bench.a.write32(0x18, 4);
        auto work = reduce_of(hbm_base, hbm_base + 0x1000, 64);
        bench.a.post(compute_ring, work);
        run_us(5);
        CHECK(bench.a.completed(compute_ring) == 1);
        CHECK_FALSE(bench.a.device.irq.level());
        work.flags = 1;
        bench.a.post(compute_ring, work);
        run_us(5);
        CHECK(bench.a.read32(0x14) == 4);
        CHECK(bench.a.device.irq.level());
        bench.a.write32(0x18, 0);
        CHECK_FALSE(bench.a.device.irq.level());
        bench.a.write32(0x18, 4);
        bench.a.write32(0x14, 3);
        CHECK(bench.a.device.irq.level());
        bench.a.write32(0x14, 4);
        CHECK_FALSE(bench.a.device.irq.level());
    });
}

TEST_CASE("a disabled ring finishes its descriptor and starts no other", "[accelerator]") {
    for (const bool whole_device : {false, true}) {
        fresh_simulation([whole_device] {
            pair_bench bench;
            bench.a.start_ring(send_ring);
            bench.b.start_ring(receive_ring);
            for (std::uint16_t tag = 0; tag < 2; ++tag) {
                bench.a.post(send_ring, send_of(hbm_base, 2000000, tag));
                bench.b.post(receive_ring, receive_of(hbm_base, 2000000, tag));
            }
            run_us(5);
            bench.a.write32(whole_device ? 0xC : 0x10C, 0);
            run_us(100);
            CHECK(bench.a.completed(send_ring) == 1);
            CHECK((bench.a.status(send_ring) & 1) == 0);
            bench.a.write32(whole_device ? 0xC : 0x10C, 1);
            run_us(100);
            CHECK(bench.a.completed(send_ring) == 2);
            CHECK(bench.b.completed(receive_ring) == 2);
        });
    }
}

TEST_CASE("base and size of an enabled ring cannot be changed", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
        bench.a.start_ring(compute_ring, 5);
        const auto base = bench.a.read32(0x180);
        bench.a.write32(0x180, 0x1000);
        bench.a.write32(0x184, 1);
        bench.a.write32(0x188, 7);
        CHECK(bench.a.read32(0x180) == base);
        CHECK(bench.a.read32(0x184) == 0);
        CHECK(bench.a.read32(0x188) == 5);
        bench.a.write32(0x18C, 0);
        bench.a.write32(0x180, 0x1020);
        bench.a.write32(0x188, 31);
        CHECK(bench.a.read32(0x180) == 0x1020);
        CHECK(bench.a.read32(0x188) == 16);
    });
}

TEST_CASE("descriptors are read from memory when their turn comes, in few batches",
          "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        bench.a.start_ring(compute_ring);
        for (int i = 0; i < 16; ++i) {
            bench.a.post(compute_ring, reduce_of(hbm_base, hbm_base + 0x1000, 64), false);
        }
        run_us(1);
        CHECK(bench.a.fetches == 0);
        bench.a.ring_bell(compute_ring);
        run_us(10);
        CHECK(bench.a.completed(compute_ring) == 16);
        CHECK(bench.a.fetches == 16);
    });
}

TEST_CASE("a reset in the middle of everything leaves a working device", "[accelerator]") {
    for (const bool ring_only : {false, true}) {
        fresh_simulation([ring_only] {
            pair_bench bench;
            for (std::uint32_t r = 0; r < 3; ++r) {
                bench.a.start_ring(r);
                bench.b.start_ring(r);
            }
            for (node* each : {&bench.a, &bench.b}) {
                each->post(send_ring, send_of(hbm_base, 3000000, 1));
                each->post(receive_ring, receive_of(hbm_base + 0x1000000, 3000000, 1));
                each->post(compute_ring, reduce_of(hbm_base, hbm_base + 0x2000000, 3000000));
            }
            run_us(3.3);
            if (ring_only) {
                for (std::uint32_t r = 0; r < 3; ++r) {
                    bench.a.write32(0x10C + 0x40 * r, 2);
                }
            } else {
                bench.a.write32(0xC, 2);
            }
            // The far end's message is broken off; it may only know when the next one begins.
            for (std::uint32_t r = 0; r < 3; ++r) {
                bench.a.start_ring(r);
            }
            const auto data = pattern(1234, 6);
            bench.a.fill(hbm_base, data);
            bench.a.post(send_ring, send_of(hbm_base, 1234, 2));
            bench.a.post(compute_ring, reduce_of(hbm_base + 0x2000, hbm_base + 0x4000, 64));
            REQUIRE(run_until([&] { return bench.b.error(receive_ring) == sequence; }));
            CHECK(bench.a.completed(compute_ring) == 1);
            // The rest of the far end's message is dropped here, and its credits go back.
            REQUIRE(run_until([&] { return bench.b.completed(send_ring) == 1; }));
            bench.b.write32(0x14C, 2);
            bench.b.start_ring(receive_ring);
            bench.a.post(send_ring, send_of(hbm_base, 1234, 3));
            bench.b.post(receive_ring, receive_of(hbm_base + 0x800, 1234, 3));
            bench.b.fill(hbm_base + 0x10000, data);
            bench.b.post(send_ring, send_of(hbm_base + 0x10000, 1234, 4));
            bench.a.post(receive_ring, receive_of(hbm_base + 0x10000, 1234, 4));
            REQUIRE(run_until([&] {
                return bench.b.completed(receive_ring) == 1 && bench.a.completed(receive_ring) == 1;
            }));
            CHECK(bench.b.content(hbm_base + 0x800, 1234) == data);
            CHECK(bench.a.content(hbm_base + 0x10000, 1234) == data);
        });
    }
}

TEST_CASE("a configuration that cannot be built is refused", "[accelerator]") {
    fresh_simulation([] {
        accelerator_config config;
        config.memory_bytes = 1000;
        CHECK_THROWS_AS(accelerator("one", config), std::invalid_argument);
        config = {};
        config.memory_bandwidth_bytes_per_s = 0;
        CHECK_THROWS_AS(accelerator("two", config), std::invalid_argument);
        config = {};
        config.receive_buffer_flits = 256;
        CHECK_THROWS_AS(accelerator("three", config), std::invalid_argument);
    });
}
