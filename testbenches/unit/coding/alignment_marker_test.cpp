#include "models/coding/alignment_marker.h"

#include <bit>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <stdexcept>

using namespace luxlane::coding;

namespace {

/// Table 82-4, block bit by block bit: bits 0 and 1 are the header.
std::uint8_t bip_by_definition(const std::vector<block66>& blocks) {
    unsigned bip = 0;
    for (const block66& block : blocks) {
        bip ^= (block.header & 1u) << 3;
        bip ^= (block.header >> 1 & 1u) << 4;
        for (unsigned i = 0; i < 64; ++i) {
            bip ^= static_cast<unsigned>(block.payload >> i & 1) << i % 8;
        }
    }
    return static_cast<std::uint8_t>(bip);
}

}  // namespace

TEST_CASE("Markers are those of ITU-T G.709 tables E.1 and E.2") {
    // {M0, M1, M2, BIP3, M4, M5, M6, BIP7}, octet 0 in bits 7:0, of some lanes.
    const auto marker = [](marker_set set, unsigned lane) {
        return make_alignment_marker(set, lane, 0xA5).payload;
    };
    REQUIRE(marker(marker_set::lanes_4, 0) == 0x5AB8896FA5477690);
    REQUIRE(marker(marker_set::lanes_4, 1) == 0x5A193B0FA5E6C4F0);
    REQUIRE(marker(marker_set::lanes_4, 2) == 0x5A649A3AA59B65C5);
    REQUIRE(marker(marker_set::lanes_4, 3) == 0x5AC2865DA53D79A2);
    REQUIRE(marker(marker_set::lanes_20, 0) == 0x5ADE973EA52168C1);
    REQUIRE(marker(marker_set::lanes_20, 4) == 0x5AF6F80AA50907F5);
    REQUIRE(marker(marker_set::lanes_20, 10) == 0x5A669302A5996CFD);
    REQUIRE(marker(marker_set::lanes_20, 13) == 0x5A4207E5A5BDF81A);
    REQUIRE_THROWS_AS(make_alignment_marker(marker_set::lanes_4, 4, 0), std::out_of_range);
    REQUIRE_THROWS_AS(make_alignment_marker(marker_set::lanes_20, 20, 0), std::out_of_range);
}

TEST_CASE("A marker names its lane whatever its parity, and no other block does") {
    for (const auto set : {marker_set::lanes_4, marker_set::lanes_20}) {
        std::set<std::uint64_t> payloads;
        for (unsigned lane = 0; lane < lanes_of(set); ++lane) {
            for (unsigned bip = 0; bip < 256; ++bip) {
                const block66 marker =
                    make_alignment_marker(set, lane, static_cast<std::uint8_t>(bip));
                REQUIRE(marker.header == control_header);
                REQUIRE(marker_lane(set, marker) == lane);
                REQUIRE(marker_bip(marker) == bip);
                // As many ones as zeros.
                REQUIRE(std::popcount(marker.payload) == 32);
                payloads.insert(marker.payload);
            }
            const block66 marker = make_alignment_marker(set, lane, 0x3C);
            for (unsigned bit = 0; bit < 64; ++bit) {
                const bool parity = bit / 8 == 3 || bit / 8 == 7;
                const block66 wrong{control_header, marker.payload ^ std::uint64_t{1} << bit};
                REQUIRE(marker_lane(set, wrong).has_value() == parity);
            }
            REQUIRE_FALSE(marker_lane(set, {data_header, marker.payload}).has_value());
        }
        REQUIRE(payloads.size() == 256 * lanes_of(set));
    }
    REQUIRE_FALSE(marker_lane(marker_set::lanes_20, idle_block).has_value());
}

TEST_CASE("The parity of a lane runs from marker to marker, the first included") {
    std::mt19937_64 random(1);
    for (const auto set : {marker_set::lanes_4, marker_set::lanes_20}) {
        constexpr std::size_t period = 50;
        lane_distributor distributor(set, period);
        std::vector<std::vector<block66>> lanes(lanes_of(set));
        std::vector<block66> sent;
        for (std::size_t i = 0; i < 3 * period * lanes.size(); ++i) {
            sent.push_back({random() % 2 == 0 ? data_header : control_header, random()});
            distributor.take(sent.back(), lanes);
        }
        for (unsigned lane = 0; lane < lanes.size(); ++lane) {
            REQUIRE(lanes[lane].size() == 3 * (period + 1));
            std::vector<block66> since;
            std::size_t dealt = lane;
            for (std::size_t i = 0; i < lanes[lane].size(); ++i) {
                const block66& block = lanes[lane][i];
                if (i % (period + 1) == period) {
                    REQUIRE(block == make_alignment_marker(set, lane, bip_by_definition(since)));
                    since.clear();
                } else {
                    REQUIRE(block == sent[dealt]);
                    dealt += lanes.size();
                }
                since.push_back(block);
            }
        }
    }
    REQUIRE_THROWS_AS(lane_distributor(marker_set::lanes_4, 0), std::invalid_argument);
}
