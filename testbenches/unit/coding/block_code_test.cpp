#include "models/coding/block_code.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "models/coding/scrambler.h"
#include "testbenches/unit/coding/block_samples.h"

using namespace luxlane::coding;

namespace {

constexpr auto clause_49 = block_clause::clause_49;
constexpr auto clause_82 = block_clause::clause_82;

struct vector_row {
    mii_column column;
    block66 sent;  // payload scrambled
};

std::vector<vector_row> clause49_rows() {
    std::ifstream file(std::string(LUXLANE_VECTORS) + "/clause49_tx.txt");
    std::vector<vector_row> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') {
            continue;
        }
        std::istringstream fields(line);
        std::uint64_t octets = 0;
        std::uint64_t payload = 0;
        unsigned control = 0;
        unsigned header = 0;
        fields >> std::hex >> octets >> control >> header >> payload;
        REQUIRE(fields);
        rows.push_back({{octets, static_cast<std::uint8_t>(control)},
                        {static_cast<std::uint8_t>(header), payload}});
    }
    return rows;
}

struct table_row {
    mii_column column;
    std::uint64_t payload;
    bool in_clause_82;
};

/// Figure 49-7 with an octet of its own in every data field.
std::vector<table_row> code_table() {
    using fields = payload_fields;
    const auto c = [](std::initializer_list<std::uint8_t> octets, std::uint8_t control) {
        return column_of(octets, control);
    };
    return {
        {c({7, 7, 7, 7, 7, 7, 7, 7}, 0xFF), fields(0x1E).zeros(56).value(), true},
        {c({7, 6, 0xFE, 7, 0xFB, 0xA5, 0xA6, 0xA7}, 0x1F),
         fields(0x33).codes({0, 6, 0x1E, 0}).zeros(4).octets({0xA5, 0xA6, 0xA7}).value(), false},
        {c({7, 6, 0xFE, 7, 0x5C, 0xA5, 0xA6, 0xA7}, 0x1F),
         fields(0x2D).codes({0, 6, 0x1E, 0}).o_code(0xF).octets({0xA5, 0xA6, 0xA7}).value(), false},
        {c({0x5C, 0xA1, 0xA2, 0xA3, 0xFB, 0xA5, 0xA6, 0xA7}, 0x11),
         fields(0x66)
             .octets({0xA1, 0xA2, 0xA3})
             .o_code(0xF)
             .zeros(4)
             .octets({0xA5, 0xA6, 0xA7})
             .value(),
         false},
        {c({0x9C, 0xA1, 0xA2, 0xA3, 0x5C, 0xA5, 0xA6, 0xA7}, 0x11),
         fields(0x55)
             .octets({0xA1, 0xA2, 0xA3})
             .o_code(0)
             .o_code(0xF)
             .octets({0xA5, 0xA6, 0xA7})
             .value(),
         false},
        {c({0xFB, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7}, 0x01),
         fields(0x78).octets({0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7}).value(), true},
        {c({0x5C, 0xA1, 0xA2, 0xA3, 7, 6, 0xFE, 7}, 0xF1),
         fields(0x4B).octets({0xA1, 0xA2, 0xA3}).o_code(0xF).codes({0, 6, 0x1E, 0}).value(), true},
        {c({0x9C, 0xA1, 0xA2, 0xA3, 7, 6, 0xFE, 7}, 0xF1),
         fields(0x4B).octets({0xA1, 0xA2, 0xA3}).o_code(0).codes({0, 6, 0x1E, 0}).value(), true},
        // Ultra Ethernet 1.0.1, table 5-7: octet 4 holds the O code and four bits of the number.
        {c({0x5C, 0x01, 0xA2, 0xA3, 0xB6, 0, 0, 0}, 0x01),
         fields(0x4B).octets({0x01, 0xA2, 0xA3, 0xB6, 0, 0, 0}).value(), true},
        {c({0xFD, 7, 6, 0xFE, 7, 7, 7, 6}, 0xFF),
         fields(0x87).zeros(7).codes({0, 6, 0x1E, 0, 0, 0, 6}).value(), true},
        {c({0xA0, 0xFD, 7, 6, 0xFE, 7, 7, 6}, 0xFE),
         fields(0x99).octets({0xA0}).zeros(6).codes({0, 6, 0x1E, 0, 0, 6}).value(), true},
        {c({0xA0, 0xA1, 0xFD, 7, 6, 0xFE, 7, 6}, 0xFC),
         fields(0xAA).octets({0xA0, 0xA1}).zeros(5).codes({0, 6, 0x1E, 0, 6}).value(), true},
        {c({0xA0, 0xA1, 0xA2, 0xFD, 7, 6, 0xFE, 6}, 0xF8),
         fields(0xB4).octets({0xA0, 0xA1, 0xA2}).zeros(4).codes({0, 6, 0x1E, 6}).value(), true},
        {c({0xA0, 0xA1, 0xA2, 0xA3, 0xFD, 7, 6, 0xFE}, 0xF0),
         fields(0xCC).octets({0xA0, 0xA1, 0xA2, 0xA3}).zeros(3).codes({0, 6, 0x1E}).value(), true},
        {c({0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xFD, 7, 6}, 0xE0),
         fields(0xD2).octets({0xA0, 0xA1, 0xA2, 0xA3, 0xA4}).zeros(2).codes({0, 6}).value(), true},
        {c({0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xFD, 6}, 0xC0),
         fields(0xE1).octets({0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5}).zeros(1).codes({6}).value(),
         true},
        {c({0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xFD}, 0x80),
         fields(0xFF).octets({0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6}).value(), true},
    };
}

/// Lanes of `control`, spread over the bits of their octets.
std::uint64_t control_octets(std::uint8_t control) {
    std::uint64_t mask = 0;
    for (unsigned lane = 0; lane < 8; ++lane) {
        mask |= (control >> lane & 1) != 0 ? std::uint64_t{0xFF} << 8 * lane : 0;
    }
    return mask;
}

}  // namespace

TEST_CASE("407 blocks of a widely used PCS are matched, scrambled") {
    const std::vector<vector_row> rows = clause49_rows();
    REQUIRE(rows.size() == 408);
    // The recorded output is one row behind the input.
    scrambler transmitter(rows[0].sent.payload);
    descrambler receiver(rows[0].sent.payload);
    std::set<std::uint64_t> types;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const block66 block = encode_block(rows[i - 1].column, clause_49);
        INFO("row " << i);
        REQUIRE(block.header == rows[i].sent.header);
        REQUIRE(transmitter.scramble(block.payload) == rows[i].sent.payload);
        const block66 received{rows[i].sent.header, receiver.descramble(rows[i].sent.payload)};
        REQUIRE(decode_block(received, clause_49) == decode_block(block, clause_49));
        if (received.header == control_header) {
            types.insert(received.payload & 0xFF);
        }
    }
    REQUIRE(types.size() == 15);
}

TEST_CASE("Every type of block has the fields of the standard's table, both ways") {
    for (const table_row& row : code_table()) {
        const block66 block{control_header, row.payload};
        INFO(std::hex << row.column.octets << " " << unsigned{row.column.control});
        CHECK(encode_block(row.column, clause_49) == block);
        CHECK(decode_block(block, clause_49) == row.column);
        CHECK(encode_block(row.column, clause_82) == (row.in_clause_82 ? block : error_block));
        CHECK(decode_block(block, clause_82) == (row.in_clause_82 ? row.column : error_column));
    }
    const mii_column data{0x0123456789ABCDEF, 0};
    CHECK(encode_block(data) == block66{data_header, 0x0123456789ABCDEF});
    CHECK(decode_block({data_header, 0x0123456789ABCDEF}) == data);
    CHECK(encode_block(local_fault_column) == local_fault_block);
    CHECK(decode_block(local_fault_block) == local_fault_column);
}

TEST_CASE("Control characters have the codes of tables 49-1 and 82-1, in every lane") {
    const std::map<std::uint8_t, std::uint8_t> both{{0x07, 0x00}, {0x06, 0x06}, {0xFE, 0x1E}};
    const std::map<std::uint8_t, std::uint8_t> reserved{{0x1C, 0x2D}, {0x3C, 0x33}, {0x7C, 0x4B},
                                                        {0xBC, 0x55}, {0xDC, 0x66}, {0xF7, 0x78}};
    for (unsigned lane = 0; lane < 8; ++lane) {
        for (unsigned character = 0; character < 256; ++character) {
            if (lane == 0 && character == terminate_character) {
                continue;  // another type
            }
            const auto key = static_cast<std::uint8_t>(character);
            mii_column column = idle_column;
            column.octets ^= std::uint64_t{character ^ 0x07u} << 8 * lane;
            const bool known = both.count(key) != 0;
            const bool known_49 = known || reserved.count(key) != 0;
            const std::uint8_t code = known ? both.at(key) : known_49 ? reserved.at(key) : 0;
            const block66 block{control_header, 0x1E | std::uint64_t{code} << (8 + 7 * lane)};
            REQUIRE(encode_block(column, clause_49) == (known_49 ? block : error_block));
            REQUIRE(encode_block(column, clause_82) == (known ? block : error_block));
        }
        for (unsigned code = 0; code < 128; ++code) {
            const block66 block{control_header, 0x1E | std::uint64_t{code} << (8 + 7 * lane)};
            const mii_column column = decode_block(block, clause_49);
            REQUIRE((column == error_column || encode_block(column, clause_49) == block));
        }
    }
    payload_fields all_errors(0x1E);
    all_errors.codes({0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E});
    REQUIRE(all_errors.bits() == 64);
    REQUIRE(error_block == block66{control_header, all_errors.value()});
}

TEST_CASE("Whatever no type of block holds is encoded and decoded as errors") {
    const std::set<unsigned> masks_49{0x00, 0xFF, 0x1F, 0x11, 0x01, 0xF1, 0xFE,
                                      0xFC, 0xF8, 0xF0, 0xE0, 0xC0, 0x80};
    for (unsigned mask = 0; mask < 256; ++mask) {
        for (const unsigned character : {0x07u, 0xFBu, 0xFDu, 0x9Cu, 0x5Cu, 0xFEu, 0x55u}) {
            const mii_column column{std::uint64_t{0x0101010101010101} * character,
                                    static_cast<std::uint8_t>(mask)};
            const block66 block = encode_block(column, clause_49);
            if (masks_49.count(mask) == 0) {
                REQUIRE(block == error_block);
            }
            if (block != error_block) {
                REQUIRE(decode_block(block, clause_49) == column);
            }
        }
    }
    const std::set<unsigned> types{0x1E, 0x33, 0x2D, 0x66, 0x55, 0x78, 0x4B, 0x87,
                                   0x99, 0xAA, 0xB4, 0xCC, 0xD2, 0xE1, 0xFF};
    for (unsigned type = 0; type < 256; ++type) {
        const block66 block{control_header, type};
        REQUIRE((decode_block(block, clause_49) != error_column) == (types.count(type) != 0));
        REQUIRE(block_type_of_nibble(type & 0xF) % 16 == ((type & 0xF) == 0 ? 0 : (type & 0xF)));
    }
    for (const unsigned type : types) {
        REQUIRE(block_type_of_nibble(type & 0xF) == type);
    }
    for (const std::uint8_t header : {std::uint8_t{0}, invalid_header}) {
        REQUIRE(decode_block({header, 0x1E}, clause_49) == error_column);
        REQUIRE(kind_of(block66{header, 0x1E}, clause_49) == block_kind::error);
    }
    for (unsigned o_code = 0; o_code < 16; ++o_code) {
        const block66 block{control_header, 0x4B | std::uint64_t{o_code} << 32};
        const bool known = o_code == 0 || o_code == 6 || o_code == 15;
        REQUIRE((decode_block(block) != error_column) == known);
    }
}

TEST_CASE("Columns and blocks are of the same kind") {
    std::mt19937_64 random(1);
    const std::vector<mii_column> columns = column_of_every_type(random);
    using kind = block_kind;
    const std::vector<kind> kinds{kind::data,    kind::control, kind::start, kind::control,
                                  kind::start,   kind::control, kind::start, kind::control,
                                  kind::control, kind::control};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const kind expected = i < kinds.size() ? kinds[i] : kind::terminate;
        REQUIRE(kind_of(columns[i], clause_49) == expected);
        REQUIRE(kind_of(encode_block(columns[i], clause_49), clause_49) == expected);
    }
    // An error character makes an error of a block of control characters only (49.2.13.2.3).
    REQUIRE(kind_of(column_of({7, 7, 7, 0xFE, 7, 7, 7, 7}, 0xFF)) == kind::error);
    REQUIRE(kind_of(column_of({1, 2, 0xFD, 0xFE, 7, 7, 7, 7}, 0xFC)) == kind::terminate);
    REQUIRE(kind_of(error_block) == kind::error);
}

TEST_CASE("A wrong bit of a block changes data octets, or nothing, or is an error") {
    std::mt19937_64 random(2);
    std::uint64_t seen_as_error = 0;
    for (int round = 0; round < 200; ++round) {
        for (const mii_column& column : column_of_every_type(random)) {
            const block66 sent = encode_block(column, clause_49);
            for (unsigned bit = 0; bit < 66; ++bit) {
                block66 received = sent;
                if (bit < 2) {
                    received.header ^= static_cast<std::uint8_t>(1u << bit);
                } else {
                    received.payload ^= std::uint64_t{1} << (bit - 2);
                }
                const mii_column result = decode_block(received, clause_49);
                if (result == error_column) {
                    ++seen_as_error;
                    continue;
                }
                REQUIRE(bit >= 2);
                REQUIRE(result.control == column.control);
                const std::uint64_t control = control_octets(column.control);
                REQUIRE(((result.octets ^ column.octets) & control) == 0);
            }
        }
    }
    // Two header bits of all 18 columns, eight bits of type of the 17 that have one, and more.
    REQUIRE(seen_as_error > 200 * (18 * 2 + 17 * 8));
}
