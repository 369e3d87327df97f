#include <algorithm>
#include <cmath>

#include "models/common/binomial.h"
#include "models/common/twos_complement.h"
#include "models/dsp/statistical_eye.h"
#include "models/rx_dsp/rx_dsp.h"
#include "models/transport/lane_window.h"
#include "registers/rx_dsp.h"

namespace luxlane {

namespace regs = registers::rx_dsp;

namespace {

constexpr unsigned PHASE_BITS = 6;
constexpr unsigned VOLTAGE_BITS = 8;

}  // namespace

void rx_dsp::map_eye_registers() {
    const lane_window window(bank_, config_.lanes, regs::reg::lane_select, regs::error_code::code,
                             regs::error_code::code_value::bad_lane);
    window.on_read(regs::reg::lane_eye_control, [this](unsigned lane) {
        const auto& eye = state_.lanes[lane].eye;
        return regs::lane_eye_control::start.encode(eye.end_at.has_value()) |
               regs::lane_eye_control::dwell.encode(eye.dwell);
    });
    window.on_write(regs::reg::lane_eye_control, [this](unsigned lane, std::uint64_t written) {
        auto& eye = state_.lanes[lane].eye;
        if (eye.end_at) {
            return;
        }
        eye.dwell = static_cast<std::uint8_t>(std::min<unsigned>(
            regs::lane_eye_control::dwell.decode(written), eye_measurement::LONGEST_DWELL));
        if (regs::lane_eye_control::start.decode(written)) {
            start_eye(lane);
        }
    });
    window.on_read(regs::reg::lane_eye_position, [this](unsigned lane) {
        const auto& position = state_.lanes[lane].eye.position;
        return regs::lane_eye_position::phase.encode(
                   to_twos_complement(position.phase, PHASE_BITS)) |
               regs::lane_eye_position::voltage.encode(
                   to_twos_complement(position.voltage, VOLTAGE_BITS));
    });
    window.on_write(regs::reg::lane_eye_position, [this](unsigned lane, std::uint64_t written) {
        auto& eye = state_.lanes[lane].eye;
        if (eye.end_at) {
            return;
        }
        const int voltage =
            from_twos_complement(regs::lane_eye_position::voltage.decode(written), VOLTAGE_BITS);
        eye.position = {static_cast<std::int8_t>(from_twos_complement(
                            regs::lane_eye_position::phase.decode(written), PHASE_BITS)),
                        static_cast<std::int8_t>(std::max(voltage, -eye_position::VOLTAGE_STEPS))};
    });
    window.on_read(regs::reg::lane_eye_errors_lo,
                   [this](unsigned lane) { return state_.lanes[lane].eye.errors & 0xFFFF'FFFF; });
    window.on_read(regs::reg::lane_eye_errors_hi,
                   [this](unsigned lane) { return state_.lanes[lane].eye.errors >> 32; });
}

void rx_dsp::start_eye(unsigned lane) {
    auto& set = state_.lanes[lane];
    set.eye.done = set.eye.failed = false;
    set.eye.errors = 0;
    set.eye.lock_lost = !set.locked;
    set.eye.end_at = now() + sc_core::sc_time(static_cast<double>(set.eye.bits()) / state_.rate_bps,
                                              sc_core::SC_SEC);
    schedule_eyes();
}

void rx_dsp::schedule_eyes() {
    std::optional<sc_core::sc_time> next;
    for (const auto& lane : state_.lanes) {
        if (lane.eye.end_at && (!next || *lane.eye.end_at < *next)) {
            next = lane.eye.end_at;
        }
    }
    eye_.cancel();
    if (next) {
        schedule(eye_, *next);
    }
}

void rx_dsp::finish_eyes() {
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        const auto& eye = state_.lanes[lane].eye;
        if (eye.end_at && *eye.end_at <= sc_core::sc_time_stamp()) {
            finish_eye(lane);
        }
    }
    schedule_eyes();
    update_irq();
}

void rx_dsp::finish_eye(unsigned lane) {
    const auto& set = state_.lanes[lane];
    auto& eye = state_.lanes[lane].eye;
    eye.end_at.reset();
    bank_.set(regs::irq_status::eye_done, true);
    eye.failed = eye.lock_lost;
    eye.done = !eye.failed;
    if (eye.failed) {
        return;
    }
    const auto made = make_lane_channel(config_.lane, state_.responses->lanes, grid_, lane);
    const auto rates =
        dsp::jittered_error_law(made.channel, state_.responses->phases[lane],
                                offset_slicer(made.channel, set.filter, eye.position),
                                dsp::jitter_of(config_.lane), eye.position.phase_ui());
    // The number of the measurement's last bit: no other of this lane's measurements ends with it.
    const double last_bit = sc_core::sc_time_stamp().to_seconds() * state_.rate_bps;
    eye.errors =
        binomial(stream(lane, stream_purpose::eye_count),
                 static_cast<std::uint64_t>(std::llround(last_bit)), eye.bits(), rates.ber);
}

}  // namespace luxlane
