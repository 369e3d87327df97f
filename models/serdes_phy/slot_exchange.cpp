#include "models/serdes_phy/slot_exchange.h"

#include <algorithm>

namespace luxlane::wide_link {

using coding::control_ordered_set;

void slot_exchange::add_control(control_ordered_set set, filled_slots& out) const {
    set.sender = ends_.here;
    slot_run run;
    run.idle = 1;
    run.ordered_set = coding::encode_control(set);
    out.runs.push_back(std::move(run));
    ++out.slots;
}

void slot_exchange::take(const coding::flit_run& run, std::uint64_t ready_ps) {
    if (!run.empty()) {
        waiting_.push_back({run, ready_ps});
        waiting_flits_ += run.size();
    }
}

void slot_exchange::link(bool up, std::uint64_t now_ps) {
    link_up_ = up;
    retry_.transmitter.link(up, now_ps);
    if (!up && !settings_.enable) {
        discarded_ += waiting_flits_;
        waiting_.clear();
        waiting_flits_ = 0;
    }
}

void slot_exchange::reset(std::uint64_t now_ps) {
    // Flits that have a number when they are given up are missed by the far end one by one.
    while (!waiting_.empty() && settings_.enable) {
        auto& next = waiting_.front().flits;
        const auto taken = std::min(next.size(), retry_.transmitter.room());
        if (taken == 0) {
            break;
        }
        retry_.transmitter.take(next.part(0, taken), now_ps);
        next.begin += taken;
        waiting_flits_ -= taken;
        if (next.empty()) {
            waiting_.pop_front();
        }
    }
    discarded_ += waiting_flits_;
    waiting_.clear();
    waiting_flits_ = 0;
    retry_.reset(now_ps);
}

std::uint64_t slot_exchange::wants_ps(std::uint64_t now_ps) const {
    const auto& transmitter = retry_.transmitter;
    if (!link_up_) {
        return never;
    }
    if (transmitter.sendable() > 0 || retry_.receiver.pending()) {
        return now_ps;
    }
    std::uint64_t at = never;
    if (transmitter.state() == retry_transmitter_state::init) {
        at = std::max(now_ps, transmitter.deadline_ps());
    } else if (!waiting_.empty() && transmitter.room() > 0) {
        at = std::max(now_ps, waiting_.front().ready_ps);
    }
    return at;
}

void slot_exchange::absorb(std::size_t most, std::uint64_t now_ps, filled_slots& out) {
    auto& transmitter = retry_.transmitter;
    while (transmitter.sendable() < most && flits_ready(now_ps)) {
        auto& next = waiting_.front();
        const auto taken =
            std::min({most - transmitter.sendable(), next.flits.size(), transmitter.room()});
        if (taken == 0) {
            return;
        }
        const auto before = transmitter.sendable();
        transmitter.take(next.flits.part(0, taken), now_ps);
        out.waited_ps += static_cast<double>(now_ps - next.ready_ps) * static_cast<double>(taken);
        out.freed += static_cast<std::uint32_t>(taken);
        next.flits.begin += taken;
        waiting_flits_ -= taken;
        if (next.flits.empty()) {
            waiting_.pop_front();
        }
        if (transmitter.sendable() == before) {
            return;  // a handshake goes on: what is taken waits in the replay buffer
        }
    }
}

filled_slots slot_exchange::fill(std::uint32_t most, std::uint32_t group, std::uint64_t now_ps) {
    filled_slots out;
    if (!link_up_) {
        return out;
    }
    auto& transmitter = retry_.transmitter;
    // Also while flits wait for an acknowledgement: both ends may hold back theirs.
    const bool idle = transmitter.sendable() == 0 && !flits_to_send(now_ps);
    while (settings_.enable && out.slots < most) {
        const auto set = retry_.control(now_ps, idle);
        if (!set) {
            break;
        }
        add_control(*set, out);
    }
    absorb(most - out.slots, now_ps, out);
    numbered_.clear();
    out.flits = static_cast<std::uint32_t>(transmitter.next(most - out.slots, now_ps, numbered_));
    out.slots += out.flits;
    const std::uint32_t sender = settings_.enable ? ends_.here : 0;
    for (auto& each : numbered_) {
        out.runs.push_back(
            {std::move(each.run), each.number | sender << sender_shift, settings_.enable, 0, 0});
    }
    std::uint32_t rest = (group - out.slots % group) % group;
    while (settings_.enable && rest > 0) {
        const auto set = retry_.control(now_ps, true);
        if (!set) {
            break;
        }
        add_control(*set, out);
        --rest;
    }
    if (rest > 0) {
        out.runs.push_back({{}, 0, false, rest, 0});
        out.slots += rest;
    }
    return out;
}

delivered_flits slot_exchange::receive(const received_slots& slots, std::uint64_t now_ps) {
    delivered_flits out;
    std::uint32_t lost = 0;
    const auto deliver = [&](const coding::flit_run& run) {
        if (!run.empty()) {
            out.runs.push_back(run);
            out.lost_before.push_back(lost);
            lost = 0;
        }
    };
    for (const auto& run : slots.runs()) {
        if (run.lost()) {
            retry_.receiver.damaged(run.slots);
            lost += settings_.enable ? 0 : run.slots;
        } else if (run.kind == slot_kind::flit && settings_.enable &&
                   !from_far_end(run.number >> sender_shift)) {
            foreign_ += run.slots;
        } else if (run.kind == slot_kind::flit) {
            // Numbers that do not count up come from a far end without retry: one flit each.
            const std::size_t step = run.numbered || !settings_.enable ? run.flits.size() : 1;
            for (std::size_t i = 0; i < run.flits.size(); i += step) {
                const auto fresh =
                    retry_.receiver.take(run.number & coding::flit_number_mask, step, now_ps);
                deliver(run.flits.part(i + fresh.begin, i + fresh.end));
            }
        } else if (run.ordered_set != 0 && settings_.enable) {
            const auto set = coding::decode_control(run.ordered_set);
            if (set && !from_far_end(set->sender)) {
                ++foreign_;
            } else if (set) {
                retry_.hear(*set, now_ps);
                lost += static_cast<std::uint32_t>(retry_.receiver.collect_lost());
            }
        }
    }
    out.lost_after = lost;
    return out;
}

}  // namespace luxlane::wide_link
