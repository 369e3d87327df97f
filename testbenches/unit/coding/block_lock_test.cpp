#include "models/coding/block_lock.h"

#include <catch2/catch.hpp>

using namespace luxlane::coding;

namespace {

/// Gives `count` headers, alternately of both valid kinds; true if any made the receiver slip.
bool give_valid(block_lock& lock, unsigned count) {
    bool slipped = false;
    for (unsigned i = 0; i < count; ++i) {
        slipped = lock.take(i % 2 == 0 ? data_header : control_header) || slipped;
    }
    return slipped;
}

void give(high_ber_monitor& monitor, unsigned valid, unsigned invalid) {
    for (unsigned i = 0; i < invalid; ++i) {
        monitor.take(i % 2 == 0 ? 0 : 3);
    }
    for (unsigned i = 0; i < valid; ++i) {
        monitor.take(data_header);
    }
}

}  // namespace

TEST_CASE("64 valid headers in a row lock, an invalid one before slips") {
    for (const auto clause : {block_clause::clause_49, block_clause::clause_82}) {
        block_lock lock(clause);
        REQUIRE_FALSE(give_valid(lock, 63));
        REQUIRE_FALSE(lock.locked());
        REQUIRE(lock.take(3));
        REQUIRE_FALSE(give_valid(lock, 63));
        REQUIRE_FALSE(lock.locked());
        REQUIRE_FALSE(lock.take(control_header));
        REQUIRE(lock.locked());
        REQUIRE(lock.slips() == 1);
        REQUIRE(lock.losses() == 0);
    }
}

TEST_CASE("Lock survives one invalid header less than its limit in every window") {
    struct limits {
        block_clause clause;
        unsigned window;
        unsigned limit;
    };
    for (const limits& of :
         {limits{block_clause::clause_49, 64, 16}, limits{block_clause::clause_82, 1024, 65}}) {
        block_lock lock(of.clause);
        give_valid(lock, 64);
        for (int window = 0; window < 5; ++window) {
            for (unsigned i = 0; i + 1 < of.limit; ++i) {
                REQUIRE_FALSE(lock.take(0));
            }
            REQUIRE_FALSE(give_valid(lock, of.window - of.limit + 1));
            REQUIRE(lock.locked());
        }
        for (unsigned i = 0; i + 1 < of.limit; ++i) {
            REQUIRE_FALSE(lock.take(3));
        }
        REQUIRE(lock.take(3));
        REQUIRE_FALSE(lock.locked());
        REQUIRE(lock.losses() == 1);
    }
}

TEST_CASE("A high error ratio is reported from the limit on, until a window passes below it") {
    struct limits {
        block_clause clause;
        unsigned window;
        unsigned limit;
    };
    for (const limits& of : {limits{block_clause::clause_49, 19531, 16},
                             limits{block_clause::clause_82, 781250, 97}}) {
        high_ber_monitor monitor(of.clause);
        give(monitor, of.window - of.limit + 1, of.limit - 1);
        REQUIRE_FALSE(monitor.high());
        give(monitor, 0, of.limit - 1);
        REQUIRE_FALSE(monitor.high());
        give(monitor, 0, 1);
        REQUIRE(monitor.high());
        give(monitor, 0, 5);
        REQUIRE(monitor.counted() == 2 * of.limit - 1);
        give(monitor, of.window - of.limit - 5, 0);
        REQUIRE(monitor.high());
        give(monitor, of.window - 1, 0);
        REQUIRE(monitor.high());
        give(monitor, 1, 0);
        REQUIRE_FALSE(monitor.high());
        give(monitor, 0, of.limit);
        REQUIRE(monitor.high());
        monitor.take(data_header, false);
        REQUIRE_FALSE(monitor.high());
    }
}

TEST_CASE("The windows in blocks are the times of the standard at the nominal rates") {
    // 125 us at 10.3125 Gb/s; 1.25 ms at 41.25 and 0.5 ms at 103.125 Gb/s.
    REQUIRE(125e-6 * 10.3125e9 / 66 == Approx(19531).epsilon(1e-4));
    REQUIRE(1.25e-3 * 41.25e9 / 66 == Approx(781250));
    REQUIRE(0.5e-3 * 103.125e9 / 66 == Approx(781250));
}
