#pragma once

#include <cstdint>
#include <map>
#include <vector>

/// What stands behind the firmware's register accesses in a host test.
class mock_bus {
public:
    virtual ~mock_bus() = default;
    virtual std::uint64_t read(std::uintptr_t address, unsigned bytes) = 0;
    virtual void write(std::uintptr_t address, unsigned bytes, std::uint64_t value) = 0;

    /// The bus that the firmware is connected to from now on.
    static void select(mock_bus* bus);
};

/// Plain storage that records the traffic: for tests of single drivers.
class recording_bus : public mock_bus {
public:
    struct access {
        bool is_write;
        std::uintptr_t address;
        std::uint64_t value;
        friend bool operator==(const access&, const access&) = default;
    };

    recording_bus() { select(this); }
    ~recording_bus() override { select(nullptr); }

    std::uint64_t read(std::uintptr_t address, unsigned bytes) override;
    void write(std::uintptr_t address, unsigned bytes, std::uint64_t value) override;

    /// The writes since the last call, in order.
    std::vector<access> take_writes();
    /// True if there was no access at all since the last take_writes.
    bool untouched() const { return traffic_.empty(); }

    std::map<std::uintptr_t, std::uint64_t> values;

private:
    std::vector<access> traffic_;
};

/// Shorthand for expected traffic.
inline recording_bus::access written(std::uintptr_t address, std::uint64_t value) {
    return {true, address, value};
}
