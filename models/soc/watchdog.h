#pragma once

#include <functional>

#include "models/common/device.h"

namespace luxlane::soc {

struct watchdog_config {};

/// Two-stage watchdog. While enabled it counts TIMEOUT_US down: the first expiry latches an
/// interrupt, the second one without a kick in between asks the board for a reset and stops it.
/// A kick, or setting ENABLE, starts the whole time again; a new TIMEOUT_US counts from the next
/// start. LOCK keeps ENABLE and TIMEOUT_US until reset().
class watchdog : public device {
public:
    using config = watchdog_config;

    watchdog(const sc_core::sc_module_name& name, const config& options);

    /// Called at the simulated time of the second expiry.
    void on_second_expiry(std::function<void()> callback) { on_second_ = std::move(callback); }

private:
    struct state {
        bool expired_once = false;
        sc_core::sc_time deadline;  ///< of the next expiry, while enabled
    };

    void on_reset() override;
    void update_irq() override;
    void on_expiry();
    void start();
    void write_control(const register_write& write);
    void write_timeout(const register_write& write);

    state state_;
    sc_core::sc_event expiry_;
    std::function<void()> on_second_;
};

}  // namespace luxlane::soc
