#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <systemc>

#include "models/accelerator/descriptor.h"

namespace luxlane::collective {

/// High-bandwidth memory: storage, and one time line on which every transfer of an engine reserves
/// its share of the bandwidth. Untouched pages cost no host memory and read as zeros.
class hbm {
public:
    /// `bandwidth` in bytes/s, both directions together. std::runtime_error if the host cannot
    /// reserve the address space.
    hbm(memory_range range, double bandwidth_bytes_per_s, sc_core::sc_time latency);
    ~hbm();
    hbm(const hbm&) = delete;
    hbm& operator=(const hbm&) = delete;

    const memory_range& range() const { return range_; }
    sc_core::sc_time latency() const { return latency_; }
    std::span<std::byte> storage() { return {storage_, range_.bytes}; }
    /// The byte at a board address inside range().
    std::byte* at(std::uint64_t address) { return storage_ + (address - range_.base); }

    /// Copies between the memory and the host. std::out_of_range unless wholly inside range().
    void read(std::uint64_t address, std::span<std::byte> to) const;
    void write(std::uint64_t address, std::span<const std::byte> from);

    struct transfer {
        sc_core::sc_time free;  ///< the next transfer can begin
        sc_core::sc_time done;  ///< the data has arrived
    };
    /// Moves `bytes` as soon as earlier transfers leave the bandwidth, not before `now`.
    transfer reserve(const sc_core::sc_time& now, std::uint64_t bytes);

    std::uint64_t moved_bytes() const { return moved_bytes_; }
    sc_core::sc_time busy() const { return busy_; }

private:
    void check(std::uint64_t address, std::size_t bytes) const;

    memory_range range_;
    double seconds_per_byte_;
    sc_core::sc_time latency_;
    std::byte* storage_;
    sc_core::sc_time free_;
    sc_core::sc_time busy_;
    std::uint64_t moved_bytes_ = 0;
};

}  // namespace luxlane::collective
