#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/coding/alignment_marker.h"
#include "models/coding/marker_lock.h"

namespace luxlane::coding {

enum class alignment_status : std::uint8_t {
    aligned,
    unlocked,      ///< some lane has no marker lock
    not_distinct,  ///< two lanes carry the same marker, so that another one is missing
    too_skewed     ///< the skew exceeds the deskew buffers
};

/// Marker lock, deskew and reorder of the lanes of a multi-lane PCS (IEEE Std 802.3 82.2.12 to
/// 82.2.14). Lanes may arrive in any order and displaced by any number of blocks up to the limit.
/// Each lane passes a delay line; once all lanes are locked, distinct and within the limit, each is
/// read as far back as the latest lane is behind it.
class lane_alignment {
public:
    struct settings {
        marker_set set = marker_set::lanes_20;
        std::uint64_t period_blocks = blocks_between_markers;
        /// Largest skew taken, blocks of one lane, less than half a period. A receiver at 100G
        /// takes 180 ns at least, 14 blocks of a lane of 5.15625 Gb/s.
        unsigned skew_limit_blocks = 64;
    };

    /// std::invalid_argument if the skew limit is not below half a marker period.
    explicit lane_alignment(const settings& from);

    /// Takes the next block of each received lane, as it is on the line, and appends the blocks in
    /// the order in which the transmitter dealt them, without markers, to `to`: nothing while the
    /// lanes are not aligned.
    void take(std::span<const block66> row, std::vector<block66>& to);

    alignment_status status() const { return status_; }

    /// Bit i: marker lock of received lane i.
    std::uint32_t locked_lanes() const;
    /// Bit i: more than one locked lane carries marker i.
    std::uint32_t duplicated_markers() const;
    /// Marker of received lane `i`; no value while unlocked.
    std::optional<unsigned> marker_of(std::size_t i) const { return lanes_[i].lock.lane(); }
    /// Blocks by which received lane `i` is delayed, valid while aligned.
    unsigned delay_of(std::size_t i) const { return lanes_[i].delay; }
    /// Wrong parity bits of received lane `i`.
    std::uint64_t bip_errors(std::size_t i) const { return lanes_[i].bip_errors; }
    /// How often alignment was lost.
    std::uint64_t losses() const { return losses_; }

private:
    struct lane {
        marker_lock lock;
        bip_counter parity;
        std::vector<block66> delay_line;  // ring of skew_limit + 1 blocks
        unsigned delay = 0;
        std::uint64_t bip_errors = 0;
    };

    void take_block(lane& of, const block66& block);
    void check_parity(lane& of, const block66& marker);
    alignment_status judge();

    settings settings_;
    std::vector<lane> lanes_;
    std::vector<std::size_t> received_of_;  // by marker
    std::size_t newest_ = 0;                // place in the delay lines
    alignment_status status_ = alignment_status::unlocked;
    std::uint64_t losses_ = 0;
};

}  // namespace luxlane::coding
