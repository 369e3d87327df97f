#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "testbenches/unit/firmware/link_checks.h"

TEST_CASE("a perfect link comes up within 1 ms and says each step") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    CHECK(pair.now_us() < 1000);
    CHECK(said(pair, "link: light on 460 of 460 lanes"));
    CHECK(said(pair, "link: 400 of 400 lanes aligned, 0 need spares"));
    CHECK(said(pair, "link: UP with 400 data lanes, 0 of them on spares"));
    CHECK(pair.manager[0].repair.completed == 0);
}

TEST_CASE("drive currents bring every lane near the target power in spite of droop") {
    link_pair pair(lanes, data_lanes, 600);
    for (unsigned lane = 0; lane < lanes; ++lane) {
        pair.board[1].incoming[lane].power_10nw_per_ua = 0.8 + 0.001 * lane;
    }
    REQUIRE(bring_up(pair));
    CHECK(pair.now_us() < 8000);
    for (unsigned lane = 0; lane < lanes; ++lane) {
        const double current = pair.board[0].current_ua(lane);
        const double power = (0.8 + 0.001 * lane) * current * (1.0 - current / 5000.0);
        CHECK(power == Approx(600).epsilon(0.06));
    }
}

TEST_CASE("lanes that are off alike are corrected by words for all of them") {
    link_pair pair(lanes, data_lanes, 600);
    for (auto& lane : pair.board[1].incoming) {
        lane.power_10nw_per_ua = 1.2;
    }
    pair.board[1].incoming[3].dead = true;
    REQUIRE(bring_up(pair));
    std::vector<std::uint32_t> drives;
    for (const std::uint32_t word : pair.board[1].sent_words) {
        if (management_opcode_of(word) == management_drive) {
            drives.push_back(word);
        }
    }
    REQUIRE(drives.size() == 2);  // the second one because of droop
    for (const std::uint32_t word : drives) {
        CHECK(management_high(word) == management_all_lanes);
    }
    const double current = pair.board[0].current_ua(459);
    CHECK(1.2 * current * (1.0 - current / 5000.0) == Approx(600).epsilon(0.02));
    // A dark lane gets the common current too.
    CHECK(pair.board[0].current_ua(3) == pair.board[0].current_ua(459));
}

TEST_CASE("the job's drive settings reach every lane, and the bias follows the current") {
    link_pair pair(lanes, data_lanes);
    pair.manager[0].config.drive = {650, 400, 3};
    pair.manager[1].config.drive = {650, 400, 3};
    const auto& board = pair.board[0];
    REQUIRE(pair.run_until([&] { return pair.manager[0].state == link_light; }, 1000));
    for (const unsigned lane : {0u, 459u}) {
        CHECK(board.current_ua(lane) == 650);
        CHECK(board.bias_ua(lane) == 163);  // 650 / 4, rounded
        CHECK(board.post_tap_64(lane) == 3);
    }
    REQUIRE(bring_up(pair));
    CHECK(board.current_ua(0) < 600);
    CHECK(board.bias_ua(0) == Approx(board.current_ua(0) / 4.0).margin(0.5));
}

TEST_CASE("a DRIVE for a lane or current that cannot be is left alone") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    mock_bus::select(&pair.board[0]);
    const auto before = pair.board[0].current_ua(459);
    for (const std::uint32_t word :
         {management_word(management_drive, lanes, 300),
          management_word(management_drive, management_all_lanes - 1, 300),
          management_word(management_drive, management_all_lanes, drive_maximum_ua + 1)}) {
        CHECK(drive_control_apply(&pair.manager[0].drive, word) == dif_ok);
    }
    CHECK(pair.board[0].current_ua(459) == before);
    CHECK(drive_control_apply(&pair.manager[0].drive,
                              management_word(management_drive, lanes - 1, 300)) == dif_ok);
    CHECK(pair.board[0].current_ua(459) == 300);
    CHECK(pair.board[0].current_ua(458) != 300);
}

TEST_CASE("a lane that cannot reach the target gets the largest allowed current") {
    link_pair pair(lanes, data_lanes, 600);
    pair.board[1].incoming[7].power_10nw_per_ua = 0.4;
    REQUIRE(bring_up(pair));
    CHECK(pair.board[0].current_ua(7) == drive_maximum_ua);
}

TEST_CASE("lanes that are dead at birth are replaced, in both directions at once") {
    link_pair pair(lanes, data_lanes);
    for (unsigned lane : {3u, 17u, 200u, 401u}) {
        pair.board[0].incoming[lane].dead = true;
    }
    for (unsigned lane : {0u, 399u}) {
        pair.board[1].incoming[lane].dead = true;
    }
    REQUIRE(bring_up(pair));
    CHECK(pair.now_us() < 5000);
    CHECK(pair.manager[0].repair.completed == 3);
    CHECK(pair.manager[1].repair.completed == 2);
    CHECK(said(pair, "link: 3 lanes are dead, 59 spares are usable"));
    check_maps(pair);
}

TEST_CASE("a lane that never finds its frame is replaced") {
    link_pair pair(lanes, data_lanes);
    pair.board[1].incoming[42].no_frame = true;
    REQUIRE(bring_up(pair));
    CHECK(pair.board[1].map_receive(42) >= data_lanes);
    CHECK(pair.board[0].map_transmit(42) == pair.board[1].map_receive(42));
}

TEST_CASE("a weak lane moves to the best spare, but not when none is clearly better") {
    link_pair pair(lanes, data_lanes);
    pair.board[1].incoming[5].q_100 = 305;
    pair.board[1].incoming[433].q_100 = 1200;
    SECTION("a better spare") {
        REQUIRE(bring_up(pair));
        CHECK(pair.board[1].map_receive(5) == 433);
    }
    SECTION("a lane that the FEC can carry stays") {
        pair.board[1].incoming[5].q_100 = 315;  // bit error ratio 8e-4
        REQUIRE(bring_up(pair));
        CHECK(pair.board[1].map_receive(5) == 5);
    }
    SECTION("only slightly better ones") {
        for (unsigned lane = data_lanes; lane < lanes; ++lane) {
            pair.board[1].incoming[lane].q_100 = 330;
        }
        REQUIRE(bring_up(pair));
        CHECK(pair.board[1].map_receive(5) == 5);
    }
}

TEST_CASE("a link whose lanes are beyond the FEC comes up and says so") {
    link_pair pair(lanes, data_lanes);
    const unsigned bad = GENERATE(0u, 200u, 201u);
    for (unsigned lane = 0; lane < lanes; ++lane) {
        pair.board[1].incoming[lane].q_100 = lane < bad ? 349 : 350;
    }
    REQUIRE(bring_up(pair));
    CHECK(said(pair, "201 of 400 lanes make more bit errors than the FEC corrects") == (bad > 200));
}

TEST_CASE("a weak lane returns to its old place when the spare does not work") {
    link_pair pair(lanes, data_lanes);
    pair.board[1].incoming[5].q_100 = 300;
    pair.board[1].incoming[433].q_100 = 1200;
    pair.board[1].incoming[433].fails_with_data = true;
    REQUIRE(bring_up(pair));
    CHECK(pair.board[1].map_receive(5) == 5);
    CHECK(pair.board[0].map_transmit(5) == 5);
}

TEST_CASE("a dead lane goes on to the next spare when the first does not work") {
    link_pair pair(lanes, data_lanes);
    pair.board[1].incoming[5].dead = true;
    pair.board[1].incoming[433].q_100 = 1200;
    pair.board[1].incoming[433].fails_with_data = true;
    REQUIRE(bring_up(pair));
    CHECK(pair.board[1].map_receive(5) >= data_lanes);
    CHECK(pair.board[1].map_receive(5) != 433);
    check_map(pair, 1);
}

TEST_CASE("closed eyes are opened by equaliser presets; without light there is nothing to open") {
    link_pair pair(lanes, data_lanes);
    auto& incoming = pair.board[1].incoming;
    for (unsigned lane = 0; lane < lanes; ++lane) {
        incoming[lane].locks_at_post = lane % 2 == 0 ? 0 : -16;
    }
    incoming[3].dead = true;
    SECTION("all lanes lock") {
        REQUIRE(bring_up(pair));
        CHECK(said(pair, "link: clocks locked on 459 of 460 lanes"));
    }
    SECTION("too few lanes lock, and the console says how many") {
        for (auto& lane : incoming) {
            lane.locks_at_post = 1;
        }
        incoming[7].locks_at_post = 0;
        REQUIRE(pair.run_until([&] { return pair.manager[1].state == link_down; }, 20000));
        CHECK(pair.manager[1].cause == luxlane_cause_no_lock);
        CHECK(said(pair, "link: 459 of 460 lanes have light, clocks locked on 1 of them"));
    }
}

TEST_CASE("lanes that die while the link is up are replaced without dropping it") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    const unsigned count = GENERATE(1u, 3u, 7u);
    kill_first(pair, 1, count);
    const std::uint64_t begin = pair.now_us();
    bool dropped = false;
    const bool repaired = pair.run_until(
        [&] {
            dropped = dropped || !pair.both(link_up);
            return pair.manager[1].repair.completed == count;
        },
        50000);
    CHECK(repaired);
    CHECK_FALSE(dropped);
    // The mock raises no interrupt: the periodic look costs up to 1 ms. A swap takes some 20
    // superframes of 4.8 us, and each further one the superframe of its word.
    CHECK(pair.now_us() - begin < 1100 + 100 + count * 8);
    CHECK(pair.board[1].most_pending <= repair_swaps);
    CHECK((count == 1 || pair.board[1].most_pending > 1));
    check_map(pair, 1);
}

TEST_CASE("lanes that die while others are on the move do not wait for those") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    kill_first(pair, 1, 10);
    REQUIRE(pair.run_until([&] { return pair.board[1].most_pending == 4; }, 2000));
    for (unsigned lane = 100; lane < 110; ++lane) {
        pair.board[1].incoming[lane].dead = true;
    }
    mock_bus::select(&pair.board[1]);
    REQUIRE(lane_repair_scan(&pair.manager[1].repair, 0) == dif_ok);
    const std::uint64_t begin = pair.now_us();
    CHECK(pair.run_until([&] { return pair.manager[1].repair.completed == 20; }, 1000));
    CHECK(pair.now_us() - begin < 250);
    check_map(pair, 1);
}

TEST_CASE("both ends repair many lanes at once") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    kill_first(pair, 0, 25);
    kill_first(pair, 1, 40);
    const std::uint64_t begin = pair.now_us();
    CHECK(pair.run_until(
        [&] {
            return pair.manager[0].repair.completed == 25 && pair.manager[1].repair.completed == 40;
        },
        5000));
    CHECK(pair.now_us() - begin < 1100 + 700);
    check_maps(pair);
}

TEST_CASE("spares that die while lanes move to them are given up for others") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    kill_first(pair, 1, 7);
    REQUIRE(pair.run_until([&] { return pair.board[1].most_pending == 4; }, 2000));
    for (unsigned lane = data_lanes; lane < data_lanes + 5; ++lane) {
        pair.board[1].incoming[lane].dead = true;
    }
    CHECK(pair.run_until(
        [&] {
            return !lane_repair_busy(&pair.manager[1].repair) &&
                   pair.manager[1].repair.completed >= 7;
        },
        20000));
    CHECK(pair.both(link_up));
    check_map(pair, 1);
}

TEST_CASE("of lanes that still carry data only as many move at once as the FEC bridges") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    for (unsigned lane = 0; lane < 30; ++lane) {
        pair.board[1].incoming[lane].degraded = true;
        pair.board[1].incoming[lane].q_100 = 500;
    }
    unsigned most = 0;
    CHECK(pair.run_until(
        [&] {
            const auto& running = pair.manager[1].repair.running;
            most = std::max(most, lane_map_count(&running, data_lanes));
            return pair.manager[1].repair.completed == 30;
        },
        10000));
    // RS(544,514) corrects 15 of 544 symbols: those of 11 lanes of 400, without other errors.
    CHECK(most > 1);
    CHECK(most <= 11);
    check_map(pair, 1);
}

TEST_CASE("a REQUEST for a lane that does not exist or was given up is refused") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    link_manager& granting = pair.manager[0];
    const auto ask = [&](unsigned logical, unsigned physical) {
        lane_grant_request(&granting.grant, management_word(management_request, logical, physical));
        const auto& words = pair.board[0].sent_words;
        const std::size_t before = words.size();
        REQUIRE(pair.run_until([&] { return words.size() > before; }, 2000));
        const std::uint32_t answer = words[before];
        REQUIRE(pair.run_until([&] { return link_manager_quiet(&granting); }, 1000));
        return answer & ~0x7Fu;
    };
    CHECK(ask(data_lanes, 450) == management_word(management_refuse, data_lanes, 450));
    CHECK(ask(0, lanes) == management_word(management_refuse, 0, lanes));
    CHECK(ask(0, 1) == management_word(management_refuse, 0, 1));
    CHECK(management_opcode_of(ask(0, 450)) == management_switch_at);
    CHECK(ask(1, 0) == management_word(management_refuse, 1, 0));
    // Asked twice, granted twice; the map moves once.
    CHECK(management_opcode_of(ask(0, 450)) == management_switch_at);
    CHECK(pair.board[0].map_transmit(0) == 450);
}

TEST_CASE("a degraded lane moves to a spare; its replacement is checked by name") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    pair.board[0].incoming[11].degraded = true;
    pair.board[0].incoming[11].q_100 = 500;
    CHECK(pair.run_until([&] { return pair.manager[0].repair.completed == 1; }, 10000));
    CHECK(pair.board[0].map_receive(11) >= data_lanes);
}

TEST_CASE("more dead lanes than spares take both ends down with the cause") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    kill_first(pair, 1, 121);
    REQUIRE(pair.run_until([&] { return pair.both(link_down); }, 50000));
    CHECK(pair.manager[1].cause == luxlane_cause_spares_exhausted);
    CHECK(pair.manager[0].cause == luxlane_cause_peer_down);
    CHECK(pair.manager[0].far_cause == luxlane_cause_spares_exhausted);
    CHECK(said(pair, "link: 121 lanes failed, 60 usable spares"));
    CHECK(pair.run_until([&] { return link_manager_quiet(&pair.manager[1]); }, 1000));
}

TEST_CASE("more lanes dead at birth than spares are fatal during bring-up") {
    link_pair pair(lanes, data_lanes);
    kill_first(pair, 0, 61);
    REQUIRE(pair.run_until([&] { return pair.both(link_down); }, 100000));
    CHECK(pair.manager[0].cause == luxlane_cause_spares_exhausted);
}

TEST_CASE("lost words are repeated: bring-up and repair succeed with a seventh of them lost") {
    link_pair pair(lanes, data_lanes, 600);
    std::mt19937 generator(GENERATE(1u, 2u, 3u, 4u));
    for (auto& side : pair.board) {
        side.loses = [&](std::uint32_t) { return generator() % 7 == 0; };
    }
    kill_first(pair, 0, 5);
    REQUIRE(bring_up(pair));
    check_map(pair, 0);
    kill_first(pair, 1, 9);
    CHECK(pair.run_until([&] { return pair.manager[1].repair.completed == 9; }, 50000));
    check_map(pair, 1);
}

TEST_CASE("strictly periodic loss in both directions stops neither bring-up nor repair") {
    link_pair pair(lanes, data_lanes, 600);
    const unsigned period = GENERATE(3u, 5u, 7u, 8u, 9u, 33u);
    unsigned count[2] = {0, 0};
    for (unsigned i = 0; i < 2; ++i) {
        pair.board[i].loses = [&count, i, period](std::uint32_t) {
            return ++count[i] % period == 0;
        };
    }
    for (unsigned lane = 0; lane < lanes; ++lane) {
        pair.board[1].incoming[lane].power_10nw_per_ua = 0.8 + 0.001 * lane;
    }
    kill_first(pair, 0, 5);
    CAPTURE(period);
    bring_up(pair);
    CAPTURE(pair.lines);
    REQUIRE(pair.both(link_up));
    check_map(pair, 0);
    kill_first(pair, 1, 9);
    CHECK(pair.run_until([&] { return pair.manager[1].repair.completed == 9; }, 50000));
    check_map(pair, 1);
}

TEST_CASE("a SWITCH_AT that arrives after its superframe is still followed") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    bool lost = false;
    pair.board[0].loses = [&](std::uint32_t word) {
        const bool hit = !lost && management_opcode_of(word) == management_switch_at;
        lost = lost || hit;
        return hit;
    };
    kill_first(pair, 1, 1);
    CHECK(pair.run_until([&] { return pair.manager[1].repair.completed == 1; }, 10000));
    CHECK(lost);
    check_map(pair, 1);
}

TEST_CASE("a spare that the PHY does not switch to is given up for another") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    pair.board[1].ignore_switches = true;
    kill_first(pair, 1, 1);
    CHECK(pair.run_until([&] { return pair.manager[1].repair.retired.word[12] != 0; }, 50000));
    pair.board[1].ignore_switches = false;
    CHECK(pair.run_until([&] { return pair.manager[1].repair.completed == 1; }, 50000));
    check_map(pair, 1);
}

TEST_CASE("each step of the bring-up fails with its cause in time") {
    link_pair pair(lanes, data_lanes);
    luxlane_cause cause = luxlane_cause_none;
    SECTION("wrong device") {
        pair.board[0].driver_id = 0;
        cause = luxlane_cause_wrong_device;
    }
    SECTION("no cable") {
        pair.board[0].cable_present = false;
        cause = luxlane_cause_cable_absent;
    }
    SECTION("lane numbers differ") {
        pair.manager[0].config.lanes = 459;
        cause = luxlane_cause_lane_mismatch;
    }
    SECTION("transmitter not ready") {
        pair.board[0].transmitter_ready = false;
        cause = luxlane_cause_power_up;
    }
    SECTION("no light") {
        pair.powered[1] = false;
        cause = luxlane_cause_no_light;
    }
    SECTION("light without frames") {
        for (auto& lane : pair.board[0].incoming) {
            lane.no_frame = true;
        }
        cause = luxlane_cause_no_frame;
    }
    SECTION("no lanes to the accelerator") {
        pair.board[0].host_ready = false;
        cause = luxlane_cause_peer_not_ready;
    }
    SECTION("the far end never answers") {
        pair.board[1].loses = [](std::uint32_t) { return true; };
        cause = luxlane_cause_no_peer;
    }
    CHECK(pair.run_until([&] { return pair.manager[0].state == link_down; }, 200000));
    CHECK(pair.manager[0].cause == cause);
    CHECK(said(pair, luxlane_cause_text(cause)));
}

TEST_CASE("a far end that falls silent is noticed when it owes an answer") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    pair.powered[1] = false;
    pair.board[0].incoming[9].dead = true;
    CHECK(pair.run_until([&] { return pair.manager[0].state == link_down; }, 100000));
    CHECK((pair.manager[0].cause == luxlane_cause_management_lost ||
           pair.manager[0].cause == luxlane_cause_repair));
}

TEST_CASE("total loss of light is reported as such") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    kill_first(pair, 0, lanes);
    REQUIRE(pair.run_until([&] { return pair.manager[0].state == link_down; }, 30000));
    CHECK(pair.manager[0].cause == luxlane_cause_no_light);
}

TEST_CASE("the link recovers when the PHY drops it and spares suffice") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    kill_first(pair, 1, 20);
    REQUIRE(pair.run_until([&] { return pair.manager[1].state == link_recover; }, 5000));
    CHECK(pair.manager[1].recoveries == 1);
    CHECK(pair.manager[1].lanes_lost == 20);
    CHECK(said(pair, "link: 20 lanes lost at once, recovering"));
    const std::uint64_t begin = pair.now_us();
    REQUIRE(bring_up(pair));
    CHECK(pair.now_us() - begin < 400);
    CHECK(pair.manager[1].repair.completed == 20);
    CHECK(pair.run_until([&] { return said(pair, "link: logical lane 19 now uses physical lane"); },
                         1000));
}

TEST_CASE("a restarted far end is noticed") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    const link_config config = pair.manager[1].config;
    link_manager_init(&pair.manager[1], &config);
    CHECK(pair.run_until([&] { return pair.manager[0].state == link_down; }, 100000));
    CHECK(pair.manager[0].cause == luxlane_cause_peer_restarted);
}

TEST_CASE("the barrier holds until both ends are finished") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    const auto finished = [&] {
        return link_manager_both_finished(&pair.manager[0]) &&
               link_manager_both_finished(&pair.manager[1]);
    };
    mock_bus::select(&pair.board[0]);
    link_manager_finish(&pair.manager[0]);
    CHECK_FALSE(pair.run_until(finished, 2000));
    link_manager_finish(&pair.manager[1]);
    CHECK(pair.run_until(finished, 2000));
}

TEST_CASE("an over-hot module takes the link down and tells the far end") {
    link_pair pair(lanes, data_lanes);
    REQUIRE(bring_up(pair));
    mock_bus::select(&pair.board[0]);
    link_manager_take_down(&pair.manager[0], luxlane_cause_over_temperature);
    CHECK(pair.run_until([&] { return pair.both(link_down); }, 1000));
    CHECK(pair.manager[1].far_cause == luxlane_cause_over_temperature);
}
