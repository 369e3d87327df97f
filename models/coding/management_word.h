#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// The 32-bit word that both ends of the wide link exchange once a superframe, inside the flags of
/// the lane frames. Logical lane l carries nibble l mod 8 (nibble 0 is bits 3:0), so that every
/// nibble is sent on an eighth of the lanes and the receiver can take the majority.
namespace luxlane::coding::management_word {

inline constexpr std::size_t nibbles = 8;

/// The four flags (0..15) that `lane` carries for `word`.
constexpr std::uint8_t encode(std::uint32_t word, std::size_t lane) {
    return static_cast<std::uint8_t>((word >> (4 * (lane % nibbles))) & 0xFu);
}

/// A received word and how sure of it the receiver may be.
struct decoded {
    std::uint32_t word = 0;      ///< bits without a majority are 0
    bool decided = false;        ///< every bit had more votes for one value than for the other
    std::uint32_t dissents = 0;  ///< votes, over all bits, against the majority
};

/// Majority of each bit over the usable lanes. `flags` and `usable` have one entry per logical
/// lane; a lane votes if its `usable` is not 0. std::invalid_argument if the sizes differ.
decoded decode(std::span<const std::uint8_t> flags, std::span<const std::uint8_t> usable);

}  // namespace luxlane::coding::management_word
