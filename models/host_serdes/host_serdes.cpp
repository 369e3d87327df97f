#include "models/host_serdes/host_serdes.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/common/random.h"
#include "registers/host_serdes.h"

namespace luxlane {

namespace regs = registers::host_serdes;
using sc_core::sc_time;

namespace {

constexpr unsigned QUAD = 4;

sc_time seconds(double value) { return {value, sc_core::SC_SEC}; }

/// True, and the deadline is taken away, once it has come.
bool take_due(std::optional<sc_time>& deadline) {
    if (!deadline || *deadline > sc_core::sc_time_stamp()) {
        return false;
    }
    deadline.reset();
    return true;
}

unsigned checked_lanes(const host_serdes_config& config) {
    if (config.lanes < 1 || config.lanes > 16) {
        throw std::out_of_range("host_serdes: lanes must be 1 .. 16");
    }
    return config.lanes;
}

}  // namespace

host_serdes::host_serdes(const sc_core::sc_module_name& name, const host_serdes_config& config)
    : standard_device(name, regs::map, standard_registers::of<regs::reg>()),
      config_(config),
      directed_(checked_lanes(config)),
      mux_(directed_),
      models_(2 * directed_),
      deadline_("deadline") {
    for (unsigned lane = 0; lane < lanes(); ++lane) {
        excess_loss_db_.push_back(config_.lane_loss_sigma_db *
                                  gaussian(stream(lane, stream_purpose::host_trace_loss), 0));
    }
    on_reset();
    map_registers();
    statistics_.add("lanes_ready", "1", [this] {
        double count = 0.0;
        for (unsigned lane = 0; lane < lanes(); ++lane) {
            count += carries_traffic(lane);
        }
        return count;
    });
    statistics_.add("cdr_losses", "1", [this] {
        double count = 0.0;
        for (const auto& receiver : state_.receivers) {
            count += receiver.cdr_losses;
        }
        return count;
    });

    SC_HAS_PROCESS(host_serdes);
    SC_METHOD(expire);
    sensitive << deadline_;
    dont_initialize();
}

unsigned host_serdes::transmit_pll(unsigned lane) const {
    const unsigned quads = (directed_ + QUAD - 1) / QUAD;
    return lane / directed_ * quads + lane % directed_ / QUAD;
}

std::uint64_t host_serdes::symbol_at(const time& at) const {
    return static_cast<std::uint64_t>(at.to_seconds() * config_.symbol_rate_bd());
}

stream_key host_serdes::stream(unsigned lane, stream_purpose purpose) const {
    return {config_.seed, lane, purpose_word(purpose, config_.direction)};
}

void host_serdes::on_reset() {
    state fresh;
    const unsigned quads = (directed_ + QUAD - 1) / QUAD;
    fresh.plls.assign(2 * quads, {});
    // A missing reference is no matter of registers.
    for (std::size_t pll = 0; pll < state_.plls.size(); ++pll) {
        fresh.plls[pll].lost_from = state_.plls[pll].lost_from;
        fresh.plls[pll].back_at = state_.plls[pll].back_at;
        fresh.plls[pll].reference = state_.plls[pll].reference;
    }
    fresh.transmitters.assign(lanes(), {});
    fresh.receivers.assign(lanes(), {});
    for (auto& transmitter : fresh.transmitters) {
        transmitter.code.format = config_.format;
    }
    for (auto& receiver : fresh.receivers) {
        receiver.code.format = config_.format;
    }
    const bool was_ready = state_.ready;
    state_ = std::move(fresh);
    models_.assign(lanes(), {});
    schedule_next();
    if (was_ready) {
        on_change(now());
    }
}

void host_serdes::on_control(const register_write&) {
    change([this] { start_plls(bank_.get(regs::pll_control::enable)); });
}

void host_serdes::start_plls(std::uint64_t enables) {
    for (unsigned pll = 0; pll < plls(); ++pll) {
        auto& each = state_.plls[pll];
        const bool enabled = bank_.get(regs::control::enable) && (enables >> pll & 1);
        if (enabled == each.enabled) {
            continue;
        }
        each.enabled = enabled;
        each.locked = false;
        each.lock_at.reset();
        if (enabled && each.reference) {
            each.lock_at = now() + seconds(config_.pll_lock_time_s);
        }
    }
}

void host_serdes::drop_pll(unsigned pll, const time& at, const time& duration) {
    auto& dropped = state_.plls.at(pll);
    dropped.lost_from = at;
    dropped.back_at = at + duration;
    schedule_next();
}

void host_serdes::run_plls() {
    for (unsigned pll = 0; pll < plls(); ++pll) {
        auto& each = state_.plls[pll];
        if (take_due(each.lost_from)) {
            each.reference = false;
            each.lock_at.reset();
            if (each.locked) {
                each.locked = false;
                bank_.set_value(regs::reg::pll_lost,
                                bank_.value(regs::reg::pll_lost) | std::uint64_t{1} << pll);
                bank_.set(regs::irq_status::pll_lost, true);
            }
        }
        if (take_due(each.back_at)) {
            each.reference = true;
            if (each.enabled) {
                each.lock_at = sc_core::sc_time_stamp() + seconds(config_.pll_lock_time_s);
            }
        }
        if (take_due(each.lock_at)) {
            each.locked = true;
        }
    }
}

bool host_serdes::sends(unsigned lane) const {
    return state_.transmitters[lane].enabled && state_.plls[transmit_pll(lane)].locked;
}

bool host_serdes::has_signal(unsigned lane) const {
    if (state_.receivers[lane].loop == loopback::near) {
        return sends(partner(lane));
    }
    const auto& transmitter = state_.transmitters[lane];
    return sends(lane) && !transmitter.idle &&
           host::input_swing_v(config_, {transmitter.setting, excess_loss_db_[lane]}) >=
               config_.receiver.signal_threshold_v;
}

bool host_serdes::carries_traffic(unsigned lane) const {
    const auto& receiver = state_.receivers[lane];
    const auto& transmitter = state_.transmitters[lane];
    return receiver.locked && receiver.trained && receiver.loop == loopback::none &&
           state_.receivers[partner(lane)].loop != loopback::far && !transmitter.generating &&
           transmitter.code == receiver.code;
}

void host_serdes::settle() {
    for (unsigned lane = 0; lane < lanes(); ++lane) {
        settle_lane(lane);
    }
    for (unsigned lane = 0; lane < lanes(); ++lane) {
        follow_pattern(lane);
    }
    bool ready = true;
    for (unsigned lane = 0; lane < lanes(); ++lane) {
        ready = ready && carries_traffic(lane);
    }
    const bool changed = ready != state_.ready;
    state_.ready = ready;
    if (changed) {
        bank_.set(regs::irq_status::link_change, true);
    }
    schedule_next();
    update_irq();
    if (changed) {
        on_change(now());
    }
}

void host_serdes::settle_lane(unsigned lane) {
    auto& receiver = state_.receivers[lane];
    const bool signal = has_signal(lane);
    if (signal != receiver.signal) {
        receiver.signal = signal;
        bank_.set(regs::irq_status::signal_change, true);
    }
    refresh_model(lane);
    const bool open =
        receiver.loop == loopback::near || models_[lane].equalised.q >= config_.receiver.minimum_q;
    if (!(receiver.enabled && state_.plls[receive_pll(lane)].locked && signal && open)) {
        receiver.lock_at.reset();
        if (receiver.locked) {
            receiver.locked = false;
            receiver.unlocked_since = now();
            ++receiver.cdr_losses;
            bank_.set(regs::irq_status::cdr_change, true);
        }
    } else if (!receiver.locked && !receiver.lock_at) {
        receiver.lock_at = now() + seconds(config_.receiver.lock_time_s);
    }
    if (!receiver.locked || receiver.loop == loopback::near) {
        receiver.eye.interrupted = true;
    }
}

void host_serdes::refresh_model(unsigned lane) {
    const auto& receiver = state_.receivers[lane];
    auto& model = models_[lane];
    if (!receiver.signal || !receiver.enabled || receiver.loop == loopback::near) {
        return;
    }
    const host::lane_signal signal{state_.transmitters[lane].setting, excess_loss_db_[lane]};
    const bool follow = receiver.trained && !receiver.frozen;
    if (model.signal == signal && model.setting == receiver.setting &&
        model.trained == receiver.trained && !(model.held && follow) && model.equalised.q > 0.0) {
        return;
    }
    auto equalised =
        follow ? host::train_lane(config_, signal, receiver.setting)
               : host::hold_lane(config_, signal, receiver.setting,
                                 receiver.trained ? model.equalised.filter : dsp::receive_filter{});
    model = {.signal = signal,
             .setting = receiver.setting,
             .trained = receiver.trained,
             .held = receiver.trained && !follow,
             .equalised = equalised};
}

void host_serdes::lock_clock(unsigned lane) {
    auto& receiver = state_.receivers[lane];
    receiver.locked = true;
    bank_.set(regs::irq_status::cdr_change, true);
    if (receiver.unlocked_since) {
        const double outage_s = (sc_core::sc_time_stamp() - *receiver.unlocked_since).to_seconds();
        receiver.unlocked_since.reset();
        receiver.slips += static_cast<std::uint64_t>(
            std::llround(outage_s * config_.receiver.clock_offset * config_.lane_rate_bps));
    }
}

void host_serdes::start_adaptation(unsigned lane) {
    auto& receiver = state_.receivers[lane];
    if (!receiver.enabled || receiver.adapt_at) {
        return;
    }
    receiver.adapt_done = false;
    receiver.adapt_failed = false;
    ++receiver.adapt_runs;
    receiver.adapt_at = now() + seconds(config_.receiver.adapt_time_s);
}

void host_serdes::finish_adaptation(unsigned lane) {
    auto& receiver = state_.receivers[lane];
    bank_.set(regs::irq_status::adapt_done, true);
    receiver.adapt_failed = true;
    if (!receiver.enabled || !has_signal(lane) || receiver.loop == loopback::near ||
        !state_.plls[receive_pll(lane)].locked) {
        return;
    }
    const host::lane_signal signal{state_.transmitters[lane].setting, excess_loss_db_[lane]};
    auto found = host::adapt_lane(config_, signal, receiver.setting.feedback_taps);
    if (found.lane.q < config_.receiver.minimum_q) {
        return;
    }
    receiver.adapt_failed = false;
    receiver.adapt_done = true;
    receiver.trained = true;
    receiver.setting = found.setting;
    models_[lane] = {
        .signal = signal, .setting = found.setting, .trained = true, .equalised = found.lane};
}

void host_serdes::expire() {
    account();
    run_plls();
    for (unsigned lane = 0; lane < lanes(); ++lane) {
        auto& receiver = state_.receivers[lane];
        if (take_due(receiver.adapt_at)) {
            finish_adaptation(lane);
        }
        if (take_due(receiver.lock_at)) {
            lock_clock(lane);
        }
        if (take_due(receiver.checker.gate_at)) {
            close_gate(lane);
        }
        if (take_due(receiver.eye.done_at)) {
            finish_eye(lane);
        }
    }
    settle();
}

void host_serdes::schedule_next() {
    std::optional<time> next;
    const auto consider = [&next](const std::optional<time>& at) {
        if (at && (!next || *at < *next)) {
            next = at;
        }
    };
    for (const auto& pll : state_.plls) {
        consider(pll.lost_from);
        consider(pll.back_at);
        consider(pll.lock_at);
    }
    for (const auto& receiver : state_.receivers) {
        consider(receiver.lock_at);
        consider(receiver.adapt_at);
        consider(receiver.checker.gate_at);
        consider(receiver.eye.done_at);
    }
    deadline_.cancel();
    if (next) {
        deadline_.notify(*next - std::min(*next, sc_core::sc_time_stamp()));
    }
}

const host::error_law& host_serdes::law(unsigned lane) {
    auto& model = models_[lane];
    if (!model.law) {
        model.law = host::law_of(config_, model.equalised);
    }
    return *model.law;
}

host::error_law host_serdes::lane_law(unsigned lane) {
    if (!state_.receivers.at(lane).locked) {
        return {.ber = 0.5, .bursts_per_symbol = 1.0, .continues = 0.0};
    }
    return state_.receivers[lane].loop == loopback::near ? host::error_law{} : law(lane);
}

host::lane_errors& host_serdes::errors(unsigned lane, stream_purpose purpose) {
    auto& model = models_[lane];
    auto& source = purpose == stream_purpose::host_traffic_errors ? model.traffic : model.pattern;
    if (!source) {
        source.emplace(law(lane), state_.receivers[lane].code, stream(lane, purpose));
    }
    return *source;
}

void host_serdes::egress_errors(std::uint64_t first_bit, std::uint64_t bits,
                                std::vector<std::uint64_t>& to) {
    carried_errors(0, first_bit, bits, to);
}

void host_serdes::ingress_errors(std::uint64_t first_bit, std::uint64_t bits,
                                 std::vector<std::uint64_t>& to) {
    carried_errors(directed_, first_bit, bits, to);
}

void host_serdes::carried_errors(unsigned first_lane, std::uint64_t first_bit, std::uint64_t bits,
                                 std::vector<std::uint64_t>& to) {
    if (bits == 0 || !state_.ready) {
        return;
    }
    // Whole chunks, of which the bits outside are left away: their bits are interleaved.
    const std::uint64_t chunk_symbols = host::symbol_mux::LANE_CHUNK / config_.bits_per_symbol();
    const std::uint64_t first_chunk = first_bit / mux_.chunk_bits();
    const std::uint64_t last_chunk = (first_bit + bits - 1) / mux_.chunk_bits();
    const auto begin = static_cast<std::ptrdiff_t>(to.size());
    for (unsigned lane = 0; lane < directed_; ++lane) {
        drawn_.clear();
        errors(first_lane + lane, stream_purpose::host_traffic_errors)
            .draw(first_chunk * chunk_symbols, (last_chunk - first_chunk + 1) * chunk_symbols,
                  drawn_);
        for (const auto& error : drawn_) {
            for (unsigned bit = 0; bit < config_.bits_per_symbol(); ++bit) {
                const std::uint64_t position =
                    mux_.stream_bit(lane, error.symbol * config_.bits_per_symbol() + bit);
                if ((error.bits >> bit & 1) && position >= first_bit &&
                    position < first_bit + bits) {
                    to.push_back(position);
                }
            }
        }
    }
    std::sort(to.begin() + begin, to.end());
}

}  // namespace luxlane
