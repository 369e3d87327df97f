#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "models/common/device.h"
#include "models/soc/guest_warnings.h"
#include "models/soc/uart_backend.h"

namespace luxlane::soc {

struct uart_16550_config {
    /// Of the baud generator; 3.6864 MHz as the device tree of QEMU's `virt` says.
    double clock_hz = 3686400;
    /// True: characters take their time on the line, as divisor and LCR say. False: a sent
    /// character leaves at once and received ones come as fast as the FIFO takes them.
    bool line_timing = false;
    /// How often a back end with input is asked for characters (assumption).
    sc_core::sc_time input_interval = sc_core::sc_time(100, sc_core::SC_US);
};

/// National PC16550D serial port with 16-byte FIFOs, registers one byte apart.
/// Modelled: all registers, FIFO and character modes, trigger levels, character time-out, overrun,
/// the five interrupt causes with their priorities, loop-back, modem inputs (asserted, as from a
/// ready peer), divisor and character format as far as they make time. Not modelled: line errors,
/// break, DMA pins, the one-character delay of the transmitter interrupt.
/// A divisor of 0 stops the baud generator: with line timing, nothing is sent.
class uart_16550 : public device {
public:
    using config = uart_16550_config;

    uart_16550(const sc_core::sc_module_name& name, const config& options);

    /// Connects the port; without a back end what is sent is lost. Before the simulation starts.
    void attach(std::shared_ptr<uart_backend> backend) { backend_ = std::move(backend); }

    /// A character arrives on the line now.
    void receive(std::uint8_t character);

private:
    struct state {
        std::deque<std::uint8_t> received;
        std::deque<std::uint8_t> to_send;
        std::optional<std::uint8_t> shifting;  ///< on the line, with line timing
        sc_core::sc_time last_receive;         ///< last arrival in or read from the receiver FIFO
        bool fifos = false;
        std::uint8_t trigger = 0;  ///< code in FCR
        bool overrun = false;
        bool transmitter_interrupt = false;  ///< latched until IIR is read or THR written
        std::uint8_t modem_changes = 0;      ///< MSR bits 3..0
    };

    void add_hooks();
    void start_of_simulation() override;
    void on_reset() override;
    void update_irq() override;

    void write_fifo_control(const register_write& write);
    void send(const register_write& write);
    void start_shifting();
    void on_shifted();
    void deliver(std::uint8_t character);
    void poll_input();
    std::optional<std::uint64_t> pending_cause() const;
    std::uint64_t modem_inputs(std::uint64_t modem_control) const;
    std::uint64_t line_status() const;
    std::size_t fifo_depth() const { return state_.fifos ? 16 : 1; }
    std::size_t trigger_level() const;
    sc_core::sc_time character_time() const;
    bool timed_out() const;
    void schedule_timeout();

    uart_16550_config config_;
    std::shared_ptr<uart_backend> backend_;
    state state_;
    guest_warnings warnings_;
    sc_core::sc_event shifted_;
    sc_core::sc_event timeout_;
    sc_core::sc_event poll_;
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
};

}  // namespace luxlane::soc
