#include "models/accelerator/send_engine.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace luxlane::collective {

using coding::flit_payload_bytes;

send_engine::send_engine(const config& settings, descriptor_ring& ring, hbm& memory,
                         flit_link& link, phy offer)
    : config_(settings), ring_(ring), memory_(memory), link_(link), offer_(std::move(offer)) {}

bool send_engine::step(const sc_core::sc_time& now) {
    if (phy_full_ && now >= phy_ready_at_) {
        phy_full_ = false;
    }
    bool changed = false;
    if (const descriptor* work = ring_.current(); work == nullptr) {
        state_ = {};
    } else if (!link_.up) {
        ring_.fail(ring_error_code::link_down);
        state_ = {};
        changed = true;
    } else {
        changed = advance(*work, now);
    }
    return send_credits(now) || changed;
}

bool send_engine::advance(const descriptor& work, const sc_core::sc_time& now) {
    if (!state_.active) {
        state_ = {};
        state_.active = true;
        state_.began = now;
        ring_.begin();
    }
    if (state_.reading != 0 && now >= state_.data_at) {
        state_.read += state_.reading;
        state_.reading = 0;
    }
    bool changed = false;
    while (!phy_full_ && state_.read > state_.offset && push(work, now)) {
        changed = true;
    }
    if (state_.offset == work.length) {
        counters_.busy += now - state_.began;
        state_ = {};
        ring_.complete();
        return true;
    }
    read_ahead(work, now);
    return changed;
}

void send_engine::read_ahead(const descriptor& work, const sc_core::sc_time& now) {
    const auto chunk = static_cast<std::uint32_t>(config_.chunk_flits * flit_payload_bytes);
    if (state_.reading == 0 && state_.read < work.length && state_.read - state_.offset < chunk) {
        state_.reading = std::min(chunk, work.length - state_.read);
        state_.data_at = memory_.reserve(now, state_.reading).done;
    }
}

std::uint32_t send_engine::grant(std::uint32_t wanted, const sc_core::sc_time& now) {
    const std::uint32_t granted = std::min(wanted, link_.credits(config_.credit_limit_flits));
    const auto first = static_cast<std::uint32_t>(state_.offset / flit_payload_bytes);
    if (granted < wanted) {
        const std::uint32_t counted = std::max(first + granted, state_.stalled_flits);
        counters_.flits_stalled += first + wanted - std::min(counted, first + wanted);
        state_.stalled_flits = std::max(state_.stalled_flits, first + wanted);
    }
    if (granted == 0 && !state_.stalled) {
        state_.stalled = true;
        state_.stalled_at = now;
        poll_at_ = now + config_.poll;
    } else if (granted != 0 && state_.stalled) {
        state_.stalled = false;
        counters_.credit_stall += now - state_.stalled_at;
    }
    return granted;
}

bool send_engine::push(const descriptor& work, const sc_core::sc_time& now) {
    if (state_.packed.empty()) {
        const std::uint32_t bytes = state_.read - state_.offset;
        const auto wanted =
            static_cast<std::uint32_t>((bytes + flit_payload_bytes - 1) / flit_payload_bytes);
        const std::uint32_t granted = grant(wanted, now);
        if (granted == 0) {
            return false;
        }
        state_.packed = pack(work, granted);
        state_.packed_freed = link_.freed;
    }
    const std::uint32_t taken = offer(state_.packed, now);
    if (taken != 0) {
        link_.told = state_.packed_freed;
        // An answer must not be older than the question.
        link_.answer_due = link_.answer_due && state_.packed_freed != link_.freed;
    }
    state_.packed = state_.packed.part(taken, state_.packed.size());
    const auto taken_bytes = std::min(static_cast<std::uint32_t>(taken * flit_payload_bytes),
                                      work.length - state_.offset);
    state_.offset += taken_bytes;
    link_.sent += taken;
    counters_.flits += taken;
    counters_.bytes += taken_bytes;
    return taken != 0;
}

coding::flit_run send_engine::pack(const descriptor& work, std::uint32_t flits) const {
    auto chunk = std::make_shared<std::vector<coding::flit>>(flits);
    std::uint32_t at = state_.offset;
    std::uint16_t sequence = link_.next_sequence();
    for (coding::flit& each : *chunk) {
        const auto bytes =
            std::min(static_cast<std::uint32_t>(flit_payload_bytes), work.length - at);
        each.type = coding::flit_type::data;
        each.flags = static_cast<std::uint8_t>(
            (at == 0 ? coding::flit_start_of_message : 0) |
            (at + bytes == work.length ? coding::flit_end_of_message : 0));
        each.sequence = sequence++;
        each.tag = work.tag;
        each.length = static_cast<std::uint8_t>(bytes);
        each.credits = link_.credit_count();
        std::memcpy(each.payload.data(), memory_.at(work.address + at), bytes);
        at += bytes;
    }
    return {std::move(chunk), 0, flits};
}

std::uint32_t send_engine::offer(const coding::flit_run& flits, const sc_core::sc_time& now) {
    flit_burst burst;
    burst.runs.push_back(flits);
    burst.sent = now;
    // Set first: the PHY may say that it has room before it returns.
    phy_full_ = true;
    phy_ready_at_ = sc_core::sc_max_time();
    offer_(burst);
    phy_full_ = burst.accepted < flits.size();
    return static_cast<std::uint32_t>(burst.accepted);
}

bool send_engine::send_credits(const sc_core::sc_time& now) {
    const bool question = (link_.asking || state_.stalled) && now >= poll_at_;
    const bool news = link_.freed - link_.told >= config_.credit_return_flits;
    if (!link_.up || phy_full_ || !(question || news || link_.answer_due)) {
        return false;
    }
    coding::flit only;
    only.type = coding::flit_type::credit;
    only.flags = question ? flit_question : 0;
    only.sequence = link_.next_sequence();
    only.credits = link_.credit_count();
    if (offer({std::make_shared<const std::vector<coding::flit>>(1, only), 0, 1}, now) == 0) {
        return false;
    }
    link_.told = link_.freed;
    link_.answer_due = false;
    ++counters_.credit_flits;
    if (question) {
        poll_at_ = now + config_.poll;
    }
    return true;
}

sc_core::sc_time send_engine::wake() const {
    sc_core::sc_time next = sc_core::sc_max_time();
    if (state_.reading != 0) {
        next = state_.data_at;
    }
    if (phy_full_) {
        next = std::min(next, phy_ready_at_);
    } else if (link_.up && (link_.asking || state_.stalled)) {
        next = std::min(next, poll_at_);
    }
    return next;
}

}  // namespace luxlane::collective
