#include "models/tx_driver/tx_driver.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/common/random.h"
#include "models/photonics/driver.h"
#include "models/photonics/energy.h"
#include "models/transport/lane_window.h"
#include "models/transport/optics_update.h"
#include "models/transport/stream_purpose.h"
#include "registers/tx_driver.h"

namespace luxlane {

namespace regs = registers::tx_driver;

namespace {

constexpr double TAP_STEP = 1.0 / 64.0;
// The driver's own limits keep any setting inside the model's range (parameter_notes): at least
// 1 uA of drive current, of which at most two thirds are bias, and a post tap that leaves the eye
// open.
constexpr double SMALLEST_CURRENT_A = 1e-6;
constexpr double SMALLEST_CURRENT_RATIO = 1.5;
constexpr double LARGEST_CURRENT_RATIO = 1e6;  // stands for a bias of zero
constexpr double LARGEST_POST_TAP = 28.0 * TAP_STEP;
constexpr double ABSOLUTE_ZERO_C = -273.15;

}  // namespace

tx_driver::tx_driver(const sc_core::sc_module_name& name, const tx_driver_config& config)
    : standard_device(name, regs::map, standard_registers::of<regs::reg>()),
      in("in"),
      out("out"),
      config_(config),
      update_("update", config.settling_time_s) {
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        const stream_key key{config_.seed, lane,
                             purpose_word(stream_purpose::drive_mismatch, config_.direction)};
        auto dac = LANE_DAC;
        dac.gain_deviation = std::max(-1.0, config_.spread.drive_relative * gaussian(key, 0));
        dacs_.push_back(dac);
    }
    in.on_transport([this](lane_frame& frame, sc_core::sc_time& delay) { drive(frame, delay); });
    map_registers();
    statistics_.add("power", "W", [this] { return power_w(); });
    statistics_.add("temperature", "degC", [this] { return temperature_c(); });
    statistics_.add("frames", "1", [this] { return double(state_.frames); });
    statistics_.add("bits", "bit", [this] { return double(state_.bits); });

    SC_HAS_PROCESS(tx_driver);
    SC_METHOD(apply_settings);
    sensitive << update_.over();
    dont_initialize();

    state_.rate_bps = config_.lane.rate_bps;
    state_.programmed.assign(config_.lanes, {});
    state_.switching.assign(config_.lanes, 0);
    rebuild_optics();
}

void tx_driver::map_registers() {
    bank_.on_read(regs::reg::capability, [this](auto, auto) {
        return regs::capability::lanes.encode(config_.lanes) |
               regs::capability::current_step_na.encode(
                   static_cast<unsigned>(std::lround(photonics::step_a(LANE_DAC) * 1e9)));
    });
    add_counter(regs::reg::frames_lo, regs::reg::frames_hi, [this] { return state_.frames; });
    add_counter(regs::reg::bits_lo, regs::reg::bits_hi, [this] { return state_.bits; });
    bank_.on_read(regs::reg::temperature, [this](auto, auto) {
        return static_cast<std::uint64_t>(std::llround(temperature_c() * 256.0)) & 0xFFFF;
    });
    bank_.on_read(regs::reg::power, [this](auto, auto) {
        return static_cast<std::uint64_t>(std::llround(power_w() * 1e3));
    });

    const lane_window window(bank_, config_.lanes, regs::reg::lane_select, regs::error_code::code,
                             regs::error_code::code_value::bad_lane);
    window.on_read(regs::reg::lane_control, [this](unsigned lane) {
        return regs::lane_control::enable.encode(state_.programmed[lane].enabled);
    });
    window.on_write(regs::reg::lane_control, [this](unsigned lane, std::uint64_t written) {
        state_.programmed[lane].enabled = regs::lane_control::enable.decode(written);
        update_.begin(now());
    });
    window.on_read(regs::reg::lane_current, [this](unsigned lane) {
        return regs::lane_current::on.encode(state_.programmed[lane].on_ua) |
               regs::lane_current::off.encode(state_.programmed[lane].off_ua);
    });
    window.on_write(regs::reg::lane_current, [this](unsigned lane, std::uint64_t written) {
        state_.programmed[lane].on_ua =
            static_cast<std::uint16_t>(regs::lane_current::on.decode(written));
        state_.programmed[lane].off_ua =
            static_cast<std::uint16_t>(regs::lane_current::off.decode(written));
        update_.begin(now());
    });
    window.on_read(regs::reg::lane_ffe, [this](unsigned lane) {
        return regs::lane_ffe::post.encode(state_.programmed[lane].post_64);
    });
    window.on_write(regs::reg::lane_ffe, [this](unsigned lane, std::uint64_t written) {
        state_.programmed[lane].post_64 =
            static_cast<std::uint8_t>(regs::lane_ffe::post.decode(written));
        update_.begin(now());
    });
}

void tx_driver::on_reset() {
    account_power();
    const auto optics = state_.optics;
    const double energy_j = state_.energy_j;
    const auto counted_to = state_.counted_to;
    const double lanes_w = state_.lanes_w;
    state_ = state{};
    state_.programmed.assign(config_.lanes, {});
    state_.switching.assign(config_.lanes, 0);
    state_.rate_bps = config_.lane.rate_bps;
    // Light and energy are physics, not registers: the lanes go dark when the DACs have settled.
    state_.optics = optics;
    state_.energy_j = energy_j;
    state_.counted_to = counted_to;
    state_.lanes_w = lanes_w;
    carried_.forget();
    update_.cancel();
    update_.begin(now());
}

void tx_driver::on_control(const register_write& write) {
    if (write.value != write.old_value) {
        update_.begin(now());
    }
}

void tx_driver::apply_settings() {
    update_.finish();
    rebuild_optics();
    auto frame = optics_update_frame(state_.optics, sc_core::sc_time_stamp());
    auto delay = sc_core::SC_ZERO_TIME;
    out.send(frame, delay);
}

bool tx_driver::driven(unsigned lane) const {
    return state_.optics->lanes[lane].drive_factor > 0.0;
}

void tx_driver::rebuild_optics() {
    auto table = std::make_shared<lane_frame::optics_table>();
    table->version = state_.optics ? state_.optics->version + 1 : 1;
    table->lanes.assign(config_.lanes, config_.lane);
    const bool powered = bank_.get(regs::control::enable);
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        const auto& set = state_.programmed[lane];
        auto& drive = table->lanes[lane];
        drive.rate_bps = state_.rate_bps;
        const unsigned bias_code = std::min<unsigned>(set.off_ua, set.on_ua * 2u / 3u);
        const double bias_a = photonics::current_of(dacs_[lane], bias_code);
        const double on_a = bias_a + photonics::current_of(dacs_[lane], set.on_ua - bias_code);
        const bool lit = powered && set.enabled && on_a > 0.0;
        drive.drive_factor = lit ? 1.0 : 0.0;
        drive.on_current_a = std::max(on_a, SMALLEST_CURRENT_A);
        drive.current_extinction_ratio =
            bias_a > 0.0 ? std::clamp(on_a / bias_a, SMALLEST_CURRENT_RATIO, LARGEST_CURRENT_RATIO)
                         : LARGEST_CURRENT_RATIO;
        drive.transmit_post_tap = std::min(set.post_64 * TAP_STEP, LARGEST_POST_TAP);
        state_.switching[lane] &= lit;
    }
    state_.optics = std::move(table);
    carried_.forget();
    account_power();
    watch_temperature();
}

// Called after whatever changes the power: a lane that begins to switch heats, too.
void tx_driver::watch_temperature() {
    const bool hot = temperature_c() > config_.temperature_limit_c;
    if (hot && !state_.hot) {
        bank_.set(regs::irq_status::overtemperature, true);
    }
    state_.hot = hot;
    update_irq();
}

// Called after whatever changes the power: the time before it is charged at the old one.
void tx_driver::account_power() {
    const auto time = sc_core::sc_time_stamp();
    state_.energy_j += state_.lanes_w * (time - state_.counted_to).to_seconds();
    state_.counted_to = time;
    state_.lanes_w = 0.0;
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (!driven(lane)) {
            continue;
        }
        const auto& drive = state_.optics->lanes[lane];
        const double lane_w = state_.switching[lane]
                                  ? photonics::driver_power_w(drive, config_.supply)
                                  : photonics::drive_of(drive).long_zero_a * drive.led_supply_v;
        state_.lanes_w += config_.predriver_power_w + lane_w;
    }
}

double tx_driver::power_w() const { return state_.lanes_w; }

double tx_driver::temperature_c() const {
    return config_.lane.temperature_k + ABSOLUTE_ZERO_C +
           config_.thermal_resistance_k_per_w * power_w();
}

std::vector<device::energy_part> tx_driver::energy() const {
    const double since_s = (sc_core::sc_time_stamp() - state_.counted_to).to_seconds();
    return {{"driver and microLED", state_.energy_j + state_.lanes_w * since_s}};
}

void tx_driver::start_switching(const std::vector<std::uint8_t>& carried) {
    bool started = false;
    for (unsigned lane = 0; lane < config_.lanes; ++lane) {
        if (carried[lane] && !state_.switching[lane] && driven(lane)) {
            state_.switching[lane] = 1;
            started = true;
        }
    }
    if (started) {
        account_power();
        watch_temperature();
    }
}

void tx_driver::drive(lane_frame& frame, sc_core::sc_time& delay) {
    if (frame.lanes != config_.lanes) {
        throw std::logic_error(std::string(name()) + ": frame of " + std::to_string(frame.lanes) +
                               " lanes, this driver has " + std::to_string(config_.lanes));
    }
    if (!is_update_only(frame)) {
        frame.bits_per_symbol = config_.lane.format == photonics::modulation::pam4 ? 2 : 1;
        if ((frame.first_bit | frame.bits_per_lane) % frame.bits_per_symbol != 0) {
            throw std::logic_error(std::string(name()) + ": a frame that cuts PAM4 symbols");
        }
        // A relative difference beyond rounding is a new line rate.
        const double rate_bps = 1.0 / frame.unit_interval_s;
        if (std::abs(rate_bps / state_.rate_bps - 1.0) > 1e-12) {
            state_.rate_bps = rate_bps;
            rebuild_optics();
        }
        if (carried_.take(frame.carried)) {
            start_switching(frame.carried);
        }
        state_.bits += carried_.count() * frame.bits_per_lane;
        ++state_.frames;
    }
    frame.optics = state_.optics;
    out.send(frame, delay);
}

}  // namespace luxlane
