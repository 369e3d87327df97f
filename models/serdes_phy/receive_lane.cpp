#include "models/serdes_phy/receive_lane.h"

#include <limits>

namespace luxlane::wide_link {

namespace frame = coding::lane_frame;

namespace {

constexpr std::uint8_t syncs_to_lock = 2;
constexpr std::uint8_t names_to_align = 2;
// Of the 40 bits of SYNC and ~SYNC. Random bits pass with a probability of 9e-8; a lane with a bit
// error ratio of 1e-2 is refused once in 4e5 superframes.
constexpr unsigned tolerated_sync_errors = 4;

void add_saturating(std::uint32_t& count, std::uint32_t more) {
    const std::uint32_t room = std::numeric_limits<std::uint32_t>::max() - count;
    count += more < room ? more : room;
}

}  // namespace

bool receive_lane::good(const frame::parsed_overhead& parsed) {
    return parsed.sync_errors <= tolerated_sync_errors;
}

void receive_lane::enter(lane_state state, std::uint64_t deadline_ps) {
    state_ = state;
    deadline_ps_ = deadline_ps;
    sync_count_ = 0;
    bad_in_row_ = 0;
    candidate_count_ = 0;
}

void receive_lane::train(std::uint64_t now_ps, const lane_limits& limits) {
    *this = receive_lane{};
    enter(lane_state::cdr_lock, now_ps + limits.cdr_lock_ps);
}

bool receive_lane::begin_test() {
    if (!framed()) {
        return false;
    }
    enter(lane_state::test, never);
    return true;
}

void receive_lane::end_test(std::uint64_t now_ps, const lane_limits& limits) {
    if (state_ == lane_state::test) {
        enter(lane_state::named, now_ps + limits.search_superframes * limits.superframe_ps);
    }
}

void receive_lane::clock(bool locked, std::uint64_t now_ps, const lane_limits& limits) {
    if (state_ == lane_state::cdr_lock && locked) {
        enter(lane_state::frame, now_ps + limits.search_superframes * limits.superframe_ps);
    }
}

void receive_lane::searched(bool found, std::int32_t skew_ui, std::uint64_t now_ps,
                            const lane_limits& limits) {
    if (!found) {
        sync_count_ = 0;
        return;
    }
    if (sync_count_ > 0 && skew_ui != skew_ui_) {
        sync_count_ = 0;
    }
    skew_ui_ = skew_ui;
    if (++sync_count_ == syncs_to_lock) {
        enter(lane_state::named, now_ps + limits.search_superframes * limits.superframe_ps);
    }
}

void receive_lane::take_name(std::uint32_t id, std::uint64_t now_ps, const lane_limits& limits) {
    name_ = static_cast<std::uint16_t>(id);
    name_valid_ = true;
    if (state_ == lane_state::test) {
        return;
    }
    const bool spare = id == frame::spare_lane_id;
    const bool is_spare = state_ == lane_state::spare_test || state_ == lane_state::spare;
    if (spare && !is_spare) {
        test_bits_ = 0;
        test_errors_ = 0;
        enter(lane_state::spare_test, now_ps + limits.spare_test_ps);
    } else if (!spare && !carries_payload()) {
        enter(lane_state::aligned, never);
    }
}

void receive_lane::marker(const frame::parsed_overhead& parsed, bool locked, std::uint64_t now_ps,
                          const lane_limits& limits) {
    if (!good(parsed)) {
        add_saturating(marker_errors_, 1);
        candidate_count_ = 0;
        if (++bad_in_row_ >= limits.markers && state_ != lane_state::named) {
            if (locked) {
                enter(lane_state::frame, now_ps + limits.search_superframes * limits.superframe_ps);
            } else {
                enter(lane_state::failed, never);
            }
        }
        return;
    }
    bad_in_row_ = 0;
    if (!parsed.crc_good) {
        candidate_count_ = 0;
        return;
    }
    const auto id = static_cast<std::uint16_t>(parsed.fields.lane_id);
    candidate_count_ =
        id == candidate_ && candidate_count_ > 0 ? std::uint8_t(names_to_align) : std::uint8_t{1};
    candidate_ = id;
    if (candidate_count_ >= names_to_align) {
        take_name(id, now_ps, limits);
    }
}

void receive_lane::expire(bool locked, double ber, std::uint64_t now_ps,
                          const lane_limits& limits) {
    if (now_ps < deadline_ps_) {
        return;
    }
    if (state_ == lane_state::cdr_lock && locked) {
        clock(true, now_ps, limits);
    } else if (state_ == lane_state::spare_test) {
        const double total = static_cast<double>(limits.spare_test_bits);
        const double unseen = total - static_cast<double>(test_bits_);
        const double errors = static_cast<double>(test_errors_) + (unseen > 0.0 ? unseen * ber : 0);
        const bool passed = locked && errors <= limits.spare_test_ber * total;
        enter(passed ? lane_state::spare : lane_state::failed, never);
    } else {
        enter(lane_state::failed, never);
    }
}

void receive_lane::degrade() {
    if (state_ == lane_state::aligned) {
        state_ = lane_state::degraded;
    }
}

void receive_lane::count_parity(std::uint32_t errors) { add_saturating(bit_errors_, errors); }

void receive_lane::count_spare_test(std::uint32_t errors, std::uint32_t bits) {
    test_errors_ += errors;
    test_bits_ += bits;
}

}  // namespace luxlane::wide_link
