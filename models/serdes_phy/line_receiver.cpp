#include "models/serdes_phy/line_receiver.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "models/coding/crc.h"

namespace luxlane::wide_link {

namespace frame = coding::lane_frame;

namespace {

constexpr std::uint16_t untold = 0x100;

/// The four overhead words of a packed `overhead` block.
frame::parsed_overhead parse_packed(std::span<const std::uint64_t> bits) {
    const auto word = [&](std::size_t i) {
        return static_cast<std::uint32_t>(
            coding::read_bits(bits, i * frame::word_bits, frame::word_bits));
    };
    const std::uint32_t name = word(2);
    const std::uint32_t checks = word(3);
    frame::parsed_overhead result;
    result.fields.lane_id = name & frame::spare_lane_id;
    result.fields.count = name >> frame::lane_id_bits;
    result.fields.bip = static_cast<std::uint8_t>(checks >> 8);
    result.fields.flags = static_cast<std::uint8_t>(checks >> 16);
    result.crc_good = coding::crc8(name, frame::word_bits) == (checks & 0xFF);
    result.sync_errors =
        static_cast<unsigned>(std::popcount(word(0) ^ frame::sync) +
                              std::popcount(word(1) ^ (~frame::sync & frame::word_mask)));
    return result;
}

/// What a receiver reads that looks in the wrong place.
frame::parsed_overhead no_marker() {
    frame::parsed_overhead result;
    result.sync_errors = 2 * frame::word_bits;
    return result;
}

}  // namespace

line_receiver::line_receiver(const line_geometry& geometry, const lane_limits& limits,
                             lane_sense sense)
    : geometry_(geometry),
      limits_(limits),
      sense_(std::move(sense)),
      scrambler_(0),
      lanes_(geometry.physical_lanes),
      searches_(geometry.physical_lanes),
      skew_ui_(geometry.physical_lanes),
      found_in_(geometry.physical_lanes),
      parity_(geometry.physical_lanes),
      told_parity_(geometry.physical_lanes, untold),
      management_(geometry.data_lanes),
      parsed_(geometry.physical_lanes),
      payload_(frame::payload_storage) {}

void line_receiver::reset() {
    for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
        stop(lane);
    }
    parity_.reset();
    management_ = management_receiver(geometry_.data_lanes);
    skew_hint_ui_ = 0;
    read_point_ui_ = 0;
    fifo_depth_ui_ = 0;
    count_known_ = false;
    far_superframe_ = 0;
    count_offset_ = 0;
}

void line_receiver::stop(std::uint32_t lane) {
    lanes_[lane].stop();
    searches_[lane].reset();
    told_parity_[lane] = untold;
}

void line_receiver::far_restarted() {
    ++epoch_;
    parity_.reset();
    std::fill(told_parity_.begin(), told_parity_.end(), untold);
    told_superframe_ = 0;
    count_known_ = false;
}

void line_receiver::set_skew(std::span<const std::int32_t> skew_ui) {
    std::copy(skew_ui.begin(), skew_ui.end(), skew_ui_.begin());
}

void line_receiver::watch(std::uint64_t now_ps) {
    for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
        auto& lane = lanes_[i];
        if (lane.deadline_ps() == receive_lane::never) {
            continue;
        }
        if (lane.state() == lane_state::cdr_lock) {
            lane.clock(sense_.clock_locked(i), now_ps, limits_);
        }
        if (lane.deadline_ps() <= now_ps) {
            lane.expire(sense_.clock_locked(i), sense_.ber(i), now_ps, limits_);
        }
        if (lane.state() != lane_state::frame) {
            searches_[i].reset();
        }
    }
}

std::uint64_t line_receiver::next_deadline_ps() const {
    std::uint64_t next = receive_lane::never;
    for (const auto& lane : lanes_) {
        next = std::min(next, lane.deadline_ps());
    }
    return next;
}

void line_receiver::search(const line_view& block, std::uint64_t now_ps) {
    for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
        if (lanes_[i].state() != lane_state::frame || !block.carried[i]) {
            continue;
        }
        if (!searches_[i]) {
            searches_[i] = std::make_unique<sync_search>();
        }
        const auto found = searches_[i]->search(block, i, skew_ui_[i], skew_hint_ui_);
        skew_hint_ui_ = found.value_or(skew_hint_ui_);
        lanes_[i].searched(found.has_value(), found.value_or(0), now_ps, limits_);
        if (lanes_[i].state() == lane_state::named) {
            searches_[i].reset();
            found_in_[i] = epoch_;
        }
    }
}

frame::parsed_overhead line_receiver::overhead_of(const line_view& block,
                                                  std::uint32_t lane) const {
    if (!block.carried[lane] || skew_ui_[lane] != lanes_[lane].skew_ui() ||
        found_in_[lane] != epoch_) {
        return no_marker();
    }
    return block.kind == block_kind::overhead ? parse_packed(block.lane(lane))
                                              : frame::parse_overhead(block.lane(lane), 0);
}

void line_receiver::check_payload(const line_view& block, std::uint32_t lane,
                                  std::uint64_t superframe) {
    const auto state = lanes_[lane].state();
    if (state == lane_state::test) {
        frame::extract_payload(block.lane(lane), 0, payload_);
        test_payload(lane, payload_);
    }
    if (state != lane_state::named && state != lane_state::spare_test) {
        parity_.skip(superframe, lane);
        return;
    }
    frame::extract_payload(block.lane(lane), 0, payload_);
    parity_.add(superframe, lane, frame::bip8(payload_));
    if (state == lane_state::spare_test) {
        scrambler_.apply(frame::spare_lane_id, payload_);
        std::uint32_t errors = 0;
        for (const std::uint64_t word : payload_) {
            errors += static_cast<std::uint32_t>(std::popcount(word));
        }
        lanes_[lane].count_spare_test(errors, frame::payload_bits);
    }
}

void line_receiver::settle_parity(std::uint64_t superframe) {
    if (superframe <= told_superframe_) {
        return;
    }
    for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
        if (told_parity_[lane] != untold && lanes_[lane].framed() &&
            parity_.known(told_superframe_, lane)) {
            const unsigned wrong = told_parity_[lane] ^ parity_.parity(told_superframe_, lane);
            lanes_[lane].count_parity(static_cast<std::uint32_t>(std::popcount(wrong)));
        }
        told_parity_[lane] = untold;
    }
}

void line_receiver::update_count(std::span<const frame::parsed_overhead> parsed,
                                 std::uint64_t superframe) {
    // The count that most lanes agree on, if more than half of those that can say do (Boyer,
    // Moore).
    std::uint32_t candidate = 0;
    std::uint32_t lead = 0;
    std::uint32_t voters = 0;
    const auto each_vote = [&](auto take) {
        for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
            if (lanes_[lane].framed() && receive_lane::good(parsed[lane]) &&
                parsed[lane].crc_good) {
                take(parsed[lane].fields.count);
            }
        }
    };
    each_vote([&](std::uint32_t count) {
        ++voters;
        if (lead == 0) {
            candidate = count;
        }
        lead += count == candidate ? 1u : ~0u;
    });
    std::uint32_t agreeing = 0;
    each_vote([&](std::uint32_t count) { agreeing += count == candidate ? 1u : 0u; });
    if (2 * agreeing <= voters) {
        return;
    }
    const auto last = static_cast<std::uint32_t>(far_superframe_ & frame::last_count);
    far_superframe_ =
        count_known_ ? far_superframe_ + ((candidate - last) & frame::last_count) : candidate;
    count_known_ = true;
    count_offset_ = far_superframe_ - superframe;
}

std::optional<std::uint32_t> line_receiver::receive(const line_view& block, std::uint64_t now_ps) {
    const std::uint64_t superframe = block.first_bit / frame::superframe_bits;
    if (!any_framed()) {
        count_known_ = false;
    }
    settle_parity(superframe);
    for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
        if (lanes_[i].framed()) {
            parsed_[i] = overhead_of(block, i);
        }
    }
    update_count(parsed_, superframe);
    management_.begin(far_count(superframe));
    for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
        auto& lane = lanes_[i];
        if (!lane.framed()) {
            continue;
        }
        const auto& parsed = parsed_[i];
        const bool good = receive_lane::good(parsed) && parsed.crc_good;
        if (good && parsed.fields.lane_id < geometry_.data_lanes) {
            management_.vote(parsed.fields.lane_id, parsed.fields.flags);
        }
        if (good) {
            told_parity_[i] = parsed.fields.bip;
        }
        const auto before = lane.state();
        const bool locked = receive_lane::good(parsed) || sense_.clock_locked(i);
        if (block.kind == block_kind::training) {
            check_payload(block, i, superframe);
        }
        lane.marker(parsed, locked, now_ps, limits_);
        if (before == lane_state::named || !lane.framed()) {
            told_parity_[i] = untold;
        }
    }
    told_superframe_ = superframe > 0 ? superframe - 1 : 0;
    if (block.kind == block_kind::training) {
        search(block, now_ps);
    }
    return management_.end();
}

void line_receiver::missed_superframe(bool all, std::uint64_t now_ps) {
    for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
        if (lanes_[i].framed()) {
            const bool locked = sense_.clock_locked(i);
            if (all || !locked) {
                lanes_[i].marker(no_marker(), locked, now_ps, limits_);
            }
        }
    }
}

bool line_receiver::any_dark() const {
    for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
        if (lanes_[i].framed() && !sense_.clock_locked(i)) {
            return true;
        }
    }
    return false;
}

bool line_receiver::any_framed() const {
    return std::any_of(lanes_.begin(), lanes_.end(),
                       [](const auto& lane) { return lane.framed(); });
}

std::uint32_t line_receiver::lost_lanes(const lane_map& map) const {
    std::uint32_t lost = 0;
    for (std::uint32_t logical = 0; logical < map.data_lanes(); ++logical) {
        lost += carries(logical, map.physical(logical)) ? 0u : 1u;
    }
    return lost;
}

bool line_receiver::aligned(const lane_map& map) const { return lost_lanes(map) == 0; }

bool line_receiver::deskew(const lane_map& map, std::int32_t depth_ui, std::int32_t margin_ui) {
    std::int32_t earliest = sync_search::furthest_ui;
    std::int32_t latest = -sync_search::furthest_ui;
    for (std::uint32_t logical = 0; logical < map.data_lanes(); ++logical) {
        const std::int32_t skew = lanes_[map.physical(logical)].skew_ui();
        earliest = std::min(earliest, skew);
        latest = std::max(latest, skew);
    }
    if (latest + margin_ui - earliest > depth_ui) {
        return false;
    }
    read_point_ui_ = latest + margin_ui;
    fifo_depth_ui_ = depth_ui;
    return true;
}

}  // namespace luxlane::wide_link
