#pragma once

#include <cstddef>
#include <cstdint>

/// Transposition between rows of 10-bit symbols, one symbol a lane, and the lanes' packed words:
/// the kernel of models/coding/stripe.h, a register of lanes at a time.
namespace luxlane::coding::lane_packing {

// 32 rows of 10 bits are five whole words of a lane.
inline constexpr std::size_t tile_rows = 32;
inline constexpr std::size_t tile_words = 5;
/// Lanes in one register.
inline constexpr std::size_t group_lanes = 16;
/// Rows of one tile: up to 32, one symbol a lane, each beginning `stride` symbols behind the one
/// before. `stride` is a whole number of registers, as many as hold the lanes.
inline constexpr std::size_t row_stride(std::size_t lanes) {
    return (lanes + group_lanes - 1) / group_lanes * group_lanes;
}
/// Rows that `count` rows take in memory: the kernels read and write them eight at a time.
inline constexpr std::size_t stored_rows(std::size_t count) { return (count + 7) / 8 * 8; }

/// Packs `count` rows of `lanes` symbols; rows from `count` up to stored_rows(count) must be zero.
/// Lane l becomes as many words as its 10 x `count` bits take, at `out` + l x `words_per_lane`.
void pack(const std::uint16_t* rows, std::size_t count, std::size_t lanes, std::uint64_t* out,
          std::size_t words_per_lane);

/// The inverse of pack; what it writes into rows beyond `count` means nothing.
void unpack(const std::uint64_t* in, std::size_t words_per_lane, std::size_t count,
            std::size_t lanes, std::uint16_t* rows);

}  // namespace luxlane::coding::lane_packing
