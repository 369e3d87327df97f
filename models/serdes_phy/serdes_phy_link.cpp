#include <algorithm>

#include "models/coding/lane_frame_format.h"
#include "models/serdes_phy/serdes_phy.h"
#include "registers/serdes_phy.h"

namespace luxlane {

namespace regs = registers::serdes_phy;
using sc_core::sc_time;
using wide_link::block_kind;

void serdes_phy::start_transmitter() {
    account_energy();
    state_.transmitting = true;
    state_.epoch = now();
    state_.dense_until = 0;
    state_.payload_since_superframe = false;
    state_.next_group = 0;
    state_.word_under_way = 0;
    transmitter_.reset();
    transmit_map_.restart();
    plan_superframe(0);
}

void serdes_phy::stop_transmitter() {
    account_energy();
    state_.transmitting = false;
    superframe_event_.cancel();
    transmit_map_.cancel();
}

void serdes_phy::plan_superframe(std::uint64_t superframe) {
    state_.next_superframe = superframe;
    superframe_event_.cancel();
    schedule(superframe_event_, std::max(now(), superframe_due(superframe)));
}

void serdes_phy::observe(unsigned superframes) {
    if (!state_.transmitting) {
        return;
    }
    std::uint64_t next = superframe_now();
    if (superframe_due(next) <= now()) {
        ++next;
    }
    state_.dense_until = std::max(state_.dense_until, next + superframes);
    if (state_.next_superframe > next) {
        plan_superframe(next);
    }
}

bool serdes_phy::observed() const {
    return !link_.carrying() || bank_.get(regs::control::train_tx) || patterns_.any_generating() ||
           !state_.management_tx.empty() || state_.word_under_way != 0 ||
           !transmit_map_.armed().empty() || !receive_map_.armed().empty() ||
           state_.payload_since_superframe || state_.next_superframe + 1 < state_.dense_until ||
           !receiver_.aligned(receive_map_);
}

void serdes_phy::send_superframe() {
    const std::uint64_t superframe = state_.next_superframe;
    if (transmit_map_.advance(superframe) > 0) {
        bank_.set(regs::irq_status::switch_done, true);
        state_.dense_until = std::max(state_.dense_until, superframe + superframes_after_change);
    }
    const wide_link::management_format format{config_.data_lanes};
    if (format.phase(superframe) == 0) {
        state_.word_under_way = 0;
        auto& words = state_.management_tx;
        if (!words.empty() && words.front().written < sc_core::sc_time_stamp()) {
            state_.word_under_way = words.front().word;
            words.pop_front();
            if (words.empty()) {
                bank_.set(regs::irq_status::management_tx_empty, true);
            }
        }
    }
    const bool whole =
        !link_.carrying() || bank_.get(regs::control::train_tx) || patterns_.any_generating();
    transmitter_.build_superframe(whole ? block_kind::training : block_kind::overhead,
                                  transmit_map_, superframe, state_.word_under_way, block_,
                                  &patterns_);
    const bool next_at_once = observed();
    state_.payload_since_superframe = false;
    const std::uint64_t stride = config_.supervision_superframes;
    plan_superframe(next_at_once ? superframe + 1 : (superframe / stride + 1) * stride);
    send(block_);
    refresh_link();
    update_irq();
}

void serdes_phy::enter_up() {
    account_energy();
    state_.up_since = now();
    state_.groups_seen = 0;
    state_.far_restarted = false;
    state_.idle = present_lanes();
    observe(superframes_after_change);
    link_exchange();
}

void serdes_phy::leave_up() {
    charge_idle(now());
    link_exchange();
    observe();
}

link_cause serdes_phy::cause_of_loss() const {
    for (unsigned lane = 0; lane < config_.physical_lanes; ++lane) {
        if (clock_locked(lane)) {
            return state_.far_restarted ? link_cause::far_restart : link_cause::lanes_lost;
        }
    }
    return link_cause::loss_of_signal;
}

void serdes_phy::refresh_link() {
    const auto lost = receiver_.lost_lanes(receive_map_);
    if (lost > bridged_lanes_ || !state_.receiving) {
        state_.deskewed = false;
    }
    const auto state_before = link_.state();
    const bool carried = link_.carrying();
    const bool enabled =
        bank_.get(regs::control::link_enable) && loopback_ != wide_link::loopback_mode::far_line;
    link_.step({state_.transmitting, state_.receiving, enabled, state_.deskewed,
                receiver_.any_framed(), lost == 0,
                !transmit_map_.armed().empty() || !receive_map_.armed().empty(), cause_of_loss()},
               picoseconds(now()));
    if (link_.carrying() && !carried) {
        enter_up();
    } else if (!link_.carrying() && carried) {
        leave_up();
    }
    if (link_.carrying() != carried) {
        refresh_service();
        plan_payload();
    }
    plan_link();
    if (link_.state() != state_before) {
        bank_.set(regs::irq_status::link_change, true);
        if (link_changed_) {
            link_changed_(link_.state(), now());
        }
    }
}

void serdes_phy::plan_link() {
    link_event_.cancel();
    if (link_.deadline_ps() != wide_link::link_supervisor::never) {
        const auto at = sc_time(static_cast<double>(link_.deadline_ps()), sc_core::SC_PS);
        schedule(link_event_, std::max(at, now()));
    }
}

void serdes_phy::note_progress() {
    link_.progress(picoseconds(now()));
    plan_link();
}

void serdes_phy::watch_link() {
    refresh_link();
    update_irq();
}

}  // namespace luxlane
