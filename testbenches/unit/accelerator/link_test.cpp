// Credits, losses and the link going down.
#include <catch2/catch.hpp>

#include "testbenches/unit/accelerator/accelerator_bench.h"
#include "testbenches/unit/common/fresh_simulation.h"

using namespace luxlane;
using namespace luxlane::test;

namespace {

constexpr std::uint32_t send_ring = 0;
constexpr std::uint32_t receive_ring = 1;

void start(pair_bench& bench) {
    for (const std::uint32_t r : {send_ring, receive_ring}) {
        bench.a.start_ring(r);
        bench.b.start_ring(r);
    }
}

/// The ring's error code must be SEQUENCE for its first descriptor, and nothing was completed.
void check_sequence_error(node& n) {
    CHECK(n.error(receive_ring) == sequence);
    CHECK(n.completed(receive_ring) == 0);
    CHECK((n.status(receive_ring) & 3) == 2);
}

}  // namespace

TEST_CASE("a sender stops at the far buffer's size and goes on with its credits", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start(bench);
        constexpr std::uint32_t bytes = 3000000;  // 12500 flits, the buffer holds 4096
        const auto data = pattern(bytes, 3);
        bench.a.fill(hbm_base, data);
        bench.a.post(send_ring, send_of(hbm_base, bytes));
        run_us(100);
        CHECK(bench.a.completed(send_ring) == 0);
        CHECK(bench.ab.data_flits == 4096);
        CHECK(bench.b.statistic("peak_buffered_flits") == 4096.0);
        bench.b.post(receive_ring, receive_of(hbm_base, bytes));
        REQUIRE(run_until([&] { return bench.b.completed(receive_ring) == 1; }));
        CHECK(bench.b.content(hbm_base, bytes) == data);
        CHECK(bench.ab.most_in_flight == 4096);
        CHECK(bench.ba.credit_flits >= (12500 - 4096) / 4096);
        bench.a.write32(0x20, 1);
        CHECK(bench.a.read32(0x418) > 0);
        CHECK(bench.a.read32(0x418) <= 12500 - 4096);
        CHECK(bench.a.statistic("credit_stall_time") > 50e-6);
    });
}

TEST_CASE("credits ride on data when there is some", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start(bench);
        constexpr std::uint32_t bytes = 5000000;
        for (node* each : {&bench.a, &bench.b}) {
            each->post(receive_ring, receive_of(hbm_base + 0x1000000, bytes));
            each->post(send_ring, send_of(hbm_base, bytes));
        }
        REQUIRE(run_until([&] {
            return bench.a.completed(receive_ring) == 1 && bench.b.completed(receive_ring) == 1;
        }));
        CHECK(bench.ab.most_in_flight <= 4096);
        CHECK(bench.ba.most_in_flight <= 4096);
        CHECK(sc_core::sc_time_stamp().to_seconds() < 20834 * 2.4e-9 * 1.05 + 2e-6);
        // 20834 flits need no flit of their own for credits but at the very end and beginning.
        CHECK(bench.ab.credit_flits + bench.ba.credit_flits <= 20);
    });
}

TEST_CASE("idle accelerators exchange nothing and schedule nothing", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start(bench);
        bench.b.post(receive_ring, receive_of(hbm_base, 1000));
        bench.a.post(send_ring, send_of(hbm_base, 1000));
        run_us(20);
        CHECK(bench.b.completed(receive_ring) == 1);
        CHECK_FALSE(sc_core::sc_pending_activity());
        CHECK(bench.ab.credit_flits + bench.ba.credit_flits == 0);
    });
}

TEST_CASE("a lost flit ends its message with a SEQUENCE error", "[accelerator]") {
    const struct {
        const char* which;
        std::uint64_t first, last;
        bool reported;
    } cases[] = {{"first", 0, 0, true}, {"middle", 5, 5, true}, {"several", 3, 7, true},
                 {"last", 9, 9, true},  {"all", 0, 9, true},    {"unreported", 5, 5, false}};
    for (const auto& each : cases) {
        INFO(each.which);
        fresh_simulation([&each] {
            pair_bench bench;
            start(bench);
            bench.ab.reports_losses = each.reported;
            bench.ab.loses = [&](std::uint64_t number, const coding::flit&) {
                return number >= each.first && number <= each.last;
            };
            bench.b.write32(0x18, 0x200);
            bench.b.post(receive_ring, receive_of(hbm_base, 2400, 4));
            bench.a.post(send_ring, send_of(hbm_base, 2400, 4));
            run_us(30);
            CHECK(bench.a.completed(send_ring) == 1);
            check_sequence_error(bench.b);
            CHECK(bench.b.device.irq.level());
            CHECK(bench.b.statistic("flits_lost") == double(each.last - each.first + 1));
        });
    }
}

TEST_CASE("lost slots without data are no error", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start(bench);
        // All credit flits of the other direction are lost; the sender must ask for its credits.
        bool deaf = true;
        bench.ba.loses = [&](std::uint64_t, const coding::flit&) { return deaf; };
        constexpr std::uint32_t bytes = 2000000;
        bench.b.post(receive_ring, receive_of(hbm_base, bytes));
        bench.a.post(receive_ring, receive_of(hbm_base, 16));
        bench.a.post(send_ring, send_of(hbm_base, bytes));
        run_us(100);
        CHECK(bench.ab.data_flits == 4096);
        deaf = false;
        REQUIRE(run_until([&] { return bench.b.completed(receive_ring) == 1; }));
        CHECK(bench.a.error(receive_ring) == none);
        CHECK(bench.b.error(receive_ring) == none);
        CHECK(bench.a.statistic("slots_lost") > 0.0);
        CHECK(bench.a.statistic("flits_lost") == 0.0);
    });
}

TEST_CASE("a loss that no report shows hangs nobody", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start(bench);
        // A whole window of the line vanishes without a trace.
        bench.ab.reports_losses = false;
        bench.ab.loses = [](std::uint64_t number, const coding::flit&) { return number < 4096; };
        bench.b.post(receive_ring, receive_of(hbm_base, 2000000));
        bench.a.post(send_ring, send_of(hbm_base, 2000000));
        run_us(100);
        check_sequence_error(bench.b);
        CHECK(bench.b.statistic("flits_lost") == 4096.0);
        // The credits of what was lost are back: the sender fills the buffer again, and stops.
        CHECK(bench.ab.data_flits == 8192);
    });
}

TEST_CASE("a loss between messages is not forgotten", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start(bench);
        bench.ab.loses = [](std::uint64_t number, const coding::flit&) { return number == 1; };
        for (std::uint16_t tag = 0; tag < 3; ++tag) {
            bench.a.post(send_ring, send_of(hbm_base, 200, tag));
        }
        run_us(20);
        bench.b.post(receive_ring, receive_of(hbm_base, 200, 0));
        bench.b.post(receive_ring, receive_of(hbm_base, 200, 1));
        run_us(5);
        CHECK(bench.b.completed(receive_ring) == 1);
        CHECK(bench.b.error(receive_ring) == (sequence | 1U << 16));
    });
}

TEST_CASE("after a loss and a reset of the ring the next message arrives", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start(bench);
        bench.ab.loses = [](std::uint64_t number, const coding::flit&) { return number == 100; };
        bench.b.post(receive_ring, receive_of(hbm_base, 1000000, 1));
        bench.a.post(send_ring, send_of(hbm_base, 1000000, 1));
        REQUIRE(run_until([&] { return bench.b.error(receive_ring) == sequence; }));
        bench.b.write32(0x14C, 2);
        CHECK(bench.b.error(receive_ring) == none);
        bench.b.start_ring(receive_ring);
        const auto data = pattern(5000, 8);
        bench.a.fill(hbm_base, data);
        bench.a.post(send_ring, send_of(hbm_base, 5000, 2));
        bench.b.post(receive_ring, receive_of(hbm_base, 5000, 2));
        // The rest of the broken message passes by; it is dropped, and its credits come back.
        REQUIRE(run_until([&] { return bench.b.completed(receive_ring) == 1; }));
        CHECK(bench.b.content(hbm_base, 5000) == data);
        CHECK(bench.a.completed(send_ring) == 2);
    });
}

TEST_CASE("a SEND fails with LINK_DOWN when there is no link", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start(bench);
        bench.a.device.link_up(false);
        bench.a.write32(0x18, 0x100);
        bench.a.post(send_ring, send_of(hbm_base, 100));
        run_us(5);
        CHECK(bench.a.error(send_ring) == link_down);
        CHECK(bench.a.device.irq.level());
        CHECK(bench.ab.data_flits == 0);
    });
}

TEST_CASE("the link goes down in the middle of a message, and comes back", "[accelerator]") {
    fresh_simulation([] {
        pair_bench bench;
        start(bench);
        bool dark = false;
        bench.ab.reports_losses = false;
        bench.ab.loses = [&](std::uint64_t, const coding::flit&) { return dark; };
        bench.a.post(send_ring, send_of(hbm_base, 100));
        bench.b.post(receive_ring, receive_of(hbm_base, 100));
        bench.a.post(send_ring, send_of(hbm_base, 10000000));
        bench.b.post(receive_ring, receive_of(hbm_base, 10000000));
        run_us(20);
        dark = true;
        bench.ab.rejects = true;
        run_us(20);
        CHECK(bench.a.error(send_ring) == none);
        bench.a.device.link_up(false);
        bench.b.device.link_up(false);
        run_us(1);
        CHECK(bench.a.error(send_ring) == (link_down | 1U << 16));
        CHECK(bench.b.error(receive_ring) == (link_down | 1U << 16));

        dark = false;
        bench.ab.rejects = false;
        bench.ab.in.notify_ready(*std::make_unique<flit_burst>());
        bench.a.device.link_up(true);
        bench.b.device.link_up(true);
        bench.a.write32(0x10C, 2);
        bench.b.write32(0x14C, 2);
        bench.a.start_ring(send_ring);
        bench.b.start_ring(receive_ring);
        run_us(5);  // the ends learn what was lost meanwhile
        const auto data = pattern(70000, 4);
        bench.a.fill(hbm_base, data);
        bench.a.post(send_ring, send_of(hbm_base, 70000, 3));
        bench.b.post(receive_ring, receive_of(hbm_base, 70000, 3));
        REQUIRE(run_until([&] { return bench.b.completed(receive_ring) == 1; }));
        CHECK(bench.b.content(hbm_base, 70000) == data);
    });
}
