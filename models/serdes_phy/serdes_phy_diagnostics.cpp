#include <algorithm>

#include "models/serdes_phy/serdes_phy.h"
#include "models/transport/lane_window.h"
#include "registers/serdes_phy.h"

namespace luxlane {

namespace regs = registers::serdes_phy;
using error = regs::error_code::code_value;
using sc_core::sc_time;
using wide_link::lane_map;
using wide_link::loopback_mode;

namespace {

using kind_value = regs::lane_pattern_tx::kind_value;

// LANE_PATTERN_TX and _RX have the same fields.
static_assert(static_cast<int>(kind_value::user) ==
              static_cast<int>(regs::lane_pattern_rx::kind_value::user));

std::optional<coding::prbs_kind> sequence_of(kind_value kind) {
    switch (kind) {
        case kind_value::prbs7:
            return coding::prbs_kind::prbs7;
        case kind_value::prbs9:
            return coding::prbs_kind::prbs9;
        case kind_value::prbs11:
            return coding::prbs_kind::prbs11;
        case kind_value::prbs13:
            return coding::prbs_kind::prbs13;
        case kind_value::prbs15:
            return coding::prbs_kind::prbs15;
        case kind_value::prbs23:
            return coding::prbs_kind::prbs23;
        case kind_value::prbs31:
            return coding::prbs_kind::prbs31;
        default:
            return std::nullopt;
    }
}

}  // namespace

std::optional<coding::test_pattern> serdes_phy::pattern_of(std::uint64_t word) const {
    coding::test_pattern pattern;
    pattern.quaternary = regs::lane_pattern_tx::quaternary.decode(word);
    pattern.inverted = regs::lane_pattern_tx::invert.decode(word);
    const auto kind = regs::lane_pattern_tx::kind.decode(word);
    if (const auto sequence = sequence_of(kind)) {
        pattern.sequence = *sequence;
        return pattern;
    }
    pattern.kind =
        kind == kind_value::square ? coding::pattern_kind::square : coding::pattern_kind::user;
    pattern.half_period =
        static_cast<std::uint8_t>(regs::lane_pattern_tx::half_period.decode(word));
    pattern.user_bytes = static_cast<std::uint8_t>(bank_.get(regs::pattern_user_length::bytes));
    for (std::uint32_t i = 0; i < pattern.user.size(); ++i) {
        const auto four = bank_.value(regs::reg::pattern_user, i / 4);
        pattern.user[i] = static_cast<std::uint8_t>(four >> (8 * (i % 4)));
    }
    try {
        coding::check(pattern);
    } catch (const std::invalid_argument&) {
        return std::nullopt;
    }
    return kind <= kind_value::user ? std::optional(pattern) : std::nullopt;
}

bool serdes_phy::maps(const lane_map& map, unsigned physical) const {
    for (std::uint32_t logical = 0; logical < map.data_lanes(); ++logical) {
        if (map.physical(logical) == physical) {
            return true;
        }
    }
    return std::any_of(map.armed().begin(), map.armed().end(),
                       [&](const auto& each) { return each.physical == physical; });
}

void serdes_phy::write_transmit_pattern(unsigned lane, std::uint64_t word) {
    if (!regs::lane_pattern_tx::enable.decode(word)) {
        patterns_.stop_generating(lane);
        pattern_words_[lane].transmit = 0;
    } else if (link_.carrying() && maps(transmit_map_, lane)) {
        bank_.set(regs::error_code::code, error::lane_in_use);
    } else if (const auto pattern = pattern_of(word)) {
        patterns_.generate(lane, *pattern);
        pattern_words_[lane].transmit = static_cast<std::uint32_t>(word);
    } else {
        bank_.set(regs::error_code::code, error::bad_pattern);
    }
    observe(superframes_after_change);
}

void serdes_phy::write_receive_pattern(unsigned lane, std::uint64_t word) {
    const auto pattern = pattern_of(word);
    if (!regs::lane_pattern_rx::enable.decode(word)) {
        patterns_.stop_checking(lane);
        pattern_words_[lane].receive = 0;
        receiver_.end_test(lane, picoseconds(now()));
    } else if (link_.carrying() && maps(receive_map_, lane)) {
        bank_.set(regs::error_code::code, error::lane_in_use);
    } else if (!pattern) {
        bank_.set(regs::error_code::code, error::bad_pattern);
    } else if (!receiver_.begin_test(lane)) {
        bank_.set(regs::error_code::code, error::lane_not_framed);
    } else {
        patterns_.check(lane, *pattern);
        pattern_words_[lane].receive = static_cast<std::uint32_t>(word);
    }
    note_lane_states();
    refresh_link();
    plan_receiver();
}

void serdes_phy::map_diagnostic_registers() {
    const lane_window window(bank_, config_.physical_lanes, regs::reg::lane_select,
                             regs::error_code::code, error::bad_lane);
    window.on_read(regs::reg::lane_pattern_tx,
                   [this](unsigned lane) { return pattern_words_[lane].transmit; });
    window.on_write(regs::reg::lane_pattern_tx, [this](unsigned lane, std::uint64_t written) {
        write_transmit_pattern(lane, written);
    });
    window.on_read(regs::reg::lane_pattern_rx,
                   [this](unsigned lane) { return pattern_words_[lane].receive; });
    window.on_write(regs::reg::lane_pattern_rx, [this](unsigned lane, std::uint64_t written) {
        write_receive_pattern(lane, written);
    });
    window.on_write(regs::reg::lane_pattern_inject, [this](unsigned lane, std::uint64_t written) {
        patterns_.inject(lane, regs::lane_pattern_inject::count.decode(written));
    });
    window.on_write(regs::reg::lane_pattern_gate, [this](unsigned lane, std::uint64_t written) {
        if (auto* checker = patterns_.checker(lane)) {
            checker->gate(1024 * std::uint64_t{regs::lane_pattern_gate::kilobits.decode(written)});
        }
    });
    window.on_write(regs::reg::lane_pattern_clear, [this](unsigned lane, std::uint64_t written) {
        auto* checker = patterns_.checker(lane);
        if (checker != nullptr && regs::lane_pattern_clear::clear.decode(written)) {
            checker->clear();
        }
    });
    window.on_read(regs::reg::lane_pattern_status, [this](unsigned lane) -> std::uint64_t {
        const auto* checker = patterns_.checker(lane);
        if (checker == nullptr) {
            return 0;
        }
        const auto losses = std::min<std::uint64_t>(checker->losses(), 0xFFFF);
        return regs::lane_pattern_status::locked.encode(checker->locked()) |
               regs::lane_pattern_status::gate_done.encode(checker->gate_done()) |
               regs::lane_pattern_status::losses.encode(static_cast<std::uint32_t>(losses));
    });
    const auto halves = [&](regs::reg low, regs::reg high, auto member) {
        window.on_read(low, [this, member](unsigned lane) {
            return pattern_snapshot_[lane].*member & 0xFFFFFFFF;
        });
        window.on_read(
            high, [this, member](unsigned lane) { return pattern_snapshot_[lane].*member >> 32; });
    };
    halves(regs::reg::lane_pattern_bits_lo, regs::reg::lane_pattern_bits_hi, &pattern_counts::bits);
    halves(regs::reg::lane_pattern_errors_lo, regs::reg::lane_pattern_errors_hi,
           &pattern_counts::errors);
    halves(regs::reg::lane_pattern_symbol_errors_lo, regs::reg::lane_pattern_symbol_errors_hi,
           &pattern_counts::symbol_errors);
    bank_.on_write(regs::reg::loopback, [this](const register_write&) { change_loopback(); });
    receiver_.test_payload = [this](std::uint32_t lane, std::span<const std::uint64_t> payload) {
        if (patterns_.checking(lane)) {
            patterns_.take(lane, payload);
        }
    };
}

void serdes_phy::snapshot_patterns() {
    for (unsigned lane = 0; lane < config_.physical_lanes; ++lane) {
        const auto* checker = patterns_.checker(lane);
        pattern_snapshot_[lane] =
            checker == nullptr
                ? pattern_counts{}
                : pattern_counts{checker->bits(), checker->errors(), checker->symbol_errors()};
    }
}

void serdes_phy::change_loopback() {
    const auto mode = static_cast<loopback_mode>(bank_.get(regs::loopback::mode));
    if (mode == loopback_) {
        return;
    }
    loopback_ = mode;
    near_frames_.clear();
    near_event_.cancel();
    slot_loop_.clear();
    // Ideal lanes have no skew; the fibre's is told again with its next block.
    receiver_.set_skew(std::vector<std::int32_t>(config_.physical_lanes));
    optics_known_ = false;
    change_exchange();
    observe(superframes_after_change);
    refresh_link();
    plan_payload();
}

void serdes_phy::loop_near(const lane_frame& frame) {
    const auto due = frame.start + sc_time(frame.duration_s(), sc_core::SC_SEC);
    near_frames_.emplace(due, frame);
    near_event_.cancel();
    schedule(near_event_, std::max(near_frames_.begin()->first, now()));
}

void serdes_phy::receive_near() {
    const auto present = sc_core::sc_time_stamp();
    while (!near_frames_.empty() && near_frames_.begin()->first <= present) {
        auto frame = std::move(near_frames_.begin()->second);
        near_frames_.erase(near_frames_.begin());
        receive(frame, sc_core::SC_ZERO_TIME);
    }
    if (!near_frames_.empty()) {
        near_event_.cancel();
        schedule(near_event_, near_frames_.begin()->first);
    }
}

void serdes_phy::turn_back(lane_frame& arriving, const sc_time& at) {
    if (arriving.deferred) {
        arriving.materialise();
    }
    const auto through =
        sc_time(2 * (config_.gearbox_s + config_.line_crossing_s), sc_core::SC_SEC);
    const auto duration = sc_time(arriving.duration_s(), sc_core::SC_SEC);
    arriving.start = at + through > duration ? at + through - duration : sc_core::SC_ZERO_TIME;
    arriving.kind = fidelity_;
    arriving.optics.reset();
    arriving.responses.reset();
    arriving.samples.clear();
    auto delay = sc_core::SC_ZERO_TIME;
    lanes_out.send(arriving, delay);
}

}  // namespace luxlane
