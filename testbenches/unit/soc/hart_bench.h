#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/soc/aclint.h"
#include "models/soc/boot_rom.h"
#include "models/soc/hart_module.h"
#include "models/soc/memory.h"
#include "models/soc/plic.h"
#include "models/soc/router.h"
#include "models/soc/test_device.h"
#include "models/soc/uart_16550.h"
#include "testbenches/unit/soc/soc_bench.h"

namespace luxlane::test {

/// The processor system of the board around one hart, running one of the guests.
struct hart_bench : sc_core::sc_module {
    soc::aclint aclint{"aclint", {}};
    soc::plic plic{"plic", {}};
    soc::uart_16550 uart;
    soc::test_device finisher{"finisher", {}};
    soc::memory rom{"rom", memory_of(0xf000, true)};
    soc::memory dram{"dram", memory_of(0x4000000, false)};
    soc::router router{"router"};
    soc::hart_module hart;
    std::shared_ptr<soc::uart_memory_backend> console =
        std::make_shared<soc::uart_memory_backend>();
    std::optional<soc::test_outcome> outcome;

    hart_bench(const std::string& guest, const soc::hart_module_config& options,
               const sc_core::sc_module_name& name = "board")
        : sc_core::sc_module(name), uart("uart", line_timing()), hart("hart", options) {
        // "Simulation stopped by user" is what every guest ends with.
        sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
        hart.bus.bind(router.in);
        router.map(0x1000, 0xf000, "rom", rom.target);
        router.map(0x100000, 0x1000, "finisher", finisher.registers);
        router.map(0x2000000, 0x10000, "aclint", aclint.registers);
        router.map(0xc000000, 0x600000, "plic", plic.registers);
        router.map(0x10000000, 0x100, "uart", uart.registers);
        router.map(0x80000000, 0x4000000, "dram", dram.target);
        uart.attach(console);
        uart.irq.connect(plic.source(10));
        aclint.software(0).connect([this](bool level) { hart.set_interrupt(3, level); });
        aclint.timer(0).connect([this](bool level) { hart.set_interrupt(7, level); });
        plic.context(0).connect([this](bool level) { hart.set_interrupt(11, level); });
        finisher.on_outcome([this](const soc::test_outcome& reported) {
            outcome = reported;
            sc_core::sc_stop();
        });
        rom.write(0, soc::boot_rom_contents(0x80000000, 0x123456789a));
        std::ifstream file(std::string(LUXLANE_GUESTS) + "/" + guest + ".bin", std::ios::binary);
        const std::string image{std::istreambuf_iterator<char>(file), {}};
        if (image.empty()) {
            throw std::runtime_error("no guest " + guest);
        }
        dram.write(0, std::as_bytes(std::span(image)));
    }

    void set_parameter(unsigned index, std::uint32_t value) {
        dram.write(0x20000 + 4 * index, std::as_bytes(std::span(&value, 1)));
    }
    std::uint64_t result(unsigned index) const {
        std::uint64_t value = 0;
        dram.read(0x10000 + 8 * index, std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }

    static soc::memory_config memory_of(std::uint64_t bytes, bool read_only) {
        soc::memory_config options;
        options.size_bytes = bytes;
        options.read_only = read_only;
        return options;
    }
    static soc::uart_16550_config line_timing() {
        soc::uart_16550_config options;
        options.line_timing = true;
        options.clock_hz = 100e6;  // with the reset divisor a character takes 19.2 us
        return options;
    }
};

/// Memory that a forked simulation shares with its parent: how results come back from it.
template <class Value>
class shared_value {
public:
    shared_value()
        : value_(static_cast<Value*>(mmap(nullptr, sizeof(Value), PROT_READ | PROT_WRITE,
                                          MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
        *value_ = {};
    }
    ~shared_value() { munmap(value_, sizeof(Value)); }
    shared_value(const shared_value&) = delete;
    shared_value& operator=(const shared_value&) = delete;
    Value& operator*() { return *value_; }
    Value* operator->() { return value_; }

private:
    Value* value_;
};

}  // namespace luxlane::test
