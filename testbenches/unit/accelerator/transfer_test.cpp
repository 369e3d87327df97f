// Messages, sums, copies and fences between two accelerators.
#include <catch2/catch.hpp>
#include <cstring>

#include "testbenches/unit/accelerator/accelerator_bench.h"
#include "testbenches/unit/common/fresh_simulation.h"

using namespace luxlane;
using namespace luxlane::test;

namespace {

constexpr std::uint32_t send_ring = 0;
constexpr std::uint32_t receive_ring = 1;
constexpr std::uint32_t compute_ring = 2;

void start_all(pair_bench& bench, std::uint32_t log2 = 6) {
    for (std::uint32_t r = 0; r < 3; ++r) {
        bench.a.start_ring(r, log2);
        bench.b.start_ring(r, log2);
    }
}

void check_no_errors(pair_bench& bench) {
    for (std::uint32_t r = 0; r < 3; ++r) {
        CHECK(bench.a.error(r) == none);
        CHECK(bench.b.error(r) == none);
    }
}

}  // namespace

TEST_CASE("messages of all sizes arrive whole and touch nothing else", "[accelerator]") {
    for (const bool annotate : {false, true}) {
        fresh_simulation([annotate] {
            wire::settings options;
            options.annotate = annotate;
            pair_bench bench(options);
            start_all(bench);
            std::uint16_t tag = 0;
            for (const std::uint32_t bytes : {1U, 2U, 3U, 239U, 240U, 241U, 480U, 481U, 4095U,
                                              61440U, 61441U, 65537U, 1000000U}) {
                const auto data = pattern(bytes, bytes);
                bench.a.fill(hbm_base + 0x100, data);
                bench.b.fill(hbm_base + 0x200000, std::vector<std::uint8_t>(bytes + 8, 0xEE));
                bench.b.post(receive_ring, receive_of(hbm_base + 0x200004, bytes, tag));
                bench.a.post(send_ring, send_of(hbm_base + 0x100, bytes, tag));
                ++tag;
                REQUIRE(run_until([&] { return bench.b.completed(receive_ring) == tag; }));
                CHECK(bench.b.content(hbm_base + 0x200004, bytes) == data);
                CHECK(bench.b.content(hbm_base + 0x200000, 4) ==
                      std::vector<std::uint8_t>(4, 0xEE));
                CHECK(bench.b.content(hbm_base + 0x200004 + bytes, 4) ==
                      std::vector<std::uint8_t>(4, 0xEE));
                CHECK(bench.a.completed(send_ring) == tag);
            }
            check_no_errors(bench);
        });
    }
}

TEST_CASE("both directions at once, many messages, several times around the rings",
          "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start_all(bench, 3);
        constexpr std::uint32_t messages = 300;
        const auto size = [](std::uint32_t i) { return 1 + (i * 7919U) % 3000; };
        const auto out = pattern(3000 * 8, 5);
        bench.a.fill(hbm_base, out);
        bench.b.fill(hbm_base, out);
        std::uint32_t posted = 0;
        while (posted < messages) {
            const std::uint32_t done = std::min({bench.a.completed(0), bench.a.completed(1),
                                                 bench.b.completed(0), bench.b.completed(1)});
            for (; posted < messages && posted - done < 8; ++posted) {
                const auto tag = static_cast<std::uint16_t>(posted * 3);
                for (node* each : {&bench.a, &bench.b}) {
                    each->post(send_ring, send_of(hbm_base + posted % 8 * 3000, size(posted), tag));
                    each->post(receive_ring,
                               receive_of(hbm_base + 0x100000 + posted * 4096, size(posted), tag));
                }
            }
            run_us(0.5);
        }
        REQUIRE(run_until(
            [&] { return bench.a.completed(1) == messages && bench.b.completed(1) == messages; }));
        check_no_errors(bench);
        for (std::uint32_t i = 0; i < messages; ++i) {
            const auto begin = out.begin() + i % 8 * 3000;
            const std::vector<std::uint8_t> expected(begin, begin + size(i));
            REQUIRE(bench.a.content(hbm_base + 0x100000 + i * 4096, size(i)) == expected);
            REQUIRE(bench.b.content(hbm_base + 0x100000 + i * 4096, size(i)) == expected);
        }
    });
}

TEST_CASE("a long message keeps the line full", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start_all(bench);
        constexpr std::uint32_t flits = 40000;
        bench.b.post(receive_ring, receive_of(hbm_base, flits * 240));
        bench.a.post(send_ring, send_of(hbm_base, flits * 240));
        REQUIRE(run_until([&] { return bench.b.completed(receive_ring) == 1; }));
        // 96 us on the line; descriptor fetch, the first read, the delay and the last write add
        // less than 1 us.
        CHECK(sc_core::sc_time_stamp().to_seconds() < flits * 2.4e-9 + 2e-6);
        CHECK(bench.ab.splits > 0);
        CHECK(bench.a.statistic("flits_stalled") == 0.0);
    });
}

TEST_CASE("early messages wait in the receiver buffer", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start_all(bench);
        const auto one = pattern(50000, 1);
        const auto two = pattern(777, 2);
        bench.a.fill(hbm_base, one);
        bench.a.fill(hbm_base + 0x10000, two);
        bench.a.post(send_ring, send_of(hbm_base, 50000, 1));
        bench.a.post(send_ring, send_of(hbm_base + 0x10000, 777, 2));
        run_us(50);
        CHECK(bench.a.completed(send_ring) == 2);
        CHECK(bench.b.completed(receive_ring) == 0);
        bench.b.post(receive_ring, receive_of(hbm_base, 50000, 1));
        run_us(1);
        CHECK(bench.b.completed(receive_ring) == 1);
        CHECK(bench.b.content(hbm_base, 50000) == one);
        bench.b.post(receive_ring, receive_of(hbm_base, 777, 2));
        run_us(1);
        CHECK(bench.b.completed(receive_ring) == 2);
        CHECK(bench.b.content(hbm_base, 777) == two);
        check_no_errors(bench);
    });
}

TEST_CASE("REDUCE adds, COPY copies, both with odd numbers of elements", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start_all(bench);
        constexpr std::uint32_t elements = 100001;  // several chunks
        std::vector<std::uint8_t> ones(elements * 2), twos(elements * 2);
        for (std::size_t i = 0; i < elements; ++i) {
            ones[2 * i] = 0x80;
            ones[2 * i + 1] = 0x3F;
            twos[2 * i + 1] = 0x40;
        }
        bench.a.fill(hbm_base + 2, ones);
        bench.a.fill(hbm_base + 0x100000, ones);
        bench.a.post(compute_ring, reduce_of(hbm_base + 2, hbm_base + 0x100000, elements * 2));
        auto copy = reduce_of(hbm_base + 0x200000, hbm_base, 7);
        copy.opcode = 4;
        copy.type = 0;
        bench.a.post(compute_ring, copy);
        REQUIRE(run_until([&] { return bench.a.completed(compute_ring) == 2; }));
        CHECK(bench.a.content(hbm_base + 2, elements * 2) == twos);
        CHECK(bench.a.content(hbm_base + 2 + elements * 2, 2) == std::vector<std::uint8_t>(2));
        CHECK(bench.a.content(hbm_base + 0x200000, 8) ==
              std::vector<std::uint8_t>({0, 0, 0, 0x40, 0, 0x40, 0, 0}));
        bench.a.write32(0x20, 1);
        CHECK(bench.a.read32(0x410) == elements * 2);
        check_no_errors(bench);
    });
}

TEST_CASE("a sum takes the time of its memory traffic", "[accelerator]") {
    fresh_simulation([] {
        accelerator_config config;
        config.memory_bandwidth_bytes_per_s = 1e11;
        pair_bench bench({}, config);
        start_all(bench);
        bench.a.post(compute_ring, reduce_of(hbm_base, hbm_base + 0x200000, 1000000));
        run_us(30);  // 3 MB at 100 GB/s are 30 us, and there are latencies
        CHECK(bench.a.completed(compute_ring) == 0);
        run_us(1);
        CHECK(bench.a.completed(compute_ring) == 1);
    });
}

TEST_CASE("a fence holds a descriptor until the other ring has got so far", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start_all(bench);
        auto fenced = send_of(hbm_base, 100, 9);
        fenced.flags = 2;
        fenced.fence_ring = compute_ring;
        fenced.fence_count = 2;
        bench.a.post(send_ring, fenced);
        bench.b.post(receive_ring, receive_of(hbm_base, 100, 9));
        run_us(20);
        CHECK(bench.a.completed(send_ring) == 0);
        CHECK((bench.a.status(send_ring) & 1) == 1);
        bench.a.post(compute_ring, reduce_of(hbm_base, hbm_base + 0x1000, 100));
        run_us(20);
        CHECK(bench.a.completed(compute_ring) == 1);
        CHECK(bench.a.completed(send_ring) == 0);
        bench.a.post(compute_ring, reduce_of(hbm_base, hbm_base + 0x1000, 100));
        run_us(20);
        CHECK(bench.a.completed(send_ring) == 1);
        CHECK(bench.b.completed(receive_ring) == 1);
        CHECK((bench.a.status(send_ring) & 1) == 0);
    });
}

TEST_CASE("two accelerators all-reduce a tensor with fences alone", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start_all(bench);
        constexpr std::uint32_t half = 30000;  // bytes; both halves alike
        constexpr std::uint64_t scratch = hbm_base + 0x400000;
        // 1.0 in one half of a, 2.0 in the other; b has 4.0 everywhere.
        const auto fill = [](node& n, std::uint64_t at, std::uint8_t low, std::uint8_t high) {
            std::vector<std::uint8_t> data(half);
            for (std::size_t i = 0; i < half; i += 2) {
                data[i] = low;
                data[i + 1] = high;
            }
            n.fill(at, data);
        };
        fill(bench.a, hbm_base, 0x80, 0x3F);
        fill(bench.a, hbm_base + half, 0x00, 0x40);
        fill(bench.b, hbm_base, 0x80, 0x40);
        fill(bench.b, hbm_base + half, 0x80, 0x40);
        const auto run = [&](node& n, std::uint64_t own, std::uint64_t other) {
            n.post(send_ring, send_of(other, half, 1));
            n.post(receive_ring, receive_of(scratch, half, 1));
            auto sum = reduce_of(own, scratch, half);
            sum.flags = 2;
            sum.fence_ring = receive_ring;
            sum.fence_count = 1;
            n.post(compute_ring, sum);
            auto back = send_of(own, half, 2);
            back.flags = 2;
            back.fence_ring = compute_ring;
            back.fence_count = 1;
            n.post(send_ring, back);
            // In place: the part was handed to the PHY before the peer could send its sum.
            n.post(receive_ring, receive_of(other, half, 2));
        };
        run(bench.a, hbm_base, hbm_base + half);
        run(bench.b, hbm_base + half, hbm_base);
        REQUIRE(run_until([&] { return bench.a.completed(1) == 2 && bench.b.completed(1) == 2; }));
        check_no_errors(bench);
        const auto sum = bench.a.content(hbm_base, 2 * half);
        CHECK(sum == bench.b.content(hbm_base, 2 * half));
        CHECK((sum[0] == 0xA0 && sum[1] == 0x40));                        // 1 + 4 = 5
        CHECK((sum[2 * half - 2] == 0xC0 && sum[2 * half - 1] == 0x40));  // 2 + 4 = 6
    });
}

TEST_CASE("descriptors may lie in the HBM", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        bench.a.write32(0xC, 1);
        bench.a.write32(0x180, 0x00800000);
        bench.a.write32(0x184, 1);
        bench.a.write32(0x188, 4);
        bench.a.write32(0x18C, 1);
        const auto image = collective::pack_descriptor(reduce_of(hbm_base, hbm_base + 0x1000, 64));
        bench.a.device.write_memory(hbm_base + 0x800000, image);
        bench.a.write32(0x190, 1);
        run_us(10);
        CHECK(bench.a.completed(compute_ring) == 1);
    });
}
