#pragma once

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "models/riscv/hart.h"
#include "testbenches/unit/riscv/assembler.h"

namespace luxlane::riscv {

/// A bare board: RAM, a 16550's transmitter and the test device of QEMU's `virt`, and one device of
/// four 32-bit registers whose accesses a test can watch.
class machine : public bus {
public:
    static constexpr uint64_t ram_base = 0x80000000;
    static constexpr uint64_t uart_base = 0x10000000;
    static constexpr uint64_t test_base = 0x100000;
    static constexpr uint64_t device_base = 0x10020000;
    static constexpr uint64_t rom_base = 0x20000;

    explicit machine(size_t ram_bytes = 1 << 20, bool offers_direct = true)
        : ram(ram_bytes), offers_direct_(offers_direct) {}

    std::vector<std::byte> ram;
    std::vector<std::byte> rom = std::vector<std::byte>(4096);
    std::string console;
    bool finished = false;
    uint32_t device[4] = {};
    std::function<void(uint64_t address, bool write)> on_device;

    void load(const assembler::code& from) {
        std::memcpy(at(from.base()), from.bytes().data(), from.bytes().size());
    }
    std::byte* at(uint64_t address) { return ram.data() + (address - ram_base); }
    uint64_t word64(uint64_t address) {
        uint64_t value;
        std::memcpy(&value, at(address), sizeof value);
        return value;
    }

    bus_status read(uint64_t address, void* data, unsigned bytes, access_kind) override {
        if (in(address, bytes, ram_base, ram.size())) {
            std::memcpy(data, at(address), bytes);
            return bus_status::ok;
        }
        if (in(address, bytes, rom_base, rom.size())) {
            std::memcpy(data, rom.data() + (address - rom_base), bytes);
            return bus_status::ok;
        }
        if (uint32_t* target = device_register(address, bytes)) {
            std::memcpy(data, target, bytes);
            notify(address, false);
            return bus_status::ok;
        }
        return bus_status::fault;
    }

    bus_status write(uint64_t address, const void* data, unsigned bytes, access_kind) override {
        if (in(address, bytes, ram_base, ram.size())) {
            std::memcpy(at(address), data, bytes);
            return bus_status::ok;
        }
        if (uint32_t* target = device_register(address, bytes)) {
            std::memcpy(target, data, bytes);
            notify(address, true);
            return bus_status::ok;
        }
        if (address == uart_base && bytes == 1) {
            console += *static_cast<const char*>(data);
            return bus_status::ok;
        }
        if (address == test_base && bytes == 4) {
            finished = true;
            notify(address, true);
            return bus_status::ok;
        }
        return bus_status::fault;
    }

    std::optional<direct_region> direct(uint64_t address) override {
        if (offers_direct_ && in(address, 1, ram_base, ram.size())) {
            return direct_region{ram_base, ram.size(), ram.data(), true, true};
        }
        if (offers_direct_ && in(address, 1, rom_base, rom.size())) {
            return direct_region{rom_base, rom.size(), rom.data(), false, true};
        }
        return std::nullopt;
    }

private:
    static bool in(uint64_t address, uint64_t bytes, uint64_t base, uint64_t size) {
        return address >= base && address - base < size && bytes <= size - (address - base);
    }
    uint32_t* device_register(uint64_t address, unsigned bytes) {
        const bool good =
            in(address, bytes, device_base, sizeof device) && bytes == 4 && address % 4 == 0;
        return good ? &device[(address - device_base) / 4] : nullptr;
    }
    void notify(uint64_t address, bool write) {
        if (on_device) {
            on_device(address, write);
        }
    }

    bool offers_direct_;
};

}  // namespace luxlane::riscv
