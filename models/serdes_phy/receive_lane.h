#pragma once

#include <cstdint>

#include "models/coding/lane_frame_format.h"

namespace luxlane {

/// State of a receive lane; the values are those of LANE_STATUS.STATE.
enum class lane_state : std::uint8_t {
    off,
    cdr_lock,
    frame,
    named,
    aligned,
    degraded,
    spare_test,
    spare,
    failed,
    test
};

namespace wide_link {

/// Limits of the lane state machine. Times count in picoseconds.
struct lane_limits {
    std::uint64_t superframe_ps = 4'781'177;
    std::uint64_t cdr_lock_ps = 5'000'000;
    std::uint32_t search_superframes = 10;
    std::uint32_t markers = 4;  ///< bad ones in a row that lose the frame
    std::uint64_t spare_test_ps = 1'000'000'000;
    double spare_test_ber = 1e-4;
    std::uint64_t spare_test_bits = 2'125'000;  ///< payload bits of a lane in spare_test_ps
};

/// The state machine of one physical receive lane: OFF, CDR_LOCK, FRAME, NAMED, then ALIGNED and
/// DEGRADED for a lane that the far end names after a logical lane, or SPARE_TEST and SPARE for one
/// that it marks as a spare; FAILED by any time limit; TEST while a test pattern is checked on it.
/// The far end's name alone decides which, so that a spare becomes ALIGNED as soon as the far end
/// sends a logical lane on it. Pure; the caller keeps the time and looks for SYNC.
class receive_lane {
public:
    /// Begins at CDR_LOCK, from any state; counts begin anew.
    void train(std::uint64_t now_ps, const lane_limits& limits);
    void stop() { *this = receive_lane{}; }
    /// Puts a framed lane into TEST, in which it carries no logical lane whatever the far end names
    /// it. False, and nothing changes, if the lane has no frame.
    bool begin_test();
    /// TEST to NAMED.
    void end_test(std::uint64_t now_ps, const lane_limits& limits);

    /// Clock recovery was looked at.
    void clock(bool locked, std::uint64_t now_ps, const lane_limits& limits);
    /// FRAME: a superframe's search ended; `found` if SYNC and its complement stood at `skew_ui`.
    void searched(bool found, std::int32_t skew_ui, std::uint64_t now_ps,
                  const lane_limits& limits);
    /// Overhead of one superframe at the known place; `locked` tells a dark lane from a slipped
    /// one.
    void marker(const coding::lane_frame::parsed_overhead& parsed, bool locked,
                std::uint64_t now_ps, const lane_limits& limits);
    /// Time limits; call when `now_ps` has reached `deadline_ps()`. `ber` is the lane's error
    /// ratio, for the part of the spare test that is not simulated bit by bit.
    void expire(bool locked, double ber, std::uint64_t now_ps, const lane_limits& limits);
    /// ALIGNED to DEGRADED.
    void degrade();
    void count_parity(std::uint32_t errors);
    void count_spare_test(std::uint32_t errors, std::uint32_t bits);

    static constexpr std::uint64_t never = ~std::uint64_t{0};

    lane_state state() const { return state_; }
    bool carries_payload() const {
        return state_ == lane_state::aligned || state_ == lane_state::degraded;
    }
    /// NAMED or beyond: the place of the overhead is known.
    bool framed() const {
        return (state_ >= lane_state::named && state_ <= lane_state::spare) ||
               state_ == lane_state::test;
    }
    std::uint64_t deadline_ps() const { return deadline_ps_; }
    std::int32_t skew_ui() const { return skew_ui_; }
    std::uint16_t name() const { return name_; }
    bool name_valid() const { return name_valid_; }
    std::uint32_t marker_errors() const { return marker_errors_; }
    std::uint32_t bit_errors() const { return bit_errors_; }

    /// Whether a superframe's overhead counts as a good marker.
    static bool good(const coding::lane_frame::parsed_overhead& parsed);

private:
    void enter(lane_state state, std::uint64_t deadline_ps);
    void take_name(std::uint32_t id, std::uint64_t now_ps, const lane_limits& limits);

    lane_state state_ = lane_state::off;
    bool name_valid_ = false;
    std::uint16_t name_ = 0;
    std::uint16_t candidate_ = 0;       ///< lane id of the latest superframe
    std::uint8_t candidate_count_ = 0;  ///< superframes in a row that had it
    std::uint8_t sync_count_ = 0;       ///< FRAME: superframes in a row with SYNC at skew_ui_
    std::uint32_t bad_in_row_ = 0;
    std::int32_t skew_ui_ = 0;
    std::uint32_t marker_errors_ = 0;
    std::uint32_t bit_errors_ = 0;
    std::uint64_t test_bits_ = 0;
    std::uint64_t test_errors_ = 0;
    std::uint64_t deadline_ps_ = never;
};

}  // namespace wide_link
}  // namespace luxlane
