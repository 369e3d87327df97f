#include "models/soc/i2c_opencores.h"

#include <fmt/format.h>

#include <stdexcept>

#include "models/common/log.h"
#include "registers/i2c_opencores.h"

namespace luxlane::soc {

namespace regs = registers::i2c_opencores;

i2c_opencores::i2c_opencores(const sc_core::sc_module_name& name, const config& options)
    : device(name, regs::map), config_(options), done_("done") {
    if (!(options.clock_hz > 0)) {
        throw std::invalid_argument("an I2C controller's clock is positive");
    }
    bank_.on_read(regs::reg::sr, [this](std::uint32_t, std::uint64_t) {
        const bool bytes =
            regs::cr::rd.decode(state_.command) || regs::cr::wr.decode(state_.command);
        return regs::sr::interrupt.encode(state_.interrupt_flag) |
               regs::sr::tip.encode(state_.transferring && bytes) |
               regs::sr::al.encode(state_.arbitration_lost) | regs::sr::busy.encode(state_.busy) |
               regs::sr::rxack.encode(state_.nack);
    });
    bank_.on_read(regs::reg::rxr,
                  [this](std::uint32_t, std::uint64_t) { return std::uint64_t{state_.received}; });
    bank_.on_write(regs::reg::ctr, [this](const register_write& w) { write_control(w); });
    bank_.on_write(regs::reg::cr, [this](const register_write& w) { write_command(w); });
    SC_HAS_PROCESS(i2c_opencores);
    SC_METHOD(finish);
    sensitive << done_;
    dont_initialize();
    reset();
}

void i2c_opencores::attach(i2c_target& target) {
    for (const i2c_target* other : targets_) {
        if (other->address() == target.address()) {
            throw std::invalid_argument(
                fmt::format("{}: two targets have the address {:#x}", name(), target.address()));
        }
    }
    targets_.push_back(&target);
}

void i2c_opencores::on_reset() {
    done_.cancel();
    release();
    state_ = {};
}

/// The stop condition, as far as the target is concerned.
void i2c_opencores::release() {
    if (state_.addressed != nobody) {
        targets_[static_cast<std::size_t>(state_.addressed)]->stop();
    }
    state_.addressed = nobody;
    state_.busy = false;
}

sc_core::sc_time i2c_opencores::duration(std::uint64_t command) const {
    unsigned bits = regs::cr::sta.decode(command) + regs::cr::sto.decode(command);
    if (regs::cr::rd.decode(command) || regs::cr::wr.decode(command)) {
        bits += 9;
    }
    const auto prescale =
        static_cast<double>(bank_.value(regs::reg::prerhi) << 8 | bank_.value(regs::reg::prerlo));
    return {bits * 5 * (prescale + 1) / config_.clock_hz, sc_core::SC_SEC};
}

void i2c_opencores::write_control(const register_write& write) {
    if (!regs::ctr::en.decode(write.value)) {
        done_.cancel();
        release();
        state_.transferring = false;
    }
}

void i2c_opencores::write_command(const register_write& write) {
    if (!bank_.get(regs::ctr::en)) {
        return;
    }
    if (regs::cr::iack.decode(write.written)) {
        state_.interrupt_flag = false;
    }
    const std::uint64_t transfer = regs::cr::rd.mask() | regs::cr::wr.mask() | regs::cr::sto.mask();
    if ((write.written & transfer) == 0) {
        return;
    }
    if (state_.transferring) {
        log_at(severity::warning, *this, "command during a transfer: ignored",
               now() - sc_core::sc_time_stamp());
        return;
    }
    state_.command = static_cast<std::uint8_t>(write.written);
    state_.transferring = true;
    state_.arbitration_lost = false;
    schedule(done_, now() + duration(write.written));
}

/// The end of a command: everything it does to the targets happens now.
void i2c_opencores::finish() {
    const std::uint64_t command = state_.command;
    state_.transferring = false;
    state_.interrupt_flag = true;
    if (bus_held_) {
        state_.arbitration_lost = true;
        release();
        update_irq();
        return;
    }
    const bool start = regs::cr::sta.decode(command);
    if (start) {
        state_.busy = true;
        state_.addressed = nobody;
    }
    if (regs::cr::wr.decode(command)) {
        transmit(start);
    } else if (regs::cr::rd.decode(command)) {
        const bool driven = state_.addressed != nobody && state_.reading;
        // An undriven line reads as ones.
        state_.received =
            driven ? targets_[static_cast<std::size_t>(state_.addressed)]->read() : 0xff;
        state_.nack = regs::cr::ack.decode(command);
    }
    if (regs::cr::sto.decode(command)) {
        release();
    }
    update_irq();
}

void i2c_opencores::transmit(bool address) {
    const auto data = static_cast<std::uint8_t>(bank_.value(regs::reg::txr));
    if (!address) {
        const bool heard = state_.addressed != nobody && !state_.reading;
        state_.nack = !(heard && targets_[static_cast<std::size_t>(state_.addressed)]->write(data));
        return;
    }
    state_.nack = true;
    state_.reading = (data & 1) != 0;
    for (std::size_t i = 0; i < targets_.size(); ++i) {
        if (targets_[i]->address() == data >> 1 && targets_[i]->start(state_.reading)) {
            state_.addressed = static_cast<int>(i);
            state_.nack = false;
        }
    }
}

void i2c_opencores::update_irq() { irq.set(state_.interrupt_flag && bank_.get(regs::ctr::ien)); }

}  // namespace luxlane::soc
