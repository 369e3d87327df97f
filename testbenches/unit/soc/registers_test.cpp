#include <memory>
#include <string>
#include <vector>

#include "models/soc/aclint.h"
#include "models/soc/i2c_opencores.h"
#include "models/soc/plic.h"
#include "models/soc/test_device.h"
#include "models/soc/uart_16550.h"
#include "models/soc/watchdog.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/soc/soc_bench.h"

using namespace luxlane;
using luxlane::test::advance;
using luxlane::test::fresh_simulation;
using luxlane::test::ns;

namespace {

/// Reads every register as a debugger does, each alternate that shows at its offset once.
template <class Device>
std::vector<std::uint64_t> debug_dump(test::device_bench<Device>& b) {
    std::vector<std::uint64_t> values;
    for (const auto& reg : b.device.bank().map().registers) {
        for (std::uint32_t i = 0; i < reg.count; ++i) {
            const auto offset = reg.offset + std::uint64_t{i} * reg.stride;
            values.push_back(b.bus.debug_read(offset, reg.bytes));
            CHECK(b.bus.debug_bytes == reg.bytes);
        }
    }
    return values;
}

/// Registers at their documented values after construction, one reset and two; debug reads that
/// leave everything, counters and log included, as it was.
template <class Device>
void check_registers(const typename Device::config& options = {}) {
    fresh_simulation([&options] {
        test::captured_log log;
        test::device_bench<Device> b(options);
        advance(ns(1));
        const auto& map = b.device.bank().map();
        for (int resets = 0; resets <= 2; ++resets) {
            for (const auto& reg : map.registers) {
                if (reg.access == register_access::write_only || reg.alternate_group != 0) {
                    continue;
                }
                INFO(reg.name << " after " << resets << " resets");
                CHECK(b.bus.debug_read(reg.offset, reg.bytes) == reg.reset);
            }
            b.device.reset();
        }
        // Something in every writable register, so that a side effect would show.
        for (const auto& reg : map.registers) {
            if (reg.access == register_access::read_write && reg.alternate_group == 0) {
                std::uint64_t ones = ~std::uint64_t{0};
                b.bus.access(tlm::TLM_WRITE_COMMAND, reg.offset, &ones, reg.bytes);
            }
        }
        advance(ns(1));
        const auto warnings = b.device.bank().warnings();
        const bool level = b.device.irq.level();
        const auto first = debug_dump(b);
        CHECK(debug_dump(b) == first);
        CHECK(b.device.irq.level() == level);
        CHECK(b.device.bank().warnings() == warnings);
        for (std::uint16_t reg = 0; reg < map.registers.size(); ++reg) {
            CHECK(b.device.bank().reads(reg) == 0);
        }
    });
}

}  // namespace

TEST_CASE("every register resets twice as well as once, and a debug read has no side effects") {
    check_registers<soc::aclint>();
    check_registers<soc::plic>();
    check_registers<soc::uart_16550>();
    check_registers<soc::watchdog>();
    check_registers<soc::i2c_opencores>();
    check_registers<soc::test_device>();
}

TEST_CASE("a register of the wrong size or mode answers with a TLM error") {
    fresh_simulation([] {
        test::captured_log log;
        test::device_bench<soc::watchdog> b;
        advance(ns(1));
        b.bus.read8(0);
        CHECK(b.bus.response == tlm::TLM_BURST_ERROR_RESPONSE);
        b.bus.read32(0x34);
        CHECK(b.bus.response == tlm::TLM_COMMAND_ERROR_RESPONSE);
        b.bus.write32(0, 1);
        CHECK(b.bus.response == tlm::TLM_COMMAND_ERROR_RESPONSE);
        b.bus.read32(0xffc);
        CHECK(b.bus.response == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        CHECK(b.bus.added_delay == ns(10));
        CHECK(log.count("[warning]") == 4);
    });
}
