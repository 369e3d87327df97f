#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "models/coding/lane_frame_format.h"
#include "models/serdes_phy/serdes_phy.h"
#include "registers/serdes_phy.h"

namespace luxlane {

namespace regs = registers::serdes_phy;
using sc_core::sc_time;
using wide_link::block_kind;

namespace {

constexpr std::uint64_t window_superframes = 64;  // of DEGRADE_LIMIT
constexpr double lost_lane_ber = 0.5;
// While nothing is sent every superframe, the receiver looks at its lanes this often; a lane found
// dark is counted as missing its markers, which are random then, from that moment on.
constexpr double look_superframes = 4.0;
constexpr double late_superframes = 1.25;

block_kind kind_of(frame_purpose purpose) {
    switch (purpose) {
        case frame_purpose::training:
            return block_kind::training;
        case frame_purpose::overhead:
            return block_kind::overhead;
        case frame_purpose::payload:
            return block_kind::payload;
    }
    return block_kind::training;
}

}  // namespace

bool serdes_phy::clock_locked(unsigned lane) const {
    if (loopback_ == wide_link::loopback_mode::near) {
        return true;
    }
    if (config_.clocking == line_clocking::per_lane) {
        return lane_locked(lane);
    }
    for (unsigned source = 0; source < config_.clock_lanes; ++source) {
        if (lane_locked(source)) {
            return true;
        }
    }
    return false;
}

void serdes_phy::take_skew(const lane_frame& arriving) {
    if (!arriving.optics || (optics_known_ && arriving.optics->version == optics_version_)) {
        return;
    }
    optics_known_ = true;
    optics_version_ = arriving.optics->version;
    std::vector<std::int32_t> skew_ui;
    skew_ui.reserve(config_.physical_lanes);
    for (const auto& lane : arriving.optics->lanes) {
        skew_ui.push_back(
            static_cast<std::int32_t>(std::lround(lane.skew_s * geometry_.line_rate_bps())));
    }
    receiver_.set_skew(skew_ui);
}

void serdes_phy::take_epoch(const lane_frame& arriving) {
    const double sent_s = static_cast<double>(arriving.first_bit) * arriving.unit_interval_s;
    const double begun_s = arriving.start.to_seconds() - sent_s;
    const auto begun = sc_time(std::max(0.0, begun_s), sc_core::SC_SEC);
    if (state_.far_epoch &&
        std::abs(begun_s - state_.far_epoch->to_seconds()) > arriving.unit_interval_s / 2) {
        state_.far_restarted = true;
        receiver_.far_restarted();
        receive_map_.restart();
    }
    state_.far_epoch = begun;
}

void serdes_phy::receive_lanes(lane_frame& arriving, const sc_time& delay) {
    if (loopback_ == wide_link::loopback_mode::near) {
        return;
    }
    receive(arriving, delay);
    if (loopback_ == wide_link::loopback_mode::far_line && state_.transmitting) {
        turn_back(arriving, sc_core::sc_time_stamp() + delay);
    }
}

void serdes_phy::receive(lane_frame& arriving, const sc_time& delay) {
    if (arriving.lanes != config_.physical_lanes) {
        throw std::logic_error(std::string(name()) + ": frame of " +
                               std::to_string(arriving.lanes) + " lanes, this PHY has " +
                               std::to_string(config_.physical_lanes));
    }
    take_skew(arriving);
    take_epoch(arriving);
    const auto at = sc_core::sc_time_stamp() + delay;
    const wide_link::line_view block{
        kind_of(arriving.purpose),
        arriving.first_bit,
        arriving.bits_per_lane,
        arriving.stride,
        arriving.first_group,
        arriving.groups,
        arriving.bits,
        arriving.before,
        arriving.after,
        arriving.carried,
        std::static_pointer_cast<const wide_link::deferred_block>(arriving.deferred),
        arriving.errors,
        arriving.sent_parity};
    if (arriving.bits_per_lane > 0 && block.kind == block_kind::payload) {
        receive_payload(block, arriving, at);
        update_irq();
        return;
    }
    if (!state_.receiving) {
        return;
    }
    receiver_.watch(picoseconds(at));
    if (arriving.bits_per_lane > 0) {
        receive_superframe(block, at);
    }
    note_lane_states();
    refresh_link();
    plan_receiver();
    update_irq();
}

void serdes_phy::receive_superframe(const wide_link::line_view& block, const sc_time& at) {
    const auto word = receiver_.receive(block, picoseconds(at));
    state_.heard = at;
    if (word && !link_.carrying()) {
        note_progress();
    }
    if (word && state_.management_rx.size() < config_.management_fifo_words) {
        state_.management_rx.push_back(*word);
    } else if (word) {
        state_.management_overflow = true;
    }
    advance_receive_map(receiver_.far_superframe());
    const std::uint64_t window = receiver_.far_superframe() / window_superframes;
    if (window != state_.window) {
        state_.window = window;
        end_window();
    }
}

void serdes_phy::advance_receive_map(std::uint64_t far_superframe) {
    if (receive_map_.advance(far_superframe) > 0) {
        bank_.set(regs::irq_status::switch_done, true);
        accrue_idle(now());
    }
}

void serdes_phy::end_window() {
    accrue_idle(now());
    const std::uint64_t limit = bank_.value(regs::reg::degrade_limit);
    for (unsigned lane = 0; lane < config_.physical_lanes; ++lane) {
        if (counters_.window_errors[lane] > limit) {
            receiver_.lane(lane).degrade();
        }
        counters_.window_errors[lane] = 0;
    }
}

serdes_phy::idle_lanes serdes_phy::present_lanes() const {
    idle_lanes present;
    for (unsigned logical = 0; logical < config_.data_lanes; ++logical) {
        const auto physical = receive_map_.physical(logical);
        present.physical_of.push_back(physical);
        present.ber.push_back(receiver_.carries(logical, physical) ? lane_ber(physical)
                                                                   : lost_lane_ber);
    }
    return present;
}

// Called after whatever changes the lanes: the time before it is charged at what they were.
void serdes_phy::accrue_idle(const sc_time& at) {
    if (link_.carrying()) {
        charge_idle(at);
    }
}

void serdes_phy::charge_idle(const sc_time& at) {
    if (at < state_.up_since) {
        return;
    }
    const auto elapsed =
        static_cast<std::uint64_t>((at - state_.up_since).to_seconds() / geometry_.group_s());
    if (elapsed > state_.groups_seen) {
        const std::uint64_t idle = elapsed - state_.groups_seen;
        state_.groups_seen = elapsed;
        const std::uint64_t before = counters_.uncorrectable_codewords;
        idle_.add(idle * geometry_.format.codewords(), state_.idle.physical_of, state_.idle.ber,
                  counters_);
        if (counters_.uncorrectable_codewords != before) {
            bank_.set(regs::irq_status::uncorrectable, true);
        }
    }
    state_.idle = present_lanes();
}

void serdes_phy::lanes_changed(const sc_time& at) {
    accrue_idle(at);
    update_irq();
}

void serdes_phy::note_lane_states() {
    bool changed = false;
    for (unsigned lane = 0; lane < config_.physical_lanes; ++lane) {
        const auto state = receiver_.lane(lane).state();
        if (state == known_states_[lane]) {
            continue;
        }
        known_states_[lane] = state;
        changed = true;
        bank_.set(regs::irq_status::lane_change, true);
        if (state == luxlane::lane_state::degraded) {
            bank_.set(regs::irq_status::lane_degraded, true);
        } else if (state == luxlane::lane_state::failed) {
            bank_.set(regs::irq_status::lane_failed, true);
        }
    }
    if (changed) {
        accrue_idle(now());
        if (!link_.carrying()) {
            note_progress();
        }
    }
}

std::uint64_t serdes_phy::far_superframe_at(const sc_time& at) const {
    if (!receiver_.count_known()) {
        return 0;
    }
    const double since = at > state_.heard ? (at - state_.heard) / superframes(1.0) : 0.0;
    return receiver_.far_superframe() + static_cast<std::uint64_t>(since);
}

void serdes_phy::watch_receiver() {
    const auto at = sc_core::sc_time_stamp();
    receiver_.watch(picoseconds(at));
    if (receiver_.any_framed() && state_.receiving) {
        advance_receive_map(far_superframe_at(at));
        const auto silence = superframes(config_.supervision_superframes + 2.0);
        const bool silent = at >= state_.heard + silence;
        const bool late = at >= std::max(state_.heard, state_.missed) + superframes(1.0);
        if (late && (silent || receiver_.any_dark())) {
            state_.missed = at;
            receiver_.missed_superframe(silent, picoseconds(at));
        }
    }
    note_lane_states();
    refresh_link();
    plan_receiver();
    update_irq();
}

sc_time serdes_phy::next_look() const {
    const auto at = sc_core::sc_time_stamp();
    const auto latest = std::max(state_.heard, state_.missed);
    const auto silence = superframes(config_.supervision_superframes + 2.0);
    const bool urgent =
        receiver_.any_dark() || !receive_map_.armed().empty() || at >= state_.heard + silence;
    return urgent ? std::max(latest + superframes(late_superframes), at + superframes(0.25))
                  : at + superframes(look_superframes);
}

void serdes_phy::plan_receiver() {
    receiver_event_.cancel();
    const auto at = sc_core::sc_time_stamp();
    const std::uint64_t deadline = receiver_.next_deadline_ps();
    const bool framed = state_.receiving && receiver_.any_framed();
    if (deadline == wide_link::receive_lane::never && !framed) {
        return;
    }
    auto next = framed ? next_look() : sc_core::sc_max_time();
    if (deadline != wide_link::receive_lane::never) {
        const auto limit = sc_time(static_cast<double>(deadline), sc_core::SC_PS);
        next = std::min(next, std::max(limit, at));
    }
    schedule(receiver_event_, next);
}

void serdes_phy::stop_receiver() {
    state_.receiving = false;
    state_.deskewed = false;
    receive_map_.cancel();
    receiver_.reset();
    note_lane_states();
    plan_receiver();
}

}  // namespace luxlane
