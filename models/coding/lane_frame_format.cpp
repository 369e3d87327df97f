#include "models/coding/lane_frame_format.h"

#include <bit>
#include <stdexcept>
#include <string>

#include "models/coding/crc.h"
#include "models/coding/prbs.h"

namespace luxlane::coding::lane_frame {
namespace {

constexpr unsigned sync_tolerance = 1;  // wrong bits in each of SYNC and ~SYNC
constexpr std::uint64_t last_word_mask = ~std::uint64_t{0} >> (64 * payload_storage - payload_bits);

std::uint32_t word_at(std::span<const std::uint64_t> bits, std::size_t position) {
    return static_cast<std::uint32_t>(read_bits(bits, position, word_bits));
}

void require_superframe(std::span<const std::uint64_t> bits, std::size_t position) {
    if (position + superframe_bits > 64 * bits.size()) {
        throw std::out_of_range("lane frame: no whole superframe at bit " +
                                std::to_string(position) + " of " +
                                std::to_string(64 * bits.size()));
    }
}

void require_words(std::size_t words, std::size_t needed, const char* what) {
    if (words < needed) {
        throw std::invalid_argument(std::string("lane frame: ") + what + " of " +
                                    std::to_string(words) + " words, not " +
                                    std::to_string(needed));
    }
}

}  // namespace

std::array<std::uint32_t, frames_per_superframe> overhead_words(const overhead& fields) {
    const std::uint32_t name =
        (fields.lane_id & spare_lane_id) | ((fields.count & last_count) << lane_id_bits);
    const std::uint32_t checks = crc8(name, word_bits) |
                                 (static_cast<std::uint32_t>(fields.bip) << 8) |
                                 ((static_cast<std::uint32_t>(fields.flags) & 0xFu) << 16);
    return {sync, ~sync & word_mask, name, checks};
}

parsed_overhead parse_overhead(std::span<const std::uint64_t> bits, std::size_t position) {
    require_superframe(bits, position);
    const std::uint32_t name = word_at(bits, position + 2 * frame_bits);
    const std::uint32_t checks = word_at(bits, position + 3 * frame_bits);
    parsed_overhead result;
    result.fields.lane_id = name & spare_lane_id;
    result.fields.count = name >> lane_id_bits;
    result.fields.bip = static_cast<std::uint8_t>(checks >> 8);
    result.fields.flags = static_cast<std::uint8_t>(checks >> 16);
    result.crc_good = crc8(name, word_bits) == (checks & 0xFFu);
    result.sync_errors = static_cast<unsigned>(
        std::popcount(word_at(bits, position) ^ sync) +
        std::popcount(word_at(bits, position + frame_bits) ^ (~sync & word_mask)));
    return result;
}

void build_superframe(const overhead& fields, std::span<const std::uint64_t> payload,
                      std::span<std::uint64_t> line) {
    require_words(payload.size(), payload_storage, "payload");
    require_words(line.size(), superframe_storage, "line");
    const auto words = overhead_words(fields);
    for (std::size_t frame = 0; frame < frames_per_superframe; ++frame) {
        write_bits(line, frame * frame_bits, word_bits, words[frame]);
        copy_bits(payload, frame * frame_payload_bits, line, frame * frame_bits + word_bits,
                  frame_payload_bits);
    }
}

void extract_payload(std::span<const std::uint64_t> bits, std::size_t position,
                     std::span<std::uint64_t> payload) {
    require_superframe(bits, position);
    require_words(payload.size(), payload_storage, "payload");
    payload[payload_storage - 1] = 0;
    for (std::size_t frame = 0; frame < frames_per_superframe; ++frame) {
        copy_bits(bits, position + frame * frame_bits + word_bits, payload,
                  frame * frame_payload_bits, frame_payload_bits);
    }
}

std::uint8_t bip8(std::span<const std::uint64_t> payload) {
    require_words(payload.size(), payload_storage, "payload");
    std::uint64_t parity = payload[payload_storage - 1] & last_word_mask;
    for (std::size_t word = 0; word + 1 < payload_storage; ++word) {
        parity ^= payload[word];
    }
    parity ^= parity >> 32;
    parity ^= parity >> 16;
    parity ^= parity >> 8;
    return static_cast<std::uint8_t>(parity);
}

std::optional<std::size_t> find_superframe(std::span<const std::uint64_t> bits, std::size_t count,
                                           std::size_t from) {
    if (count > 64 * bits.size()) {
        throw std::out_of_range("lane frame: search beyond the end of the bits");
    }
    for (std::size_t position = from; position + frame_bits + word_bits <= count; ++position) {
        if (std::popcount(word_at(bits, position) ^ sync) <= static_cast<int>(sync_tolerance) &&
            std::popcount(word_at(bits, position + frame_bits) ^ (~sync & word_mask)) <=
                static_cast<int>(sync_tolerance)) {
            return position;
        }
    }
    return std::nullopt;
}

lane_scrambler::lane_scrambler(std::size_t lanes) : keys_((lanes + 1) * payload_storage) {
    if (lanes > std::size_t{spare_lane_id}) {
        throw std::invalid_argument("lane_scrambler: lane ids have 10 bits, of which one is spare");
    }
    for (std::size_t place = 0; place <= lanes; ++place) {
        const std::size_t id = place < lanes ? place : spare_lane_id;
        const auto key = std::span(keys_).subspan(place * payload_storage, payload_storage);
        prbs_generator(prbs_kind::prbs15, static_cast<std::uint32_t>(id + 1)).fill(key);
        key.back() &= last_word_mask;
    }
}

void lane_scrambler::apply(std::size_t lane, std::span<std::uint64_t> payload) const {
    require_words(payload.size(), payload_storage, "payload");
    const auto key = stream(lane);
    for (std::size_t word = 0; word < payload_storage; ++word) {
        payload[word] ^= key[word];
    }
}

}  // namespace luxlane::coding::lane_frame
