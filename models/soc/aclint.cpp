#include "models/soc/aclint.h"

#include <algorithm>
#include <stdexcept>

#include "registers/aclint.h"

namespace luxlane::soc {

namespace regs = registers::aclint;

aclint::aclint(const sc_core::sc_module_name& name, const config& options)
    : device(name, regs::map),
      config_(options),
      software_(options.harts),
      timer_(options.harts),
      expiry_("expiry") {
    if (options.harts == 0 || options.harts > regs::msip::count) {
        throw std::invalid_argument("an ACLINT serves 1 to 8 harts");
    }
    if (options.tick == sc_core::SC_ZERO_TIME) {
        throw std::invalid_argument("an ACLINT's tick is longer than zero");
    }
    bank_.on_read(regs::reg::mtime,
                  [this](std::uint32_t, std::uint64_t) { return ticks_at(now()); });
    bank_.on_write(regs::reg::mtime,
                   [this](const register_write& w) { mtime_offset_ += w.value - ticks_at(now()); });
    SC_HAS_PROCESS(aclint);
    SC_METHOD(on_expiry);
    sensitive << expiry_;
    dont_initialize();
    reset();
}

std::uint64_t aclint::ticks_at(const sc_core::sc_time& at) const {
    return at.value() / config_.tick.value() + mtime_offset_;
}

void aclint::on_reset() {
    mtime_offset_ -= ticks_at(now());
    expiry_.cancel();
    scheduled_ = sc_core::sc_max_time();
}

void aclint::on_expiry() {
    scheduled_ = sc_core::sc_max_time();
    update_irq();
}

void aclint::update_irq() {
    const std::uint64_t mtime = ticks_at(now());
    for (std::uint32_t hart = 0; hart < config_.harts; ++hart) {
        software_[hart].set(bank_.get(regs::msip::pending, hart));
        timer_[hart].set(mtime >= bank_.value(regs::reg::mtimecmp, hart));
    }
    schedule_expiry();
}

/// Keeps expiry_ pending for the next MTIMECMP that MTIME will reach in the time SystemC can tell.
void aclint::schedule_expiry() {
    const std::uint64_t mtime = ticks_at(now());
    const std::uint64_t elapsed = mtime - mtime_offset_;
    const std::uint64_t last_tick = sc_core::sc_max_time().value() / config_.tick.value() - 1;
    std::uint64_t wait = last_tick - elapsed;
    for (std::uint32_t hart = 0; hart < config_.harts; ++hart) {
        const std::uint64_t compare = bank_.value(regs::reg::mtimecmp, hart);
        if (compare > mtime) {
            wait = std::min(wait, compare - mtime);
        }
    }
    const bool never = elapsed + wait >= last_tick;
    const auto at = never ? sc_core::sc_max_time()
                          : sc_core::sc_time::from_value((elapsed + wait) * config_.tick.value());
    if (at != scheduled_) {
        expiry_.cancel();
        if (!never) {
            schedule(expiry_, at);
        }
        scheduled_ = at;
    }
}

}  // namespace luxlane::soc
