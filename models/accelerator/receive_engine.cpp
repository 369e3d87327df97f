#include "models/accelerator/receive_engine.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace luxlane::collective {

receive_engine::receive_engine(const config& settings, descriptor_ring& ring, hbm& memory,
                               flit_link& link)
    : config_(settings), ring_(ring), memory_(memory), link_(link) {}

void receive_engine::accept(const flit_burst& burst, const sc_core::sc_time& at) {
    arrivals_.push_back(
        {at, burst.sent, burst.runs,
         std::accumulate(burst.lost_before.begin(), burst.lost_before.end(), std::uint64_t{0}),
         burst.lost_after});
}

void receive_engine::take(coding::flit_run run) {
    bool loss = false;
    const auto flits = run.flits();
    for (std::size_t i = 0; i < flits.size(); ++i) {
        const coding::flit& each = flits[i];
        if (each.type == coding::flit_type::idle) {
            continue;
        }
        const auto gap = static_cast<std::uint16_t>(each.sequence - link_.expected);
        if (gap != 0) {
            if (i != 0) {
                buffer_.push_back({run.part(0, i), loss});
                take(run.part(i, run.size()));
                return;
            }
            loss = true;
            counters_.flits_lost += gap;
            // They never reached the buffer: their room is free.
            link_.freed += gap;
            link_.expected = each.sequence;
        }
        link_.hear(each.credits);
        if (each.type == coding::flit_type::data) {
            ++link_.expected;
            ++buffered_;
            ++counters_.flits;
        } else if ((each.flags & flit_question) != 0) {
            link_.answer_due = true;
        }
    }
    if (!run.empty()) {
        buffer_.push_back({std::move(run), loss});
    }
}

// What belongs to the link happens when the burst arrives, whether or not a descriptor waits for
// it: credits, sequence, questions.
void receive_engine::take(const arrival& burst) {
    bool any = false;
    for (const auto& run : burst.runs) {
        take(run);
        any = any || !run.empty();
    }
    counters_.slots_lost += burst.lost_before + burst.lost_after;
    if (any) {
        link_.asking = false;
        if (burst.sent != sc_core::SC_ZERO_TIME) {
            const sc_core::sc_time latency = burst.at - burst.sent;
            ++counters_.bursts;
            counters_.latency_sum += latency;
            counters_.latency_least = std::min(counters_.latency_least, latency);
        }
    }
    // The next flit would show by its number what was in the lost slots, but there may be none.
    link_.asking = link_.asking || burst.lost_after != 0;
    if (buffered_ > config_.buffer_flits) {
        throw std::logic_error(config_.name + ": receiver buffer holds " +
                               std::to_string(buffered_) + " flits, more than the credits given");
    }
    counters_.peak_buffered = std::max(counters_.peak_buffered, buffered_);
}

bool receive_engine::step(const sc_core::sc_time& now) {
    bool changed = false;
    while (!arrivals_.empty() && arrivals_.front().at <= now) {
        take(arrivals_.front());
        arrivals_.pop_front();
        changed = true;
    }
    if (state_.in_message && ring_.current() == nullptr) {
        // The ring was stopped under the message; its reset will drop the rest.
        state_ = {};
    }
    if (state_.completing && now >= state_.complete_at) {
        counters_.busy += now - state_.began;
        state_ = {};
        ring_.complete();
        changed = true;
    }
    changed |= drain(now);
    if (state_.in_message && !state_.completing && !link_.up && buffer_.empty() &&
        arrivals_.empty()) {
        fail(ring_error_code::link_down);
        changed = true;
    }
    return changed;
}

bool receive_engine::drain(const sc_core::sc_time& now) {
    const std::uint64_t bytes_before = counters_.bytes;
    bool changed = false;
    while (!buffer_.empty() && !state_.completing) {
        const batch& front = buffer_.front();
        const coding::flit& next = front.flits.flits().front();
        const bool data = next.type == coding::flit_type::data;
        const bool loss = front.loss;
        if (state_.discarding && data && (next.flags & coding::flit_start_of_message) != 0) {
            state_.discarding = false;
        } else if (state_.discarding || (!data && !loss)) {
            drop_front();
            changed = true;
            continue;
        }
        const descriptor* work = ring_.current();
        if (work == nullptr) {
            break;
        }
        changed = true;
        if (const auto error = place(*work, next, loss, now); error != ring_error_code::none) {
            fail(error);
            break;
        }
        drop_front();
    }
    if (const std::uint64_t placed = counters_.bytes - bytes_before; placed != 0) {
        const auto written = memory_.reserve(now, placed);
        state_.complete_at = written.done;
    }
    return changed;
}

ring_error_code receive_engine::place(const descriptor& work, const coding::flit& from, bool loss,
                                      const sc_core::sc_time& now) {
    const bool start = (from.flags & coding::flit_start_of_message) != 0;
    if (loss || start == state_.in_message) {
        return ring_error_code::sequence;
    }
    if (from.tag != work.tag) {
        return start ? ring_error_code::tag_mismatch : ring_error_code::sequence;
    }
    const bool end = (from.flags & coding::flit_end_of_message) != 0;
    const std::uint64_t filled = std::uint64_t{state_.offset} + from.length;
    if (filled > work.length || (end && filled != work.length)) {
        return ring_error_code::bad_length;
    }
    if (start) {
        state_.in_message = true;
        state_.began = now;
        ring_.begin();
    }
    std::memcpy(memory_.at(work.address + state_.offset), from.payload.data(), from.length);
    state_.offset += from.length;
    counters_.bytes += from.length;
    state_.completing = end;
    return ring_error_code::none;
}

void receive_engine::fail(ring_error_code code) {
    state_ = {};
    ring_.fail(code);
}

void receive_engine::drop_front() {
    batch& front = buffer_.front();
    if (front.flits.flits().front().type == coding::flit_type::data) {
        --buffered_;
        ++link_.freed;
    }
    front.loss = false;
    ++front.flits.begin;
    if (front.flits.empty()) {
        buffer_.pop_front();
    }
}

void receive_engine::reset(bool drop) {
    state_ = {};
    if (drop) {
        link_.freed += buffered_;
        buffered_ = 0;
        buffer_.clear();
        state_.discarding = true;
    }
}

sc_core::sc_time receive_engine::wake() const {
    sc_core::sc_time next = state_.completing ? state_.complete_at : sc_core::sc_max_time();
    if (!arrivals_.empty()) {
        next = std::min(next, arrivals_.front().at);
    }
    return next;
}

}  // namespace luxlane::collective
