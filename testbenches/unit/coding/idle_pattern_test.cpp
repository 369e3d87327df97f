#include "models/coding/idle_pattern.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <vector>

#include "models/coding/bit_io.h"
#include "models/coding/block_stream.h"
#include "models/coding/prbs.h"

using namespace luxlane::coding;

TEST_CASE("PRBS31, inverted, is that of a widely used PCS, all 200 rows") {
    std::ifstream file(std::string(LUXLANE_VECTORS) + "/prbs31_tx.txt");
    std::vector<std::uint64_t> line(words_for_bits(200 * block66_bits));
    std::size_t rows = 0;
    for (std::string text; std::getline(file, text);) {
        if (text.empty() || text.front() == '#') {
            continue;
        }
        std::istringstream fields(text);
        unsigned header = 0;
        std::uint64_t payload = 0;
        fields >> std::hex >> header >> payload;
        REQUIRE(fields);
        write_block66({static_cast<std::uint8_t>(header), payload}, line, block66_bits * rows++);
    }
    REQUIRE(rows == 200);
    // Bit k of the seed is the bit sent k + 1 bits before the first predicted one.
    std::uint32_t seed = 0;
    for (unsigned k = 0; k < 31; ++k) {
        seed |= static_cast<std::uint32_t>(1 ^ read_bits(line, 30 - k, 1)) << k;
    }
    prbs_generator generator(prbs_kind::prbs31, seed);
    std::size_t position = 31;
    for (; position + 64 <= rows * block66_bits; position += 64) {
        REQUIRE(read_bits(line, position, 64) == ~generator.next_word());
    }
    const auto rest = static_cast<unsigned>(rows * block66_bits - position);
    REQUIRE(read_bits(line, position, rest) ==
            (~generator.next_word() & (~std::uint64_t{0} >> (64 - rest))));
}

TEST_CASE("The scrambled idle pattern is checked from any block on, and counts errored blocks") {
    idle_pattern_generator generator(0x123456789ABCDEF);
    for (int i = 0; i < 10; ++i) {
        generator.next();
    }
    idle_pattern_checker checker;
    for (int i = 0; i < 1001; ++i) {
        checker.take(generator.next());
    }
    REQUIRE(checker.blocks() == 1000);
    REQUIRE(checker.errored_blocks() == 0);
    // Errors 0, 39 and 58 bits later: in this block alone if it is bit 5, in the next too from 6
    // on.
    const auto with_error = [&](unsigned bit) {
        block66 block = generator.next();
        block.payload ^= std::uint64_t{1} << bit;
        checker.take(block);
        checker.take(generator.next());
        checker.take(generator.next());
    };
    with_error(5);
    REQUIRE(checker.errored_blocks() == 1);
    with_error(6);
    REQUIRE(checker.errored_blocks() == 3);
    block66 block = generator.next();
    block.header = data_header;
    checker.take(block);
    REQUIRE(checker.errored_blocks() == 4);
}
