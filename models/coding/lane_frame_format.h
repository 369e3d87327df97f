#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/coding/bit_io.h"

/// The frame in which every lane of the wide link wraps its payload, so that a lane can be found,
/// named and measured alone.
///
/// A frame is 128 words of 20 bits: one overhead word, then 127 words of payload, each two 10-bit
/// symbols ("rows"). Four frames are a superframe, whose overhead words are
///   frame 0  SYNC
///   frame 1  ~SYNC
///   frame 2  bits 9:0 lane id, bits 19:10 superframe count
///   frame 3  bits 7:0 CRC-8 of the word before, bits 15:8 BIP-8 of the superframe before,
///            bits 19:16 flags
/// Bit 0 of every word and symbol is first on the wire. Superframe s of a lane occupies its line
/// bits 10240 s .. 10240 s + 10239. Overhead words are not scrambled.
namespace luxlane::coding::lane_frame {

inline constexpr std::size_t word_bits = 20;
inline constexpr std::size_t frame_words = 128;
inline constexpr std::size_t frame_bits = frame_words * word_bits;
inline constexpr std::size_t frame_payload_bits = frame_bits - word_bits;
inline constexpr std::size_t frames_per_superframe = 4;
inline constexpr std::size_t superframe_bits = frames_per_superframe * frame_bits;
inline constexpr std::size_t row_bits = 10;
inline constexpr std::size_t rows_per_frame = frame_payload_bits / row_bits;
inline constexpr std::size_t rows_per_superframe = frames_per_superframe * rows_per_frame;
inline constexpr std::size_t payload_bits = rows_per_superframe * row_bits;
/// 64-bit words that hold a superframe, and its payload without overhead.
inline constexpr std::size_t superframe_storage = words_for_bits(superframe_bits);
inline constexpr std::size_t payload_storage = words_for_bits(payload_bits);

inline constexpr std::uint32_t word_mask = 0xFFFFF;
inline constexpr std::uint32_t sync = 0xE5A26;
inline constexpr unsigned lane_id_bits = 10;
/// Superframe counts run from 0 to this and begin again.
inline constexpr std::uint32_t last_count = 0x3FF;
/// Lane id of a spare that carries no logical lane.
inline constexpr std::uint32_t spare_lane_id = 0x3FF;

/// What the overhead words of one superframe say.
struct overhead {
    std::uint32_t lane_id = 0;  ///< 0..1023
    std::uint32_t count = 0;    ///< 0..last_count
    std::uint8_t bip = 0;       ///< parity of the payload of the superframe before
    std::uint8_t flags = 0;     ///< 0..15: a nibble of the management word
    friend bool operator==(const overhead&, const overhead&) = default;
};

/// The four overhead words, in order of frames. Fields are taken modulo their width.
std::array<std::uint32_t, frames_per_superframe> overhead_words(const overhead& fields);

/// What parse_overhead found at the place where a superframe should begin.
struct parsed_overhead {
    overhead fields;        ///< to be believed if `crc_good`; BIP and flags have no check of theirs
    bool crc_good = false;  ///< lane id and count agree with their CRC
    unsigned sync_errors = 0;  ///< wrong bits in SYNC and ~SYNC together, 0..40
};

/// Reads the overhead of the superframe that begins at bit `position` of `bits`, which must hold
/// its 10240 bits; std::out_of_range otherwise.
parsed_overhead parse_overhead(std::span<const std::uint64_t> bits, std::size_t position);

/// First bit in the line stream of payload row `row`, counted through all superframes.
constexpr std::uint64_t line_bit_of_row(std::uint64_t row) {
    const std::uint64_t frame = row / rows_per_frame;
    return frame * frame_bits + word_bits + row % rows_per_frame * row_bits;
}

/// Payload row that holds line bit `line_bit`, or nothing for a bit of an overhead word.
constexpr std::optional<std::uint64_t> row_of_line_bit(std::uint64_t line_bit) {
    const std::uint64_t in_frame = line_bit % frame_bits;
    if (in_frame < word_bits) {
        return std::nullopt;
    }
    return line_bit / frame_bits * rows_per_frame + (in_frame - word_bits) / row_bits;
}

/// Writes the superframe with these overhead fields and this payload (10160 bits, as they shall go
/// on the line, that is scrambled) to `line` (10240 bits). std::invalid_argument if either span is
/// shorter than `payload_storage` or `superframe_storage` words.
void build_superframe(const overhead& fields, std::span<const std::uint64_t> payload,
                      std::span<std::uint64_t> line);

/// Copies the payload, still scrambled, of the superframe that begins at bit `position` of `bits`
/// to `payload`; unused upper bits of its last word become 0. std::out_of_range if `bits` does not
/// hold the superframe, std::invalid_argument if `payload` is shorter than `payload_storage`.
void extract_payload(std::span<const std::uint64_t> bits, std::size_t position,
                     std::span<std::uint64_t> payload);

/// BIP-8 of a superframe's payload (10160 bits, as they stand on the line): bit k is the parity of
/// payload bits k, k + 8, k + 16 ... Unused upper bits of the last word are ignored.
std::uint8_t bip8(std::span<const std::uint64_t> payload);

/// Looks in the first `count` bits of `bits` for the beginning of a superframe: SYNC, and ~SYNC one
/// frame later, each with at most one wrong bit. Random bits pass for one with a probability of
/// (21 / 2^20)^2 = 4e-10 a position. Returns the first such position that is not below `from`.
std::optional<std::size_t> find_superframe(std::span<const std::uint64_t> bits, std::size_t count,
                                           std::size_t from = 0);

/// Additive scrambling of each logical lane's payload with a PRBS15 of its own (seed lane id + 1),
/// begun anew with each superframe, so that idle or repeating codewords do not line the lanes up.
class lane_scrambler {
public:
    /// Key streams of the lane ids 0 .. `lanes` - 1 and of the spares' id; `lanes` at most 1023,
    /// else std::invalid_argument.
    explicit lane_scrambler(std::size_t lanes);

    std::size_t lanes() const { return keys_.size() / payload_storage - 1; }

    /// Key of one 10-bit row (0..1015) of `lane`; exclusive-or it with the symbol.
    std::uint16_t key(std::size_t lane, std::size_t row) const {
        return static_cast<std::uint16_t>(
            read_bits(stream(lane), row * row_bits, static_cast<unsigned>(row_bits)));
    }

    /// Key stream of a superframe's payload (10160 bits; the rest of the last word is 0).
    std::span<const std::uint64_t> stream(std::size_t lane) const {
        const std::size_t place = lane == spare_lane_id ? lanes() : lane;
        return std::span(keys_).subspan(place * payload_storage, payload_storage);
    }

    /// Scrambles, or descrambles, the payload of one superframe of `lane` in place.
    void apply(std::size_t lane, std::span<std::uint64_t> payload) const;

private:
    std::vector<std::uint64_t> keys_;  ///< [lane, then spare][payload_storage]
};

}  // namespace luxlane::coding::lane_frame
