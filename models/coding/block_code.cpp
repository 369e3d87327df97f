#include "models/coding/block_code.h"

#include <array>
#include <bit>
#include <optional>

namespace luxlane::coding {
namespace {

constexpr unsigned lanes = 8;
constexpr std::uint64_t octet_mask = 0xFF;
constexpr std::uint64_t code_mask = 0x7F;
constexpr std::uint64_t nibble_mask = 0xF;

// Where lane k's fields stand in a payload: its octet where the interface has it, except in front
// of a terminate character, where the type field moves all octets up by one; its control code in
// the k-th of eight fields of 7 bits, whatever stands before; the O codes of lanes 0 and 4 between.
constexpr unsigned octet_position(unsigned lane) { return 8 * lane; }
constexpr unsigned code_position(unsigned lane) { return 8 + 7 * lane; }
constexpr unsigned first_o_position = 32;
constexpr unsigned second_o_position = 36;

/// Control characters with their codes (tables 49-1 and 82-1). The reserved ones are clause 49's.
struct control_code {
    std::uint8_t character;
    std::uint8_t code;
    bool reserved;
};
constexpr std::array<control_code, 9> control_codes{{{0x07, 0x00, false},
                                                     {0x06, 0x06, false},
                                                     {0xFE, 0x1E, false},
                                                     {0x1C, 0x2D, true},
                                                     {0x3C, 0x33, true},
                                                     {0x7C, 0x4B, true},
                                                     {0xBC, 0x55, true},
                                                     {0xDC, 0x66, true},
                                                     {0xF7, 0x78, true}}};
constexpr std::uint8_t no_code = 0xFF;
constexpr std::uint8_t no_character = 0;  // a data octet only

struct code_tables {
    std::array<std::uint8_t, 256> code_of;
    std::array<std::uint8_t, 128> character_of;
};

constexpr code_tables make_tables(bool with_reserved) {
    code_tables tables{};
    tables.code_of.fill(no_code);
    tables.character_of.fill(no_character);
    for (const control_code& each : control_codes) {
        if (with_reserved || !each.reserved) {
            tables.code_of[each.character] = each.code;
            tables.character_of[each.code] = each.character;
        }
    }
    return tables;
}

constexpr code_tables clause_49_tables = make_tables(true);
constexpr code_tables clause_82_tables = make_tables(false);

constexpr const code_tables& tables_of(block_clause clause) {
    return clause == block_clause::clause_49 ? clause_49_tables : clause_82_tables;
}

constexpr std::array<std::uint8_t, 8> terminate_types{0x87, 0x99, 0xAA, 0xB4,
                                                      0xCC, 0xD2, 0xE1, 0xFF};

/// Octets first..last-1 of a word.
constexpr std::uint64_t octets_mask(unsigned first, unsigned last) {
    const std::uint64_t below_last =
        last == lanes ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * last) - 1;
    return below_last & ~((std::uint64_t{1} << 8 * first) - 1);
}

constexpr std::uint8_t octet(std::uint64_t octets, unsigned lane) {
    return static_cast<std::uint8_t>(octets >> octet_position(lane));
}

/// The O code of an ordered set's control character, no_code for another character.
constexpr std::uint8_t o_code_of(std::uint8_t character) {
    return character == sequence_character ? 0 : character == signal_character ? 0xF : no_code;
}

constexpr std::uint8_t ordered_set_character(std::uint64_t o_code) {
    return o_code == 0 ? sequence_character : o_code == 0xF ? signal_character : no_character;
}

/// Code fields of lanes first..last-1; nothing if one has no code.
std::optional<std::uint64_t> pack_codes(std::uint64_t octets, unsigned first, unsigned last,
                                        const code_tables& tables) {
    std::uint64_t fields = 0;
    for (unsigned lane = first; lane < last; ++lane) {
        const std::uint8_t code = tables.code_of[octet(octets, lane)];
        if (code == no_code) {
            return std::nullopt;
        }
        fields |= std::uint64_t{code} << code_position(lane);
    }
    return fields;
}

/// Control characters of lanes first..last-1 in their octets; nothing if a code is unknown.
std::optional<std::uint64_t> unpack_codes(std::uint64_t payload, unsigned first, unsigned last,
                                          const code_tables& tables) {
    std::uint64_t octets = 0;
    for (unsigned lane = first; lane < last; ++lane) {
        const std::uint8_t character =
            tables.character_of[payload >> code_position(lane) & code_mask];
        if (character == no_character) {
            return std::nullopt;
        }
        octets |= std::uint64_t{character} << octet_position(lane);
    }
    return octets;
}

block66 control_block(std::uint8_t type, std::uint64_t fields) {
    return {control_header, type | fields};
}

block66 encode_terminate(std::uint64_t octets, unsigned data_octets, const code_tables& tables) {
    const auto codes = pack_codes(octets, data_octets + 1, lanes, tables);
    if (!codes) {
        return error_block;
    }
    const std::uint64_t data = data_octets == 0 ? 0 : (octets & octets_mask(0, data_octets)) << 8;
    return control_block(terminate_types[data_octets], data | *codes);
}

/// Lane 4 starts a frame or an ordered set; lanes 0..3 are control characters (`codes`).
block66 encode_fifth_lane(std::uint64_t octets, const code_tables& tables) {
    const auto codes = pack_codes(octets, 0, 4, tables);
    const std::uint64_t data = octets & octets_mask(5, 8);
    const std::uint8_t o_code = o_code_of(octet(octets, 4));
    if (codes && octet(octets, 4) == start_character) {
        return control_block(0x33, *codes | data);
    }
    if (codes && o_code != no_code) {
        return control_block(0x2D, *codes | std::uint64_t{o_code} << second_o_position | data);
    }
    return error_block;
}

/// Lane 0 starts an ordered set, lane 4 a frame or another ordered set.
block66 encode_two_starts(std::uint64_t octets) {
    const std::uint8_t first = o_code_of(octet(octets, 0));
    const std::uint8_t second = o_code_of(octet(octets, 4));
    const std::uint64_t fields = (octets & (octets_mask(1, 4) | octets_mask(5, 8))) |
                                 std::uint64_t{first} << first_o_position;
    if (first != no_code && octet(octets, 4) == start_character) {
        return control_block(0x66, fields);
    }
    if (first != no_code && second != no_code) {
        return control_block(0x55, fields | std::uint64_t{second} << second_o_position);
    }
    return error_block;
}

block66 encode_ordered_set(std::uint64_t octets, const code_tables& tables) {
    const std::uint8_t o_code = o_code_of(octet(octets, 0));
    const auto codes = pack_codes(octets, 4, lanes, tables);
    if (o_code == no_code || !codes) {
        return error_block;
    }
    return control_block(ordered_set_block_type, (octets & octets_mask(1, 4)) |
                                                     std::uint64_t{o_code} << first_o_position |
                                                     *codes);
}

/// One control character, in lane 0.
block66 encode_first_lane(std::uint64_t octets) {
    if (octet(octets, 0) == start_character) {
        return control_block(0x78, octets & ~octet_mask);
    }
    if (octet(octets, 0) == signal_character &&
        (octets >> first_o_position & nibble_mask) == control_ordered_set_code) {
        return control_block(ordered_set_block_type, octets & ~octet_mask);
    }
    return error_block;
}

constexpr std::uint64_t in_lane(std::uint8_t character, unsigned lane) {
    return std::uint64_t{character} << octet_position(lane);
}

mii_column decode_ordered_set(std::uint64_t payload, const code_tables& tables) {
    const std::uint64_t o_code = payload >> first_o_position & nibble_mask;
    if (o_code == control_ordered_set_code) {
        return {(payload & ~octet_mask) | signal_character, 0x01};
    }
    const std::uint8_t character = ordered_set_character(o_code);
    const auto codes = unpack_codes(payload, 4, lanes, tables);
    if (character == no_character || !codes) {
        return error_column;
    }
    return {character | (payload & octets_mask(1, 4)) | *codes, 0xF1};
}

mii_column decode_terminate(std::uint64_t payload, unsigned data_octets,
                            const code_tables& tables) {
    const auto codes = unpack_codes(payload, data_octets + 1, lanes, tables);
    if (!codes) {
        return error_column;
    }
    const std::uint64_t data = data_octets == 0 ? 0 : payload >> 8 & octets_mask(0, data_octets);
    return {data | in_lane(terminate_character, data_octets) | *codes,
            static_cast<std::uint8_t>(0xFF << data_octets)};
}

/// The types that only clause 49 has: something starts in lane 4.
mii_column decode_fifth_lane(std::uint64_t payload, const code_tables& tables) {
    const std::uint64_t type = payload & octet_mask;
    const std::uint8_t first = ordered_set_character(payload >> first_o_position & nibble_mask);
    const std::uint8_t second =
        type == 0x33 || type == 0x66
            ? start_character
            : ordered_set_character(payload >> second_o_position & nibble_mask);
    if (second == no_character) {
        return error_column;
    }
    const std::uint64_t fifth = in_lane(second, 4) | (payload & octets_mask(5, 8));
    if (type == 0x33 || type == 0x2D) {
        const auto codes = unpack_codes(payload, 0, 4, tables);
        return codes ? mii_column{*codes | fifth, 0x1F} : error_column;
    }
    if (first == no_character) {
        return error_column;
    }
    return {first | (payload & octets_mask(1, 4)) | fifth, 0x11};
}

/// Which terminate type it is, 8 if none.
unsigned terminate_index(std::uint64_t type) {
    unsigned index = 0;
    while (index < terminate_types.size() && terminate_types[index] != type) {
        ++index;
    }
    return index;
}

}  // namespace

block66 encode_block(const mii_column& column, block_clause clause) noexcept {
    if (column.control == 0) {
        return {data_header, column.octets};
    }
    if (column == idle_column) {
        return idle_block;
    }
    const code_tables& tables = tables_of(clause);
    const auto data_octets = static_cast<unsigned>(std::countr_zero(column.control));
    const bool control_to_the_end =
        column.control == static_cast<std::uint8_t>(0xFF << data_octets);
    if (control_to_the_end && octet(column.octets, data_octets) == terminate_character) {
        return encode_terminate(column.octets, data_octets, tables);
    }
    if (column.control == 0xFF) {
        const auto codes = pack_codes(column.octets, 0, lanes, tables);
        return codes ? control_block(idle_block_type, *codes) : error_block;
    }
    if (column.control == 0x01) {
        return encode_first_lane(column.octets);
    }
    if (column.control == 0xF1) {
        return encode_ordered_set(column.octets, tables);
    }
    if (clause == block_clause::clause_49 && column.control == 0x1F) {
        return encode_fifth_lane(column.octets, tables);
    }
    if (clause == block_clause::clause_49 && column.control == 0x11) {
        return encode_two_starts(column.octets);
    }
    return error_block;
}

mii_column decode_block(const block66& block, block_clause clause) noexcept {
    if (block.header == data_header) {
        return {block.payload, 0};
    }
    if (block == idle_block) {
        return idle_column;
    }
    if (block.header != control_header) {
        return error_column;
    }
    const code_tables& tables = tables_of(clause);
    const std::uint64_t type = block.payload & octet_mask;
    switch (type) {
        case idle_block_type: {
            const auto codes = unpack_codes(block.payload, 0, lanes, tables);
            return codes ? mii_column{*codes, 0xFF} : error_column;
        }
        case ordered_set_block_type:
            return decode_ordered_set(block.payload, tables);
        case 0x78:
            return {(block.payload & ~octet_mask) | start_character, 0x01};
        case 0x33:
        case 0x2D:
        case 0x66:
        case 0x55:
            return clause == block_clause::clause_49 ? decode_fifth_lane(block.payload, tables)
                                                     : error_column;
        default: {
            const unsigned data_octets = terminate_index(type);
            return data_octets < lanes ? decode_terminate(block.payload, data_octets, tables)
                                       : error_column;
        }
    }
}

block_kind kind_of(const block66& block, block_clause clause) noexcept {
    if (block.header == data_header) {
        return block_kind::data;
    }
    const mii_column column = decode_block(block, clause);
    if (column == error_column) {
        return block_kind::error;
    }
    switch (block.payload & octet_mask) {
        case idle_block_type:
            for (unsigned lane = 0; lane < lanes; ++lane) {
                if (octet(column.octets, lane) == error_character) {
                    return block_kind::error;
                }
            }
            return block_kind::control;
        case ordered_set_block_type:
        case 0x2D:
        case 0x55:
            return block_kind::control;
        case 0x78:
        case 0x33:
        case 0x66:
            return block_kind::start;
        default:
            return block_kind::terminate;
    }
}

block_kind kind_of(const mii_column& column, block_clause clause) noexcept {
    return kind_of(encode_block(column, clause), clause);
}

std::uint8_t block_type_of_nibble(unsigned nibble) noexcept {
    constexpr std::array<std::uint8_t, 16> types{0x00, 0xE1, 0xD2, 0x33, 0xB4, 0x55, 0x66, 0x87,
                                                 0x78, 0x99, 0xAA, 0x4B, 0xCC, 0x2D, 0x1E, 0xFF};
    return types[nibble & 0xF];
}

}  // namespace luxlane::coding
