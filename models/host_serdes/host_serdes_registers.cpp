#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/common/twos_complement.h"
#include "models/host_serdes/host_serdes.h"
#include "models/transport/lane_window.h"
#include "registers/host_serdes.h"

namespace luxlane {

namespace regs = registers::host_serdes;

namespace {

using code = regs::error_code::code_value;

constexpr unsigned MOST_FEEDBACK_TAPS = 4;
constexpr unsigned LONGEST_DWELL = 40;
constexpr unsigned QUAD = 4;
constexpr std::uint64_t SQUARE = 1, USER = 2;  // kinds of LANE_PATTERN beside the PRBS's lengths

std::uint32_t capped(std::uint64_t value, std::uint64_t most) {
    return static_cast<std::uint32_t>(std::min(value, most));
}

std::uint8_t kind_of(const coding::test_pattern& pattern) {
    switch (pattern.kind) {
        case coding::pattern_kind::square:
            return SQUARE;
        case coding::pattern_kind::user:
            return USER;
        case coding::pattern_kind::prbs:
            break;
    }
    return static_cast<std::uint8_t>(pattern.sequence);
}

auto window_of(register_bank& bank, unsigned lanes) {
    return lane_window(bank, lanes, regs::reg::lane_select, regs::error_code::code, code::bad_lane);
}

}  // namespace

void host_serdes::map_registers() {
    bank_.on_read(regs::reg::capability, [this](auto, auto) {
        return regs::capability::lanes.encode(static_cast<std::uint8_t>(directed_)) |
               regs::capability::quads.encode(
                   static_cast<std::uint8_t>((directed_ + QUAD - 1) / QUAD)) |
               regs::capability::feedback_taps.encode(MOST_FEEDBACK_TAPS) |
               regs::capability::pam4.encode(config_.format == photonics::modulation::pam4);
    });
    bank_.on_read(regs::reg::status, [this](auto, auto) {
        return regs::status::ready.encode(bank_.get(regs::control::enable)) |
               regs::status::link_ready.encode(state_.ready);
    });
    bank_.on_read(regs::reg::lane_rate, [this](auto, auto) {
        return static_cast<std::uint64_t>(std::llround(config_.lane_rate_bps * 1e-6));
    });
    bank_.on_read(regs::reg::pll_ratio, [this](auto, auto) {
        return static_cast<std::uint64_t>(
            std::llround(config_.symbol_rate_bd() / config_.reference_clock_hz));
    });
    bank_.on_write(regs::reg::pll_control, [this](const register_write&) {
        change([this] { start_plls(bank_.get(regs::pll_control::enable)); });
    });
    bank_.on_read(regs::reg::pll_status, [this](auto, auto) {
        return lane_bitmap_word(0, plls(),
                                [this](unsigned pll) { return state_.plls[pll].locked; });
    });
    bank_.on_write(regs::reg::snapshot, [this](const register_write& write) {
        if (regs::snapshot::take.decode(write.written)) {
            account();
            for (auto& receiver : state_.receivers) {
                const auto& checker = receiver.checker;
                receiver.shown = {checker.bits, checker.errors, checker.symbol_errors};
            }
        }
    });
    map_transmitter_registers();
    map_receiver_registers();
    map_diagnostic_registers();
    map_eye_registers();
    map_bitmaps();
}

std::optional<coding::test_pattern> host_serdes::pattern_of(std::uint64_t kind,
                                                            bool inverted) const {
    coding::test_pattern pattern;
    pattern.quaternary = config_.format == photonics::modulation::pam4;
    pattern.inverted = inverted;
    if (kind == SQUARE) {
        pattern.kind = coding::pattern_kind::square;
        pattern.half_period =
            static_cast<std::uint8_t>(bank_.get(regs::pattern_shape::half_period));
    } else if (kind == USER) {
        pattern.kind = coding::pattern_kind::user;
        pattern.user_bytes = static_cast<std::uint8_t>(bank_.get(regs::pattern_shape::user_bytes));
        for (std::uint32_t byte = 0; byte < pattern.user.size(); ++byte) {
            pattern.user[byte] = static_cast<std::uint8_t>(
                bank_.value(regs::reg::user_pattern, byte / 4) >> (8 * (byte % 4)));
        }
    } else {
        pattern.sequence = static_cast<coding::prbs_kind>(kind);
    }
    try {
        coding::check(pattern);
    } catch (const std::invalid_argument&) {
        return std::nullopt;
    }
    return pattern;
}

void host_serdes::map_transmitter_registers() {
    const auto window = window_of(bank_, lanes());
    window.on_read(regs::reg::lane_tx_control, [this](unsigned lane) {
        namespace r = regs::lane_tx_control;
        const auto& set = state_.transmitters[lane];
        return r::enable.encode(set.enabled) | r::electrical_idle.encode(set.idle) |
               r::polarity.encode(set.code.inverted) | r::gray.encode(set.code.gray) |
               r::precode.encode(set.code.precode) |
               r::amplitude_mv.encode(
                   static_cast<std::uint16_t>(std::lround(set.setting.amplitude_v * 1e3)));
    });
    window.on_write(regs::reg::lane_tx_control, [this](unsigned lane, std::uint64_t written) {
        namespace r = regs::lane_tx_control;
        const double amplitude_v = r::amplitude_mv.decode(written) * 1e-3;
        if (amplitude_v > config_.transmitter.maximum_amplitude_v) {
            bank_.set(regs::error_code::code, code::bad_amplitude);
            return;
        }
        change([&] {
            auto& set = state_.transmitters[lane];
            set.enabled = r::enable.decode(written);
            set.idle = r::electrical_idle.decode(written);
            set.code.inverted = r::polarity.decode(written);
            set.code.gray = r::gray.decode(written);
            set.code.precode = r::precode.decode(written);
            set.setting.amplitude_v = amplitude_v;
        });
    });
    window.on_read(regs::reg::lane_tx_taps, [this](unsigned lane) {
        namespace r = regs::lane_tx_taps;
        const auto& taps = state_.transmitters[lane].setting.taps;
        const auto encode = [](const auto& field, int tap) {
            using value = typename std::decay_t<decltype(field)>::value_type;
            return field.encode(static_cast<value>(to_twos_complement(tap, field.width)));
        };
        return encode(r::pre3, taps.pre3) | encode(r::pre2, taps.pre2) |
               encode(r::pre1, taps.pre1) | encode(r::post1, taps.post1) |
               encode(r::main, taps.main);
    });
    window.on_write(regs::reg::lane_tx_taps, [this](unsigned lane, std::uint64_t written) {
        namespace r = regs::lane_tx_taps;
        const auto tap = [written](const auto& field) {
            return static_cast<std::int8_t>(
                from_twos_complement(field.decode(written), field.width));
        };
        const host::transmit_taps taps{tap(r::pre3), tap(r::pre2), tap(r::pre1),
                                       static_cast<std::int8_t>(r::main.decode(written)),
                                       tap(r::post1)};
        if (!taps.legal()) {
            bank_.set(regs::error_code::code, code::bad_taps);
            return;
        }
        change([&] { state_.transmitters[lane].setting.taps = taps; });
    });
}

void host_serdes::map_receiver_registers() {
    const auto window = window_of(bank_, lanes());
    window.on_read(regs::reg::lane_rx_control, [this](unsigned lane) {
        namespace r = regs::lane_rx_control;
        const auto& set = state_.receivers[lane];
        return r::enable.encode(set.enabled) | r::adapt.encode(set.adapt_at.has_value()) |
               r::freeze.encode(set.frozen) | r::polarity.encode(set.code.inverted) |
               r::gray.encode(set.code.gray) | r::precode.encode(set.code.precode) |
               r::ctle.encode(static_cast<std::uint8_t>(set.setting.ctle)) |
               r::gain.encode(static_cast<std::uint8_t>(set.setting.gain)) |
               r::feedback_taps.encode(static_cast<std::uint8_t>(set.setting.feedback_taps));
    });
    window.on_write(regs::reg::lane_rx_control, [this](unsigned lane, std::uint64_t written) {
        namespace r = regs::lane_rx_control;
        if (r::feedback_taps.decode(written) > MOST_FEEDBACK_TAPS) {
            bank_.set(regs::error_code::code, code::bad_feedback);
            return;
        }
        change([&] {
            auto& set = state_.receivers[lane];
            set.enabled = r::enable.decode(written);
            set.trained = set.trained && set.enabled;
            set.frozen = r::freeze.decode(written);
            set.code.inverted = r::polarity.decode(written);
            set.code.gray = r::gray.decode(written);
            set.code.precode = r::precode.decode(written);
            set.setting = {r::ctle.decode(written), r::gain.decode(written),
                           r::feedback_taps.decode(written)};
            models_[lane].traffic.reset();
            models_[lane].pattern.reset();
            if (r::adapt.decode(written)) {
                start_adaptation(lane);
            }
        });
    });
    window.on_read(regs::reg::lane_status, [this](unsigned lane) { return lane_status(lane); });
    window.on_read(regs::reg::lane_fom, [this](unsigned lane) {
        const double q = state_.receivers[lane].signal ? models_[lane].equalised.q : 0.0;
        return static_cast<std::uint64_t>(std::clamp(std::round(q * 100.0), 0.0, 65535.0));
    });
    window.on_read(regs::reg::lane_feedback, [this](unsigned lane) {
        const auto& equalised = models_[lane].equalised;
        const auto& channel = equalised.view.channel;
        const double main_v = channel.amplitude_a * channel.pulse[dsp::PRE_CURSORS];
        std::uint64_t raw = 0;
        for (unsigned tap = 0; tap < MOST_FEEDBACK_TAPS && main_v > 0.0; ++tap) {
            const double code_64 = std::round(64.0 * equalised.filter.feedback_a[tap] / main_v);
            raw |= std::uint64_t{to_twos_complement(
                       static_cast<int>(std::clamp(code_64, -128.0, 127.0)), 8)}
                   << (8 * tap);
        }
        return raw;
    });
    window.on_read(regs::reg::lane_events, [this](unsigned lane) {
        namespace r = regs::lane_events;
        const auto& receiver = state_.receivers[lane];
        const auto narrow = [](std::uint32_t count) {
            return static_cast<std::uint8_t>(capped(count, 0xFF));
        };
        return r::adapt_runs.encode(narrow(receiver.adapt_runs)) |
               r::cdr_losses.encode(narrow(receiver.cdr_losses)) |
               r::check_losses.encode(narrow(receiver.check_losses));
    });
    window.on_read(regs::reg::lane_slips, [this](unsigned lane) {
        return capped(state_.receivers[lane].slips, 0xFFFFFFFF);
    });
}

std::uint64_t host_serdes::lane_status(unsigned lane) const {
    namespace r = regs::lane_status;
    const auto& receiver = state_.receivers[lane];
    return r::loss_of_signal.encode(!receiver.signal) | r::cdr_locked.encode(receiver.locked) |
           r::adapt_done.encode(receiver.adapt_done) |
           r::adapt_failed.encode(receiver.adapt_failed) |
           r::check_locked.encode(receiver.checker.locked) |
           r::gate_done.encode(receiver.checker.gate_done) |
           r::tx_pll_locked.encode(state_.plls[transmit_pll(lane)].locked) |
           r::rx_pll_locked.encode(state_.plls[receive_pll(lane)].locked) |
           r::ready.encode(carries_traffic(lane)) | r::eye_done.encode(receiver.eye.done) |
           r::eye_failed.encode(receiver.eye.failed);
}

void host_serdes::map_diagnostic_registers() {
    const auto window = window_of(bank_, lanes());
    window.on_read(regs::reg::lane_loopback, [this](unsigned lane) {
        return static_cast<std::uint64_t>(state_.receivers[lane].loop);
    });
    window.on_write(regs::reg::lane_loopback, [this](unsigned lane, std::uint64_t written) {
        if (written > static_cast<std::uint64_t>(loopback::far)) {
            bank_.set(regs::error_code::code, code::bad_loopback);
            return;
        }
        change([&] { state_.receivers[lane].loop = static_cast<loopback>(written); });
    });
    window.on_read(regs::reg::lane_pattern, [this](unsigned lane) {
        namespace r = regs::lane_pattern;
        const auto& transmitter = state_.transmitters[lane];
        const auto& checker = state_.receivers[lane].checker;
        return r::generate.encode(transmitter.generating) |
               r::generate_invert.encode(transmitter.generator.inverted) |
               r::check.encode(checker.on) | r::check_invert.encode(checker.expected.inverted) |
               r::generate_kind.encode(kind_of(transmitter.generator)) |
               r::check_kind.encode(kind_of(checker.expected));
    });
    window.on_write(regs::reg::lane_pattern, [this](unsigned lane, std::uint64_t written) {
        namespace r = regs::lane_pattern;
        const auto sent =
            pattern_of(r::generate_kind.decode(written), r::generate_invert.decode(written));
        const auto expected =
            pattern_of(r::check_kind.decode(written), r::check_invert.decode(written));
        const bool generates = r::generate.decode(written), checks = r::check.decode(written);
        if ((generates && !sent) || (checks && !expected)) {
            bank_.set(regs::error_code::code, code::bad_pattern);
            return;
        }
        change([&] {
            auto& transmitter = state_.transmitters[lane];
            auto& checker = state_.receivers[lane].checker;
            transmitter.generating = generates;
            transmitter.generator = sent.value_or(transmitter.generator);
            checker.on = checks;
            checker.expected = expected.value_or(checker.expected);
        });
    });
    window.on_write(regs::reg::lane_inject, [this](unsigned lane, std::uint64_t written) {
        change([&] { inject(lane, regs::lane_inject::count.decode(written)); });
    });
    window.on_read(regs::reg::lane_gate, [this](unsigned lane) {
        return std::uint64_t{state_.receivers[lane].checker.gate_us};
    });
    window.on_write(regs::reg::lane_gate, [this](unsigned lane, std::uint64_t written) {
        state_.receivers[lane].checker.gate_us =
            static_cast<std::uint32_t>(regs::lane_gate::microseconds.decode(written));
    });
    window.on_write(regs::reg::lane_check, [this](unsigned lane, std::uint64_t written) {
        if (regs::lane_check::clear.decode(written)) {
            change([&] { open_gate(lane); });
        }
    });
    const auto show = [&](regs::reg low, regs::reg high, std::uint64_t counts::*counter) {
        window.on_read(low, [this, counter](unsigned lane) {
            return state_.receivers[lane].shown.*counter & 0xFFFFFFFF;
        });
        window.on_read(high, [this, counter](unsigned lane) {
            return state_.receivers[lane].shown.*counter >> 32;
        });
    };
    show(regs::reg::lane_bits_lo, regs::reg::lane_bits_hi, &counts::bits);
    show(regs::reg::lane_errors_lo, regs::reg::lane_errors_hi, &counts::errors);
    show(regs::reg::lane_symbol_errors_lo, regs::reg::lane_symbol_errors_hi,
         &counts::symbol_errors);
}

void host_serdes::map_eye_registers() {
    const auto window = window_of(bank_, lanes());
    window.on_read(regs::reg::lane_eye_control, [this](unsigned lane) {
        namespace r = regs::lane_eye_control;
        const auto& eye = state_.receivers[lane].eye;
        return r::start.encode(eye.done_at.has_value()) |
               r::eye.encode(static_cast<std::uint8_t>(eye.eye)) |
               r::dwell.encode(static_cast<std::uint8_t>(eye.dwell));
    });
    window.on_write(regs::reg::lane_eye_control, [this](unsigned lane, std::uint64_t written) {
        namespace r = regs::lane_eye_control;
        auto& eye = state_.receivers[lane].eye;
        if (eye.done_at) {
            bank_.set(regs::error_code::code, code::eye_busy);
            return;
        }
        const unsigned eyes = (1u << config_.bits_per_symbol()) - 1;
        if (r::eye.decode(written) >= eyes || r::dwell.decode(written) > LONGEST_DWELL) {
            bank_.set(regs::error_code::code, code::bad_eye);
            return;
        }
        change([&] {
            eye.eye = r::eye.decode(written);
            eye.dwell = r::dwell.decode(written);
            if (r::start.decode(written)) {
                start_eye(lane);
            }
        });
    });
    window.on_read(regs::reg::lane_eye_position, [this](unsigned lane) {
        namespace r = regs::lane_eye_position;
        const auto& eye = state_.receivers[lane].eye;
        return r::phase.encode(static_cast<std::uint8_t>(to_twos_complement(eye.phase, 6))) |
               r::voltage.encode(static_cast<std::uint8_t>(to_twos_complement(eye.voltage, 8)));
    });
    window.on_write(regs::reg::lane_eye_position, [this](unsigned lane, std::uint64_t written) {
        namespace r = regs::lane_eye_position;
        auto& eye = state_.receivers[lane].eye;
        if (eye.done_at) {
            bank_.set(regs::error_code::code, code::eye_busy);
            return;
        }
        eye.phase = from_twos_complement(r::phase.decode(written), 6);
        eye.voltage = std::max(from_twos_complement(r::voltage.decode(written), 8), -127);
    });
    window.on_read(regs::reg::lane_eye_errors_lo, [this](unsigned lane) {
        return state_.receivers[lane].eye.errors & 0xFFFFFFFF;
    });
    window.on_read(regs::reg::lane_eye_errors_hi,
                   [this](unsigned lane) { return state_.receivers[lane].eye.errors >> 32; });
}

void host_serdes::map_bitmaps() {
    const auto map = [this](regs::reg reg, auto flag) {
        bank_.on_read(reg, [this, flag](auto, auto) { return lane_bitmap_word(0, lanes(), flag); });
    };
    map(regs::reg::cdr_lock_map, [this](unsigned lane) { return state_.receivers[lane].locked; });
    map(regs::reg::signal_map, [this](unsigned lane) { return state_.receivers[lane].signal; });
    map(regs::reg::adapt_done_map,
        [this](unsigned lane) { return state_.receivers[lane].adapt_done; });
    map(regs::reg::adapt_failed_map,
        [this](unsigned lane) { return state_.receivers[lane].adapt_failed; });
    map(regs::reg::check_lock_map,
        [this](unsigned lane) { return state_.receivers[lane].checker.locked; });
    map(regs::reg::ready_map, [this](unsigned lane) { return carries_traffic(lane); });
}

}  // namespace luxlane
