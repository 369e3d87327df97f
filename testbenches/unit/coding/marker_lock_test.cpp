#include "models/coding/marker_lock.h"

#include <catch2/catch.hpp>
#include <stdexcept>

using namespace luxlane::coding;

namespace {

/// One period of `length` units whose last one is a marker of `lane`, or none.
void pass(marker_lock& lock, std::uint64_t length, std::optional<unsigned> lane) {
    for (std::uint64_t i = 0; i + 1 < length; ++i) {
        lock.take(std::nullopt);
    }
    lock.take(lane);
}

}  // namespace

TEST_CASE("Two equal markers one period apart lock, and so many missing ones lose lock") {
    for (const unsigned limit : {4u, 5u}) {
        marker_lock lock(100, limit);
        pass(lock, 37, 3);
        REQUIRE_FALSE(lock.locked());
        REQUIRE_FALSE(lock.lane().has_value());
        pass(lock, 100, 3);
        REQUIRE(lock.locked());
        REQUIRE(lock.lane() == 3u);
        for (unsigned missed = 1; missed < limit; ++missed) {
            pass(lock, 100, std::nullopt);
        }
        REQUIRE(lock.locked());
        pass(lock, 100, 3);  // one good marker forgives those before it
        for (unsigned missed = 1; missed < limit; ++missed) {
            pass(lock, 100, missed % 2 == 0 ? std::nullopt : std::optional(7u));
        }
        REQUIRE(lock.locked());
        pass(lock, 100, std::nullopt);
        REQUIRE_FALSE(lock.locked());
        REQUIRE(lock.losses() == 1);
        REQUIRE(lock.misses() == 2 * (limit - 1) + 1);
    }
}

TEST_CASE("A chance marker, another lane's or one at the wrong distance does not lock") {
    marker_lock lock(100, 4);
    pass(lock, 10, 5);  // chance
    pass(lock, 40, 3);  // the first true marker, not looked at
    REQUIRE_FALSE(lock.looks());
    pass(lock, 60, std::nullopt);
    REQUIRE(lock.looks());
    pass(lock, 40, 3);
    REQUIRE_FALSE(lock.locked());
    pass(lock, 100, 4);
    REQUIRE_FALSE(lock.locked());
    pass(lock, 100, 4);
    REQUIRE(lock.locked());
    REQUIRE(lock.lane() == 4u);
}

TEST_CASE("A marker lock needs a period and a limit") {
    REQUIRE_THROWS_AS(marker_lock(0, 4), std::invalid_argument);
    REQUIRE_THROWS_AS(marker_lock(100, 0), std::invalid_argument);
}
