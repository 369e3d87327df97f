#include <algorithm>
#include <cmath>

#include "models/serdes_phy/serdes_phy.h"
#include "models/transport/lane_window.h"
#include "registers/serdes_phy.h"

namespace luxlane {

namespace regs = registers::serdes_phy;
using error = regs::error_code::code_value;
using wide_link::lane_map;

namespace {

constexpr std::int64_t furthest_switch = 511;  // half of what 10 bits of count tell apart

/// The count nearest to `now` whose low 32 bits are `low`.
std::int64_t ahead(std::uint32_t low, std::uint64_t now) {
    return static_cast<std::int32_t>(low - static_cast<std::uint32_t>(now));
}

}  // namespace

void serdes_phy::map_registers() {
    bank_.on_read(regs::reg::capability, [this](auto, auto) {
        return regs::capability::lanes.encode(config_.physical_lanes) |
               regs::capability::data_lanes.encode(config_.data_lanes);
    });
    bank_.on_read(regs::reg::status, [this](auto, auto) { return status_word(); });
    bank_.on_read(regs::reg::link_cause, [this](auto, auto) {
        return regs::link_cause::cause.encode(
            static_cast<regs::link_cause::cause_value>(link_.cause()));
    });
    bank_.on_read(regs::reg::irq_status, [this](auto, std::uint64_t stored) {
        return stored | regs::irq_status::management_rx.encode(!state_.management_rx.empty());
    });
    bank_.on_write(regs::reg::control, [this](const register_write& write) {
        if (regs::control::soft_reset.decode(write.value)) {
            reset();
        } else {
            write_control(write.old_value, write.value);
        }
    });
    bank_.on_write(regs::reg::snapshot, [this](const register_write& write) {
        if (regs::snapshot::take.decode(write.written)) {
            take_snapshot();
        }
    });
    bank_.on_write(regs::reg::marker_limit, [this](const register_write& write) {
        receiver_.set_marker_limit(regs::marker_limit::count.decode(write.value));
    });
    bank_.on_read(regs::reg::superframe, [this](auto, auto) {
        return state_.transmitting ? superframe_now() & 0xFFFFFFFF : 0;
    });
    bank_.on_read(regs::reg::rx_superframe,
                  [this](auto, auto) { return far_superframe_at(now()) & 0xFFFFFFFF; });
    bank_.on_write(regs::reg::switch_control,
                   [this](const register_write& write) { arm_switch(write.written); });
    bank_.on_read(regs::reg::switch_status, [this](auto, auto) {
        return regs::switch_status::tx_pending.encode(!transmit_map_.armed().empty()) |
               regs::switch_status::rx_pending.encode(!receive_map_.armed().empty());
    });
    for (auto* map : {&transmit_map_, &receive_map_}) {
        const auto reg = map == &transmit_map_ ? regs::reg::map_tx : regs::reg::map_rx;
        bank_.on_read(reg, [this, map](auto, auto) -> std::uint64_t {
            const auto logical = bank_.get(regs::map_select::index);
            return logical < config_.data_lanes ? map->physical(logical) : 0;
        });
        bank_.on_read_effect(reg, [this](auto) {
            if (bank_.get(regs::map_select::index) >= config_.data_lanes) {
                bank_.set(regs::error_code::code, error::bad_lane);
            }
        });
        bank_.on_write(
            reg, [this, map](const register_write& write) { write_map(*map, write.written); });
    }
    map_lane_registers();
    map_management_registers();
    map_diagnostic_registers();
    map_retry_registers();
}

void serdes_phy::map_lane_registers() {
    const unsigned lanes = config_.physical_lanes;
    const lane_window window(bank_, lanes, regs::reg::lane_select, regs::error_code::code,
                             error::bad_lane);
    window.on_read(regs::reg::lane_control, [this](unsigned lane) {
        return regs::lane_control::train.encode(this->lane(lane) != luxlane::lane_state::off);
    });
    window.on_write(regs::reg::lane_control, [this](unsigned lane, std::uint64_t written) {
        if (regs::lane_control::train.decode(written)) {
            receiver_.train(
                lane, static_cast<std::uint64_t>(now() / sc_core::sc_time(1, sc_core::SC_PS)));
            schedule(receiver_event_,
                     now() + sc_core::sc_time(config_.cdr_lock_limit_s, sc_core::SC_SEC));
        } else {
            receiver_.stop(lane);
        }
        note_lane_states();
        note_progress();
        refresh_link();
    });
    window.on_read(regs::reg::lane_status, [this](unsigned lane) {
        const auto& it = receiver_.lane(lane);
        return regs::lane_status::state.encode(
                   static_cast<regs::lane_status::state_value>(it.state())) |
               regs::lane_status::name.encode(it.name()) |
               regs::lane_status::name_valid.encode(it.name_valid());
    });
    window.on_read(regs::reg::lane_skew, [this](unsigned lane) {
        return static_cast<std::uint32_t>(receiver_.lane(lane).skew_ui()) & 0xFFFF;
    });
    window.on_read(regs::reg::lane_marker_errors,
                   [this](unsigned lane) { return receiver_.lane(lane).marker_errors(); });
    window.on_read(regs::reg::lane_bit_errors,
                   [this](unsigned lane) { return receiver_.lane(lane).bit_errors(); });
    window.on_read(regs::reg::lane_symbol_errors_lo, [this](unsigned lane) {
        return snapshot_.lane_symbol_errors[lane] & 0xFFFFFFFF;
    });
    window.on_read(regs::reg::lane_symbol_errors_hi,
                   [this](unsigned lane) { return snapshot_.lane_symbol_errors[lane] >> 32; });
    window.on_read(regs::reg::lane_symbols_lo,
                   [this](unsigned lane) { return snapshot_.lane_symbols[lane] & 0xFFFFFFFF; });
    window.on_read(regs::reg::lane_symbols_hi,
                   [this](unsigned lane) { return snapshot_.lane_symbols[lane] >> 32; });
    bank_.on_read(regs::reg::aligned_map, [this, lanes](std::uint32_t word, auto) {
        return lane_bitmap_word(word, lanes,
                                [this](unsigned l) { return receiver_.lane(l).carries_payload(); });
    });
    bank_.on_read(regs::reg::failed_map, [this, lanes](std::uint32_t word, auto) {
        return lane_bitmap_word(
            word, lanes, [this](unsigned l) { return lane(l) == luxlane::lane_state::failed; });
    });
    bank_.on_read(regs::reg::degraded_map, [this, lanes](std::uint32_t word, auto) {
        return lane_bitmap_word(
            word, lanes, [this](unsigned l) { return lane(l) == luxlane::lane_state::degraded; });
    });
}

void serdes_phy::map_retry_registers() {
    bank_.on_write(regs::reg::retry_control, [this](const register_write& write) {
        if (regs::retry_control::reinitialise.decode(write.written)) {
            exchange().reinitialise(picoseconds(now()));
            plan_payload();
        }
    });
    bank_.on_read(regs::reg::retry_status, [this](auto, auto) {
        const auto& retry = exchange_.retry();
        return regs::retry_status::transmitter.encode(
                   static_cast<regs::retry_status::transmitter_value>(retry.transmitter.state())) |
               regs::retry_status::receiver.encode(
                   static_cast<regs::retry_status::receiver_value>(retry.receiver.state())) |
               regs::retry_status::flush_cause.encode(
                   static_cast<regs::retry_status::flush_cause_value>(
                       retry.transmitter.last_flush())) |
               regs::retry_status::enabled.encode(config_.retry.enable);
    });
    const auto limit = [this](regs::reg reg, std::uint64_t value) {
        bank_.on_read(reg, [value](auto, auto) { return value; });
    };
    const auto nanoseconds = [](double seconds) {
        return static_cast<std::uint64_t>(std::llround(seconds * 1e9));
    };
    limit(regs::reg::retry_buffer, config_.retry.replay_buffer_flits);
    limit(regs::reg::retry_spacing, config_.retry.acknowledge_spacing_flits);
    limit(regs::reg::retry_replay_max, config_.retry.replay_count_max);
    limit(regs::reg::retry_acknowledge_limit, nanoseconds(config_.retry.acknowledge_timeout_s));
    limit(regs::reg::retry_pcs_lost_limit, nanoseconds(config_.retry.pcs_lost_timeout_s));
    limit(regs::reg::retry_data_age_limit, nanoseconds(config_.retry.data_age_timeout_s));
    limit(regs::reg::retry_init_limit, nanoseconds(config_.retry.init_timeout_s));
}

void serdes_phy::map_management_registers() {
    bank_.on_write(regs::reg::mgmt_tx, [this](const register_write& write) {
        push_management(static_cast<std::uint32_t>(write.written));
    });
    bank_.on_read(regs::reg::mgmt_rx, [this](auto, auto) -> std::uint64_t {
        return state_.management_rx.empty() ? 0 : state_.management_rx.front();
    });
    bank_.on_write(regs::reg::mgmt_pop, [this](const register_write& write) {
        if (regs::mgmt_pop::pop.decode(write.written) && !state_.management_rx.empty()) {
            state_.management_rx.pop_front();
        }
    });
    bank_.on_read(regs::reg::mgmt_status, [this](auto, auto) {
        return regs::mgmt_status::rx_level.encode(
                   static_cast<std::uint32_t>(state_.management_rx.size())) |
               regs::mgmt_status::tx_level.encode(
                   static_cast<std::uint32_t>(state_.management_tx.size())) |
               regs::mgmt_status::rx_overflow.encode(state_.management_overflow);
    });
}

std::uint64_t serdes_phy::superframe_now() const {
    return now() > state_.epoch
               ? static_cast<std::uint64_t>((now() - state_.epoch) / superframes(1.0))
               : 0;
}

std::uint64_t serdes_phy::status_word() const {
    std::uint32_t aligned = 0;
    for (unsigned lane = 0; lane < config_.physical_lanes; ++lane) {
        aligned += receiver_.lane(lane).carries_payload() ? 1u : 0u;
    }
    return regs::status::ready.encode(bank_.get(regs::control::enable)) |
           regs::status::deskew_done.encode(state_.deskewed) |
           regs::status::rx_aligned.encode(receiver_.aligned(receive_map_)) |
           regs::status::host_ready.encode(host_ready()) |
           regs::status::serving.encode((loop_exchange_ ? *loop_exchange_ : exchange_).serving()) |
           regs::status::link_state.encode(
               static_cast<regs::status::link_state_value>(link_.state())) |
           regs::status::aligned_lanes.encode(aligned);
}

void serdes_phy::write_control(std::uint64_t before, std::uint64_t after) {
    const bool enabled = regs::control::enable.decode(after);
    const bool transmit = enabled && regs::control::tx_enable.decode(after);
    const bool receive = enabled && regs::control::rx_enable.decode(after);
    account_energy();
    if (transmit && !state_.transmitting) {
        start_transmitter();
    } else if (!transmit && state_.transmitting) {
        stop_transmitter();
    }
    if (receive && !state_.receiving) {
        state_.receiving = true;
        state_.heard = now();
    } else if (!receive && state_.receiving) {
        stop_receiver();
    }
    const bool link_raised =
        regs::control::link_enable.decode(after) && !regs::control::link_enable.decode(before);
    if (link_raised && state_.deskewed && receiver_.aligned(receive_map_)) {
        link_.forgive();
    }
    if (regs::control::deskew.decode(after)) {
        bank_.set(regs::control::deskew, false);
        deskew();
    }
    if (regs::control::train_tx.decode(after) != regs::control::train_tx.decode(before)) {
        observe();
    }
    refresh_link();
}

void serdes_phy::deskew() {
    constexpr auto word_bits = static_cast<std::int32_t>(coding::lane_frame::word_bits);
    if (!state_.receiving || !receiver_.aligned(receive_map_)) {
        bank_.set(regs::error_code::code, error::deskew_incomplete);
        return;
    }
    if (!receiver_.deskew(receive_map_,
                          static_cast<std::int32_t>(config_.deskew_fifo_words) * word_bits,
                          static_cast<std::int32_t>(config_.deskew_margin_words) * word_bits)) {
        bank_.set(regs::error_code::code, error::deskew_range);
        return;
    }
    state_.deskewed = true;
    state_.deskewed_at = now();
    link_.forgive();
}

void serdes_phy::write_map(lane_map& map, std::uint64_t physical) {
    const auto logical = bank_.get(regs::map_select::index);
    if (logical >= config_.data_lanes) {
        bank_.set(regs::error_code::code, error::bad_lane);
        return;
    }
    if (!map.assign(logical, static_cast<std::uint16_t>(physical))) {
        bank_.set(regs::error_code::code, error::bad_map);
        return;
    }
    accrue_idle(now());
    observe(superframes_after_change);
    note_progress();
    refresh_link();
}

void serdes_phy::arm_switch(std::uint64_t command) {
    if (regs::switch_control::cancel.decode(command)) {
        transmit_map_.cancel();
        receive_map_.cancel();
    }
    const auto arm = [&](lane_map& map, std::uint64_t count) {
        const auto distance =
            ahead(static_cast<std::uint32_t>(bank_.value(regs::reg::switch_at)), count);
        if (distance <= 0 || distance > furthest_switch) {
            bank_.set(regs::error_code::code, error::switch_late);
            return;
        }
        if (!map.arm({static_cast<std::uint16_t>(bank_.get(regs::switch_lane::logical)),
                      static_cast<std::uint16_t>(bank_.get(regs::switch_lane::physical)),
                      count + static_cast<std::uint64_t>(distance)})) {
            bank_.set(regs::error_code::code, error::bad_map);
        }
    };
    if (regs::switch_control::arm_tx.decode(command)) {
        arm(transmit_map_, superframe_now());
    }
    if (regs::switch_control::arm_rx.decode(command)) {
        arm(receive_map_, far_superframe_at(now()));
        schedule(receiver_event_, now() + superframes(1.0));
    }
    observe(superframes_after_change);
    note_progress();
    refresh_link();
}

void serdes_phy::push_management(std::uint32_t word) {
    if (word == 0) {
        return;
    }
    if (state_.management_tx.size() >= config_.management_fifo_words) {
        bank_.set(regs::error_code::code, error::management_overflow);
        return;
    }
    state_.management_tx.push_back({word, now()});
    if (!link_.carrying()) {
        note_progress();
    }
    observe();
}

}  // namespace luxlane
