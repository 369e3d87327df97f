#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/coding/block_code.h"

/// Alignment markers of multi-lane PCS (IEEE Std 802.3 82.2.7, 82.2.8, tables 82-2 and 82-3):
/// blocks that name their lane and carry the parity of what the lane sent since the marker before.
namespace luxlane::coding {

enum class marker_set : std::uint8_t {
    lanes_4,  ///< 40GBASE-R
    lanes_20  ///< 100GBASE-R
};

constexpr unsigned lanes_of(marker_set set) { return set == marker_set::lanes_4 ? 4 : 20; }

/// Blocks of a lane between two markers.
inline constexpr std::uint64_t blocks_between_markers = 16383;

/// The marker of a lane with the parity `bip`. It is not scrambled. std::out_of_range if the set
/// has no such lane.
block66 make_alignment_marker(marker_set set, unsigned lane, std::uint8_t bip);

/// The lane whose marker a block is, whatever its parity octets.
std::optional<unsigned> marker_lane(marker_set set, const block66& block) noexcept;

/// The parity that a marker carries (BIP3). Only meaningful if the block is a marker.
constexpr std::uint8_t marker_bip(const block66& marker) {
    return static_cast<std::uint8_t>(marker.payload >> 24);
}

/// Bit-interleaved parity of the blocks of a lane as they are on the line: bit k is the parity of
/// payload bits k, k + 8, ...; header bit 0 joins k = 3, header bit 1 k = 4 (table 82-4).
class bip_counter {
public:
    void add(const block66& block) noexcept {
        payloads_ ^= block.payload;
        headers_ ^= block.header;
    }
    std::uint8_t value() const noexcept;
    void clear() noexcept { *this = {}; }

private:
    std::uint64_t payloads_ = 0;
    unsigned headers_ = 0;
};

/// Deals scrambled blocks round robin to lanes, and inserts a marker in every lane after each
/// `period_blocks` blocks of a lane.
class lane_distributor {
public:
    /// The first marker comes after `period_blocks` blocks. std::invalid_argument if that is 0.
    explicit lane_distributor(marker_set set, std::uint64_t period_blocks = blocks_between_markers);

    /// Appends the block to its lane of `lanes`, one list for each lane of the set, and the markers
    /// that follow it.
    void take(const block66& block, std::span<std::vector<block66>> lanes);

private:
    void insert_markers(std::span<std::vector<block66>> lanes);

    marker_set set_;
    std::uint64_t period_;
    std::size_t lane_ = 0;
    std::uint64_t rows_ = 0;
    std::vector<bip_counter> parity_;
};

}  // namespace luxlane::coding
