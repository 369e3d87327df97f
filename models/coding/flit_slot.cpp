#include "models/coding/flit_slot.h"

#include <bit>
#include <cstring>
#include <stdexcept>

#include "models/coding/block_code.h"
#include "models/coding/transcode.h"

namespace luxlane::coding {
namespace {

static_assert(std::endian::native == std::endian::little, "bytes are moved as numbers");

constexpr std::size_t payload_bytes = sizeof(std::uint64_t);
constexpr std::size_t bytes_per_block = blocks_per_transcoded * payload_bytes;

const block257& idle_block257() {
    static const block257 idle =
        transcode({idle_block, idle_block, idle_block, idle_block}, transcode_clause::clause_119);
    return idle;
}

bool is_ordered_set(const block66& block) {
    return block.header == control_header && (block.payload & 0xFF) == ordered_set_block_type &&
           kind_of(block) == block_kind::control;
}

/// What the first 257 bits of a slot without a flit say.
received_slot read_idle_start(const block257& block) {
    if (block == idle_block257()) {
        return {slot_content::idle, 0};
    }
    const block66_group blocks = transcode_back(block, transcode_clause::clause_119);
    const bool rest_idle =
        blocks[1] == idle_block && blocks[2] == idle_block && blocks[3] == idle_block;
    if (rest_idle && is_ordered_set(blocks[0])) {
        return {slot_content::ordered_set, blocks[0].payload};
    }
    return {};
}

}  // namespace

void write_flit_slot(std::span<const std::uint8_t, flit_bytes> image,
                     std::span<std::uint64_t> words, std::size_t position) noexcept {
    const std::uint8_t* from = image.data();
    for (std::size_t b = 0; b < blocks257_per_slot; ++b, from += bytes_per_block) {
        std::uint64_t payloads[blocks_per_transcoded];
        std::memcpy(payloads, from, bytes_per_block);
        write_block257(data_block257(payloads[0], payloads[1], payloads[2], payloads[3]), words,
                       position + b * block257_bits);
    }
}

void write_idle_slot(std::optional<std::uint64_t> ordered_set, std::span<std::uint64_t> words,
                     std::size_t position) {
    block257 first = idle_block257();
    if (ordered_set) {
        const block66 block{control_header, *ordered_set};
        if (!is_ordered_set(block)) {
            throw std::invalid_argument("write_idle_slot: no block of type 4B with a known O code");
        }
        first =
            transcode({block, idle_block, idle_block, idle_block}, transcode_clause::clause_119);
    }
    for (std::size_t b = 0; b < blocks257_per_slot; ++b) {
        write_block257(b == 0 ? first : idle_block257(), words, position + b * block257_bits);
    }
}

received_slot read_slot(std::span<const std::uint64_t> words, std::size_t position,
                        std::span<std::uint8_t, flit_bytes> image) noexcept {
    std::uint64_t data_blocks = 0;
    for (std::size_t b = 0; b < blocks257_per_slot; ++b) {
        const std::size_t bit = position + b * block257_bits;
        data_blocks += words[bit / 64] >> bit % 64 & 1;
    }
    if (data_blocks == blocks257_per_slot) {
        std::uint8_t* to = image.data();
        for (std::size_t b = 0; b < blocks257_per_slot; ++b, to += bytes_per_block) {
            const block257 block = read_block257(words, position + b * block257_bits);
            const std::uint64_t payloads[blocks_per_transcoded] = {
                data_payload(block, 0), data_payload(block, 1), data_payload(block, 2),
                data_payload(block, 3)};
            std::memcpy(to, payloads, bytes_per_block);
        }
        return {slot_content::flit, 0};
    }
    if (data_blocks != 0) {
        return {};
    }
    for (std::size_t b = 1; b < blocks257_per_slot; ++b) {
        if (read_block257(words, position + b * block257_bits) != idle_block257()) {
            return {};
        }
    }
    return read_idle_start(read_block257(words, position));
}

}  // namespace luxlane::coding
