#include "models/coding/lane_alignment.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <random>
#include <stdexcept>

#include "testbenches/unit/coding/long_run.h"

using namespace luxlane::coding;

namespace {

constexpr std::uint64_t period = 200;
constexpr unsigned skew_limit = 60;

/// A multi-lane transmitter, lanes that swap places and delay, and a receiver.
class multi_lane_link {
public:
    multi_lane_link(marker_set set, std::vector<unsigned> order, std::vector<unsigned> delays,
                    std::uint64_t seed, std::uint64_t blocks_between = period,
                    unsigned limit = skew_limit)
        : receiver({set, blocks_between, limit}),
          random_(seed),
          order_(std::move(order)),
          distributor_(set, blocks_between),
          on_line_(lanes_of(set)) {
        // A delayed lane brings what was on the line before: anything.
        for (const unsigned delay : delays) {
            delayed_.emplace_back();
            for (unsigned i = 0; i < delay; ++i) {
                delayed_.back().push_back({data_header, random_()});
            }
        }
    }

    /// Sends `rows` blocks on each lane, markers among them; `damage(row, lanes)` may change what
    /// arrives.
    template <typename damage_function>
    void run(std::size_t rows, const damage_function& damage) {
        std::vector<block66> row(order_.size());
        for (std::size_t r = 0; r < rows; ++r) {
            while (next_ == on_line_[0].size()) {
                refill();
            }
            for (std::size_t i = 0; i < row.size(); ++i) {
                delayed_[i].push_back(on_line_[order_[i]][next_]);
                row[i] = delayed_[i][delayed_from_[i]++];
                if (delayed_from_[i] > 4096) {
                    delayed_[i].erase(
                        delayed_[i].begin(),
                        delayed_[i].begin() + static_cast<std::ptrdiff_t>(delayed_from_[i]));
                    delayed_from_[i] = 0;
                }
            }
            ++next_;
            damage(r, row);
            receiver.take(row, received);
        }
    }
    void run(std::size_t rows) {
        run(rows, [](std::size_t, std::vector<block66>&) {});
    }

    /// Adds `blocks` to the delay of received lane `i`.
    void delay_more(std::size_t i, unsigned blocks) {
        delayed_[i].insert(delayed_[i].begin() + static_cast<std::ptrdiff_t>(delayed_from_[i]),
                           blocks, block66{data_header, random_()});
    }

    /// Whether what was received since alignment is a gapless part of what was sent.
    bool received_in_sequence() const {
        if (received.empty()) {
            return false;
        }
        const auto from = std::find(sent.begin(), sent.end(), received.front());
        return static_cast<std::size_t>(sent.end() - from) >= received.size() &&
               std::equal(received.begin(), received.end(), from);
    }

    lane_alignment receiver;
    std::vector<block66> sent;
    std::vector<block66> received;

private:
    void refill() {
        for (std::vector<block66>& lane : on_line_) {
            lane.clear();
        }
        next_ = 0;
        for (std::size_t i = 0; i < on_line_.size(); ++i) {
            sent.push_back({random_() % 2 == 0 ? data_header : control_header, random_()});
            distributor_.take(sent.back(), on_line_);
        }
    }

    std::mt19937_64 random_;
    std::vector<unsigned> order_;
    lane_distributor distributor_;
    std::vector<std::vector<block66>> on_line_;
    std::size_t next_ = 0;
    std::vector<std::vector<block66>> delayed_;
    std::vector<std::size_t> delayed_from_ = std::vector<std::size_t>(order_.size());
};

std::vector<unsigned> straight(marker_set set) {
    std::vector<unsigned> order(lanes_of(set));
    std::iota(order.begin(), order.end(), 0u);
    return order;
}

std::vector<unsigned> no_delay(marker_set set) { return std::vector<unsigned>(lanes_of(set), 0); }

}  // namespace

TEST_CASE("Lanes in any order and with any skew up to the limit are put together again") {
    std::mt19937_64 random(1);
    for (const auto set : {marker_set::lanes_4, marker_set::lanes_20}) {
        for (int round = 0; round < 40; ++round) {
            std::vector<unsigned> order = straight(set);
            std::shuffle(order.begin(), order.end(), random);
            std::vector<unsigned> delays = no_delay(set);
            for (unsigned& delay : delays) {
                delay = static_cast<unsigned>(random() % (skew_limit + 1));
            }
            // The extremes, in some rounds: all of the skew between two lanes.
            if (round % 4 == 0) {
                delays[0] = 0;
                delays[1] = skew_limit;
            }
            multi_lane_link link(set, order, delays, random());
            link.run(2 * (period + 1) + skew_limit + 100);
            REQUIRE(link.receiver.status() == alignment_status::aligned);
            link.run(5 * period);
            REQUIRE(link.received_in_sequence());
            REQUIRE(link.received.size() > 5 * (period - 1) * lanes_of(set));
            const unsigned latest = *std::max_element(delays.begin(), delays.end());
            for (std::size_t i = 0; i < order.size(); ++i) {
                REQUIRE(link.receiver.marker_of(i) == order[i]);
                REQUIRE(link.receiver.delay_of(i) == latest - delays[i]);
                REQUIRE(link.receiver.bip_errors(i) == 0);
            }
        }
    }
}

TEST_CASE("Random streams pass 20 lanes with the period of the standard") {
    const marker_set set = marker_set::lanes_20;
    std::vector<unsigned> order = straight(set);
    std::reverse(order.begin(), order.end());
    multi_lane_link link(set, order, no_delay(set), 2, blocks_between_markers);
    const std::size_t rows = luxlane::long_run(1'000'000, 100'000'000) / 20;
    link.run(2 * (blocks_between_markers + 1));
    REQUIRE(link.receiver.status() == alignment_status::aligned);
    std::size_t checked = 0;
    for (std::size_t done = 0; done < rows; done += 10'000) {
        link.received.clear();
        const std::size_t keep = std::min<std::size_t>(link.sent.size(), 20 * 200);
        link.sent.erase(link.sent.begin(), link.sent.end() - static_cast<std::ptrdiff_t>(keep));
        link.run(10'000);
        REQUIRE(link.received_in_sequence());
        checked += link.received.size();
    }
    REQUIRE(1000 * checked > 999 * 20 * rows);
}

TEST_CASE("A lane twice, so that another is missing, is told and not put together") {
    const marker_set set = marker_set::lanes_20;
    std::vector<unsigned> order = straight(set);
    order[3] = 17;
    multi_lane_link link(set, order, no_delay(set), 3);
    link.run(4 * period);
    REQUIRE(link.receiver.status() == alignment_status::not_distinct);
    REQUIRE(link.receiver.locked_lanes() == 0xFFFFF);
    REQUIRE(link.receiver.duplicated_markers() == 1u << 17);
    REQUIRE(link.received.empty());
}

TEST_CASE("A dead lane is told and not put together") {
    const marker_set set = marker_set::lanes_4;
    multi_lane_link link(set, straight(set), no_delay(set), 4);
    link.run(4 * period, [](std::size_t, std::vector<block66>& row) { row[2] = {0, 0}; });
    REQUIRE(link.receiver.status() == alignment_status::unlocked);
    REQUIRE(link.receiver.locked_lanes() == 0b1011);
    REQUIRE_FALSE(link.receiver.marker_of(2));
    REQUIRE(link.received.empty());
}

TEST_CASE("A skew beyond the limit is told, and taken once it is back within") {
    const marker_set set = marker_set::lanes_4;
    multi_lane_link link(set, straight(set), {0, 0, skew_limit + 1, 0}, 5);
    link.run(4 * period);
    REQUIRE(link.receiver.status() == alignment_status::too_skewed);
    REQUIRE(link.received.empty());
    for (const std::size_t lane : {0, 1, 3}) {
        link.delay_more(lane, 1);
    }
    link.run(10 * period);
    REQUIRE(link.receiver.status() == alignment_status::aligned);
    REQUIRE(link.received_in_sequence());
    REQUIRE_THROWS_AS(lane_alignment({set, period, 101}), std::invalid_argument);
}

TEST_CASE(
    "Three damaged markers in a row are bridged, the fourth loses alignment, then it returns") {
    const marker_set set = marker_set::lanes_4;
    for (const unsigned damaged : {3u, 4u}) {
        multi_lane_link link(set, straight(set), {5, 0, 9, 2}, 6);
        link.run(3 * (period + 1));
        REQUIRE(link.receiver.status() == alignment_status::aligned);
        unsigned hit = 0;
        const auto damage = [&](std::size_t, std::vector<block66>& row) {
            if (hit < damaged && marker_lane(set, row[1]).has_value()) {
                row[1].payload ^= 1;
                ++hit;
            }
        };
        const std::uint64_t losses = damaged == 4 ? 1 : 0;
        link.run(damaged * (period + 1), damage);
        REQUIRE(hit == damaged);
        REQUIRE(link.receiver.losses() == losses);
        REQUIRE((link.receiver.status() == alignment_status::aligned) == (losses == 0));
        if (losses == 0) {
            REQUIRE(link.received_in_sequence());
        }
        link.received.clear();
        link.run(3 * (period + 1));
        REQUIRE(link.receiver.status() == alignment_status::aligned);
        REQUIRE(link.received_in_sequence());
    }
}

TEST_CASE("A lane that slips by blocks is found again at its new place") {
    const marker_set set = marker_set::lanes_20;
    multi_lane_link link(set, straight(set), no_delay(set), 7);
    link.run(3 * (period + 1));
    link.delay_more(6, 11);
    link.run(8 * (period + 1));
    REQUIRE(link.receiver.losses() == 1);
    REQUIRE(link.receiver.status() == alignment_status::aligned);
    REQUIRE(link.receiver.delay_of(6) == 0);
    REQUIRE(link.receiver.delay_of(7) == 11);
    link.received.clear();
    link.run(period);
    REQUIRE(link.received_in_sequence());
}

TEST_CASE("Every wrong bit of a lane is counted by its parity, once") {
    const marker_set set = marker_set::lanes_4;
    multi_lane_link link(set, straight(set), no_delay(set), 8);
    link.run(3 * (period + 1));
    // Four wrong bits of different parity groups in one period of lane 2, one in the next.
    link.run(2 * (period + 1), [](std::size_t r, std::vector<block66>& row) {
        if (r == 20) {
            row[2].payload ^= 0b1000'0110;
        }
        if (r == 30) {
            row[2].header ^= 1;
        }
        if (r == period + 1 + 50) {
            row[2].payload ^= std::uint64_t{1} << 63;
        }
    });
    link.run(period + 1);
    REQUIRE(link.receiver.bip_errors(2) == 5);
    REQUIRE(link.receiver.bip_errors(0) + link.receiver.bip_errors(1) +
                link.receiver.bip_errors(3) ==
            0);
}
