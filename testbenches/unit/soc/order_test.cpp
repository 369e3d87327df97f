#include <deque>
#include <tuple>
#include <vector>

#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/soc/hart_bench.h"

using namespace luxlane;
using luxlane::test::fresh_simulation;
using luxlane::test::hart_bench;
using luxlane::test::ns;
using luxlane::test::us;

namespace {

constexpr unsigned rounds = 150;

/// Offset 0 counts an event every 10 ns, which is made pending 1 ns before, between two clock
/// edges, so that the hart's own activation may be queued first. A write at offset 8 is served by
/// an event at the time of the write, and reads there tell how many were.
class event_counter : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<event_counter> target;

    explicit event_counter(const sc_core::sc_module_name& name)
        : sc_core::sc_module(name), target("target") {
        target.register_b_transport(this, &event_counter::b_transport);
        SC_HAS_PROCESS(event_counter);
        SC_METHOD(tick);
        sensitive << tick_;
        dont_initialize();
        SC_METHOD(serve);
        sensitive << doorbell_;
        dont_initialize();
        SC_METHOD(arm);
        sensitive << arm_;
        dont_initialize();
        arm_.notify(ns(9));
    }

private:
    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
        if (transaction.is_write()) {
            doorbell_.notify(delay);
        } else {
            const std::uint64_t value = transaction.get_address() == 0 ? ticks_ : served_;
            std::memcpy(transaction.get_data_ptr(), &value, sizeof value);
        }
        transaction.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    void arm() { tick_.notify(ns(1)); }
    void tick() {
        ++ticks_;
        arm_.notify(ns(9));
    }
    void serve() { ++served_; }

    sc_core::sc_event arm_;
    sc_core::sc_event tick_;
    sc_core::sc_event doorbell_;
    std::uint64_t ticks_ = 0;
    std::uint64_t served_ = 0;
};

/// Two boards' ends of a wire of 50 ns: a write of offset 8 arrives at the other end, where reads
/// of offset 0 count arrivals. It has no events, so that only the harts' lookahead keeps the order.
class wire_end : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<wire_end> target;
    wire_end* peer = nullptr;

    explicit wire_end(const sc_core::sc_module_name& name)
        : sc_core::sc_module(name), target("target") {
        target.register_b_transport(this, &wire_end::b_transport);
    }

private:
    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
        const auto now = sc_core::sc_time_stamp() + delay;
        if (transaction.is_write()) {
            peer->arrivals_.push_back(now + ns(50));
        } else {
            for (; !arrivals_.empty() && arrivals_.front() <= now; arrivals_.pop_front()) {
                ++arrived_;
            }
            std::memcpy(transaction.get_data_ptr(), &arrived_, sizeof arrived_);
        }
        delay += ns(3);
        transaction.set_response_status(tlm::TLM_OK_RESPONSE);
    }

    std::deque<sc_core::sc_time> arrivals_;
    std::uint64_t arrived_ = 0;
};

soc::hart_module_config quantum(std::uint64_t instructions) {
    soc::hart_module_config options;
    options.quantum_instructions = instructions;
    return options;
}

using arrival_table = std::array<std::uint64_t, 2 * 2 * rounds>;

arrival_table run_pair(std::uint64_t instructions) {
    test::shared_value<arrival_table> table;
    fresh_simulation([&] {
        auto fast = quantum(instructions);
        auto slow = quantum(instructions);
        slow.clock_hz = 300e6;
        hart_bench left("order", fast, "left");
        hart_bench right("order", slow, "right");
        wire_end left_end("left_end");
        wire_end right_end("right_end");
        left_end.peer = &right_end;
        right_end.peer = &left_end;
        unsigned finished = 0;
        std::vector<std::tuple<hart_bench*, wire_end*>> boards = {{&left, &left_end},
                                                                  {&right, &right_end}};
        for (auto& [board, end] : boards) {
            board->router.map(0x10020000, 0x1000, "wire", end->target);
            board->hart.set_lookahead(ns(50));
            board->finisher.on_outcome([&finished](const soc::test_outcome&) { ++finished; });
        }
        sc_core::sc_start(us(30));
        CHECK(finished == 2);
        for (unsigned i = 0; i < rounds; ++i) {
            (*table)[4 * i] = left.result(3 * i);
            (*table)[4 * i + 1] = left.result(3 * i + 1);
            (*table)[4 * i + 2] = right.result(3 * i);
            (*table)[4 * i + 3] = right.result(3 * i + 1);
        }
    });
    return *table;
}

}  // namespace

TEST_CASE("an instruction sees exactly the events up to its start, for every quantum") {
    for (const std::uint64_t instructions : {1u, 2u, 3u, 7u, 100u, 10000u}) {
        for (const bool device_first : {false, true}) {
            fresh_simulation([=] {
                std::unique_ptr<event_counter> counter;
                if (device_first) {
                    counter = std::make_unique<event_counter>("counter");
                }
                hart_bench b("order", quantum(instructions));
                if (!device_first) {
                    counter = std::make_unique<event_counter>("counter");
                }
                b.router.map(0x10020000, 0x1000, "counter", counter->target);
                sc_core::sc_start(us(100));
                REQUIRE(b.outcome.has_value());
                unsigned wrong_ticks = 0;
                unsigned wrong_served = 0;
                for (unsigned i = 0; i < rounds; ++i) {
                    // The load starts one 2 ns cycle behind the instruction that read mcycle.
                    const std::uint64_t start_ns = 2 * (b.result(3 * i) + 1);
                    wrong_ticks += b.result(3 * i + 1) != start_ns / 10;
                    wrong_served += b.result(3 * i + 2) != i + 1;
                }
                INFO("quantum " << instructions << ", device first " << device_first);
                CHECK(wrong_ticks == 0);
                CHECK(wrong_served == 0);
            });
        }
    }
}

TEST_CASE("two harts see each other's messages at the same time for every quantum") {
    const auto reference = run_pair(10000);
    // The last count: nearly all messages have arrived by then, on both sides.
    CHECK(reference[4 * (rounds - 1) + 1] > rounds / 2);
    CHECK(reference[4 * (rounds - 1) + 3] > rounds / 2);
    for (const std::uint64_t instructions : {1u, 7u, 100u}) {
        INFO("quantum " << instructions);
        CHECK((run_pair(instructions) == reference));
    }
}
