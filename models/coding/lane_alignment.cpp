#include "models/coding/lane_alignment.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace luxlane::coding {
namespace {

constexpr unsigned misses_to_lose = 4;

}  // namespace

lane_alignment::lane_alignment(const settings& from)
    : settings_(from), received_of_(lanes_of(from.set)) {
    if (2 * std::uint64_t{from.skew_limit_blocks} >= from.period_blocks + 1) {
        throw std::invalid_argument("lane_alignment: skew of half a marker period or more");
    }
    const lane empty{marker_lock(from.period_blocks + 1, misses_to_lose),
                     {},
                     std::vector<block66>(from.skew_limit_blocks + 1)};
    lanes_.assign(lanes_of(from.set), empty);
}

void lane_alignment::take(std::span<const block66> row, std::vector<block66>& to) {
    newest_ = (newest_ + 1) % lanes_.front().delay_line.size();
    bool look_again = false;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        lane& each = lanes_[i];
        const bool was_locked = each.lock.locked();
        take_block(each, row[i]);
        each.delay_line[newest_] = row[i];
        look_again = look_again || was_locked != each.lock.locked();
    }
    if (look_again) {
        const alignment_status before = status_;
        status_ = judge();
        losses_ += before == alignment_status::aligned && status_ != before ? 1 : 0;
    }
    if (status_ != alignment_status::aligned) {
        return;
    }
    // Lane 0's marker row reaches the delayed side when its own delay has passed.
    const lane& reference = lanes_[received_of_.front()];
    if (reference.lock.position() == reference.delay) {
        return;
    }
    const std::size_t size = reference.delay_line.size();
    for (const std::size_t i : received_of_) {
        const lane& each = lanes_[i];
        to.push_back(each.delay_line[(newest_ + size - each.delay) % size]);
    }
}

void lane_alignment::take_block(lane& of, const block66& block) {
    const std::optional<unsigned> marker =
        of.lock.looks() ? marker_lane(settings_.set, block) : std::nullopt;
    const bool due = of.lock.take(marker);
    if (due && marker) {
        check_parity(of, block);
    }
    // The transmitter began anew here, even where errors hide its marker.
    if (due || marker) {
        of.parity.clear();
    }
    of.parity.add(block);
}

void lane_alignment::check_parity(lane& of, const block66& marker) {
    const auto wrong = std::popcount(static_cast<unsigned>(marker_bip(marker) ^ of.parity.value()));
    of.bip_errors += static_cast<std::uint64_t>(wrong);
}

alignment_status lane_alignment::judge() {
    const auto all = static_cast<std::uint32_t>((std::uint64_t{1} << lanes_.size()) - 1);
    if (locked_lanes() != all) {
        return alignment_status::unlocked;
    }
    if (duplicated_markers() != 0) {
        return alignment_status::not_distinct;
    }
    // How much earlier than lane 0 each lane's marker came, on a circle of one period.
    const auto period = static_cast<std::int64_t>(settings_.period_blocks + 1);
    const auto age = [](const lane& of) { return static_cast<std::int64_t>(of.lock.position()); };
    std::vector<std::int64_t> lead(lanes_.size());
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        received_of_[*lanes_[i].lock.lane()] = i;
        const std::int64_t ahead = (age(lanes_[i]) - age(lanes_[0]) + period) % period;
        lead[i] = 2 * ahead > period ? ahead - period : ahead;
    }
    const auto [least, most] = std::minmax_element(lead.begin(), lead.end());
    if (*most - *least > static_cast<std::int64_t>(settings_.skew_limit_blocks)) {
        return alignment_status::too_skewed;
    }
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        lanes_[i].delay = static_cast<unsigned>(lead[i] - *least);
    }
    return alignment_status::aligned;
}

std::uint32_t lane_alignment::locked_lanes() const {
    std::uint32_t locked = 0;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        locked |= std::uint32_t{lanes_[i].lock.locked()} << i;
    }
    return locked;
}

std::uint32_t lane_alignment::duplicated_markers() const {
    std::uint32_t seen = 0;
    std::uint32_t twice = 0;
    for (const lane& each : lanes_) {
        const std::uint32_t bit = std::uint32_t{each.lock.locked()} << each.lock.lane().value_or(0);
        twice |= seen & bit;
        seen |= bit;
    }
    return twice;
}

}  // namespace luxlane::coding
