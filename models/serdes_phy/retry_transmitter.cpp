#include "models/serdes_phy/retry_transmitter.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace luxlane::wide_link {
namespace {

using coding::control_message;
using coding::control_ordered_set;
using coding::retry_number_mask;

std::uint64_t picoseconds(double seconds) {
    return static_cast<std::uint64_t>(std::llround(seconds * 1e12));
}

std::uint32_t number_of(std::uint64_t count) {
    return static_cast<std::uint32_t>(count) & retry_number_mask;
}

}  // namespace

retry_transmitter::retry_transmitter(const retry_settings& settings)
    : settings_(settings),
      acknowledge_timeout_ps_(picoseconds(settings.acknowledge_timeout_s)),
      pcs_lost_timeout_ps_(picoseconds(settings.pcs_lost_timeout_s)),
      data_age_timeout_ps_(picoseconds(settings.data_age_timeout_s)),
      init_timeout_ps_(picoseconds(settings.init_timeout_s)) {
    check(settings);
    if (settings.enable) {
        begin_handshake(0);
    }
}

bool retry_transmitter::serving() const { return settings_.enable ? shaken_ : link_up_; }

std::size_t retry_transmitter::room() const {
    return serving() ? settings_.replay_buffer_flits - (taken_ - acknowledged_) : 0;
}

void retry_transmitter::take(const coding::flit_run& run, std::uint64_t now_ps) {
    if (run.size() > room()) {
        throw std::length_error(
            "retry_transmitter: more flits than the replay buffer has room for");
    }
    if (!run.empty()) {
        entries_.push_back({run, taken_, now_ps});
        taken_ += run.size();
    }
}

std::size_t retry_transmitter::sendable() const {
    const bool open =
        state_ != retry_transmitter_state::init && state_ != retry_transmitter_state::flush;
    return link_up_ && open ? taken_ - cursor_ : 0;
}

std::size_t retry_transmitter::next(std::size_t most, std::uint64_t now_ps,
                                    std::vector<numbered_run>& out) {
    const std::size_t slots = std::min(most, sendable());
    for (std::size_t left = slots; left > 0;) {
        const entry& from = entries_[cursor_entry_];
        // A run ends where flits sent before end, so that each is counted for what it is.
        const bool again = cursor_ < sent_;
        const std::uint64_t stop = again ? std::min(from.end(), sent_) : from.end();
        const std::size_t count = std::min<std::size_t>(left, stop - cursor_);
        const std::size_t begin = cursor_ - from.first;
        out.push_back(
            {from.run.part(begin, begin + count), settings_.enable ? number_of(cursor_) : 0});
        cursor_ += count;
        left -= count;
        cursor_entry_ += cursor_ == from.end() ? 1 : 0;
        (again ? counters_.resent_flits : counters_.tx_ok) += count;
        sent_ = std::max(sent_, cursor_);
        if (state_ == retry_transmitter_state::replay && cursor_ == sent_) {
            finish_replay(now_ps);
        }
    }
    if (!settings_.enable) {
        acknowledged_ = sent_;
        release();
    } else if (slots > 0 && replay_due_ps_ == never) {
        watch_progress(now_ps);
    }
    return slots;
}

std::optional<control_ordered_set> retry_transmitter::control(std::uint64_t now_ps) {
    if (state_ != retry_transmitter_state::init || !link_up_ || now_ps < init_due_ps_) {
        return std::nullopt;
    }
    init_due_ps_ = now_ps + init_timeout_ps_;
    ++counters_.tx_init_ctl_os;
    return control_ordered_set{control_message::init, init_number_, handshake_.pack()};
}

void retry_transmitter::hear(const control_ordered_set& set, std::uint64_t now_ps) {
    if (set.message == control_message::init_echo) {
        ++counters_.rx_init_echo_ctl_os;
        if (state_ == retry_transmitter_state::init && set.number == init_number_ &&
            set.init_data == handshake_.pack()) {
            finish_handshake(now_ps);
        }
        return;
    }
    if (set.message == control_message::init) {
        return;
    }
    const bool nack = set.message == control_message::nack;
    ++(nack ? counters_.rx_nack_ctl_os : counters_.rx_ack_ctl_os);
    if (state_ != retry_transmitter_state::advance && state_ != retry_transmitter_state::replay) {
        return;
    }
    // The set names the newest flit received, so that nothing new is its predecessor's number.
    const std::uint32_t count = (set.number + 1 - number_of(acknowledged_)) & retry_number_mask;
    if (count > sent_ - acknowledged_) {
        ++counters_.rx_ack_nack_seq_error;
        return;
    }
    if (count > 0) {
        acknowledge(count, now_ps);
    }
    if (nack && sent_ > acknowledged_) {
        begin_replay(now_ps);
    }
}

void retry_transmitter::acknowledge(std::uint64_t count, std::uint64_t now_ps) {
    acknowledged_ += count;
    counters_.acknowledged_flits += count;
    replays_ = 0;
    release();
    if (state_ == retry_transmitter_state::advance) {
        watch_progress(now_ps);
    } else if (cursor_ == sent_) {
        finish_replay(now_ps);
    }
}

void retry_transmitter::release() {
    while (!entries_.empty() && entries_.front().end() <= acknowledged_) {
        entries_.pop_front();
        cursor_entry_ -= cursor_entry_ > 0 ? 1 : 0;
    }
    if (cursor_ < acknowledged_) {
        cursor_ = acknowledged_;
        cursor_entry_ = 0;
    }
}

void retry_transmitter::begin_replay(std::uint64_t now_ps) {
    if (++replays_ > settings_.replay_count_max) {
        flush(flush_cause::replay_count, now_ps);
        return;
    }
    state_ = retry_transmitter_state::replay;
    cursor_ = acknowledged_;
    cursor_entry_ = 0;
    replay_due_ps_ = never;
}

void retry_transmitter::finish_replay(std::uint64_t now_ps) {
    ++counters_.tx_replay;
    state_ = retry_transmitter_state::advance;
    watch_progress(now_ps);
}

void retry_transmitter::watch_progress(std::uint64_t now_ps) {
    const bool waiting =
        state_ == retry_transmitter_state::advance && link_up_ && sent_ > acknowledged_;
    replay_due_ps_ = waiting ? now_ps + acknowledge_timeout_ps_ : never;
}

void retry_transmitter::begin_handshake(std::uint64_t now_ps) {
    state_ = retry_transmitter_state::init;
    handshake_.next_attempt();
    init_number_ = number_of(acknowledged_);
    init_due_ps_ = now_ps;
    replay_due_ps_ = never;
}

void retry_transmitter::finish_handshake(std::uint64_t now_ps) {
    shaken_ = true;
    replays_ = 0;
    cursor_ = acknowledged_;
    cursor_entry_ = 0;
    state_ = cursor_ < sent_ ? retry_transmitter_state::replay : retry_transmitter_state::advance;
    if (!link_up_ && pcs_lost_due_ps_ == never) {
        pcs_lost_due_ps_ = now_ps + pcs_lost_timeout_ps_;
    }
}

void retry_transmitter::link(bool up, std::uint64_t now_ps) {
    if (up == link_up_) {
        return;
    }
    link_up_ = up;
    pcs_lost_due_ps_ = !up && settings_.enable && shaken_ ? now_ps + pcs_lost_timeout_ps_ : never;
    init_due_ps_ = now_ps;
    watch_progress(now_ps);
    if (up && state_ == retry_transmitter_state::flush && settings_.reinitialise_on_flush) {
        begin_handshake(now_ps);
    }
}

void retry_transmitter::far_end_reset(std::uint64_t now_ps) {
    if (state_ == retry_transmitter_state::advance || state_ == retry_transmitter_state::replay) {
        begin_handshake(now_ps);
    }
}

void retry_transmitter::reset(std::uint64_t now_ps) {
    give_up(flush_cause::reset);
    if (settings_.enable) {
        ++handshake_.incarnation;
        begin_handshake(now_ps);
    }
}

void retry_transmitter::reinitialise(std::uint64_t now_ps) {
    if (state_ == retry_transmitter_state::flush) {
        begin_handshake(now_ps);
    }
}

void retry_transmitter::give_up(flush_cause cause) {
    counters_.given_up_flits += taken_ - acknowledged_;
    last_flush_ = cause;
    entries_.clear();
    acknowledged_ = cursor_ = sent_ = taken_;
    cursor_entry_ = 0;
    replays_ = 0;
    shaken_ = false;
    replay_due_ps_ = never;
    pcs_lost_due_ps_ = never;
}

void retry_transmitter::flush(flush_cause cause, std::uint64_t now_ps) {
    give_up(cause);
    ++counters_.flushes;
    state_ = retry_transmitter_state::flush;
    if (link_up_ && settings_.reinitialise_on_flush) {
        begin_handshake(now_ps);
    }
}

std::uint64_t retry_transmitter::deadline_ps() const {
    std::uint64_t due = std::min(replay_due_ps_, pcs_lost_due_ps_);
    if (state_ == retry_transmitter_state::init && link_up_) {
        due = std::min(due, init_due_ps_);
    }
    if (settings_.enable && !entries_.empty()) {
        due = std::min(due, entries_.front().taken_ps + data_age_timeout_ps_);
    }
    return due;
}

void retry_transmitter::expire(std::uint64_t now_ps) {
    if (!settings_.enable) {
        return;
    }
    if (now_ps >= pcs_lost_due_ps_) {
        flush(flush_cause::pcs_lost, now_ps);
    } else if (!entries_.empty() && now_ps >= entries_.front().taken_ps + data_age_timeout_ps_) {
        flush(flush_cause::data_age, now_ps);
    } else if (now_ps >= replay_due_ps_) {
        ++counters_.acknowledge_timeouts;
        begin_replay(now_ps);
    }
}

}  // namespace luxlane::wide_link
