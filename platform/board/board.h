#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <systemc>
#include <vector>

#include "models/accelerator/accelerator.h"
#include "models/host_serdes/host_serdes.h"
#include "models/optical_channel/optical_channel.h"
#include "models/pd_array/pd_array.h"
#include "models/riscv/elf.h"
#include "models/rx_dsp/rx_dsp.h"
#include "models/serdes_phy/serdes_phy.h"
#include "models/soc/aclint.h"
#include "models/soc/hart_module.h"
#include "models/soc/i2c_opencores.h"
#include "models/soc/memory.h"
#include "models/soc/plic.h"
#include "models/soc/router.h"
#include "models/soc/test_device.h"
#include "models/soc/tmp102.h"
#include "models/soc/uart_16550.h"
#include "models/soc/watchdog.h"
#include "models/tx_driver/tx_driver.h"
#include "platform/config/configuration.h"

namespace luxlane {

/// One end of the link: a node (hart, memories, standard peripherals, accelerator, host side of the
/// PHY) and a module (line side of the PHY, driver, the fibre that starts here, photodiodes,
/// receiver). Bind `fibre.out` to the far board's `photodiodes.in`.
class board : public sc_core::sc_module {
public:
    soc::router bus;
    soc::hart_module hart;
    soc::memory boot_rom, sram, dram;
    soc::aclint clint;
    soc::plic interrupts;
    soc::test_device finisher;
    soc::uart_16550 uart;
    soc::watchdog watchdog;
    soc::i2c_opencores i2c;
    soc::tmp102 thermometer;

    accelerator compute;
    serdes_phy phy;
    std::unique_ptr<host_serdes> host;  ///< nothing if the accelerator stands on the package
    tx_driver driver;
    optical_channel fibre;
    pd_array photodiodes;
    rx_dsp receiver;

    /// `direction` tells the boards apart: it keys the random streams of the fibre that starts
    /// here.
    board(const sc_core::sc_module_name& name, const config::configuration& values,
          unsigned direction);

    /// Puts a program's segments into memory and starts the hart at its entry. riscv::elf_error if
    /// a segment lies outside the board's memories.
    void load(const riscv::elf_image& program, const std::string& name);

    /// All devices, for statistics and commands.
    std::span<device* const> devices() const { return devices_; }

    /// Energy drawn so far by one end of the link, J, by part; the last is the loss of the
    /// converters.
    std::vector<device::energy_part> energy() const;

    /// How the firmware ended, if it did.
    const std::optional<soc::test_outcome>& outcome() const { return outcome_; }
    /// Why the board cannot end any more (lock-up, watchdog), or empty.
    const std::string& failure() const { return failure_; }
    /// Called when outcome() or failure() is set.
    std::function<void()> on_end = [] {};

private:
    void map_devices();
    void connect_interrupts();
    void connect_link();
    void end_with(std::string failure);

    const config::configuration values_;
    std::vector<device*> devices_;
    std::optional<soc::test_outcome> outcome_;
    std::string failure_;
};

}  // namespace luxlane
