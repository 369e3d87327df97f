#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// Alignment markers of 400GBASE-R (IEEE Std 802.3 119.2.4.4): the markers of 16 lanes go into the
/// messages of two interleaved codewords as eight blocks of 257 bits, unscrambled, so placed that
/// the distribution of codeword symbols puts each marker on its lane, where a receiver finds it
/// before FEC. Of table 119-1 (200GBASE-R) and of clause 172 (800GBASE-R) no two public sources
/// could be compared: those markers are not defined here.
namespace luxlane::coding {

inline constexpr unsigned marker_group_lanes = 16;
inline constexpr std::size_t lane_marker_octets = 15;
inline constexpr std::size_t lane_marker_bits = 8 * lane_marker_octets;
inline constexpr std::size_t marker_group_bits = 8 * 257;
inline constexpr std::size_t marker_group_pad_bits = 133;

/// Symbols of a lane from marker to marker: 8192 codewords of 544 symbols over 16 lanes, which is
/// one group in 163840 blocks of 257 bits.
inline constexpr std::uint64_t marker_group_period_symbols = 8192 * 544 / marker_group_lanes;

/// Markers missed in a row that lose lock (amps_lock, figure 119-12), for marker_lock.
inline constexpr unsigned marker_group_misses_to_lose = 5;

/// Octets in the order sent, bit 0 first: CM0-2 UP0 CM3-5 UP1 UM0-2 UP2 UM3-5, the common marker,
/// pads, and the marker that names the lane.
using lane_marker = std::array<std::uint8_t, lane_marker_octets>;

/// The marker of a lane, 0..15 (table 119-2). std::out_of_range beyond.
lane_marker marker_of_lane(unsigned lane);

/// The lane whose marker this is. Bit errors are expected, FEC comes later: at most 3 of the 12
/// nibbles of the common marker may be wrong, and 3 of the 12 that name the lane.
std::optional<unsigned> lane_of_marker(const lane_marker& received) noexcept;

/// The 120 bits at bit `position` of a lane's stream.
lane_marker read_lane_marker(std::span<const std::uint64_t> words, std::size_t position);

/// The pad behind the markers: free-running PRBS9.
class marker_group_pad {
public:
    /// `seed`: the nine bits sent before. std::invalid_argument if they are all 0.
    explicit marker_group_pad(std::uint16_t seed = 0x1FF);

    bool next_bit() noexcept;

private:
    std::uint16_t state_;
};

/// Writes a marker group at bit `position` of `words`: markers, pad, and the three bits of `status`
/// (tx_am_sf, which tells the far end of a degraded signal).
void write_marker_group(std::uint8_t status, marker_group_pad& pad, std::span<std::uint64_t> words,
                        std::size_t position);

}  // namespace luxlane::coding
