#include "models/soc/watchdog.h"

#include "models/common/log.h"
#include "registers/watchdog.h"

namespace luxlane::soc {

namespace regs = registers::watchdog;
using error = regs::error_code::code_value;

namespace {

sc_core::sc_time microseconds(double count) { return {count, sc_core::SC_US}; }

}  // namespace

watchdog::watchdog(const sc_core::sc_module_name& name, const config&)
    : device(name, regs::map), expiry_("expiry") {
    bank_.on_read(regs::reg::status, [this](std::uint32_t, std::uint64_t) {
        return regs::status::ready.encode(true) |
               regs::status::running.encode(bank_.get(regs::control::enable)) |
               regs::status::expired.encode(state_.expired_once);
    });
    bank_.on_read(regs::reg::remaining_us, [this](std::uint32_t, std::uint64_t) -> std::uint64_t {
        if (!bank_.get(regs::control::enable) || state_.deadline <= now()) {
            return 0;
        }
        return ((state_.deadline - now()).value() - 1) / microseconds(1).value() + 1;
    });
    bank_.on_write(regs::reg::control, [this](const register_write& w) { write_control(w); });
    bank_.on_write(regs::reg::timeout_us, [this](const register_write& w) { write_timeout(w); });
    bank_.on_write(regs::reg::kick, [this](const register_write& w) {
        if (regs::kick::magic.decode(w.written) != regs::kick::magic_value::kick) {
            bank_.set(regs::error_code::code, error::bad_magic);
        } else if (bank_.get(regs::control::enable)) {
            start();
        }
    });
    SC_HAS_PROCESS(watchdog);
    SC_METHOD(on_expiry);
    sensitive << expiry_;
    dont_initialize();
    reset();
}

void watchdog::on_reset() {
    state_ = {};
    expiry_.cancel();
}

void watchdog::start() {
    state_.expired_once = false;
    state_.deadline = now() + microseconds(double(bank_.value(regs::reg::timeout_us)));
    expiry_.cancel();
    schedule(expiry_, state_.deadline);
}

void watchdog::write_control(const register_write& write) {
    const bool was_enabled = regs::control::enable.decode(write.old_value);
    const bool locked = regs::control::lock.decode(write.old_value);
    const bool soft_reset = regs::control::soft_reset.decode(write.value);
    bank_.set(regs::control::soft_reset, false);
    if (locked) {
        if (soft_reset || bank_.get(regs::control::enable) != was_enabled) {
            bank_.set(regs::error_code::code, error::locked);
        }
        bank_.set(regs::control::enable, was_enabled);
        return;
    }
    if (soft_reset) {
        reset();
        return;
    }
    if (!bank_.get(regs::control::enable)) {
        on_reset();
    } else if (!was_enabled) {
        start();
    }
}

void watchdog::write_timeout(const register_write& write) {
    if (bank_.get(regs::control::lock)) {
        bank_.set_value(regs::reg::timeout_us, write.old_value);
        bank_.set(regs::error_code::code, error::locked);
    } else if (write.value == 0) {
        bank_.set_value(regs::reg::timeout_us, 1);
        bank_.set(regs::error_code::code, error::bad_timeout);
    }
}

void watchdog::on_expiry() {
    if (!state_.expired_once) {
        start();
        state_.expired_once = true;
        bank_.set(regs::irq_status::expired, true);
        update_irq();
        return;
    }
    bank_.set(regs::control::enable, false);
    log_at(severity::warning, *this, "expired twice without a kick: the board is reset");
    if (on_second_) {
        on_second_();
    }
}

void watchdog::update_irq() {
    irq.set((bank_.value(regs::reg::irq_status) & bank_.value(regs::reg::irq_mask)) != 0);
}

}  // namespace luxlane::soc
