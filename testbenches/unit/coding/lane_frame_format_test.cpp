#include "models/coding/lane_frame_format.h"

#include <bit>
#include <catch2/catch.hpp>

#include "models/coding/crc.h"
#include "testbenches/unit/coding/random_bits.h"

using namespace luxlane::coding;
using luxlane::coding::testing::generator;

namespace {

using superframe = std::array<std::uint64_t, lane_frame::superframe_storage>;
using payload_words = std::array<std::uint64_t, lane_frame::payload_storage>;

bool bit_of(std::span<const std::uint64_t> words, std::size_t i) {
    return ((words[i / 64] >> (i % 64)) & 1u) != 0;
}

payload_words random_payload(generator& random) {
    payload_words payload;
    for (auto& word : payload) {
        word = random();
    }
    payload.back() &= 0xFFFF'FFFF'FFFF;  // 10160 bits are 158 words and 48 bits
    return payload;
}

/// `count` superframes of lane 17, numbered from 1016, behind `lead` random bits.
std::vector<std::uint64_t> line_of(std::size_t count, std::size_t lead, generator& random) {
    auto line =
        testing::random_words(words_for_bits(lead + count * lane_frame::superframe_bits), random);
    for (std::size_t s = 0; s < count; ++s) {
        superframe block;
        const auto number = static_cast<std::uint32_t>(1016 + s) & lane_frame::last_count;
        lane_frame::build_superframe({17, number, 0, 0}, random_payload(random), block);
        copy_bits(block, 0, line, lead + s * lane_frame::superframe_bits,
                  lane_frame::superframe_bits);
    }
    return line;
}

}  // namespace

TEST_CASE("the frame has the documented measures") {
    REQUIRE(lane_frame::frame_bits == 2560);
    REQUIRE(lane_frame::superframe_bits == 10240);
    REQUIRE(lane_frame::rows_per_frame == 254);
    REQUIRE(lane_frame::rows_per_superframe == 1016);
    REQUIRE(lane_frame::payload_bits == 10160);
    REQUIRE(std::popcount(lane_frame::sync) == 10);
}

TEST_CASE("overhead words hold their fields") {
    const auto words = lane_frame::overhead_words({0x255, 0x2A5, 0xC3, 0x9});
    REQUIRE(words[0] == 0xE5A26);
    REQUIRE(words[1] == 0x1A5D9);
    REQUIRE(words[2] == (0x255u | 0x2A5u << 10));
    REQUIRE(words[3] == (crc8(words[2], 20) | 0xC3u << 8 | 0x9u << 16));
}

TEST_CASE("a superframe gives back its payload and fields, at any bit offset") {
    generator random(31);
    for (std::size_t offset : {0, 1, 20, 63, 64, 131}) {
        const payload_words payload = random_payload(random);
        const lane_frame::overhead sent{672, 1023, 0x5A, 0xE};
        superframe block;
        lane_frame::build_superframe(sent, payload, block);
        std::vector<std::uint64_t> line(lane_frame::superframe_storage + 3);
        copy_bits(block, 0, line, offset, lane_frame::superframe_bits);
        const auto parsed = lane_frame::parse_overhead(line, offset);
        REQUIRE(parsed.crc_good);
        REQUIRE(parsed.sync_errors == 0);
        REQUIRE(parsed.fields == sent);
        payload_words back;
        back.fill(~std::uint64_t{0});
        lane_frame::extract_payload(line, offset, back);
        REQUIRE(back == payload);
    }
}

TEST_CASE("wrong bits in name and SYNC show") {
    generator random(32);
    superframe block;
    lane_frame::build_superframe({5, 6, 7, 8}, random_payload(random), block);
    for (std::size_t bit = 0; bit < 20; ++bit) {
        superframe damaged = block;
        write_bits(damaged, 5120 + bit, 1, bit_of(block, 5120 + bit) ? 0 : 1);
        REQUIRE_FALSE(lane_frame::parse_overhead(damaged, 0).crc_good);
        damaged = block;
        write_bits(damaged, bit, 1, bit_of(block, bit) ? 0 : 1);
        write_bits(damaged, 2560 + bit, 1, bit_of(block, 2560 + bit) ? 0 : 1);
        REQUIRE(lane_frame::parse_overhead(damaged, 0).sync_errors == 2);
    }
}

TEST_CASE("rows and line bits map to each other, and overhead bits to no row") {
    REQUIRE(lane_frame::line_bit_of_row(0) == 20);
    REQUIRE(lane_frame::line_bit_of_row(253) == 2550);
    REQUIRE(lane_frame::line_bit_of_row(254) == 2580);
    REQUIRE(lane_frame::line_bit_of_row(1016) == 10260);
    std::uint64_t row = 0;
    for (std::uint64_t bit = 0; bit < 3 * lane_frame::superframe_bits; ++bit) {
        const auto found = lane_frame::row_of_line_bit(bit);
        REQUIRE(found.has_value() == (bit % 2560 >= 20));
        if (found && lane_frame::line_bit_of_row(row) == bit) {
            REQUIRE(*found == row);
            ++row;
        } else if (found) {
            REQUIRE(*found == row - 1);
        }
    }
    REQUIRE(row == 3 * lane_frame::rows_per_superframe);
}

TEST_CASE("row r of the payload stands at its line bit") {
    generator random(33);
    const payload_words payload = random_payload(random);
    superframe block;
    lane_frame::build_superframe({1, 1, 1, 1}, payload, block);
    for (std::size_t row = 0; row < lane_frame::rows_per_superframe; ++row) {
        REQUIRE(read_bits(block, static_cast<std::size_t>(lane_frame::line_bit_of_row(row)), 10) ==
                read_bits(payload, 10 * row, 10));
    }
}

TEST_CASE("a superframe is found at every bit offset, with one wrong bit in each SYNC") {
    generator random(34);
    const auto line = line_of(2, 0, random);
    for (std::size_t lead = 0; lead < 300; ++lead) {
        auto received = testing::random_words(words_for_bits(lead) + line.size(), random);
        copy_bits(line, 0, received, lead, 2 * lane_frame::superframe_bits);
        for (const std::size_t sync_word : {lead, lead + lane_frame::frame_bits}) {
            const std::size_t bit = sync_word + random() % 20;
            write_bits(received, bit, 1, bit_of(received, bit) ? 0 : 1);
        }
        const auto found = lane_frame::find_superframe(received, 64 * received.size());
        REQUIRE(found.has_value());
        REQUIRE(*found == lead);
    }
}

TEST_CASE("a search goes on behind a position, and ends when no room for a pair is left") {
    generator random(35);
    const std::size_t lead = 777;
    const auto line = line_of(3, lead, random);
    const std::size_t end = 64 * line.size();
    REQUIRE(lane_frame::find_superframe(line, end) == lead);
    REQUIRE(lane_frame::find_superframe(line, end, lead + 1) == lead + 10240);
    REQUIRE(lane_frame::find_superframe(line, lead + 2580) == lead);
    REQUIRE_FALSE(lane_frame::find_superframe(line, lead + 2579).has_value());
    REQUIRE_FALSE(lane_frame::find_superframe(line, end, lead + 20481).has_value());
    REQUIRE_THROWS_AS(lane_frame::find_superframe(line, end + 1), std::out_of_range);
    // The count in the name goes on from superframe to superframe.
    REQUIRE(lane_frame::parse_overhead(line, lead + 10240).fields.count == 1017);
}

TEST_CASE("two wrong bits in one SYNC, and a random line, are not taken for a superframe") {
    generator random(36);
    auto line = line_of(1, 0, random);
    write_bits(line, 3, 1, bit_of(line, 3) ? 0 : 1);
    write_bits(line, 9, 1, bit_of(line, 9) ? 0 : 1);
    REQUIRE_FALSE(lane_frame::find_superframe(line, 64 * line.size()).has_value());
    const auto noise = testing::random_words(2000, random);
    REQUIRE_FALSE(lane_frame::find_superframe(noise, 64 * noise.size()).has_value());
}

TEST_CASE("bit k of the BIP is the parity of payload bits k, k + 8, ...") {
    generator random(37);
    const payload_words payload = random_payload(random);
    unsigned expected = 0;
    for (std::size_t i = 0; i < lane_frame::payload_bits; ++i) {
        expected ^= bit_of(payload, i) ? 1u << (i % 8) : 0u;
    }
    REQUIRE(lane_frame::bip8(payload) == expected);
    payload_words padded = payload;
    padded.back() |= std::uint64_t{0xFFFF} << 48;
    REQUIRE(lane_frame::bip8(padded) == expected);
}

TEST_CASE("the key of lane l is the PRBS15 that a register preset to l + 1 makes") {
    const lane_frame::lane_scrambler scrambler(460);
    REQUIRE(scrambler.lanes() == 460);
    for (const std::size_t lane : {0, 1, 255, 459}) {
        unsigned state = static_cast<unsigned>(lane + 1);
        for (std::size_t row = 0; row < lane_frame::rows_per_superframe; ++row) {
            unsigned key = 0;
            for (unsigned bit = 0; bit < 10; ++bit) {
                const unsigned next = ((state >> 14) ^ (state >> 13)) & 1u;
                state = (state << 1) | next;
                key |= next << bit;
            }
            REQUIRE(scrambler.key(lane, row) == key);
        }
    }
}

TEST_CASE("scrambling twice is nothing, and makes idle lanes different") {
    generator random(38);
    const lane_frame::lane_scrambler scrambler(400);
    const payload_words payload = random_payload(random);
    payload_words other = payload;
    scrambler.apply(399, other);
    REQUIRE(other != payload);
    scrambler.apply(399, other);
    REQUIRE(other == payload);
    payload_words idle{};
    scrambler.apply(3, idle);
    REQUIRE(lane_frame::bip8(idle) == lane_frame::bip8(scrambler.stream(3)));
    payload_words idle_neighbour{};
    scrambler.apply(4, idle_neighbour);
    int equal = 0;
    for (std::size_t i = 0; i < lane_frame::payload_bits; ++i) {
        equal += bit_of(idle, i) == bit_of(idle_neighbour, i) ? 1 : 0;
    }
    REQUIRE(std::abs(equal - 5080) < 300);
    REQUIRE_THROWS_AS(lane_frame::lane_scrambler(1024), std::invalid_argument);
}

TEST_CASE("spans that are too short are refused") {
    superframe line{};
    payload_words payload{};
    const auto short_line = std::span(line).first(159);
    const auto short_payload = std::span(payload).first(158);
    REQUIRE_THROWS_AS(lane_frame::build_superframe({}, payload, short_line), std::invalid_argument);
    REQUIRE_THROWS_AS(lane_frame::build_superframe({}, short_payload, line), std::invalid_argument);
    REQUIRE_THROWS_AS(lane_frame::extract_payload(line, 0, short_payload), std::invalid_argument);
    REQUIRE_THROWS_AS(lane_frame::extract_payload(line, 1, payload), std::out_of_range);
    REQUIRE_THROWS_AS(lane_frame::parse_overhead(line, 1), std::out_of_range);
    REQUIRE_THROWS_AS(lane_frame::bip8(short_payload), std::invalid_argument);
}
