#include "models/serdes_phy/link_supervisor.h"

#include <catch2/catch.hpp>

using namespace luxlane;
using namespace luxlane::wide_link;

namespace {

constexpr std::uint64_t ms = 1'000'000'000;

/// A link with everything that UP needs.
link_condition healthy() { return {true, true, true, true, true, true, false, {}}; }

link_supervisor up_at(std::uint64_t now_ps) {
    link_supervisor link({});
    link.step(healthy(), now_ps);
    REQUIRE(link.state() == link_state::up);
    return link;
}

}  // namespace

TEST_CASE("the link climbs state by state, as its conditions come true") {
    link_supervisor link({});
    link_condition is;
    link.step(is, 0);
    CHECK(link.state() == link_state::reset);
    is.transmitting = is.receiving = true;
    link.step(is, 1);
    CHECK(link.state() == link_state::tx_on);
    is.framed = is.complete = true;
    link.step(is, 2);
    CHECK(link.state() == link_state::lanes);
    is.deskewed = true;
    link.step(is, 3);
    CHECK(link.state() == link_state::deskew);
    CHECK_FALSE(link.carrying());
    is.enabled = true;
    link.step(is, 4);
    CHECK(link.state() == link_state::up);
    CHECK(link.carrying());
    is.switching = true;
    link.step(is, 5);
    CHECK(link.state() == link_state::repair);
    CHECK(link.carrying());
    is.switching = false;
    link.step(is, 6);
    CHECK(link.state() == link_state::up);
    is.transmitting = false;
    link.step(is, 7);
    CHECK(link.state() == link_state::reset);
    CHECK_FALSE(link.carrying());
}

TEST_CASE("a lane fewer does not end UP, but keeps a link from coming up") {
    auto is = healthy();
    is.complete = false;
    link_supervisor link({});
    link.step(is, 0);
    CHECK(link.state() == link_state::tx_on);
    auto running = up_at(0);
    running.step(is, 1);
    CHECK(running.state() == link_state::up);
}

TEST_CASE("DOWN names its cause, holds, and is left by forgiveness alone") {
    auto is = healthy();
    auto expected = link_cause::disabled;
    SECTION("disabled") { is.enabled = false; }
    SECTION("receiver off") { is.receiving = is.deskewed = false; }
    SECTION("lanes lost") {
        is.deskewed = is.complete = false;
        is.loss = expected = link_cause::lanes_lost;
    }
    SECTION("no signal") {
        is.deskewed = is.complete = is.framed = false;
        is.loss = expected = link_cause::loss_of_signal;
    }
    auto link = up_at(0);
    link.step(is, 1);
    CHECK(link.state() == link_state::down);
    CHECK(link.cause() == expected);
    CHECK(link.deadline_ps() == link_supervisor::never);
    link.step(healthy(), 100 * ms);
    CHECK(link.state() == link_state::down);
    CHECK(link.cause() == expected);
    link.forgive();
    link.step(healthy(), 100 * ms);
    CHECK(link.state() == link_state::up);
    CHECK(link.cause() == link_cause::none);
}

// UCIe 3.0, 4.5.3: every training state but RESET and TRAINERROR may last 8 ms.
TEST_CASE("each state that stands still for 8 ms ends in DOWN with its own cause") {
    auto is = healthy();
    is.enabled = false;
    auto expected = link_cause::deskew_timeout;
    auto state = link_state::deskew;
    SECTION("TX_ON") {
        is.deskewed = is.complete = false;
        expected = link_cause::lanes_timeout;
        state = link_state::tx_on;
    }
    SECTION("LANES") {
        is.deskewed = false;
        state = link_state::lanes;
    }
    SECTION("DESKEW") {}
    SECTION("REPAIR") {
        is.enabled = is.switching = true;
        expected = link_cause::repair_timeout;
        state = link_state::repair;
    }
    link_supervisor link({});
    link.step(is, 5);
    link.step(is, 6);
    REQUIRE(link.state() == state);
    CHECK(link.deadline_ps() == 5 + 8 * ms);
    link.step(is, 5 + 8 * ms - 1);
    CHECK(link.state() == state);
    SECTION("progress begins the limit anew") {
        link.progress(5 + 8 * ms - 1);
        link.step(is, 5 + 16 * ms - 2);
        CHECK(link.state() == state);
    }
    link.step(is, 5 + 16 * ms);
    CHECK(link.state() == link_state::down);
    CHECK(link.cause() == expected);
    CHECK_FALSE(link.carrying());
}

TEST_CASE("a change that comes at the limit counts") {
    auto is = healthy();
    is.enabled = false;
    link_supervisor link({});
    link.step(is, 0);
    is.enabled = true;
    link.step(is, 8 * ms);
    CHECK(link.state() == link_state::up);
}

TEST_CASE("TX_ON waits for a far end that is not there as long as it takes") {
    link_condition is;
    is.transmitting = is.receiving = true;
    link_supervisor link({});
    link.step(is, 0);
    CHECK(link.deadline_ps() == link_supervisor::never);
    link.step(is, 1000 * ms);
    CHECK(link.state() == link_state::tx_on);
    is.framed = true;
    link.step(is, 1000 * ms);
    CHECK(link.deadline_ps() == 1008 * ms);
    is.framed = false;
    link.step(is, 1001 * ms);
    CHECK(link.deadline_ps() == link_supervisor::never);
}
