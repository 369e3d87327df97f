#pragma once

#include <functional>

#include "models/common/device.h"

namespace luxlane::examples {

struct fan_monitor_config {
    double window_s = 10e-3;       ///< one measurement; assumption: slow enough for 2 pulses a turn
    double pulses_per_turn = 2.0;  ///< usual for PC and server fans
};

/// Tachometer input of a cooling fan.
/// Modelled: pulse counting in fixed windows, the too-slow event. Not modelled: pulse jitter.
/// Timing: a window starts when measuring is enabled; its count is visible when it ends.
class fan_monitor : public device {
public:
    /// Speed of the fan, revolutions per second, as the board's thermal model has it.
    std::function<double()> speed_hz = [] { return 0.0; };

    fan_monitor(const sc_core::sc_module_name& name, const fan_monitor_config& config = {});

protected:
    void on_reset() override;
    void update_irq() override;

private:
    /// Mutable state beside the registers: enough to schedule the window's end again.
    struct state {
        bool measuring = false;
        sc_core::sc_time window_end;
        std::uint32_t pulses = 0;
    };

    void start_or_stop();
    void end_window();

    const fan_monitor_config config_;
    state state_;
    sc_core::sc_event window_end_;
};

}  // namespace luxlane::examples
