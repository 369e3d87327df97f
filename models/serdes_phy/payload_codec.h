#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/coding/flit.h"
#include "models/coding/rs_fec.h"
#include "models/coding/scrambler.h"
#include "models/serdes_phy/payload_format.h"
#include "models/serdes_phy/received_slots.h"
#include "models/serdes_phy/slot_run.h"

namespace luxlane::wide_link {

/// What the decoder did to one of a group's codewords.
struct codeword_outcome {
    coding::decode_status status = coding::decode_status::clean;
    std::uint32_t symbols = 0;  ///< corrected
    std::uint32_t bits = 0;     ///< corrected
    /// Of each corrected symbol, the place in the group's wire order of its first wrong bit,
    /// ten bits a symbol; the first `symbols` are valid.
    std::array<std::uint16_t, 15> places{};
};

/// What a slot of a received group holds.
struct slot_outcome {
    slot_kind kind = slot_kind::idle;
    std::uint32_t number = 0;       ///< of a flit: its link number
    std::uint64_t ordered_set = 0;  ///< of an idle slot: payload of its control block; 0 is none
};

inline constexpr std::size_t most_codewords = 4;
inline constexpr std::size_t most_slots = 10;

/// A received group; its good flits stand elsewhere, in order.
struct group_outcome {
    std::array<codeword_outcome, most_codewords> codewords;
    std::array<slot_outcome, most_slots> slots;
};

/// Slots to the symbols of the line and back, group by group: 64B/66B blocks, transcoded to
/// 257 bits, scrambled, RS messages, codewords, interleave (docs/link.md).
class payload_codec {
public:
    explicit payload_codec(const payload_format& format);

    const payload_format& format() const { return format_; }
    /// 64-bit words that hold a group's slots.
    std::size_t stream_words() const { return stream_words_; }

    /// State of both scramblers before the group `first` with which a block begins. What was sent
    /// before is idle that nobody simulates: any state stands for it, if both ends take the same.
    static std::uint64_t state_before(std::uint64_t first);

    /// Writes the next group's slots, scrambled, to `stream` (`stream_words()` long).
    void write_slots(slot_cursor& slots, coding::scrambler& scrambler,
                     std::span<std::uint64_t> stream) const;
    /// Encodes a group: `symbols` takes format().symbols() of them, in wire order.
    void encode(std::span<const std::uint64_t> stream, std::span<std::uint16_t> symbols);

    /// Decodes a group. The flits that are good are added to `flits`; a slot that an uncorrectable
    /// codeword touches is not. `descrambler` ends with what this group's decoder gave it.
    void decode(std::span<const std::uint16_t> symbols, coding::descrambler& descrambler,
                std::vector<coding::flit>& flits, group_outcome& out);

private:
    void decode_set(std::uint32_t set, std::span<const std::uint16_t> symbols, group_outcome& out);
    void read_slot(std::uint32_t slot, std::vector<coding::flit>& flits, slot_outcome& out) const;

    payload_format format_;
    const coding::rs_code* code_;  ///< null without FEC
    std::size_t stream_words_;
    std::vector<std::uint16_t> rows_;     ///< [codeword of a set][codeword symbols]
    std::vector<std::uint16_t> payload_;  ///< a group's payload symbols
    std::vector<std::uint64_t> stream_;
};

}  // namespace luxlane::wide_link
