#pragma once

#include <cstdint>
#include <vector>

#include "models/common/device.h"
#include "models/soc/i2c_target.h"

namespace luxlane::soc {

struct i2c_opencores_config {
    double clock_hz = 50e6;  ///< of the core; assumption: the peripheral bus clock
};

/// The OpenCores I2C-Master Core (specification rev. 0.9), 8-bit registers one byte apart, as
/// Linux's i2c-ocores drives it with reg-shift 0 and reg-io-width 1.
/// Modelled: prescaler, commands with TIP, interrupt flag, acknowledge, busy, arbitration lost when
/// another party holds the bus. As in the core, a start condition alone does nothing until it comes
/// with a transfer. Not modelled: clock stretching, several masters, 10-bit addresses.
/// Timing: SCL runs at clock / (5 (PRER + 1)); a byte takes 9 bits, start and stop one each.
class i2c_opencores : public device {
public:
    using config = i2c_opencores_config;

    /// Throws std::invalid_argument for a clock that is not positive.
    i2c_opencores(const sc_core::sc_module_name& name, const config& options);

    /// Puts a chip on the bus; it must outlive the controller. Throws std::invalid_argument if its
    /// address is taken.
    void attach(i2c_target& target);

    /// Fault: somebody else holds the data line, so that every command loses arbitration.
    void hold_bus(bool held) { bus_held_ = held; }

private:
    static constexpr int nobody = -1;
    struct state {
        std::uint8_t command = 0;  ///< in progress, bits as CR
        std::uint8_t received = 0;
        bool transferring = false;
        bool interrupt_flag = false;
        bool arbitration_lost = false;
        bool busy = false;
        bool nack = false;
        bool reading = false;
        int addressed = nobody;  ///< index of the target that has acknowledged its address
    };

    void on_reset() override;
    void update_irq() override;
    void write_command(const register_write& write);
    void write_control(const register_write& write);
    void finish();
    void transmit(bool address);
    void release();
    sc_core::sc_time duration(std::uint64_t command) const;

    i2c_opencores_config config_;
    std::vector<i2c_target*> targets_;
    state state_;
    bool bus_held_ = false;
    sc_core::sc_event done_;
};

}  // namespace luxlane::soc
