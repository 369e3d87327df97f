#pragma once

#include <cstdint>

/// The 64B/66B code of IEEE Std 802.3 49.2.4 (10G and 25G) and 82.2.3 (40G and up): eight octets of
/// the media-independent interface and one bit for each that tells control from data become a
/// synchronisation header of 2 bits and a payload of 64.
namespace luxlane::coding {

/// Which types of blocks and which control characters there are.
enum class block_clause : std::uint8_t {
    clause_49,  ///< frames start in lane 0 or 4: all 15 types; reserved characters are valid
    clause_82   ///< frames start in lane 0 only: 1E, 78, 4B and the eight terminate types
};

/// Eight octets of the interface: lane 0 in bits 7:0, and bit k of `control` set when lane k
/// carries a control character.
struct mii_column {
    std::uint64_t octets = 0;
    std::uint8_t control = 0;
    friend bool operator==(const mii_column&, const mii_column&) = default;
};

/// A block, bit 0 of each field first on the wire.
struct block66 {
    std::uint8_t header = 0;    ///< 2 bits: `data_header`, `control_header`, or invalid (0, 3)
    std::uint64_t payload = 0;  ///< not scrambled
    friend bool operator==(const block66&, const block66&) = default;
};

inline constexpr std::uint8_t data_header = 2;     // 01 on the wire
inline constexpr std::uint8_t control_header = 1;  // 10 on the wire
inline constexpr std::uint8_t invalid_header = 3;

constexpr bool has_valid_header(const block66& block) {
    return block.header == data_header || block.header == control_header;
}

/// Control characters of the interface, and the block type fields of idle and ordered sets.
inline constexpr std::uint8_t idle_character = 0x07;
inline constexpr std::uint8_t start_character = 0xFB;
inline constexpr std::uint8_t terminate_character = 0xFD;
inline constexpr std::uint8_t error_character = 0xFE;
inline constexpr std::uint8_t sequence_character = 0x9C;  // ordered set with O code 0
inline constexpr std::uint8_t signal_character = 0x5C;    // ordered set with O code F or 6
inline constexpr std::uint8_t idle_block_type = 0x1E;
inline constexpr std::uint8_t ordered_set_block_type = 0x4B;

/// The O code of Ultra Ethernet's control ordered sets (1.0.1, tables 5-7 and 5-20): a block of
/// type 4B whose 28 bits behind the O code are data too. On the interface such a set is the
/// character 5C and seven data octets, the low half of octet 4 being the O code.
inline constexpr std::uint8_t control_ordered_set_code = 6;

inline constexpr mii_column idle_column{0x0707070707070707, 0xFF};
inline constexpr mii_column error_column{0xFEFEFEFEFEFEFEFE, 0xFF};
inline constexpr block66 idle_block{control_header, idle_block_type};
/// Type 1E, eight codes 1Eh.
inline constexpr block66 error_block{control_header, 0x3C78F1E3C78F1E1E};
/// The sequence ordered set "local fault" (46.3.4, 81.3.4), as a column and as a block.
inline constexpr mii_column local_fault_column{0x070707070100009C, 0xF1};
inline constexpr block66 local_fault_block{control_header, 0x000000000100004B};

/// Encodes one column. A column that the clause has no block for becomes `error_block`.
block66 encode_block(const mii_column& column,
                     block_clause clause = block_clause::clause_82) noexcept;

/// Decodes one block. An invalid header, a type, control code or O code that the clause does not
/// know gives `error_column`. Unused bits of a block are ignored.
mii_column decode_block(const block66& block,
                        block_clause clause = block_clause::clause_82) noexcept;

/// What a column or block is to the state diagrams (T_TYPE and R_TYPE of 49.2.13.2.3, 82.2.19.2.3).
enum class block_kind : std::uint8_t { control, start, data, terminate, error };

block_kind kind_of(const mii_column& column,
                   block_clause clause = block_clause::clause_82) noexcept;
block_kind kind_of(const block66& block, block_clause clause = block_clause::clause_82) noexcept;

/// The type field whose low nibble is `nibble` (0..15), 0 if there is none: the 15 types differ in
/// it, which is what 256B/257B transcoding rests on.
std::uint8_t block_type_of_nibble(unsigned nibble) noexcept;

}  // namespace luxlane::coding
