#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "models/coding/codeword_failure.h"
#include "models/serdes_phy/idle_accrual.h"
#include "models/serdes_phy/lane_map.h"
#include "models/serdes_phy/receive_lane.h"

using namespace luxlane;
using namespace luxlane::wide_link;
namespace frame = coding::lane_frame;

namespace {

frame::parsed_overhead named(std::uint32_t id) {
    frame::parsed_overhead parsed;
    parsed.fields.lane_id = id;
    parsed.crc_good = true;
    return parsed;
}

frame::parsed_overhead bad() {
    frame::parsed_overhead parsed;
    parsed.sync_errors = 20;
    return parsed;
}

/// A lane that has found its frame, with these limits.
receive_lane framed(const lane_limits& limits) {
    receive_lane lane;
    lane.train(0, limits);
    lane.clock(true, 0, limits);
    lane.searched(true, 5, 0, limits);
    lane.searched(true, 5, 0, limits);
    return lane;
}

struct errors {
    std::vector<std::uint16_t> physical_of;
    std::vector<double> ber;
    fec_counters counters;

    explicit errors(std::size_t lanes, double ratio)
        : physical_of(lanes), ber(lanes, ratio), counters(static_cast<std::uint32_t>(lanes)) {
        std::iota(physical_of.begin(), physical_of.end(), std::uint16_t{0});
    }
    void add(std::uint64_t codewords, const payload_format& format = {}) {
        idle_accrual({1, 0, idle_error_purpose}, format).add(codewords, physical_of, ber, counters);
    }
};

}  // namespace

TEST_CASE("FRAME wants SYNC at one place twice in a row") {
    const lane_limits limits;
    receive_lane lane;
    lane.train(0, limits);
    lane.clock(false, 1, limits);
    CHECK(lane.state() == lane_state::cdr_lock);
    lane.clock(true, 2, limits);
    lane.searched(true, 5, 3, limits);
    lane.searched(true, 6, 4, limits);
    CHECK(lane.state() == lane_state::frame);
    lane.searched(false, 0, 5, limits);
    lane.searched(true, 6, 6, limits);
    CHECK(lane.state() == lane_state::frame);
    lane.searched(true, 6, 7, limits);
    CHECK(lane.state() == lane_state::named);
    CHECK(lane.skew_ui() == 6);
}

TEST_CASE("NAMED wants the same name twice in a row") {
    const lane_limits limits;
    auto lane = framed(limits);
    lane.marker(named(9), true, 0, limits);
    lane.marker(named(10), true, 0, limits);
    CHECK(lane.state() == lane_state::named);
    auto broken = named(10);
    broken.crc_good = false;
    lane.marker(broken, true, 0, limits);
    lane.marker(named(10), true, 0, limits);
    CHECK(lane.state() == lane_state::named);
    lane.marker(named(10), true, 0, limits);
    CHECK(lane.state() == lane_state::aligned);
    CHECK(lane.name() == 10);
}

TEST_CASE("each time limit ends in FAILED, not before it is reached") {
    const lane_limits limits;
    receive_lane lane;
    lane.train(1000, limits);
    CHECK(lane.deadline_ps() == 1000 + limits.cdr_lock_ps);
    lane.expire(false, 0.5, lane.deadline_ps() - 1, limits);
    CHECK(lane.state() == lane_state::cdr_lock);
    SECTION("clock") {
        lane.expire(false, 0.5, lane.deadline_ps(), limits);
        CHECK(lane.state() == lane_state::failed);
    }
    SECTION("frame") {
        lane.expire(true, 0.0, lane.deadline_ps(), limits);
        REQUIRE(lane.state() == lane_state::frame);
        lane.expire(true, 0.0, lane.deadline_ps() - 1, limits);
        CHECK(lane.state() == lane_state::frame);
        lane.expire(true, 0.0, lane.deadline_ps(), limits);
        CHECK(lane.state() == lane_state::failed);
        CHECK(lane.deadline_ps() == receive_lane::never);
    }
    SECTION("name") {
        auto other = framed(limits);
        other.expire(true, 0.0, other.deadline_ps(), limits);
        CHECK(other.state() == lane_state::failed);
    }
}

TEST_CASE("the far end's name decides between data lane and spare") {
    const lane_limits limits;
    auto lane = framed(limits);
    const auto twice = [&](std::uint32_t id) {
        lane.marker(named(id), true, 0, limits);
        lane.marker(named(id), true, 0, limits);
    };
    twice(frame::spare_lane_id);
    CHECK(lane.state() == lane_state::spare_test);
    lane.count_spare_test(200, 1000000);
    lane.expire(true, 0.0, lane.deadline_ps(), limits);
    CHECK(lane.state() == lane_state::spare);
    twice(3);
    CHECK(lane.state() == lane_state::aligned);
    lane.degrade();
    twice(4);
    CHECK(lane.state() == lane_state::degraded);
    twice(frame::spare_lane_id);
    CHECK(lane.state() == lane_state::spare_test);
    // 1e-4 of the test's 2125000 bits are 212.5 errors; unseen bits count by the lane's ratio.
    SECTION("seen") {
        lane.count_spare_test(213, 1000000);
        lane.expire(true, 0.0, lane.deadline_ps(), limits);
        CHECK(lane.state() == lane_state::failed);
    }
    SECTION("unseen") {
        lane.expire(true, 1.1e-4, lane.deadline_ps(), limits);
        CHECK(lane.state() == lane_state::failed);
    }
}

TEST_CASE("the marker limit tells a dark lane from a slipped one") {
    lane_limits limits;
    limits.markers = 3;
    for (const bool locked : {true, false}) {
        auto lane = framed(limits);
        lane.marker(named(3), true, 0, limits);
        lane.marker(named(3), true, 0, limits);
        lane.marker(bad(), locked, 0, limits);
        lane.marker(bad(), locked, 0, limits);
        lane.marker(named(3), locked, 0, limits);
        lane.marker(bad(), locked, 0, limits);
        lane.marker(bad(), locked, 0, limits);
        CHECK(lane.state() == lane_state::aligned);
        lane.marker(bad(), locked, 0, limits);
        CHECK(lane.state() == (locked ? lane_state::frame : lane_state::failed));
        CHECK(lane.marker_errors() == 5);
    }
}

TEST_CASE("a map switches at its superframe, copies before it, and remembers") {
    lane_map map(4, 6);
    std::vector<std::uint16_t> table;
    std::vector<std::uint16_t> names;
    REQUIRE(map.arm({2, 5, 100}));
    map.table_at(99, table);
    CHECK(table == std::vector<std::uint16_t>{0, 1, 2, 3});
    map.table_at(100, table);
    CHECK(table == std::vector<std::uint16_t>{0, 1, 5, 3});
    map.names_at(99, names);
    CHECK(names == std::vector<std::uint16_t>{0, 1, 2, 3, lane_map::none, 2});
    map.names_at(100, names);
    CHECK(names == std::vector<std::uint16_t>{0, 1, lane_map::none, 3, lane_map::none, 2});
    CHECK(map.advance(99) == 0);
    CHECK(map.physical(2) == 2);
    CHECK(map.advance(101) == 1);
    CHECK(map.physical(2) == 5);
    map.table_at(99, table);
    CHECK(table[2] == 2);
    CHECK(map.advance(200) == 0);
    map.table_at(200, table);
    CHECK(table[2] == 5);
}

TEST_CASE("a map gives no physical lane to two logical ones") {
    lane_map map(4, 6);
    CHECK_FALSE(map.assign(0, 1));
    CHECK_FALSE(map.assign(0, 6));
    REQUIRE(map.arm({2, 5, 100}));
    CHECK_FALSE(map.assign(0, 5));
    CHECK_FALSE(map.arm({1, 5, 90}));
    CHECK_FALSE(map.arm({1, 3, 90}));
    CHECK_FALSE(map.arm({1, 1, 90}));
    CHECK(map.assign(0, lane_map::none));
    CHECK(map.assign(1, 0));
}

// Expected values: P = sum over i > 15 of C(544, i) s^i (1 - s)^(544 - i), s = 1 - (1 - p)^10.
TEST_CASE("idle codewords fail as often as the binomial law says") {
    errors at_1e3(272, 1e-3);
    at_1e3.add(100'000'000);
    // P = 1.5303e-04: 15303 of 1e8, 3.3 sigma are 408.
    CHECK(std::abs(double(at_1e3.counters.uncorrectable_codewords) - 15302.6) < 408.2);
    CHECK(at_1e3.counters.codewords == 100'000'000);

    errors at_1e6(400, 1e-6);
    at_1e6.add(1'000'000);
    CHECK(at_1e6.counters.uncorrectable_codewords == 0);
    // 5.44e9 bits: 5440 errors, 3.3 sigma are 243.
    CHECK(std::abs(double(at_1e6.counters.corrected_bits) - 5440.0) < 243.0);
    const auto& histogram = at_1e6.counters.histogram;
    CHECK(std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0}) == 1'000'000);
}

// link.md 2.2's law as `codeword_failure_ratio` sums it; the lane counts divide the codewords.
TEST_CASE("idle codewords of every code fail as often as its distance says") {
    using coding::fec_kind;
    struct point {
        fec_kind fec;
        std::size_t lanes;
        double ber;
    };
    const auto [fec, lanes, ber] = GENERATE(values<point>({{fec_kind::kr4, 264, 9e-5},
                                                           {fec_kind::kr4, 264, 2.4e-4},
                                                           {fec_kind::kr4, 264, 1e-3},
                                                           {fec_kind::rs272, 272, 9e-5},
                                                           {fec_kind::rs272, 272, 2.4e-4},
                                                           {fec_kind::rs272, 136, 1e-3},
                                                           {fec_kind::kp4, 272, 2.4e-4},
                                                           {fec_kind::kp4, 544, 5e-4},
                                                           {fec_kind::kp4, 272, 1e-3}}));
    const double ratio = coding::codeword_failure_ratio(fec, 1.0 - std::pow(1.0 - ber, 10.0));
    const auto codewords = static_cast<std::uint64_t>(10000.0 / ratio);
    errors count(lanes, ber);
    count.add(codewords, {.fec = fec});
    const double expected = ratio * double(codewords);
    CAPTURE(coding::correctable_of(fec), ber, expected);
    // Two-sided 99 % of the binomial law.
    CHECK(std::abs(double(count.counters.uncorrectable_codewords) - expected) <
          2.576 * std::sqrt(expected * (1.0 - ratio)));
    const auto& histogram = count.counters.histogram;
    CHECK(std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0}) +
              count.counters.uncorrectable_codewords ==
          codewords);
}

TEST_CASE("idle codewords fail at no rate that is rounding") {
    // KP4 at 9e-5: 3e-19 a codeword.
    errors count(272, 9e-5);
    count.add(1'000'000'000'000'000);
    CHECK(count.counters.uncorrectable_codewords == 0);
}

TEST_CASE("idle codewords with eight dead lanes of 272 fail as 98.4 % do") {
    errors count(272, 0.0);
    for (std::size_t lane = 0; lane < 7; ++lane) {
        count.ber[lane] = 0.5;
    }
    count.add(10000);
    CHECK(count.counters.uncorrectable_codewords == 0);
    CHECK(count.counters.corrected_symbols == Approx(140000.0 * 1023 / 1024).epsilon(1e-3));
    count.ber[7] = 0.5;
    count.counters = fec_counters(272);
    count.add(10000);
    CHECK(std::abs(double(count.counters.uncorrectable_codewords) - 9845.0) < 3.3 * 12.4);
}

TEST_CASE("idle errors belong to the lanes that make them, and nothing is counted twice") {
    errors count(400, 0.0);
    count.ber[17] = 1e-4;
    count.physical_of[17] = 320;
    count.physical_of[320] = lane_map::none;
    count.add(1'000'000);
    const auto& lanes = count.counters.lane_symbol_errors;
    CHECK(lanes[320] == count.counters.corrected_symbols);
    CHECK(std::accumulate(lanes.begin(), lanes.end(), std::uint64_t{0}) == lanes[320]);
    // 1.36e6 symbols of ten bits at 1e-4: 1359, 3.3 sigma are 122.
    CHECK(std::abs(double(lanes[320]) - 1359.4) < 122.0);
    CHECK(count.counters.window_errors[320] == lanes[320]);
    CHECK(count.counters.lane_symbols[320] == 1'360'000);
}

// Twenty bits of each codeword are the lane's, and half of them wrong: P = sum over i > 15 of
// C(20, i) / 2^20.
TEST_CASE("behind a blind gearbox an idle codeword meets a dead lane bit by bit") {
    constexpr std::uint64_t codewords = 1'000'000;
    std::vector<std::uint16_t> physical_of(272);
    std::iota(physical_of.begin(), physical_of.end(), std::uint16_t{0});
    std::vector<double> ber(272);
    ber[100] = 0.5;
    fec_counters counters(272);
    idle_accrual({1, 0, idle_error_purpose},
                 {coding::fec_kind::kp4, 2, coding::gearbox_mode::blind})
        .add(codewords, physical_of, ber, counters);
    const double expected = 6196.0 / 1048576.0 * double(codewords);
    CHECK(std::abs(double(counters.uncorrectable_codewords) - expected) <
          3.3 * std::sqrt(expected));
    CHECK(counters.corrected_bits == counters.corrected_symbols);
    CHECK(counters.lane_symbol_errors[100] == counters.corrected_symbols);
}
