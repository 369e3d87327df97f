// Every way in which a ring can stop, with its code and the number of the descriptor.
#include <catch2/catch.hpp>

#include "testbenches/unit/accelerator/accelerator_bench.h"
#include "testbenches/unit/common/fresh_simulation.h"

using namespace luxlane;
using namespace luxlane::test;

namespace {

constexpr std::uint32_t send_ring = 0;
constexpr std::uint32_t receive_ring = 1;
constexpr std::uint32_t compute_ring = 2;

collective::descriptor sound(std::uint32_t ring) {
    return ring == send_ring      ? send_of(hbm_base, 64)
           : ring == receive_ring ? receive_of(hbm_base, 64)
                                  : reduce_of(hbm_base, hbm_base + 0x1000, 64);
}

}  // namespace

TEST_CASE("bad descriptors stop their ring with code and index", "[accelerator]") {
    const struct {
        const char* what;
        void (*spoil)(collective::descriptor&);
        std::uint32_t code;
    } cases[] = {
        {"magic", [](auto& d) { d.magic = 0; }, bad_magic},
        {"opcode", [](auto& d) { d.opcode = 9; }, bad_opcode},
        {"flag", [](auto& d) { d.flags = 0x80; }, bad_opcode},
        {"length", [](auto& d) { d.length = 0; }, bad_length},
        {"element",
         [](auto& d) {
             d.type = 2;
             d.length = 66;
         },
         bad_length},
        {"misaligned",
         [](auto& d) {
             d.type = 2;
             d.address += 2;
         },
         bad_address},
        {"behind the HBM", [](auto& d) { d.address += (1ULL << 30) - 60; }, bad_address},
        {"in DRAM", [](auto& d) { d.address = dram_base; }, bad_address},
    };
    for (const std::uint32_t ring : {send_ring, receive_ring, compute_ring}) {
        for (const auto& each : cases) {
            INFO("ring " << ring << ": " << each.what);
            fresh_simulation([&each, ring] {
                pair_bench bench;
                bench.a.start_ring(ring);
                bench.b.start_ring(send_ring);
                bench.b.start_ring(receive_ring);
                bench.a.write32(0x18, 0x700);
                bench.b.post(send_ring, send_of(hbm_base, 64));
                bench.b.post(receive_ring, receive_of(hbm_base, 64));
                bench.a.post(ring, sound(ring), false);
                auto bad = sound(ring);
                each.spoil(bad);
                bench.a.post(ring, bad, false);
                bench.a.post(ring, sound(ring));
                run_us(20);
                CHECK(bench.a.error(ring) == (each.code | 1U << 16));
                CHECK(bench.a.completed(ring) == 1);
                CHECK((bench.a.status(ring) & 3) == 2);
                CHECK(bench.a.read32(0x1C) == (each.code | ring << 8));
                CHECK((bench.a.read32(0x14) & 0x700) == 0x100U << ring);
                CHECK(bench.a.device.irq.level());
                bench.a.write32(0x14, 0x100U << ring);
                CHECK_FALSE(bench.a.device.irq.level());
                // The ring stays stopped, and after its reset runs again.
                bench.a.post(ring, sound(ring));
                run_us(5);
                CHECK(bench.a.completed(ring) == 1);
                bench.a.write32(0x10C + 0x40 * ring, 2);
                CHECK(bench.a.error(ring) == none);
                CHECK(bench.a.read32(0x1C) == 0);
                CHECK(bench.a.completed(ring) == 0);
                CHECK(bench.a.read32(0x110 + 0x40 * ring) == 0);
                bench.a.start_ring(ring);
                bench.b.post(send_ring, send_of(hbm_base, 64));
                bench.a.post(ring, sound(ring));
                run_us(20);
                CHECK(bench.a.completed(ring) == 1);
            });
        }
    }
}

TEST_CASE("descriptors that cannot be read are an address error", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        bench.a.start_ring(compute_ring, 15);
        // Slot 0x2000 is the first behind the 256 KiB that lie in front of the DRAM's end.
        bench.a.write32(0x18C, 0);
        bench.a.write32(0x180, static_cast<std::uint32_t>(dram_base + dram_bytes - 64));
        bench.a.write32(0x18C, 1);
        bench.a.write32(0x190, 4);
        run_us(5);
        // The two that can be read are all zeros: no magic.
        CHECK(bench.a.error(compute_ring) == bad_magic);
        bench.a.write32(0x18C, 2);
        bench.a.write32(0x180, static_cast<std::uint32_t>(dram_base + dram_bytes));
        bench.a.write32(0x18C, 1);
        bench.a.write32(0x190, 1);
        run_us(5);
        CHECK(bench.a.error(compute_ring) == bad_address);
    });
}

TEST_CASE("a tail that runs too far ahead, or back, is an overrun", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        bench.a.start_ring(compute_ring, 2);
        for (int i = 0; i < 4; ++i) {
            bench.a.post(compute_ring, sound(compute_ring), false);
        }
        bench.a.write32(0x190, 4);  // exactly full
        run_us(5);
        CHECK(bench.a.error(compute_ring) == none);
        CHECK(bench.a.completed(compute_ring) == 4);
        bench.a.write32(0x190, 9);
        run_us(5);
        CHECK(bench.a.error(compute_ring) == (ring_overrun | 4U << 16));
        bench.a.write32(0x18C, 3);
        bench.a.write32(0x190, 0xFFFFFFFF);
        run_us(5);
        CHECK(bench.a.error(compute_ring) == ring_overrun);
    });
}

TEST_CASE("the next message has another tag", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        bench.a.start_ring(send_ring);
        bench.b.start_ring(receive_ring);
        bench.a.post(send_ring, send_of(hbm_base, 1000, 7));
        bench.b.fill(hbm_base, std::vector<std::uint8_t>(1000, 0x55));
        bench.b.post(receive_ring, receive_of(hbm_base, 1000, 8));
        run_us(10);
        CHECK(bench.b.error(receive_ring) == tag_mismatch);
        CHECK(bench.b.content(hbm_base, 1000) == std::vector<std::uint8_t>(1000, 0x55));
    });
}

TEST_CASE("a message of another length than its descriptor's", "[accelerator]") {
    for (const std::uint32_t sent : {100U, 239U, 240U, 999U, 1001U, 1201U, 5000U}) {
        fresh_simulation([sent] {
            pair_bench bench;
            bench.a.start_ring(send_ring);
            bench.b.start_ring(receive_ring);
            bench.a.post(send_ring, send_of(hbm_base, sent));
            bench.b.fill(hbm_base + 1000, {0x55, 0x55});
            bench.b.post(receive_ring, receive_of(hbm_base, 1000));
            run_us(10);
            CHECK(bench.b.error(receive_ring) == bad_length);
            CHECK(bench.b.completed(receive_ring) == 0);
            CHECK(bench.b.content(hbm_base + 1000, 2) == std::vector<std::uint8_t>({0x55, 0x55}));
        });
    }
}

TEST_CASE("a message that its sender breaks off", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        bench.a.start_ring(send_ring);
        bench.b.start_ring(receive_ring);
        bench.b.post(receive_ring, receive_of(hbm_base, 10000000, 1));
        bench.a.post(send_ring, send_of(hbm_base, 10000000, 1));
        run_us(10);
        bench.a.write32(0x10C, 2);
        bench.a.start_ring(send_ring);
        bench.a.post(send_ring, send_of(hbm_base, 100, 2));
        run_us(20);
        CHECK(bench.a.completed(send_ring) == 1);
        CHECK(bench.b.error(receive_ring) == sequence);
    });
}
