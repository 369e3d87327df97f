#include "models/rx_dsp/rx_dsp.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "models/transport/lane_window.h"
#include "registers/rx_dsp.h"

namespace luxlane {

namespace regs = registers::rx_dsp;

namespace {

std::uint64_t signed_code(double value, unsigned bits) {
    return static_cast<std::uint64_t>(std::llround(value)) & ((std::uint64_t{1} << bits) - 1);
}

/// The lane's equaliser with a resolution of `step`.
dsp::filter_shape shape_on_chip(const photonics::lane_parameters& lane, double step) {
    auto shape = dsp::shape_of(lane);
    if (shape.forward_taps != 1 && shape.forward_taps != 3) {
        throw std::invalid_argument("rx_dsp: " + std::to_string(shape.forward_taps) +
                                    " feed-forward taps; LANE_TAPS holds 1 or 3");
    }
    shape.step = step;
    return shape;
}

}  // namespace

rx_dsp::rx_dsp(const sc_core::sc_module_name& name, const rx_dsp_config& config)
    : standard_device(name, regs::map, standard_registers::of<regs::reg>()),
      in("in"),
      out("out"),
      lanes_changed([](const sc_core::sc_time&) {}),
      config_(config),
      grid_(lane_grid::of(config.lanes)),
      shape_(shape_on_chip(config.lane, 1.0 / tap_codes::ONE)),
      errors_(config.lanes),
      history_(config.lanes),
      lock_("lock"),
      adapt_("adapt"),
      eye_("eye") {
    state_.lanes.assign(config_.lanes, {});
    state_.rate_bps = config_.lane.rate_bps;

    in.on_transport([this](lane_frame& frame, sc_core::sc_time& delay) { receive(frame, delay); });
    map_registers();
    map_lane_registers();
    map_eye_registers();
    statistics_.add("power", "W", [this] { return state_.power_w; });
    statistics_.add("frames", "1", [this] { return double(state_.frames); });
    statistics_.add("bits", "bit", [this] { return double(state_.bits); });
    statistics_.add("bit_errors", "bit", [this] { return double(state_.bit_errors); });
    statistics_.add("cdr_losses", "1", [this] { return double(state_.cdr_losses); });
    statistics_.add("lanes_locked", "1", [this] {
        return double(std::ranges::count_if(state_.lanes, &lane_state::locked));
    });

    SC_HAS_PROCESS(rx_dsp);
    SC_METHOD(finish_locks);
    sensitive << lock_;
    dont_initialize();
    SC_METHOD(finish_adaptations);
    sensitive << adapt_;
    dont_initialize();
    SC_METHOD(finish_eyes);
    sensitive << eye_;
    dont_initialize();
}

void rx_dsp::map_registers() {
    bank_.on_read(regs::reg::capability, [this](auto, auto) {
        return regs::capability::lanes.encode(config_.lanes) | regs::capability::taps.encode(3);
    });
    add_counter(regs::reg::frames_lo, regs::reg::frames_hi, [this] { return state_.frames; });
    add_counter(regs::reg::cdr_losses_lo, regs::reg::cdr_losses_hi,
                [this] { return state_.cdr_losses; });
    bank_.on_read(regs::reg::cdr_lock_map, [this](std::uint32_t word, auto) {
        return lane_bitmap_word(word, config_.lanes,
                                [this](unsigned lane) { return state_.lanes[lane].locked; });
    });
    bank_.on_read(regs::reg::adapt_done_map, [this](std::uint32_t word, auto) {
        return lane_bitmap_word(word, config_.lanes,
                                [this](unsigned lane) { return state_.lanes[lane].adapt_done; });
    });
}

void rx_dsp::map_lane_registers() {
    const lane_window window(bank_, config_.lanes, regs::reg::lane_select, regs::error_code::code,
                             regs::error_code::code_value::bad_lane);
    window.on_read(regs::reg::lane_control, [this](unsigned lane) {
        return regs::lane_control::enable.encode(state_.lanes[lane].enabled) |
               regs::lane_control::adapt.encode(state_.lanes[lane].adapt_at.has_value());
    });
    window.on_write(regs::reg::lane_control, [this](unsigned lane, std::uint64_t written) {
        set_enabled(lane, regs::lane_control::enable.decode(written));
        if (regs::lane_control::adapt.decode(written)) {
            start_adaptation(lane);
        }
    });
    window.on_read(regs::reg::lane_taps, [this](unsigned lane) {
        const auto& taps = state_.lanes[lane].taps;
        return regs::lane_taps::pre.encode(static_cast<std::uint8_t>(taps.pre)) |
               regs::lane_taps::main.encode(static_cast<std::uint8_t>(taps.main)) |
               regs::lane_taps::post.encode(static_cast<std::uint8_t>(taps.post));
    });
    window.on_write(regs::reg::lane_taps, [this](unsigned lane, std::uint64_t written) {
        end_period(lane);
        set_taps(lane, {static_cast<std::int8_t>(regs::lane_taps::pre.decode(written)),
                        static_cast<std::int8_t>(regs::lane_taps::main.decode(written)),
                        static_cast<std::int8_t>(regs::lane_taps::post.decode(written))});
        evaluate_eye(lane);
        evaluate_lock(lane);
        schedule_locks();
        announce_change();
    });
    window.on_read(regs::reg::lane_status, [this](unsigned lane) {
        return regs::lane_status::cdr_locked.encode(state_.lanes[lane].locked) |
               regs::lane_status::adapt_done.encode(state_.lanes[lane].adapt_done) |
               regs::lane_status::adapt_failed.encode(state_.lanes[lane].adapt_failed) |
               regs::lane_status::eye_done.encode(state_.lanes[lane].eye.done) |
               regs::lane_status::eye_failed.encode(state_.lanes[lane].eye.failed);
    });
    window.on_read(regs::reg::lane_fom, [this](unsigned lane) {
        const double code = std::clamp(std::round(state_.lanes[lane].q * 100.0), 0.0, 65535.0);
        return regs::lane_fom::q_100.encode(static_cast<std::uint32_t>(code));
    });
    window.on_read(regs::reg::lane_threshold, [this](unsigned lane) {
        const auto& threshold_a = state_.lanes[lane].filter.threshold_a;
        return signed_code((pam4() ? threshold_a[1] : threshold_a[0]) * 1e9, 32);
    });
}

void rx_dsp::on_control(const register_write& write) {
    account_power();
    if (write.value == write.old_value) {
        return;
    }
    changed_ = std::max(changed_, now());
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        history_[lane].add(present_period(lane, regs::control::enable.decode(write.old_value)),
                           now());
    }
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        evaluate_lock(lane);
    }
    schedule_locks();
    announce_change();
}

void rx_dsp::on_reset() {
    state fresh;
    fresh.lanes.assign(config_.lanes, {});
    fresh.rate_bps = state_.rate_bps;
    // Light and energy are physics, not registers.
    fresh.responses = state_.responses;
    fresh.power_w = state_.power_w;
    fresh.energy_j = state_.energy_j;
    fresh.counted_to = state_.counted_to;
    state_ = std::move(fresh);
    account_power();
    lock_.cancel();
    adapt_.cancel();
    eye_.cancel();
    history_.assign(config_.lanes, {});
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        evaluate_eye(lane);
    }
    announce_change();
}

slicer_period rx_dsp::present_period(unsigned lane, bool array_powered) const {
    const auto& set = state_.lanes[lane];
    return {.powered = array_powered && set.enabled,
            .locked = set.locked,
            .filter = set.filter,
            .responses = state_.responses,
            .errors = errors_[lane]};
}

void rx_dsp::end_period(unsigned lane) {
    history_[lane].add(present_period(lane, bank_.get(regs::control::enable)), now());
    changed_ = std::max(changed_, now());
}

bool rx_dsp::has_light(unsigned lane) const {
    return state_.responses && is_lit(state_.responses->lanes[lane]);
}

void rx_dsp::take_responses(std::shared_ptr<const lane_frame::response_table> responses) {
    std::vector<std::uint8_t> changed(config_.lanes, 0);
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (state_.responses && responses->lanes[lane] == state_.responses->lanes[lane]) {
            continue;
        }
        changed[lane] = 1;
        for (const unsigned other : grid_.neighbours(lane)) {
            changed[other] = 1;
        }
    }
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (changed[lane]) {
            end_period(lane);
        }
    }
    state_.responses = std::move(responses);
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (changed[lane]) {
            evaluate_eye(lane);
            evaluate_lock(lane);
        }
    }
    schedule_locks();
    update_irq();
    announce_change();
}

void rx_dsp::set_taps(unsigned lane, const tap_codes& taps) {
    constexpr double one = tap_codes::ONE;
    auto& set = state_.lanes[lane];
    set.taps = taps;
    set.filter.forward = {0.0, taps.pre / one, taps.main / one, taps.post / one, 0.0};
}

void rx_dsp::evaluate_eye(unsigned lane) {
    auto& eye = state_.lanes[lane];
    errors_[lane].reset();
    eye.filter.threshold_a = {};
    eye.q = 0.0;
    if (!has_light(lane)) {
        return;
    }
    const auto made = make_lane_channel(config_.lane, state_.responses->lanes, grid_, lane);
    dsp::set_thresholds(made.channel, eye.filter);
    const auto levels = dsp::equalised_levels(made.channel, eye.filter);
    eye.q = std::numeric_limits<double>::infinity();
    for (unsigned level = 0; level + 1 < made.channel.levels(); ++level) {
        const double noise = levels.sigma[level + 1] + levels.sigma[level];
        const double opening = levels.mean[level + 1] - levels.mean[level];
        // Taps of zero leave neither signal nor noise.
        eye.q = std::min(eye.q, noise > 0.0 ? std::max(0.0, opening / noise) : 0.0);
    }
}

void rx_dsp::evaluate_lock(unsigned lane) {
    auto& cdr = state_.lanes[lane];
    const bool open =
        bank_.get(regs::control::enable) && cdr.enabled && cdr.q >= config_.cdr_minimum_q;
    if (!open) {
        cdr.lock_at.reset();
        if (cdr.locked) {
            cdr.locked = false;
            cdr.eye.lock_lost = true;
            ++state_.cdr_losses;
            bank_.set(regs::irq_status::cdr_change, true);
        }
    } else if (!cdr.locked && !cdr.lock_at) {
        cdr.lock_at = now() + sc_core::sc_time(config_.cdr_lock_time_s, sc_core::SC_SEC);
    }
}

void rx_dsp::set_enabled(unsigned lane, bool enabled) {
    if (state_.lanes[lane].enabled == enabled) {
        return;
    }
    end_period(lane);
    state_.lanes[lane].enabled = enabled;
    account_power();
    evaluate_lock(lane);
    schedule_locks();
    announce_change();
}

void rx_dsp::schedule_locks() {
    std::optional<sc_core::sc_time> next;
    for (const auto& lane : state_.lanes) {
        if (lane.lock_at && (!next || *lane.lock_at < *next)) {
            next = lane.lock_at;
        }
    }
    lock_.cancel();
    if (next) {
        schedule(lock_, *next);
    }
}

void rx_dsp::finish_locks() {
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        auto& cdr = state_.lanes[lane];
        if (cdr.lock_at && *cdr.lock_at <= sc_core::sc_time_stamp()) {
            end_period(lane);
            cdr.lock_at.reset();
            cdr.locked = true;
            bank_.set(regs::irq_status::cdr_change, true);
        }
    }
    schedule_locks();
    update_irq();
    announce_change();
}

void rx_dsp::start_adaptation(unsigned lane) {
    auto& training = state_.lanes[lane];
    if (training.adapt_at) {
        return;
    }
    training.adapt_done = false;
    training.adapt_failed = false;
    training.adapt_at = now() + sc_core::sc_time(config_.adapt_time_s, sc_core::SC_SEC);
    schedule_adaptations();
}

void rx_dsp::schedule_adaptations() {
    std::optional<sc_core::sc_time> next;
    for (const auto& lane : state_.lanes) {
        if (lane.adapt_at && (!next || *lane.adapt_at < *next)) {
            next = lane.adapt_at;
        }
    }
    adapt_.cancel();
    if (next) {
        schedule(adapt_, *next);
    }
}

void rx_dsp::finish_adaptations() {
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        auto& training = state_.lanes[lane];
        if (training.adapt_at && *training.adapt_at <= sc_core::sc_time_stamp()) {
            training.adapt_at.reset();
            adapt(lane);
            bank_.set(regs::irq_status::adapt_done, true);
        }
    }
    schedule_adaptations();
    schedule_locks();
    update_irq();
    announce_change();
}

void rx_dsp::adapt(unsigned lane) {
    end_period(lane);
    auto& training = state_.lanes[lane];
    const auto old_taps = training.taps;
    const auto old_filter = training.filter;
    if (has_light(lane) && training.enabled && bank_.get(regs::control::enable)) {
        const auto made = make_lane_channel(config_.lane, state_.responses->lanes, grid_, lane);
        training.filter = dsp::train(made.channel, shape_);
        const auto code = [&](std::size_t tap) {
            return static_cast<std::int8_t>(
                std::lround(training.filter.forward[tap] * tap_codes::ONE));
        };
        training.taps = {code(1), code(2), code(3)};
        evaluate_eye(lane);
        training.adapt_done = training.q >= config_.cdr_minimum_q;
    }
    training.adapt_failed = !training.adapt_done;
    if (training.adapt_failed) {
        training.taps = old_taps;
        training.filter = old_filter;
        evaluate_eye(lane);
    }
    evaluate_lock(lane);
}

// Called after whatever changes the power: the time before it is charged at the old one.
void rx_dsp::account_power() {
    // A hart that runs ahead may have been charged beyond the kernel's time already.
    const auto time = std::max(now(), state_.counted_to);
    state_.energy_j += state_.power_w * (time - state_.counted_to).to_seconds();
    state_.counted_to = time;
    const double lane_w = config_.cdr_power_w + config_.slicer_energy_j_per_bit * state_.rate_bps;
    state_.power_w =
        bank_.get(regs::control::enable)
            ? lane_w * double(std::ranges::count_if(state_.lanes, &lane_state::enabled))
            : 0.0;
}

std::vector<device::energy_part> rx_dsp::energy() const {
    const auto time = std::max(sc_core::sc_time_stamp(), state_.counted_to);
    const double since_s = (time - state_.counted_to).to_seconds();
    return {{"equaliser and slicers", state_.energy_j + state_.power_w * since_s}};
}

}  // namespace luxlane
