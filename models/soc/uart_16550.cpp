#include "models/soc/uart_16550.h"

#include <algorithm>
#include <stdexcept>

#include "registers/uart_16550.h"

namespace luxlane::soc {

namespace regs = registers::uart_16550;
using cause = regs::iir::id_value;

namespace {

enum warning_kind { transmitter_full };

// MSR bits 7..4, and 3..0 that tell of their changes: CTS, DSR, RI, DCD.
constexpr unsigned inputs_lsb = 4;
constexpr std::uint64_t ring_indicator = 4;

}  // namespace

uart_16550::uart_16550(const sc_core::sc_module_name& name, const config& options)
    : device(name, regs::map),
      config_(options),
      warnings_(*this),
      shifted_("shifted"),
      timeout_("timeout"),
      poll_("poll") {
    if (!(options.clock_hz > 0) || options.input_interval == sc_core::SC_ZERO_TIME) {
        throw std::invalid_argument("a UART's clock and input interval are positive");
    }
    add_hooks();
    SC_HAS_PROCESS(uart_16550);
    SC_METHOD(on_shifted);
    sensitive << shifted_;
    dont_initialize();
    SC_METHOD(update_irq);
    sensitive << timeout_;
    dont_initialize();
    SC_METHOD(poll_input);
    sensitive << poll_;
    dont_initialize();
    statistics_.add("characters_sent", "1", [this] { return double(sent_); });
    statistics_.add("characters_received", "1", [this] { return double(received_); });
    reset();
}

void uart_16550::add_hooks() {
    bank_.on_read(regs::reg::rbr, [this](std::uint32_t, std::uint64_t) -> std::uint64_t {
        return state_.received.empty() ? 0 : state_.received.front();
    });
    bank_.on_read_effect(regs::reg::rbr, [this](std::uint32_t) {
        if (!state_.received.empty()) {
            state_.received.pop_front();
        }
        state_.last_receive = now();
    });
    bank_.on_write(regs::reg::thr, [this](const register_write& w) { send(w); });
    bank_.on_write(regs::reg::ier, [this](const register_write& w) {
        const bool enabled = ~w.old_value & w.value & regs::ier::transmitter_empty.mask();
        state_.transmitter_interrupt |= enabled && state_.to_send.empty();
    });
    bank_.on_read(regs::reg::iir, [this](std::uint32_t, std::uint64_t) {
        return pending_cause().value_or(regs::iir::id.encode(cause::none)) |
               regs::iir::fifos.encode(state_.fifos ? 3 : 0);
    });
    bank_.on_read_effect(regs::reg::iir, [this](std::uint32_t) {
        if (pending_cause() == regs::iir::id.encode(cause::transmitter_empty)) {
            state_.transmitter_interrupt = false;
        }
    });
    bank_.on_write(regs::reg::fcr, [this](const register_write& w) { write_fifo_control(w); });
    bank_.on_write(regs::reg::lcr, [this](const register_write& w) {
        bank_.select_alternate(regs::lcr::dlab.decode(w.value) ? regs::group_dlab : 0);
    });
    bank_.on_write(regs::reg::mcr, [this](const register_write& w) {
        const std::uint64_t before = modem_inputs(w.old_value);
        const std::uint64_t after = modem_inputs(w.value);
        // RI tells of its end only.
        const std::uint64_t changes = (before ^ after) & ~(ring_indicator & after);
        state_.modem_changes |= static_cast<std::uint8_t>(changes);
    });
    bank_.on_read(regs::reg::lsr, [this](std::uint32_t, std::uint64_t) { return line_status(); });
    bank_.on_read_effect(regs::reg::lsr, [this](std::uint32_t) { state_.overrun = false; });
    bank_.on_read(regs::reg::msr, [this](std::uint32_t, std::uint64_t) {
        return modem_inputs(bank_.value(regs::reg::mcr)) << inputs_lsb | state_.modem_changes;
    });
    bank_.on_read_effect(regs::reg::msr, [this](std::uint32_t) { state_.modem_changes = 0; });
    const auto divisor_changed = [this](const register_write&) { start_shifting(); };
    bank_.on_write(regs::reg::dll, divisor_changed);
    bank_.on_write(regs::reg::dlm, divisor_changed);
}

void uart_16550::start_of_simulation() {
    if (backend_ && backend_->has_input()) {
        poll_.notify(config_.input_interval);
    }
}

void uart_16550::on_reset() {
    state_ = {};
    shifted_.cancel();
    timeout_.cancel();
}

void uart_16550::write_fifo_control(const register_write& write) {
    const bool enable = regs::fcr::enable.decode(write.written);
    const bool changed = enable != state_.fifos;
    state_.fifos = enable;
    if (changed || regs::fcr::clear_receiver.decode(write.written)) {
        state_.received.clear();
    }
    if (changed || regs::fcr::clear_transmitter.decode(write.written)) {
        state_.transmitter_interrupt |= !state_.to_send.empty();
        state_.to_send.clear();
    }
    // The other bits are programmed only while the FIFOs are enabled (PC16550D, FCR bit 0).
    if (enable) {
        state_.trigger = static_cast<std::uint8_t>((write.written & regs::fcr::trigger.mask()) >>
                                                   regs::fcr::trigger.lsb);
    }
}

void uart_16550::send(const register_write& write) {
    state_.transmitter_interrupt = false;
    if (state_.to_send.size() == fifo_depth()) {
        warnings_.warn(transmitter_full, write.context, now() - sc_core::sc_time_stamp(),
                       "THR was written while the transmitter is full: a character is lost");
        state_.to_send.pop_back();
    }
    state_.to_send.push_back(static_cast<std::uint8_t>(write.written));
    start_shifting();
}

/// Moves the next character to the line, if it is free.
void uart_16550::start_shifting() {
    while (!state_.shifting && !state_.to_send.empty()) {
        if (config_.line_timing && character_time() == sc_core::SC_ZERO_TIME) {
            return;
        }
        const std::uint8_t character = state_.to_send.front();
        state_.to_send.pop_front();
        state_.transmitter_interrupt |= state_.to_send.empty();
        if (config_.line_timing) {
            state_.shifting = character;
            schedule(shifted_, now() + character_time());
        } else {
            deliver(character);
        }
    }
}

void uart_16550::on_shifted() {
    if (state_.shifting) {
        const std::uint8_t character = *state_.shifting;
        state_.shifting.reset();
        deliver(character);
        start_shifting();
    }
    update_irq();
}

void uart_16550::deliver(std::uint8_t character) {
    const unsigned bits = 5 + bank_.get(regs::lcr::word_length);
    const auto data = static_cast<std::uint8_t>(character & ((1u << bits) - 1));
    ++sent_;
    if (bank_.get(regs::mcr::loop)) {
        receive(data);
    } else if (backend_) {
        backend_->put(data);
    }
}

void uart_16550::receive(std::uint8_t character) {
    ++received_;
    if (state_.received.size() == fifo_depth()) {
        state_.overrun = true;
        // The FIFO keeps what it has; without it the receiver buffer is overwritten.
        if (!state_.fifos) {
            state_.received.back() = character;
        }
    } else {
        state_.received.push_back(character);
    }
    state_.last_receive = now();
    update_irq();
}

void uart_16550::poll_input() {
    std::size_t room = fifo_depth() - std::min(fifo_depth(), state_.received.size());
    auto interval = config_.input_interval;
    if (config_.line_timing) {
        room = 1;
        interval = std::max(interval, character_time());
    }
    for (; room > 0; --room) {
        const auto character = backend_->get();
        if (!character) {
            break;
        }
        receive(*character);
    }
    poll_.notify(interval);
}

/// The IIR code of the most urgent enabled cause (PC16550D, table of interrupt control functions).
std::optional<std::uint64_t> uart_16550::pending_cause() const {
    const auto code = [](cause id) { return std::optional(regs::iir::id.encode(id)); };
    if (bank_.get(regs::ier::line_status) && state_.overrun) {
        return code(cause::line_status);
    }
    if (bank_.get(regs::ier::received_data)) {
        if (state_.received.size() >= trigger_level()) {
            return code(cause::received_data);
        }
        if (timed_out()) {
            return code(cause::timeout);
        }
    }
    if (bank_.get(regs::ier::transmitter_empty) && state_.transmitter_interrupt) {
        return code(cause::transmitter_empty);
    }
    if (bank_.get(regs::ier::modem_status) && state_.modem_changes != 0) {
        return code(cause::modem_status);
    }
    return std::nullopt;
}

/// CTS, DSR, RI, DCD in bits 0..3: a ready peer's, or in loop-back RTS, DTR, OUT1, OUT2.
std::uint64_t uart_16550::modem_inputs(std::uint64_t modem_control) const {
    if (!regs::mcr::loop.decode(modem_control)) {
        return regs::map.registers[static_cast<std::size_t>(regs::reg::msr)].reset >> inputs_lsb;
    }
    return std::uint64_t{regs::mcr::rts.decode(modem_control)} |
           std::uint64_t{regs::mcr::dtr.decode(modem_control)} << 1 |
           std::uint64_t{regs::mcr::out1.decode(modem_control)} << 2 |
           std::uint64_t{regs::mcr::out2.decode(modem_control)} << 3;
}

std::uint64_t uart_16550::line_status() const {
    const bool room = state_.to_send.empty();
    return regs::lsr::data_ready.encode(!state_.received.empty()) |
           regs::lsr::overrun.encode(state_.overrun) | regs::lsr::thr_empty.encode(room) |
           regs::lsr::transmitter_empty.encode(room && !state_.shifting);
}

std::size_t uart_16550::trigger_level() const {
    static constexpr std::size_t levels[] = {1, 4, 8, 14};
    return state_.fifos ? levels[state_.trigger] : 1;
}

/// Start bit, data, parity and stop bits; zero while the divisor stops the baud generator.
sc_core::sc_time uart_16550::character_time() const {
    const std::uint64_t divisor = bank_.value(regs::reg::dlm) << 8 | bank_.value(regs::reg::dll);
    const unsigned data = 5 + bank_.get(regs::lcr::word_length);
    double stop = 1;
    if (bank_.get(regs::lcr::stop_bits)) {
        stop = data == 5 ? 1.5 : 2;
    }
    const double bits = 1 + data + (bank_.get(regs::lcr::parity) ? 1 : 0) + stop;
    return {bits * 16 * double(divisor) / config_.clock_hz, sc_core::SC_SEC};
}

/// Fewer characters than the trigger level have waited for four character times.
bool uart_16550::timed_out() const {
    return state_.fifos && !state_.received.empty() &&
           now() >= state_.last_receive + 4 * character_time();
}

void uart_16550::schedule_timeout() {
    timeout_.cancel();
    if (state_.fifos && !state_.received.empty() && !timed_out()) {
        schedule(timeout_, state_.last_receive + 4 * character_time());
    }
}

void uart_16550::update_irq() {
    schedule_timeout();
    irq.set(pending_cause().has_value());
}

}  // namespace luxlane::soc
