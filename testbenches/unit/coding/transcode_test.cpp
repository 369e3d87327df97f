#include "models/coding/transcode.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "models/coding/bit_io.h"
#include "models/coding/scrambler.h"
#include "testbenches/unit/coding/block_samples.h"

using namespace luxlane::coding;

namespace {

constexpr auto clause_91 = transcode_clause::clause_91;
constexpr auto clause_119 = transcode_clause::clause_119;

bool bit_of(const block257& block, std::size_t i) { return (block[i / 64] >> i % 64 & 1) != 0; }

/// 119.2.4.2 as it is written, bit by bit.
std::vector<bool> by_definition(const block66_group& blocks) {
    bool all_data = true;
    bool valid = true;
    std::vector<bool> payloads;
    for (const block66& block : blocks) {
        all_data = all_data && block.header == data_header;
        valid = valid && (block.header == data_header || block.header == control_header);
        for (unsigned i = 0; i < 64; ++i) {
            payloads.push_back((block.payload >> i & 1) != 0);
        }
    }
    std::vector<bool> x{all_data};
    std::size_t c = 0;
    if (!all_data) {
        for (const block66& block : blocks) {
            x.push_back(!valid || block.header == data_header);
        }
        while (valid && blocks[c].header == data_header) {
            ++c;
        }
    }
    for (std::size_t i = 0; i < payloads.size(); ++i) {
        const bool omitted = !all_data && i >= 64 * c + 4 && i < 64 * c + 8;
        if (!omitted) {
            x.push_back(payloads[i]);
        }
    }
    return x;
}

void require_as_defined(const block66_group& blocks) {
    const std::vector<bool> expected = by_definition(blocks);
    REQUIRE(expected.size() == 257);
    const block257 plain = transcode(blocks, clause_119);
    const block257 mixed = transcode(blocks, clause_91);
    for (std::size_t i = 0; i < 257; ++i) {
        REQUIRE(bit_of(plain, i) == expected[i]);
        REQUIRE(bit_of(mixed, i) == (i < 5 ? expected[i] != expected[i + 8] : expected[i]));
    }
    REQUIRE(plain[4] >> 1 == 0);
}

}  // namespace

TEST_CASE("Groups of every mix of types are transcoded as defined, and back") {
    std::mt19937_64 random(1);
    const std::vector<mii_column> columns = column_of_every_type(random);
    const std::size_t n = columns.size();
    const auto group_of = [&](std::size_t index) {
        block66_group blocks;
        for (block66& block : blocks) {
            block = encode_block(columns[index % n], block_clause::clause_49);
            index /= n;
        }
        return blocks;
    };
    for (std::size_t index = 0; index < n * n * n * n; ++index) {
        const block66_group blocks = group_of(index);
        REQUIRE(transcode_back(transcode(blocks, clause_119), clause_119) == blocks);
        block66_group scrambled = blocks;
        scrambler run(random());
        const std::uint64_t before = run.state();
        for (block66& block : scrambled) {
            block.payload = run.scramble(block.payload);
        }
        REQUIRE(transcode_back(transcode(scrambled, clause_91), clause_91, before) == scrambled);
        if (index % 97 == 0) {
            require_as_defined(blocks);
        }
    }
}

TEST_CASE("An invalid header in any place makes four invalid headers") {
    std::mt19937_64 random(2);
    for (int round = 0; round < 50; ++round) {
        for (std::size_t place = 0; place < 4; ++place) {
            for (const std::uint8_t header : {std::uint8_t{0}, invalid_header}) {
                block66_group blocks;
                for (block66& block : blocks) {
                    block = {random() % 2 == 0 ? data_header : control_header, random()};
                }
                blocks[place].header = header;
                require_as_defined(blocks);
                for (const auto clause : {clause_91, clause_119}) {
                    for (const block66& block : transcode_back(transcode(blocks, clause), clause)) {
                        REQUIRE(block.header == invalid_header);
                    }
                }
            }
        }
    }
}

TEST_CASE("A first control block of no type is an error and leaves its neighbours alone") {
    const block66 data{data_header, 0x1122334455667788};
    block257 block = transcode({data, idle_block, data, idle_block}, clause_119);
    // Behind the header bits and the data payload stands the nibble, Eh for idle; 0 is nobody's.
    std::vector<std::uint64_t> words(block.begin(), block.end());
    REQUIRE(read_bits(words, 69, 4) == 0xE);
    write_bits(words, 69, 4, 0);
    std::copy(words.begin(), words.end(), block.begin());
    const block66_group blocks = transcode_back(block, clause_119);
    REQUIRE(blocks[0] == data);
    REQUIRE(decode_block(blocks[1]) == error_column);
    REQUIRE(blocks[2] == data);
    REQUIRE(blocks[3] == idle_block);
}

TEST_CASE("Behind header bits and shortened type a wrong bit is found, or is in a data octet") {
    // The five header bits and the nibble that is left of the first control block's type have no
    // redundancy: FEC protects them, and the state diagram and the FCS find what it did not.
    std::mt19937_64 random(3);
    const std::vector<mii_column> columns = column_of_every_type(random);
    const std::size_t n = columns.size();
    const auto coded = [&](std::size_t index) {
        return encode_block(columns[index], block_clause::clause_49);
    };
    std::uint64_t found = 0;
    for (std::size_t index = 0; index < n * n; ++index) {
        const block66 data{data_header, random()};
        const block66_group sent{coded(index % n), data, coded(index / n), data};
        const block257 line = transcode(sent, clause_119);
        const std::size_t nibble = sent[0].header == control_header ? 5 : 2 * 64 + 5;
        for (std::size_t bit = 1; bit < 257; ++bit) {
            if ((line[0] & 1) == 0 && (bit < 5 || (bit >= nibble && bit < nibble + 4))) {
                continue;
            }
            block257 wrong = line;
            wrong[bit / 64] ^= std::uint64_t{1} << bit % 64;
            const block66_group received = transcode_back(wrong, clause_119);
            unsigned changed = 0;
            for (std::size_t j = 0; j < 4; ++j) {
                const mii_column before = decode_block(sent[j], block_clause::clause_49);
                const mii_column after = decode_block(received[j], block_clause::clause_49);
                changed += before != after ? 1 : 0;
                found += after == error_column ? 1 : 0;
                REQUIRE((after == error_column || after.control == before.control));
            }
            REQUIRE(changed <= 1);
        }
    }
    REQUIRE(found > 0);
}

TEST_CASE("An uncorrectable codeword leaves no gap as long as a frame") {
    const block66_group good{idle_block, idle_block, idle_block, idle_block};
    for (const auto clause : {clause_91, clause_119}) {
        std::vector<block66_group> codeword(20, good);
        mark_uncorrectable(codeword, clause);
        unsigned gap = 0;
        for (const block66_group& group : codeword) {
            for (const block66& block : group) {
                gap = has_valid_header(block) ? gap + 1 : 0;
                // 64 octets and a preamble are nine blocks.
                REQUIRE(gap < (clause == clause_91 ? 9u : 1u));
            }
        }
        REQUIRE(gap == 0);
        REQUIRE_FALSE(has_valid_header(codeword.front()[0]));
    }
}
