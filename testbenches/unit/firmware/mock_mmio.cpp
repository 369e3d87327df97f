#include "testbenches/unit/firmware/mock_mmio.h"

#include <atomic>
#include <stdexcept>

extern "C" {
#include "firmware/hal/mmio.h"
}

namespace {
mock_bus* selected = nullptr;

mock_bus& bus() {
    if (selected == nullptr) {
        throw std::logic_error("register access while no mock is selected");
    }
    return *selected;
}
}  // namespace

void mock_bus::select(mock_bus* bus) { selected = bus; }

std::uint64_t recording_bus::read(std::uintptr_t address, unsigned) {
    traffic_.push_back({false, address, values[address]});
    return values[address];
}

void recording_bus::write(std::uintptr_t address, unsigned, std::uint64_t value) {
    traffic_.push_back({true, address, value});
    values[address] = value;
}

std::vector<recording_bus::access> recording_bus::take_writes() {
    std::vector<access> writes;
    for (const access& item : traffic_) {
        if (item.is_write) {
            writes.push_back(item);
        }
    }
    traffic_.clear();
    return writes;
}

extern "C" {
uint32_t mmio_read32(mmio_region region, uint32_t offset) {
    return static_cast<uint32_t>(bus().read(region.base + offset, 4));
}
void mmio_write32(mmio_region region, uint32_t offset, uint32_t value) {
    bus().write(region.base + offset, 4, value);
}
uint64_t mmio_read64(mmio_region region, uint32_t offset) {
    return bus().read(region.base + offset, 8);
}
void mmio_write64(mmio_region region, uint32_t offset, uint64_t value) {
    bus().write(region.base + offset, 8, value);
}
uint8_t mmio_read8(mmio_region region, uint32_t offset) {
    return static_cast<uint8_t>(bus().read(region.base + offset, 1));
}
void mmio_write8(mmio_region region, uint32_t offset, uint8_t value) {
    bus().write(region.base + offset, 1, value);
}
void memory_fence(void) { std::atomic_thread_fence(std::memory_order_seq_cst); }
}
