#include "models/coding/block_stream.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "models/coding/scrambler.h"

using namespace luxlane::coding;

namespace {

std::vector<block66> scrambled_blocks(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    scrambler transmitter;
    std::vector<block66> blocks(count);
    for (block66& block : blocks) {
        const bool data = random() % 4 != 0;
        block = {data ? data_header : control_header,
                 transmitter.scramble(data ? random() : idle_block.payload)};
    }
    return blocks;
}

}  // namespace

TEST_CASE("A stream that begins at any bit of a block is cut where its blocks begin") {
    const std::vector<block66> sent = scrambled_blocks(1500, 1);
    std::vector<std::uint64_t> line(words_for_bits(66 * sent.size()));
    for (std::size_t i = 0; i < sent.size(); ++i) {
        write_block66(sent[i], line, 66 * i);
        REQUIRE(read_block66(line, 66 * i) == sent[i]);
    }
    for (std::size_t offset = 0; offset < 66; ++offset) {
        block_synchroniser receiver;
        std::vector<block66> blocks;
        // In pieces of odd sizes, as a gearbox would hand them on.
        std::size_t position = offset;
        for (std::size_t piece = 1; position < 66 * sent.size(); piece = piece * 7 % 613 + 1) {
            const std::size_t bits = std::min(piece, 66 * sent.size() - position);
            std::vector<std::uint64_t> words(words_for_bits(bits));
            copy_bits(line, position, words, 0, bits);
            receiver.take(words, bits, blocks);
            position += bits;
        }
        REQUIRE(receiver.lock().locked());
        // Each wrong place is left at its first invalid header, after two blocks on average.
        REQUIRE(receiver.lock().slips() == (66 - offset) % 66);
        REQUIRE(blocks.size() > 1000);
        REQUIRE(std::equal(blocks.rbegin(), blocks.rend(), sent.rbegin()));
    }
}

TEST_CASE("A stream without headers does not lock, and a slipped bit is found again") {
    std::mt19937_64 random(2);
    std::vector<std::uint64_t> noise(2000);
    std::generate(noise.begin(), noise.end(), [&] { return random(); });
    block_synchroniser receiver;
    std::vector<block66> blocks;
    receiver.take(noise, 64 * noise.size(), blocks);
    REQUIRE(blocks.empty());
    REQUIRE_FALSE(receiver.lock().locked());

    const std::vector<block66> sent = scrambled_blocks(4000, 3);
    std::vector<std::uint64_t> line(words_for_bits(66 * sent.size()));
    for (std::size_t i = 0; i < sent.size(); ++i) {
        write_block66(sent[i], line, 66 * i);
    }
    const std::size_t half = 66 * sent.size() / 2;
    block_synchroniser slipping;
    slipping.take(line, half, blocks);
    REQUIRE(slipping.lock().locked());
    std::vector<std::uint64_t> rest(words_for_bits(half - 1));
    copy_bits(line, half + 1, rest, 0, half - 1);
    slipping.take(rest, half - 1, blocks);
    REQUIRE(slipping.lock().locked());
    REQUIRE(slipping.lock().losses() == 1);
    REQUIRE(std::equal(sent.rbegin(), sent.rbegin() + 500, blocks.rbegin()));
}
