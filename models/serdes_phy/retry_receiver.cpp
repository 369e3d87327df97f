#include "models/serdes_phy/retry_receiver.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace luxlane::wide_link {

using coding::control_message;
using coding::control_ordered_set;
using coding::retry_number_mask;

retry_receiver::retry_receiver(const retry_settings& settings)
    : enabled_(settings.enable),
      acknowledge_spacing_(settings.acknowledge_spacing_flits),
      acknowledge_delay_ps_(
          static_cast<std::uint64_t>(std::llround(settings.acknowledge_delay_s * 1e12))) {
    check(settings);
}

accepted_flits retry_receiver::take(std::uint32_t first_number, std::size_t count,
                                    std::uint64_t now_ps) {
    if (!enabled_) {
        counters_.rx_ok += count;
        counters_.rx_expected_seq_good += count;
        return {0, count};
    }
    if (state_ == retry_receiver_state::off) {
        counters_.rx_uninitialised += count;
        return {};
    }
    if (count == 0) {
        return {};
    }
    counters_.rx_ok += count;
    const std::int32_t ahead = number_distance(expected_, first_number);
    const bool went_back = number_distance(heard_, first_number) < 0;
    const bool answered = ahead <= 0 && state_ == retry_receiver_state::nack_sent;
    counters_.rx_replay += went_back || answered ? 1 : 0;
    heard_ = static_cast<std::uint32_t>(first_number + count) & retry_number_mask;
    if (ahead > 0) {
        counters_.rx_missing_seq += count;
        if (state_ == retry_receiver_state::send_acks) {
            state_ = retry_receiver_state::send_nack;
        }
        return {};
    }
    state_ = retry_receiver_state::send_acks;
    const std::size_t old = std::min(count, static_cast<std::size_t>(-ahead));
    const std::size_t fresh = count - old;
    counters_.rx_duplicate_seq += old;
    counters_.rx_expected_seq_good += fresh;
    // Whoever sends an old flit has missed that it was acknowledged.
    prompt_ = prompt_ || old > 0;
    if (fresh > 0) {
        expected_ = static_cast<std::uint32_t>(expected_ + fresh) & retry_number_mask;
        if (unacknowledged_ == 0) {
            acknowledge_due_ps_ = now_ps + acknowledge_delay_ps_;
        }
        unacknowledged_ += static_cast<std::uint32_t>(fresh);
    }
    return {old, count};
}

void retry_receiver::damaged(std::size_t slots) {
    counters_.rx_bad += slots;
    if (state_ == retry_receiver_state::send_acks && slots > 0) {
        ++counters_.rx_expected_seq_bad;
        state_ = retry_receiver_state::send_nack;
    }
}

bool retry_receiver::hear(const control_ordered_set& set) {
    if (set.message != control_message::init || !enabled_) {
        return false;
    }
    ++counters_.rx_init_ctl_os;
    const handshake_data data = handshake_data::unpack(set.init_data);
    const bool anew = !positioned_ || data.attempt == handshake_data::first_attempt;
    const bool was_reset = data.incarnation != far_incarnation_ || (positioned_ && anew);
    const std::int32_t skipped = anew ? 0 : number_distance(expected_, set.number);
    if (anew || skipped > 0) {
        expected_ = set.number;
        lost_ += static_cast<std::uint64_t>(skipped);
        counters_.rx_given_up_flits += static_cast<std::uint64_t>(skipped);
    }
    positioned_ = true;
    far_incarnation_ = data.incarnation;
    heard_ = set.number;
    state_ = retry_receiver_state::send_acks;
    echo_ = {control_message::init_echo, set.number, set.init_data};
    // Spares the far end from sending what was delivered already.
    prompt_ = skipped < 0;
    return was_reset;
}

std::optional<control_ordered_set> retry_receiver::control(std::uint64_t now_ps, bool idle) {
    if (echo_) {
        ++counters_.tx_init_echo_ctl_os;
        return std::exchange(echo_, std::nullopt);
    }
    if (state_ == retry_receiver_state::send_nack) {
        state_ = retry_receiver_state::nack_sent;
        ++counters_.tx_nack_ctl_os;
    } else if (state_ == retry_receiver_state::send_acks &&
               (prompt_ || unacknowledged_ >= acknowledge_spacing_ ||
                (unacknowledged_ > 0 && (idle || now_ps >= acknowledge_due_ps_)))) {
        ++counters_.tx_ack_ctl_os;
    } else {
        return std::nullopt;
    }
    prompt_ = false;
    unacknowledged_ = 0;
    const bool nack = state_ == retry_receiver_state::nack_sent;
    return control_ordered_set{nack ? control_message::nack : control_message::ack, newest(), 0};
}

bool retry_receiver::pending() const {
    return echo_ || state_ == retry_receiver_state::send_nack ||
           (state_ == retry_receiver_state::send_acks && (prompt_ || unacknowledged_ > 0));
}

void retry_receiver::reset() {
    state_ = retry_receiver_state::off;
    echo_.reset();
    prompt_ = false;
    unacknowledged_ = 0;
}

std::uint64_t retry_receiver::collect_lost() { return std::exchange(lost_, 0); }

}  // namespace luxlane::wide_link
