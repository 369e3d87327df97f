#include <catch2/catch.hpp>
#include <random>

#include "testbenches/unit/firmware/link_checks.h"

// What breaks the link in one moment and how it comes back, or why it does not.

namespace {

constexpr std::uint64_t detection_us = 1100;  // the mock raises no interrupt: a look each ms

void light(link_pair& pair, unsigned receiver, bool on) {
    for (auto& lane : pair.board[receiver].incoming) {
        lane.dead = !on;
    }
}

/// Runs for `us` microseconds.
void wait_us(link_pair& pair, std::uint64_t us) {
    pair.run_until([] { return false; }, us);
}

bool recovered(link_pair& pair, std::uint64_t limit_us) {
    return pair.run_until(
        [&] { return pair.both(link_up) && pair.board[0].carrying() && pair.board[1].carrying(); },
        limit_us);
}

}  // namespace

TEST_CASE("light that was lost in one direction and returns brings the link back") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    const std::uint64_t dark_us = GENERATE(50u, 1000u, 10000u);
    CAPTURE(dark_us);
    light(pair, 1, false);
    wait_us(pair, dark_us);
    light(pair, 1, true);
    CHECK(recovered(pair, detection_us + 500));
    CHECK(pair.manager[1].recoveries == 1);
    CHECK(pair.manager[0].recoveries == 1);
    CHECK(pair.manager[1].lanes_lost == data_lanes);
    CHECK(pair.manager[1].repair.completed == 0);
    check_maps(pair);
}

TEST_CASE("light that was lost in both directions brings the link back") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    light(pair, 0, false);
    wait_us(pair, 700);
    light(pair, 1, false);
    wait_us(pair, 3000);
    light(pair, 0, true);
    wait_us(pair, 2000);
    light(pair, 1, true);
    CHECK(recovered(pair, detection_us + 500));
    check_maps(pair);
}

TEST_CASE("light that does not return ends both ends with that cause") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    light(pair, 1, false);
    CHECK(pair.run_until([&] { return pair.both(link_down); }, 60000));
    CHECK(pair.manager[1].cause == luxlane_cause_no_light);
    CHECK(pair.manager[0].cause == luxlane_cause_peer_down);
    CHECK(pair.manager[0].far_cause == luxlane_cause_no_light);
}

TEST_CASE("a PHY that falls into reset is set up again, its maps included") {
    link_pair pair(lanes, data_lanes);
    for (const unsigned lane : {3u, 17u, 200u}) {
        pair.board[0].incoming[lane].dead = true;
        pair.board[1].incoming[lane + 1].dead = true;
    }
    REQUIRE(bring_up(pair));
    const unsigned hit = GENERATE(0u, 1u);
    pair.board[hit].reset_phy();
    CHECK(pair.run_until([&] { return pair.manager[hit].state == link_recover; }, detection_us));
    CHECK(recovered(pair, 500));
    CHECK(said(pair, "link: the PHY has lost its settings in state 'up'"));
    CHECK(pair.manager[hit].lanes_lost == data_lanes);
    CHECK(pair.manager[1 - hit].recoveries == 1);
    check_maps(pair);
}

TEST_CASE("a PHY that falls into reset again while the link comes back does not stop it") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    const link_state during = GENERATE(link_recover, link_relock, link_reframe, link_rejoin,
                                       link_map, link_deskew, link_ready);
    CAPTURE(link_state_name(during));
    pair.board[0].reset_phy();
    REQUIRE(pair.run_until([&] { return pair.manager[0].state == during; }, 5000));
    pair.board[0].reset_phy();
    pair.board[1].reset_phy();
    CHECK(recovered(pair, 2 * detection_us));
    check_maps(pair);
}

TEST_CASE("a PHY that falls into reset during the bring-up is set up again") {
    link_pair pair(lanes, data_lanes);
    const link_state during = GENERATE(link_light, link_lock, link_adapt, link_frame, link_hello,
                                       link_drive, link_readapt, link_map, link_deskew, link_ready);
    CAPTURE(link_state_name(during));
    REQUIRE(pair.run_until([&] { return pair.manager[1].state == during; }, 50000));
    pair.board[1].reset_phy();
    CHECK(recovered(pair, 60000));
    check_maps(pair);
}

TEST_CASE("a switch that only one end carried out is found by the names on the lanes") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    // Board 0 grants and switches; its SWITCH_AT never arrives.
    pair.board[0].loses = [](std::uint32_t word) {
        return management_opcode_of(word) == management_switch_at;
    };
    pair.board[1].incoming[7].dead = true;
    REQUIRE(pair.run_until([&] { return pair.board[0].map_transmit(7) != 7; }, 5000));
    CHECK(pair.board[1].map_receive(7) == 7);
    pair.board[1].reset_phy();
    CHECK(recovered(pair, 2 * detection_us));
    CHECK(pair.board[1].map_receive(7) == pair.board[0].map_transmit(7));
    check_map(pair, 1);
}

TEST_CASE("a switch that was granted but not carried out costs no spare") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    pair.board[1].incoming[7].dead = true;
    REQUIRE(pair.run_until([&] { return pair.manager[0].grant.map[7] != 7; }, 5000));
    REQUIRE(pair.board[0].map_transmit(7) == 7);
    pair.board[0].reset_phy();
    pair.board[1].reset_phy();
    pair.board[1].incoming[7].dead = false;
    CHECK(recovered(pair, 2 * detection_us));
    check_map(pair, 1);
    CHECK(lane_map_count(&pair.manager[0].grant.used, lanes) ==
          data_lanes + (pair.board[0].map_transmit(7) != 7));
}

TEST_CASE("lanes that do not come back take spares, or the link down if there are none") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    light(pair, 1, false);
    wait_us(pair, 2000);
    light(pair, 1, true);
    SECTION("as many as there are spares") {
        kill_first(pair, 1, 60);
        CHECK(recovered(pair, 5000));
        CHECK(pair.manager[1].repair.completed == 60);
        check_map(pair, 1);
    }
    SECTION("one more") {
        kill_first(pair, 1, 61);
        CHECK(pair.run_until([&] { return pair.both(link_down); }, 50000));
        CHECK(pair.manager[1].cause == luxlane_cause_spares_exhausted);
        CHECK(pair.manager[0].far_cause == luxlane_cause_spares_exhausted);
    }
}

TEST_CASE("the link comes back with a seventh of the words lost") {
    link_pair pair(lanes, data_lanes);
    std::mt19937 generator(GENERATE(1u, 2u, 3u, 4u));
    REQUIRE(bring_up(pair));
    for (auto& side : pair.board) {
        side.loses = [&](std::uint32_t) { return generator() % 7 == 0; };
    }
    for (unsigned break_number = 1; break_number <= 3; ++break_number) {
        kill_first(pair, 1, 5 * break_number);
        pair.board[break_number % 2].reset_phy();
        wait_us(pair, 500);
        CHECK(recovered(pair, 10000));
    }
    check_maps(pair);
}

TEST_CASE("a far end that does not come back is given up with its cause") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    pair.powered[1] = false;
    pair.board[0].reset_phy();
    SECTION("its PHY carries on and sends no whole superframes") {
        CHECK(pair.run_until([&] { return pair.manager[0].state == link_down; }, 60000));
        CHECK(pair.manager[0].cause == luxlane_cause_no_frame);
    }
    SECTION("its PHY sends frames, but nobody there answers") {
        pair.board[1].reset_phy();
        pair.powered[1] = true;
        REQUIRE(pair.run_until([&] { return pair.manager[1].state == link_reframe; }, 5000));
        pair.powered[1] = false;
        CHECK(pair.run_until([&] { return pair.manager[0].state == link_down; }, 100000));
        CHECK((pair.manager[0].cause == luxlane_cause_no_peer ||
               pair.manager[0].cause == luxlane_cause_management_lost ||
               pair.manager[0].cause == luxlane_cause_repair));
    }
}

TEST_CASE("a link that breaks without end is given up as unstable, at both ends") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    const bool down = pair.run_until(
        [&] {
            if (pair.both(link_up)) {
                pair.board[1].reset_phy();
            }
            return pair.both(link_down);
        },
        200000);
    CHECK(down);
    CHECK((pair.manager[0].cause == luxlane_cause_unstable ||
           pair.manager[1].cause == luxlane_cause_unstable));
    CHECK(said(pair, luxlane_cause_text(luxlane_cause_unstable)));
}

TEST_CASE("breaks that lie far apart are each forgiven") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    for (unsigned i = 0; i < 30; ++i) {
        pair.board[i % 2].reset_phy();
        wait_us(pair, 7000);
        REQUIRE(pair.both(link_up));
    }
    CHECK(pair.manager[0].recoveries == 30);
}

TEST_CASE("what an end had said of its finish is said again after a break") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    mock_bus::select(&pair.board[0]);
    pair.board[0].loses = [](std::uint32_t word) {
        return management_opcode_of(word) == management_ready;
    };
    link_manager_finish(&pair.manager[0]);
    wait_us(pair, 100);
    CHECK_FALSE(pair.manager[1].far_finished);
    pair.board[0].loses = [](std::uint32_t) { return false; };
    pair.board[1].reset_phy();
    wait_us(pair, 2 * detection_us);
    REQUIRE(pair.both(link_up));
    const auto finished = [&] {
        for (unsigned i = 0; i < 2; ++i) {
            mock_bus::select(&pair.board[i]);
            link_manager_finish(&pair.manager[i]);
        }
        return link_manager_both_finished(&pair.manager[0]) &&
               link_manager_both_finished(&pair.manager[1]);
    };
    CHECK(pair.run_until(finished, 2000));
}
