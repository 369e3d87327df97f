#include "platform/board/board.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/common/log.h"
#include "models/soc/boot_rom.h"
#include "platform/board/memory_map.h"
#include "registers/accelerator.h"
#include "registers/aclint.h"
#include "registers/host_serdes.h"
#include "registers/i2c_opencores.h"
#include "registers/optical_channel.h"
#include "registers/pd_array.h"
#include "registers/plic.h"
#include "registers/rx_dsp.h"
#include "registers/serdes_phy.h"
#include "registers/test_device.h"
#include "registers/tx_driver.h"
#include "registers/uart_16550.h"
#include "registers/watchdog.h"

namespace luxlane {
namespace {

namespace map = board_map;

constexpr std::uint8_t THERMOMETER_ADDRESS = 0x48;
constexpr unsigned MACHINE_SOFTWARE = 3;
constexpr unsigned MACHINE_TIMER = 7;
constexpr unsigned MACHINE_EXTERNAL = 11;

/// The nominal lane at the line's own rate.
photonics::lane_parameters lane_of(const config::configuration& values) {
    auto lane = values.lane;
    lane.rate_bps = values.line_rate_bps();
    return lane;
}

/// A block of the optical path.
template <class Config, class Settings>
Config optical(const config::configuration& values, const Settings& settings, unsigned direction) {
    Config config;
    static_cast<Settings&>(config) = settings;
    config.lanes = static_cast<unsigned>(values.physical_lanes());
    config.seed = values.simulation.seed;
    config.direction = direction;
    config.lane = lane_of(values);
    if constexpr (requires { config.spread; }) {
        config.spread = values.spread;
    }
    return config;
}

soc::hart_module_config hart_of(const config::configuration& values, const soc::aclint& clint) {
    soc::hart_module_config config;
    config.clock_hz = values.node.clock_hz;
    config.quantum_instructions = values.node.quantum_instructions;
    config.reset_pc = map::BOOT_ROM;
    config.read_mtime = [&clint](const sc_core::sc_time& at) { return clint.ticks_at(at); };
    return config;
}

accelerator_config accelerator_of(const config::configuration& values) {
    accelerator_config config{values.accelerator};
    config.memory_base = map::HBM;
    config.memory_bytes = map::HBM_BYTES;
    return config;
}

serdes_phy_config phy_of(const config::configuration& values, unsigned direction) {
    serdes_phy_config config{values.phy};
    config.physical_lanes = static_cast<unsigned>(values.physical_lanes());
    config.data_lanes = static_cast<unsigned>(values.link.data_lanes);
    config.lane_rate_bps = values.link.lane_rate_bps;
    config.kind = fidelity_called(values.simulation.fidelity).value();
    config.seed = values.simulation.seed;
    config.direction = direction;
    config.host_interface = values.has_host_lanes() ? host_reach::pluggable : host_reach::cpo;
    return config;
}

std::unique_ptr<host_serdes> host_of(const config::configuration& values, unsigned direction) {
    if (!values.has_host_lanes()) {
        return nullptr;
    }
    host_serdes_config config{values.host};
    config.lane_rate_bps = values.host_lane_rate_bps();
    config.seed = values.simulation.seed;
    config.direction = direction;
    return std::make_unique<host_serdes>("host", config);
}

}  // namespace

board::board(const sc_core::sc_module_name& name, const config::configuration& values,
             unsigned direction)
    : sc_core::sc_module(name),
      bus("bus"),
      hart("hart", hart_of(values, clint)),
      boot_rom("boot_rom", {.size_bytes = map::BOOT_ROM_BYTES, .read_only = true}),
      sram("sram", {.size_bytes = map::SRAM_BYTES}),
      dram("dram", {.size_bytes = map::DRAM_BYTES}),
      clint("clint", {}),
      interrupts("interrupts", {}),
      finisher("finisher", {}),
      uart("uart", {}),
      watchdog("watchdog", {}),
      i2c("i2c", {}),
      thermometer(THERMOMETER_ADDRESS, [this] { return values_.node.ambient_c; }),
      compute("compute", accelerator_of(values)),
      phy("phy", phy_of(values, direction)),
      host(host_of(values, direction)),
      driver("driver", optical<tx_driver_config>(values, values.transmitter, direction)),
      fibre("fibre", optical<optical_channel_config>(values, values.cable, direction)),
      photodiodes("photodiodes",
                  optical<pd_array_config>(values, values.photodiodes, 1 - direction)),
      receiver("receiver", optical<rx_dsp_config>(values, values.receiver, 1 - direction)),
      values_(values),
      devices_{&clint,   &interrupts, &finisher, &uart,  &watchdog,    &i2c,
               &compute, &phy,        &driver,   &fibre, &photodiodes, &receiver} {
    if (host) {
        devices_.push_back(host.get());
    }
    map_devices();
    connect_interrupts();
    connect_link();
    i2c.attach(thermometer);
    finisher.on_outcome([this](const soc::test_outcome& outcome) {
        outcome_ = outcome;
        on_end();
    });
    watchdog.on_second_expiry([this] { end_with("the watchdog expired twice"); });
    hart.on_lockup([this] { end_with("the hart is locked up: its trap handler traps"); });
    for (auto* memory : {&sram, &dram}) {
        const std::uint64_t base = memory == &sram ? map::SRAM : map::DRAM;
        memory->on_write([this, base](std::uint64_t offset, std::uint64_t bytes) {
            hart.hart().invalidate_code(base + offset, bytes);
        });
    }
}

void board::map_devices() {
    hart.bus.bind(bus.in);
    compute.dma.bind(bus.in);
    bus.map(map::BOOT_ROM, map::BOOT_ROM_BYTES, "boot_rom", boot_rom.target);
    bus.map(map::SRAM, map::SRAM_BYTES, "sram", sram.target);
    bus.map(map::DRAM, map::DRAM_BYTES, "dram", dram.target);
    bus.map(map::HBM, map::HBM_BYTES, "hbm", compute.memory);
    const auto place = [this](std::uint64_t base, std::uint64_t size, device& target) {
        bus.map(base, size, target.basename(), target.registers);
    };
    place(registers::test_device::base, registers::test_device::size, finisher);
    place(registers::aclint::base, registers::aclint::size, clint);
    place(registers::plic::base, registers::plic::size, interrupts);
    place(registers::uart_16550::base, registers::uart_16550::size, uart);
    place(registers::watchdog::base, registers::watchdog::size, watchdog);
    place(registers::i2c_opencores::base, registers::i2c_opencores::size, i2c);
    place(registers::tx_driver::base, registers::tx_driver::size, driver);
    place(registers::optical_channel::base, registers::optical_channel::size, fibre);
    place(registers::pd_array::base, registers::pd_array::size, photodiodes);
    place(registers::rx_dsp::base, registers::rx_dsp::size, receiver);
    place(registers::serdes_phy::base, registers::serdes_phy::size, phy);
    place(registers::accelerator::base, registers::accelerator::size, compute);
    if (host) {
        place(registers::host_serdes::base, registers::host_serdes::size, *host);
    }
}

void board::connect_interrupts() {
    const auto to_hart = [this](unsigned cause) {
        return [this, cause](bool level) { hart.set_interrupt(cause, level); };
    };
    clint.software(0).connect(to_hart(MACHINE_SOFTWARE));
    clint.timer(0).connect(to_hart(MACHINE_TIMER));
    interrupts.context(0).connect(to_hart(MACHINE_EXTERNAL));
    uart.irq.connect(interrupts.source(registers::uart_16550::irq));
    watchdog.irq.connect(interrupts.source(registers::watchdog::irq));
    i2c.irq.connect(interrupts.source(registers::i2c_opencores::irq));
    driver.irq.connect(interrupts.source(registers::tx_driver::irq));
    fibre.irq.connect(interrupts.source(registers::optical_channel::irq));
    photodiodes.irq.connect(interrupts.source(registers::pd_array::irq));
    receiver.irq.connect(interrupts.source(registers::rx_dsp::irq));
    phy.irq.connect(interrupts.source(registers::serdes_phy::irq));
    compute.irq.connect(interrupts.source(registers::accelerator::irq));
    if (host) {
        host->irq.connect(interrupts.source(registers::host_serdes::irq));
    }
}

void board::connect_link() {
    compute.flits_out.bind(phy.flits_in);
    phy.flits_out.bind(compute.flits_in);
    phy.lanes_out.bind(driver.in);
    driver.out.bind(fibre.in);
    photodiodes.out.bind(receiver.in);
    receiver.out.bind(phy.lanes_in);
    phy.lane_locked = [this](unsigned lane) { return receiver.lane_locked(lane); };
    phy.lane_ber = [this](unsigned lane) { return receiver.lane_ber(lane); };
    receiver.lanes_changed = [this](const sc_core::sc_time& at) { phy.lanes_changed(at); };
    if (host) {
        phy.bind_host(*host);
    }
}

void board::load(const riscv::elf_image& program, const std::string& name) {
    struct area {
        std::uint64_t base;
        soc::memory* memory;
    };
    const area areas[] = {{map::SRAM, &sram}, {map::DRAM, &dram}};
    for (const auto& segment : program.segments) {
        const auto found = std::find_if(std::begin(areas), std::end(areas), [&](const area& a) {
            return segment.address >= a.base &&
                   segment.address - a.base <= a.memory->size_bytes() &&
                   segment.memory_bytes <= a.memory->size_bytes() - (segment.address - a.base);
        });
        if (found == std::end(areas)) {
            throw riscv::elf_error(fmt::format(
                "{}: a segment of {} bytes at {:#x} lies outside the board's memories; programs go "
                "to DRAM at {:#x} ({} MiB) or SRAM at {:#x} ({} KiB)",
                name, segment.memory_bytes, segment.address, map::DRAM, map::DRAM_BYTES >> 20,
                map::SRAM, map::SRAM_BYTES >> 10));
        }
        found->memory->write(segment.address - found->base, segment.data);
    }
    boot_rom.write(0, soc::boot_rom_contents(program.entry, map::JOB));
}

void board::end_with(std::string failure) {
    const auto now = sc_core::sc_time_stamp();
    log_at(severity::error, *this, failure, std::max(hart.local_time(), now) - now);
    failure_ = std::move(failure);
    on_end();
}

std::vector<device::energy_part> board::energy() const {
    std::vector<device::energy_part> parts;
    double converted = 0.0;
    for (const auto* each : devices_) {
        for (const auto& part : each->energy()) {
            parts.push_back(part);
            converted += part.behind_converters ? part.joules : 0.0;
        }
    }
    const auto& power = values_.power;
    const double controller = power.controller_idle_w * sc_core::sc_time_stamp().to_seconds() +
                              power.energy_per_instruction_j * double(hart.hart().state.minstret);
    converted += controller;
    parts.push_back({"management controller", controller});
    parts.push_back({"DC-DC converters", converted * (1.0 / power.converter_efficiency - 1.0)});
    return parts;
}

}  // namespace luxlane
