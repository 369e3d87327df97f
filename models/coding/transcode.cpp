#include "models/coding/transcode.h"

namespace luxlane::coding {
namespace {

constexpr unsigned header_bits = 5;
constexpr std::uint64_t header_mask = 0x1F;
constexpr std::uint64_t no_control_block = 0x1E;  // bit 0 says control, bits 4:1 say all data

/// Clause 91's mixing of the header bits; its own inverse, as bits 12:8 stay.
void mix_header(block257& block, transcode_clause clause) {
    if (clause == transcode_clause::clause_91) {
        block[0] ^= (block[0] >> 8) & header_mask;
    }
}

/// Header bits, then the payloads without bits 7:4 of payload `shortened`.
block257 shorten(std::uint64_t header, const block66_group& blocks, std::size_t shortened) {
    std::array<std::uint64_t, blocks_per_transcoded + 1> kept{};
    for (std::size_t i = 0; i < blocks_per_transcoded; ++i) {
        kept[i] = blocks[i].payload;
    }
    kept[shortened] =
        (kept[shortened] & 0xF) | (kept[shortened] >> 8 << 4) | kept[shortened + 1] << 60;
    for (std::size_t i = shortened + 1; i < blocks_per_transcoded; ++i) {
        kept[i] = kept[i] >> 4 | kept[i + 1] << 60;
    }
    block257 block{};
    block[0] = header | kept[0] << header_bits;
    for (std::size_t i = 1; i < block.size(); ++i) {
        block[i] = kept[i - 1] >> (64 - header_bits) | kept[i] << header_bits;
    }
    return block;
}

}  // namespace

block257 transcode(const block66_group& blocks, transcode_clause clause) noexcept {
    std::uint64_t data = 0;  // bit j: block j is data
    bool valid = true;
    for (std::size_t j = 0; j < blocks_per_transcoded; ++j) {
        data |= std::uint64_t{blocks[j].header == data_header} << j;
        valid = valid && has_valid_header(blocks[j]);
    }
    block257 block;
    if (data == 0xF) {
        block = data_block257(blocks[0].payload, blocks[1].payload, blocks[2].payload,
                              blocks[3].payload);
    } else if (valid) {
        std::size_t first_control = 0;
        while ((data >> first_control & 1) != 0) {
            ++first_control;
        }
        block = shorten(data << 1, blocks, first_control);
    } else {
        block = shorten(no_control_block, blocks, 0);
    }
    mix_header(block, clause);
    return block;
}

block66_group transcode_back(const block257& coded, transcode_clause clause,
                             std::uint64_t previous_payload) noexcept {
    block257 block = coded;
    mix_header(block, clause);
    block66_group blocks;
    if ((block[0] & 1) != 0) {
        for (std::size_t j = 0; j < blocks_per_transcoded; ++j) {
            blocks[j] = {data_header, data_payload(block, j)};
        }
        return blocks;
    }
    const bool valid = (block[0] & header_mask) != no_control_block;
    std::size_t shortened = valid ? blocks_per_transcoded : 0;
    for (std::size_t j = blocks_per_transcoded; j-- > 0;) {
        const bool data = (block[0] >> (j + 1) & 1) != 0;
        shortened = data ? shortened : j;
        blocks[j].header = !valid ? invalid_header : data ? data_header : control_header;
        blocks[j].payload = block[j] >> header_bits | block[j + 1] << (64 - header_bits);
    }
    // From the last word back to the shortened one, every bit moves up by the nibble to restore.
    for (std::size_t j = blocks_per_transcoded - 1; j > shortened; --j) {
        blocks[j].payload = blocks[j].payload << 4 | blocks[j - 1].payload >> 60;
    }
    const std::uint64_t before = shortened == 0 ? previous_payload : blocks[shortened - 1].payload;
    std::uint64_t& payload = blocks[shortened].payload;
    payload = (payload & 0xF) | (payload >> 4 << 8);
    // What the scrambler added to the type field comes from 39 and 58 bits before.
    const std::uint64_t added =
        clause == transcode_clause::clause_91 ? (before >> 25 ^ before >> 6) & 0xFF : 0;
    const std::uint8_t type = block_type_of_nibble((payload ^ added) & 0xF);
    payload |= (type ^ added) & 0xF0;
    return blocks;
}

void mark_uncorrectable(std::span<block66_group> blocks, transcode_clause clause) noexcept {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (clause == transcode_clause::clause_119 || i % 2 == 0 || i + 1 == blocks.size()) {
            for (block66& block : blocks[i]) {
                block.header = invalid_header;
            }
        }
    }
}

}  // namespace luxlane::coding
