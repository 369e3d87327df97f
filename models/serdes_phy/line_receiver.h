#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "models/coding/lane_frame_format.h"
#include "models/serdes_phy/lane_map.h"
#include "models/serdes_phy/line_block.h"
#include "models/serdes_phy/line_geometry.h"
#include "models/serdes_phy/management_channel.h"
#include "models/serdes_phy/parity_ledger.h"
#include "models/serdes_phy/receive_lane.h"
#include "models/serdes_phy/sync_search.h"

namespace luxlane::wide_link {

/// The receiver's lanes: frame search, markers, names, superframe count, parity, management words
/// and deskew. Pure: the caller keeps the time, in picoseconds.
class line_receiver {
public:
    /// `clock_locked(lane)`: the lane's clock recovery has light and is locked. `ber(lane)`: its
    /// error ratio.
    struct lane_sense {
        std::function<bool(unsigned)> clock_locked;
        std::function<double(unsigned)> ber;
    };

    line_receiver(const line_geometry& geometry, const lane_limits& limits, lane_sense sense);

    /// Gets the payload of each whole superframe that a lane in TEST receives, 10160 bits.
    std::function<void(std::uint32_t lane, std::span<const std::uint64_t> payload)> test_payload =
        [](std::uint32_t, std::span<const std::uint64_t>) {};

    /// All lanes OFF, nothing known.
    void reset();
    void train(std::uint32_t lane, std::uint64_t now_ps) { lanes_[lane].train(now_ps, limits_); }
    void stop(std::uint32_t lane);
    bool begin_test(std::uint32_t lane) { return lanes_[lane].begin_test(); }
    void end_test(std::uint32_t lane, std::uint64_t now_ps) {
        lanes_[lane].end_test(now_ps, limits_);
    }
    void set_marker_limit(std::uint32_t markers) { limits_.markers = markers > 0 ? markers : 1; }

    /// Skew of each physical lane, unit intervals, as the light arrives from now on.
    void set_skew(std::span<const std::int32_t> skew_ui);
    /// Looks at clock recovery and time limits; call at `next_deadline_ps()` and before each block.
    void watch(std::uint64_t now_ps);
    std::uint64_t next_deadline_ps() const;
    /// Takes a training or overhead block; returns the management word that it completed.
    std::optional<std::uint32_t> receive(const line_view& block, std::uint64_t now_ps);
    /// A superframe went by of which no block came: framed lanes without light, or with `all` all
    /// framed lanes, have missed a marker.
    void missed_superframe(bool all, std::uint64_t now_ps);
    /// The far end's superframes begin elsewhere from now on: the places of all lanes are wrong,
    /// until each lane has lost its frame and found it anew.
    void far_restarted();
    /// Takes account of parity in a stretch of payload of `superframe` (the sender's line count).
    void add_parity(std::uint64_t superframe, std::uint32_t lane, std::uint8_t parity) {
        parity_.add(superframe, lane, parity);
    }

    const receive_lane& lane(std::uint32_t physical) const { return lanes_[physical]; }
    receive_lane& lane(std::uint32_t physical) { return lanes_[physical]; }
    /// True if a framed lane has no clock any more.
    bool any_dark() const;
    bool any_framed() const;

    /// Whether the far end's count has been heard since lanes were framed last.
    bool count_known() const { return count_known_; }
    /// Superframe count of the far end, extended beyond its 10 bits; what was received last.
    std::uint64_t far_superframe() const { return far_superframe_; }
    /// Extended far count of a superframe by its number on the line.
    std::uint64_t far_count(std::uint64_t line_superframe) const {
        return line_superframe + count_offset_;
    }

    /// True if every logical lane of `map` has a lane that carries payload under its name.
    bool aligned(const lane_map& map) const;
    /// Logical lanes without one.
    std::uint32_t lost_lanes(const lane_map& map) const;
    bool carries(std::uint32_t logical, std::uint16_t physical) const {
        return physical != lane_map::none && lanes_[physical].carries_payload() &&
               lanes_[physical].name() == logical;
    }

    /// Sets the point at which all lanes are read together behind the latest lane of `map`, plus
    /// `margin_ui`. False, and nothing changes, if the earliest would have to wait more than
    /// `depth_ui`.
    bool deskew(const lane_map& map, std::int32_t depth_ui, std::int32_t margin_ui);
    std::int32_t read_point_ui() const { return read_point_ui_; }
    /// Bits by which the lane's data stand beside their place: 0 unless its skew has changed since
    /// it was found; nothing if the lane has no frame or lies outside its deskew FIFO.
    std::optional<std::int32_t> displacement_ui(std::uint32_t physical) const {
        const auto& lane = lanes_[physical];
        const std::int32_t wait = read_point_ui_ - lane.skew_ui();
        if (!lane.framed() || found_in_[physical] != epoch_ || wait < 0 || wait > fifo_depth_ui_) {
            return std::nullopt;
        }
        return skew_ui_[physical] - lane.skew_ui();
    }

private:
    void search(const line_view& block, std::uint64_t now_ps);
    coding::lane_frame::parsed_overhead overhead_of(const line_view& block,
                                                    std::uint32_t lane) const;
    void check_payload(const line_view& block, std::uint32_t lane, std::uint64_t superframe);
    void settle_parity(std::uint64_t superframe);
    void update_count(std::span<const coding::lane_frame::parsed_overhead> parsed,
                      std::uint64_t superframe);

    const line_geometry geometry_;
    lane_limits limits_;
    const lane_sense sense_;
    const coding::lane_frame::lane_scrambler scrambler_;
    std::vector<receive_lane> lanes_;
    std::vector<std::unique_ptr<sync_search>> searches_;  ///< of lanes in FRAME
    std::vector<std::int32_t> skew_ui_;
    std::uint32_t epoch_ = 0;              ///< how often the far end has begun anew
    std::vector<std::uint32_t> found_in_;  ///< [lane]: the epoch of its place
    std::int32_t skew_hint_ui_ = 0;
    std::int32_t read_point_ui_ = 0;
    std::int32_t fifo_depth_ui_ = 0;
    parity_ledger parity_;
    /// Parity that the far end said its superframe `told_superframe_` had; compared one block
    /// later, when payload blocks that reached into that superframe have come in.
    std::vector<std::uint16_t> told_parity_;
    std::uint64_t told_superframe_ = 0;
    management_receiver management_;
    bool count_known_ = false;
    std::uint64_t far_superframe_ = 0;
    std::uint64_t count_offset_ = 0;  ///< mod 2^64
    std::vector<coding::lane_frame::parsed_overhead> parsed_;
    std::vector<std::uint64_t> payload_;
};

}  // namespace luxlane::wide_link
