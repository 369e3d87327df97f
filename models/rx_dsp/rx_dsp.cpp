#include "models/rx_dsp/rx_dsp.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "models/dsp/jitter.h"
#include "models/dsp/statistical_eye.h"
#include "models/dsp/symbol_kernel.h"
#include "models/dsp/waveform_array.h"
#include "models/transport/lane_window.h"
#include "models/transport/optics_update.h"
#include "registers/rx_dsp.h"

namespace luxlane {

namespace regs = registers::rx_dsp;

namespace {

constexpr double UNLOCKED_BER = 0.5;

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
      lock_("lock"),
      adapt_("adapt") {
    state_.lanes.assign(config_.lanes, {});
    state_.rate_bps = config_.lane.rate_bps;

    in.on_transport([this](lane_frame& frame, sc_core::sc_time& delay) { receive(frame, delay); });
    map_registers();
    map_lane_registers();
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
               regs::lane_status::adapt_failed.encode(state_.lanes[lane].adapt_failed);
    });
    window.on_read(regs::reg::lane_fom, [this](unsigned lane) {
        const double code = std::clamp(std::round(state_.lanes[lane].q * 100.0), 0.0, 65535.0);
        return regs::lane_fom::q_100.encode(static_cast<std::uint32_t>(code));
    });
    window.on_read(regs::reg::lane_threshold, [this](unsigned lane) {
        return signed_code(state_.lanes[lane].filter.threshold_a[0] * 1e9, 32);
    });
}

void rx_dsp::on_control(const register_write&) {
    account_power();
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
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        evaluate_eye(lane);
    }
    announce_change();
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
    const double noise = levels.sigma[1] + levels.sigma[0];
    // Taps of zero leave neither signal nor noise.
    eye.q = noise > 0.0 ? std::max(0.0, (levels.mean[1] - levels.mean[0]) / noise) : 0.0;
}

void rx_dsp::evaluate_lock(unsigned lane) {
    auto& cdr = state_.lanes[lane];
    const bool open =
        bank_.get(regs::control::enable) && cdr.enabled && cdr.q >= config_.cdr_minimum_q;
    if (!open) {
        cdr.lock_at.reset();
        if (cdr.locked) {
            cdr.locked = false;
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
    for (auto& lane : state_.lanes) {
        if (lane.lock_at && *lane.lock_at <= sc_core::sc_time_stamp()) {
            lane.lock_at.reset();
            lane.locked = true;
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

stream_key rx_dsp::stream(unsigned lane, stream_purpose purpose) const {
    return {config_.seed, lane, purpose_word(purpose, config_.direction)};
}

void rx_dsp::announce_change() {
    carried_.forget();
    lanes_changed(now());
}

rx_dsp::lane_errors& rx_dsp::errors_of(unsigned lane) const {
    auto& cached = errors_[lane];
    if (!cached) {
        const auto& set = state_.lanes[lane];
        const auto made = make_lane_channel(config_.lane, state_.responses->lanes, grid_, lane);
        const auto rates = dsp::jittered_error_law(made.channel, state_.responses->phases[lane],
                                                   set.filter, dsp::jitter_of(config_.lane));
        cached = lane_errors{
            rates, bit_error_source(rates.ber, stream(lane, stream_purpose::error_position))};
    }
    return *cached;
}

double rx_dsp::lane_ber(unsigned lane) const {
    return state_.lanes[lane].locked ? errors_of(lane).rates.ber : UNLOCKED_BER;
}

void rx_dsp::receive(lane_frame& frame, sc_core::sc_time& delay) {
    if (frame.lanes != config_.lanes) {
        throw std::logic_error(std::string(name()) + ": frame of " + std::to_string(frame.lanes) +
                               " lanes, this receiver has " + std::to_string(config_.lanes));
    }
    if (frame.responses &&
        (!state_.responses || frame.responses->version != state_.responses->version)) {
        take_responses(frame.responses);
    }
    if (is_update_only(frame)) {
        return;
    }
    if (const double rate_bps = 1.0 / frame.unit_interval_s; rate_bps != state_.rate_bps) {
        state_.rate_bps = rate_bps;
        account_power();
    }
    ++state_.frames;
    if (carried_.take(frame.carried)) {
        carried_locked_ = lanes_locked(frame);
        clean_ = {};
    }
    state_.bits += carried_.count() * frame.bits_per_lane;
    if (!carried_locked_) {
        frame.materialise();
    }
    if (frame.deferred) {
        draw_errors(frame);
    } else {
        for (unsigned lane = 0; lane < config_.lanes; ++lane) {
            if (frame.carried[lane]) {
                state_.bit_errors += decide_lane(frame, lane);
            }
        }
    }
    out.send(frame, delay);
}

bool rx_dsp::lanes_locked(const lane_frame& frame) const {
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (frame.carried[lane] && !state_.lanes[lane].locked) {
            return false;
        }
    }
    return true;
}

void rx_dsp::draw_errors(lane_frame& frame) {
    const std::uint64_t end = frame.line_bit(frame.bits_per_lane - 1) + 1;
    if (frame.first_bit >= clean_.first && end <= clean_.last) {
        return;
    }
    clean_ = {0, ~std::uint64_t{0}};
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (!frame.carried[lane]) {
            continue;
        }
        auto& source = errors_of(lane).source;
        wrong_.clear();
        source.draw(frame, wrong_);
        for (const auto bit : wrong_) {
            frame.errors.push_back({lane, bit});
        }
        clean_.first = std::max(clean_.first, source.known_clean().first);
        clean_.last = std::min(clean_.last, source.known_clean().last);
    }
    state_.bit_errors += frame.errors.size();
}

std::uint64_t rx_dsp::flip_errors(const lane_frame& frame, unsigned lane,
                                  std::span<std::uint64_t> bits) {
    wrong_.clear();
    errors_of(lane).source.draw(frame, wrong_);
    for (const auto bit : wrong_) {
        bits[bit / 64] ^= std::uint64_t{1} << (bit % 64);
    }
    return wrong_.size();
}

std::uint64_t rx_dsp::decide_lane(lane_frame& frame, unsigned lane) {
    const std::size_t words = (frame.bits_per_lane + 63) / 64;
    const auto bits = std::span(frame.bits).subspan(std::size_t{lane} * frame.stride, words);
    const auto& set = state_.lanes[lane];
    if (set.locked && frame.kind == fidelity::statistical) {
        return flip_errors(frame, lane, bits);
    }
    decisions_.assign(words, 0);
    if (set.locked) {
        slice_samples(frame, lane, decisions_);
    } else if (set.enabled && bank_.get(regs::control::enable)) {
        fill_with_noise(frame, stream(lane, stream_purpose::unlocked_bits), decisions_);
    }
    std::uint64_t errors = 0;
    for (std::size_t w = 0; w < words; ++w) {
        const std::size_t rest = frame.bits_per_lane - 64 * w;
        const std::uint64_t used = rest >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << rest) - 1;
        errors += static_cast<std::uint64_t>(std::popcount((bits[w] ^ decisions_[w]) & used));
        bits[w] = decisions_[w] & used;
    }
    return errors;
}

void rx_dsp::slice_samples(const lane_frame& frame, unsigned lane,
                           std::vector<std::uint64_t>& bits) {
    const std::size_t count = frame.bits_per_lane + 2 * lane_frame::MARGIN;
    lane_samples_.assign(64 * bits.size() + 2 * lane_frame::MARGIN, 0.0f);
    if (frame.kind == fidelity::waveform) {
        sample_waveform(frame, lane, std::span(lane_samples_).first(count));
    } else {
        std::copy_n(frame.samples.begin() + static_cast<std::ptrdiff_t>(lane * count), count,
                    lane_samples_.begin());
    }
    const auto& set = state_.lanes[lane];
    const dsp::sampled_channel nrz;
    dsp::equalise_and_slice(lane_samples_, set.filter, nrz, {frame.before[lane], 0}, bits, {});
}

// The sampling instants are the lane's best phase and what the clock's jitter makes of it.
void rx_dsp::sample_waveform(const lane_frame& frame, unsigned lane, std::span<float> samples) {
    const auto waveform =
        std::span(frame.samples).subspan(lane * frame.samples_per_lane(), frame.samples_per_lane());
    const auto& nominal = config_.lane;
    const dsp::sampling_jitter jitter = {
        .random_ui = nominal.random_jitter_s / frame.unit_interval_s,
        .sinusoidal_ui = nominal.sinusoidal_jitter_s / frame.unit_interval_s,
        .duty_cycle_ui = nominal.duty_cycle_distortion};
    jitter_ui_.resize(samples.size());
    dsp::draw_displacements(jitter, stream(lane, stream_purpose::sampling_jitter),
                            stream(lane, stream_purpose::slow_jitter_phase),
                            frame.first_bit - lane_frame::MARGIN, jitter_ui_);
    dsp::decimate(waveform, 0.0, jitter_ui_, samples);
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
