#include <algorithm>
#include <numeric>

#include "models/serdes_phy/serdes_phy.h"
#include "registers/serdes_phy.h"

namespace luxlane {

namespace regs = registers::serdes_phy;
using sc_core::sc_time;
using wide_link::loopback_mode;

namespace {

sc_time time_of(std::uint64_t at_ps) { return {static_cast<double>(at_ps), sc_core::SC_PS}; }

}  // namespace

bool serdes_phy::host_ready() const { return host_ == nullptr || host_->ready(); }

// Never 0, so that no order of processes decides what a block holds.
sc_time serdes_phy::host_crossing() const {
    return std::max(sc_time(host_lanes_s() + config_.host_interface_s, sc_core::SC_SEC),
                    sc_time(1, sc_core::SC_PS));
}

std::uint64_t serdes_phy::coded_bit(std::uint64_t group) const {
    return group * geometry_.format.symbols() * coding::lane_frame::row_bits;
}

void serdes_phy::bind_host(host_port& host) {
    host_ = &host;
    host.on_change = [this](const sc_time& at) {
        if (host_ready() && state_.refused) {
            schedule(room_event_, std::max(at, sc_core::sc_time_stamp()));
        }
    };
}

void serdes_phy::accept_flits(flit_burst& burst, const sc_time& delay) {
    burst.accepted = 0;
    // Room that this instant's block makes counts from the next instant on, whichever comes first.
    const std::size_t hidden =
        state_.freed_at == sc_core::sc_time_stamp() ? state_.freed : std::uint64_t{0};
    const std::size_t free = host_ready() ? exchange().room() : 0;
    const std::size_t room = free > hidden ? free - hidden : 0;
    const auto ready = picoseconds(sc_core::sc_time_stamp() + delay + host_crossing());
    for (const auto& run : burst.runs) {
        const std::size_t taken = std::min(room - burst.accepted, run.size());
        exchange().take(run.part(0, taken), ready);
        burst.accepted += taken;
        state_.refused = state_.refused || taken < run.size();
    }
    plan_payload();
}

// What is sent back leaves no slots for the host; in a loopback of its own an end is alone.
void serdes_phy::link_exchange() {
    const bool to_far_end = loopback_ != loopback_mode::far_fec && !loop_exchange_;
    exchange_.link(link_.carrying() && to_far_end, picoseconds(now()));
    if (loop_exchange_) {
        loop_exchange_->link(link_.carrying(), picoseconds(now()));
    }
}

void serdes_phy::change_exchange() {
    if (loop_exchange_) {
        loop_exchange_->reset(picoseconds(now()));
        totals_.loop_discarded += loop_exchange_->discarded() +
                                  loop_exchange_->retry().transmitter.counters().given_up_flits;
        loop_exchange_.reset();
    }
    if (loopback_ == loopback_mode::near || loopback_ == loopback_mode::far_test) {
        constexpr wide_link::line_ends itself{3, 3};
        loop_exchange_.emplace(config_.retry, config_.transmit_fifo_flits, itself);
    }
    link_exchange();
}

std::uint64_t serdes_phy::flits_discarded() const {
    return exchange_.discarded() + totals_.loop_discarded +
           (loop_exchange_ ? loop_exchange_->discarded() : 0);
}

// The only process on the exchanges, so that what is due at one instant has an order: what arrives
// is heard before a time-out runs out, and both before slots are filled.
void serdes_phy::step_payload() {
    deliver();
    const auto present = sc_core::sc_time_stamp();
    exchange_.expire(picoseconds(present));
    if (loop_exchange_) {
        loop_exchange_->expire(picoseconds(present));
    }
    if (next_fill() <= present) {
        send_payload();
    }
    plan_payload();
    update_irq();
}

void serdes_phy::plan_payload() {
    payload_event_.cancel();
    refresh_service();
    const auto at = next_fill();
    if (at != sc_core::sc_max_time()) {
        schedule(payload_event_, at);
    }
    plan_retry();
}

sc_time serdes_phy::next_fill() {
    const auto present = sc_core::sc_time_stamp();
    const auto wanted = slot_loop_.empty() || !link_.carrying()
                            ? exchange().wants_ps(picoseconds(present))
                            : picoseconds(present);
    if (wanted == wide_link::slot_exchange::never) {
        return sc_core::sc_max_time();
    }
    // A register write may have brought the link up ahead of this instant.
    auto at = std::max({time_of(wanted), present, state_.up_since});
    const auto line_free = line_time(geometry_.first_bit(state_.next_group));
    if (line_free > transmit_pipeline_) {
        at = std::max(at, line_free - transmit_pipeline_);
    }
    return at;
}

void serdes_phy::send_payload() {
    const auto at = sc_core::sc_time_stamp();
    const std::uint32_t step = geometry_.format.slots();
    const std::uint32_t most = geometry_.longest_block_groups() * step;
    auto filled = exchange().fill(most, step, picoseconds(at));
    if (loopback_ == loopback_mode::far_fec && link_.carrying()) {
        filled.runs = slot_loop_.take(most, step);
        filled.slots = wide_link::slots_of(filled.runs);
    }
    totals_.wait.add(filled.waited_ps * 1e-12 / std::max(filled.freed, 1u), filled.freed);
    if (filled.slots == 0) {
        return;
    }
    const std::uint64_t first = std::max(
        state_.next_group, geometry_.first_group_from(line_bit_at(at + transmit_pipeline_)));
    std::vector<std::uint64_t> host_errors;
    if (host_ != nullptr) {
        const std::uint64_t groups = filled.slots / step;
        host_->egress_errors(coded_bit(first), coded_bit(groups), host_errors);
    }
    totals_.host_errors_sent += host_errors.size();
    transmitter_.build_payload(transmit_map_, first, std::move(filled.runs), std::move(host_errors),
                               fidelity_ == fidelity::statistical, block_);
    state_.next_group = first + block_.groups;
    state_.payload_since_superframe = true;
    state_.freed = filled.freed;
    state_.freed_at = at;
    totals_.flits_sent += filled.flits;
    totals_.groups_sent += block_.groups;
    activity_.groups += block_.groups;
    ++totals_.blocks_sent;
    observe();
    if (state_.refused && filled.freed > 0) {
        room_event_.notify(host_crossing());
    }
    send(block_);
}

void serdes_phy::offer_room() {
    if (state_.refused && host_ready()) {
        state_.refused = false;
        flit_burst none;
        flits_in.notify_ready(none);
    }
}

void serdes_phy::plan_retry() {
    retry_event_.cancel();
    // What is due already waits for step_payload in this instant, or after it for a slot.
    auto deadline = exchange_.deadline_ps();
    if (loop_exchange_) {
        deadline = std::min(deadline, loop_exchange_->deadline_ps());
    }
    if (deadline != wide_link::slot_exchange::never &&
        deadline > picoseconds(sc_core::sc_time_stamp())) {
        schedule(retry_event_, time_of(deadline));
    }
}

void serdes_phy::refresh_service() {
    const bool serving = exchange().serving();
    if (serving == state_.serving) {
        return;
    }
    state_.serving = serving;
    bank_.set(regs::irq_status::service_change, true);
    if (service_changed_) {
        service_changed_(serving, now());
    }
    if (serving && state_.refused) {
        schedule(room_event_, now());
    }
}

void serdes_phy::receive_payload(const wide_link::line_view& block, const lane_frame& arriving,
                                 const sc_time& at) {
    const auto due = at + sc_time(receive_stages_s(), sc_core::SC_SEC);
    const bool own = loopback_ == loopback_mode::near;
    const bool deskewed = state_.deskewed && at >= state_.deskewed_at;
    if (!deskewed || link_.state() == link_state::down) {
        // Payload comes only from an end that carries traffic: what is in it is lost, and said so.
        totals_.groups_ignored += block.groups;
        slots_.clear();
        slots_.add_lost(wide_link::slot_kind::marked, block.groups * geometry_.format.slots());
        queue_delivery({due, std::move(slots_), {}, own});
        return;
    }
    const std::uint64_t uncorrectable = counters_.uncorrectable_codewords;
    std::vector<std::uint64_t> host_errors;
    if (host_ != nullptr) {
        host_->ingress_errors(coded_bit(block.first_group), coded_bit(block.groups), host_errors);
    }
    totals_.host_errors_received += host_errors.size();
    payload_receiver_.receive(block, receiver_, receive_map_, host_errors, counters_, slots_);
    count_latency(block, arriving, at);
    state_.groups_seen += block.groups;
    totals_.groups_received += block.groups;
    activity_.groups += block.groups;
    if (counters_.uncorrectable_codewords != uncorrectable) {
        bank_.set(regs::irq_status::uncorrectable, true);
    }
    const auto last_bit = geometry_.first_bit(block.first_group + block.groups - 1);
    const double line_s =
        static_cast<double>(last_bit - block.first_bit) * geometry_.unit_interval_s();
    queue_delivery(
        {due, std::move(slots_),
         arriving.start + sc_time(line_s, sc_core::SC_SEC) - transmit_pipeline_ - host_crossing(),
         own});
}

void serdes_phy::count_latency(const wide_link::line_view& block, const lane_frame& arriving,
                               const sc_time& at) {
    const double path_s = (at - arriving.start).to_seconds() - arriving.duration_s();
    const double stages_s = host_crossing().to_seconds() + transmit_pipeline_.to_seconds() +
                            path_s + receive_stages_s();
    const std::uint32_t step = geometry_.format.slots();
    std::uint32_t slot = 0;
    for (const auto& run : slots_.runs()) {
        const std::uint32_t end = slot + run.slots;
        while (slot < end) {
            // Flits of one group wait for each other.
            const std::uint64_t group = block.first_group + slot / step;
            const std::uint32_t count = std::min(end, (slot / step + 1) * step) - slot;
            if (run.kind == wide_link::slot_kind::flit) {
                const auto bits = geometry_.end_bit(group) - geometry_.first_bit(group);
                totals_.latency.add(
                    static_cast<double>(bits) * geometry_.unit_interval_s() + stages_s, count);
            }
            slot += count;
        }
    }
}

void serdes_phy::queue_delivery(delivery&& arriving) {
    auto& deliveries = state_.deliveries;
    if (!deliveries.empty()) {
        arriving.due = std::max(arriving.due, deliveries.back().due);
    }
    deliveries.push_back(std::move(arriving));
    if (deliveries.size() == 1) {
        schedule(delivery_event_, deliveries.front().due);
    }
}

wide_link::slot_exchange* serdes_phy::exchange_of(const delivery& arriving) {
    if (arriving.own) {
        return loopback_ == loopback_mode::near ? &*loop_exchange_ : nullptr;
    }
    return loopback_ == loopback_mode::far_test ? &*loop_exchange_ : &exchange_;
}

// With retry on, the far end has no acknowledgement of these and sends them again.
void serdes_phy::report_undelivered() {
    flit_burst burst;
    for (const auto& each : state_.deliveries) {
        burst.lost_after += each.slots.flits() + each.slots.lost();
    }
    if (!config_.retry.enable && burst.lost_after > 0) {
        auto delay = sc_core::SC_ZERO_TIME;
        flits_out.send(burst, delay);
    }
}

void serdes_phy::deliver() {
    const auto present = sc_core::sc_time_stamp();
    while (!state_.deliveries.empty() && state_.deliveries.front().due <= present) {
        auto next = std::move(state_.deliveries.front());
        state_.deliveries.pop_front();
        if (!host_ready()) {
            // The host's FEC decodes nothing: whatever the slots hold is lost.
            const auto slots = next.slots.slots();
            next.slots.clear();
            next.slots.add_lost(wide_link::slot_kind::marked, slots);
        }
        if (loopback_ == loopback_mode::far_fec) {
            slot_loop_.push(next.slots);
            continue;
        }
        auto* const exchange = exchange_of(next);
        if (exchange == nullptr) {
            totals_.loop_discarded += next.slots.flits();
            continue;
        }
        const std::uint64_t foreign = exchange->foreign();
        auto came = exchange->receive(next.slots, picoseconds(present));
        if (exchange->foreign() != foreign) {
            bank_.set(regs::irq_status::foreign_slots, true);
        }
        if (!came.empty()) {
            totals_.flits_lost += std::accumulate(came.lost_before.begin(), came.lost_before.end(),
                                                  std::uint64_t{came.lost_after});
            for (const auto& run : came.runs) {
                totals_.flits_delivered += run.size();
            }
            flit_burst burst;
            burst.runs = std::move(came.runs);
            burst.lost_before = std::move(came.lost_before);
            burst.lost_after = came.lost_after;
            burst.sent = next.sent;
            auto delay = sc_core::SC_ZERO_TIME;
            flits_out.send(burst, delay);
        }
    }
    if (!state_.deliveries.empty()) {
        schedule(delivery_event_, state_.deliveries.front().due);
    }
}

}  // namespace luxlane
