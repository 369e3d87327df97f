#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "models/coding/block257.h"
#include "models/coding/flit.h"

/// Slots of the line's bit stream: a packed flit is 32 data blocks of 64B/66B, eight blocks of 257
/// bits after transcoding; a slot without a flit is 32 control blocks, all idle but the first,
/// which may be an ordered set. Bits as before scrambling, packed as bit_io.h says.
namespace luxlane::coding {

inline constexpr std::size_t blocks257_per_slot = 8;
inline constexpr std::size_t slot_bits = blocks257_per_slot * block257_bits;
static_assert(8 * flit_bytes == blocks257_per_slot * 256);

/// Writes the slot of a packed flit at bit `position` of `words`.
void write_flit_slot(std::span<const std::uint8_t, flit_bytes> image,
                     std::span<std::uint64_t> words, std::size_t position) noexcept;

/// Writes a slot without a flit at bit `position` of `words`. `ordered_set` is the payload of a
/// 64B/66B block of type 4B, type included; std::invalid_argument if it is no valid one.
void write_idle_slot(std::optional<std::uint64_t> ordered_set, std::span<std::uint64_t> words,
                     std::size_t position);

enum class slot_content : std::uint8_t {
    flit,         ///< 32 data blocks: a flit whose CRC is still to be checked
    idle,         ///< idle blocks only
    ordered_set,  ///< an ordered set, then idle
    damaged       ///< nothing that a sender makes: bit errors that no FEC repaired
};

struct received_slot {
    slot_content content = slot_content::damaged;
    std::uint64_t ordered_set = 0;  ///< payload of the ordered set's block; else 0
};

/// Reads the slot at bit `position` of `words`. `image` is written only if the slot has a flit.
received_slot read_slot(std::span<const std::uint64_t> words, std::size_t position,
                        std::span<std::uint8_t, flit_bytes> image) noexcept;

}  // namespace luxlane::coding
