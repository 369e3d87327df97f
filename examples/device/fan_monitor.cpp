#include "examples/device/fan_monitor.h"

#include "registers/fan_monitor.h"

namespace luxlane::examples {

namespace regs = registers::fan_monitor;

fan_monitor::fan_monitor(const sc_core::sc_module_name& name, const fan_monitor_config& config)
    : device(name, regs::map), config_(config) {
    bank_.on_write(regs::reg::control, [this](const register_write&) { start_or_stop(); });
    bank_.on_read(regs::reg::pulses,
                  [this](std::uint32_t, std::uint64_t) { return state_.pulses; });
    statistics_.add("pulses", "1", [this] { return double(state_.pulses); });
    SC_HAS_PROCESS(fan_monitor);
    SC_METHOD(end_window);
    sensitive << window_end_;
    dont_initialize();
}

void fan_monitor::on_reset() {
    state_ = {};
    window_end_.cancel();
}

void fan_monitor::update_irq() {
    irq.set((bank_.value(regs::reg::irq_status) & bank_.value(regs::reg::irq_mask)) != 0);
}

void fan_monitor::start_or_stop() {
    const bool enabled = bank_.get(regs::control::enable);
    if (enabled == state_.measuring) {
        return;
    }
    state_.measuring = enabled;
    window_end_.cancel();
    if (enabled) {
        state_.window_end = now() + sc_core::sc_time(config_.window_s, sc_core::SC_SEC);
        schedule(window_end_, state_.window_end);
    }
}

void fan_monitor::end_window() {
    state_.pulses =
        static_cast<std::uint32_t>(speed_hz() * config_.pulses_per_turn * config_.window_s);
    if (state_.pulses < bank_.get(regs::limit::pulses)) {
        bank_.set(regs::irq_status::too_slow, true);
    }
    state_.window_end += sc_core::sc_time(config_.window_s, sc_core::SC_SEC);
    schedule(window_end_, state_.window_end);
    update_irq();
}

}  // namespace luxlane::examples
