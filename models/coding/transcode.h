#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "models/coding/block257.h"
#include "models/coding/block_code.h"

/// 256B/257B transcoding (IEEE Std 802.3 91.5.2.5, 91.5.3.5 and 119.2.4.2, 119.2.5.7): four blocks
/// of 66 bits share one header bit when all are data; otherwise the type field of the first control
/// block makes room for four header bits by giving up its second nibble.
namespace luxlane::coding {

inline constexpr std::size_t blocks_per_transcoded = 4;
using block66_group = std::array<block66, blocks_per_transcoded>;

enum class transcode_clause : std::uint8_t {
    /// 100G: the four payloads are scrambled already. Bits 4:0 are exclusive-ored with 12:8, so
    /// that
    /// the header bits do not repeat.
    clause_91,
    /// 200G, 400G and 800G: all 257 bits are scrambled afterwards.
    clause_119
};

/// Transcodes four blocks. An invalid header anywhere makes a block that the receiver takes as four
/// errors.
block257 transcode(const block66_group& blocks, transcode_clause clause) noexcept;

/// Restores four blocks. A block that says control but marks no block as control gives four blocks
/// with `invalid_header`; a first control block whose nibble is no type's gets the type 0 to it,
/// which decodes as an error; other faults of control blocks are the decoder's to find.
/// Clause 91 must descramble the nibble and scramble what it restores: `previous_payload` is the
/// payload, as on the line, of the block before these four. Clause 119 does not use it.
block66_group transcode_back(const block257& block, transcode_clause clause,
                             std::uint64_t previous_payload = 0) noexcept;

/// Marks the blocks of an uncorrectable codeword, `blocks` being its message, four for each block
/// of 257 bits, so that no frame that it touches is taken as good: clause 119 gives every block
/// `invalid_header`; clause 91 the first, every second and the last group of four, which leaves
/// gaps shorter than any frame (91.5.3.3).
void mark_uncorrectable(std::span<block66_group> blocks, transcode_clause clause) noexcept;

}  // namespace luxlane::coding
