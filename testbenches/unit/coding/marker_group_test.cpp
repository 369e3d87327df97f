#include "models/coding/marker_group.h"

#include <catch2/catch.hpp>
#include <random>
#include <stdexcept>
#include <vector>

#include "models/coding/bit_io.h"
#include "models/coding/marker_lock.h"

using namespace luxlane::coding;

namespace {

void flip_nibble(lane_marker& marker, std::size_t octet, bool high) {
    marker[octet] = static_cast<std::uint8_t>(marker[octet] ^ (high ? 0x50 : 0x05));
}

constexpr std::size_t common_octets[] = {0, 1, 2, 4, 5, 6};
constexpr std::size_t name_octets[] = {8, 9, 10, 12, 13, 14};

}  // namespace

TEST_CASE("Markers of 400GBASE-R are those of table 119-2") {
    const lane_marker lane_0{0x9A, 0x4A, 0x26, 0xB6, 0x65, 0xB5, 0xD9, 0xD9,
                             0x01, 0x71, 0xF3, 0x26, 0xFE, 0x8E, 0x0C};
    const lane_marker lane_9{0x9A, 0x4A, 0x26, 0x6B, 0x65, 0xB5, 0xD9, 0xA2,
                             0x71, 0xC4, 0x3C, 0x5D, 0x8E, 0x3B, 0xC3};
    const lane_marker lane_15{0x9A, 0x4A, 0x26, 0xB4, 0x65, 0xB5, 0xD9, 0x56,
                              0xA6, 0xBA, 0x79, 0xA9, 0x59, 0x45, 0x86};
    REQUIRE(marker_of_lane(0) == lane_0);
    REQUIRE(marker_of_lane(9) == lane_9);
    REQUIRE(marker_of_lane(15) == lane_15);
    REQUIRE_THROWS_AS(marker_of_lane(16), std::out_of_range);
}

TEST_CASE("A marker is known with three wrong nibbles in each half, and not with four") {
    for (unsigned lane = 0; lane < marker_group_lanes; ++lane) {
        for (const auto& octets : {common_octets, name_octets}) {
            lane_marker marker = marker_of_lane(lane);
            REQUIRE(lane_of_marker(marker) == lane);
            flip_nibble(marker, octets[0], false);
            flip_nibble(marker, octets[2], true);
            flip_nibble(marker, octets[5], true);
            REQUIRE(lane_of_marker(marker) == lane);
            flip_nibble(marker, octets[3], false);
            REQUIRE_FALSE(lane_of_marker(marker).has_value());
        }
        lane_marker padded = marker_of_lane(lane);
        padded[3] = padded[7] = padded[11] = 0;
        REQUIRE(lane_of_marker(padded) == lane);
    }
}

TEST_CASE("The symbol distribution of two codewords puts each marker on its lane") {
    std::vector<std::uint64_t> words(words_for_bits(marker_group_bits + 29), ~std::uint64_t{0});
    marker_group_pad pad;
    write_marker_group(0b101, pad, words, 29);
    // Clause 119: message symbols are dealt alternately to codewords A and B; lanes 2j and 2j + 1
    // take a symbol of each, swapped in every second row.
    std::vector<std::vector<std::uint64_t>> lanes(marker_group_lanes,
                                                  std::vector<std::uint64_t>(2));
    for (std::size_t row = 0; row < 12; ++row) {
        for (std::size_t pair = 0; pair < 8; ++pair) {
            const std::size_t of_a = 2 * (8 * row + pair);
            const std::size_t of_b = of_a + 1;
            const std::size_t even = row % 2 == 0 ? of_a : of_b;
            const std::size_t odd = row % 2 == 0 ? of_b : of_a;
            write_bits(lanes[2 * pair], 10 * row, 10, read_bits(words, 29 + 10 * even, 10));
            write_bits(lanes[2 * pair + 1], 10 * row, 10, read_bits(words, 29 + 10 * odd, 10));
        }
    }
    for (unsigned lane = 0; lane < marker_group_lanes; ++lane) {
        REQUIRE(read_lane_marker(lanes[lane], 0) == marker_of_lane(lane));
    }
    // The pad obeys x^9 + x^5 + 1, goes on in the next group, and ends with the status bits.
    const auto pad_bit = [&](const std::vector<std::uint64_t>& from, std::size_t position) {
        return read_bits(from, position, 1);
    };
    for (std::size_t i = 9; i < marker_group_pad_bits; ++i) {
        const std::size_t at = 29 + 1920 + i;
        REQUIRE(pad_bit(words, at) == (pad_bit(words, at - 9) ^ pad_bit(words, at - 5)));
    }
    REQUIRE(read_bits(words, 29 + 2053, 3) == 0b101);
    REQUIRE(read_bits(words, 0, 29) == 0x1FFFFFFF);
    std::vector<std::uint64_t> next(words_for_bits(marker_group_bits));
    write_marker_group(0, pad, next, 0);
    for (std::size_t i = 0; i < 9; ++i) {
        const auto before = [&](std::size_t delay) {
            return i >= delay ? pad_bit(next, 1920 + i - delay)
                              : pad_bit(words, 29 + 1920 + marker_group_pad_bits + i - delay);
        };
        REQUIRE(pad_bit(next, 1920 + i) == (before(9) ^ before(5)));
    }
    REQUIRE_THROWS_AS(marker_group_pad(0x200), std::invalid_argument);
}

TEST_CASE("A lane with errors locks on its markers at any bit, before any FEC") {
    // A short period keeps the search over all bits quick.
    constexpr std::size_t period = 4000;
    std::mt19937_64 random(4);
    for (const unsigned lane : {0u, 7u, 15u}) {
        const std::size_t offset = 1 + random() % (period - 1);
        std::vector<std::uint64_t> line(words_for_bits(8 * period + lane_marker_bits));
        for (std::uint64_t& word : line) {
            word = random();
        }
        for (std::size_t at = offset; at + lane_marker_bits < 8 * period; at += period) {
            const lane_marker marker = marker_of_lane(lane);
            for (std::size_t octet = 0; octet < marker.size(); ++octet) {
                write_bits(line, at + 8 * octet, 8, marker[octet]);
            }
            for (int wrong = 0; wrong < 3; ++wrong) {
                const std::size_t bit = at + random() % lane_marker_bits;
                write_bits(line, bit, 1, 1 ^ read_bits(line, bit, 1));
            }
        }
        marker_lock lock(period, marker_group_misses_to_lose);
        std::size_t locked_at = 0;
        for (std::size_t bit = 0; bit < 8 * period; ++bit) {
            lock.take(lock.looks() ? lane_of_marker(read_lane_marker(line, bit)) : std::nullopt);
            locked_at = locked_at == 0 && lock.locked() ? bit : locked_at;
        }
        REQUIRE(locked_at == offset + period);
        REQUIRE(lock.lane() == lane);
        REQUIRE(lock.misses() == 0);
    }
}
