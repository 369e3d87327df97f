#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/riscv/bus.h"

namespace luxlane::riscv {

inline constexpr unsigned page_bits = 12;
inline constexpr uint64_t page_bytes = uint64_t{1} << page_bits;

/// The hart's way to plain memory: two direct-mapped tables, one for loads and one for stores, from
/// pages to host addresses (they become the software TLB once addresses are translated), and
/// behind them the regions that the bus has offered.
///
/// The tag comparison of a hit also catches misalignment: the low bits of an aligned address are
/// zero, as the tag's are. Misaligned accesses and pages that a region covers partly take lookup().
class direct_memory {
public:
    explicit direct_memory(bus& platform) : bus_(platform) { drop(); }

    /// Host address of an aligned load; false on a miss.
    template <unsigned bytes>
    bool load_hit(uint64_t address, const std::byte*& host) const {
        return hit<bytes>(loads_, address, host);
    }

    /// Host address of an aligned store into a page without decoded code; false on a miss.
    template <unsigned bytes>
    bool store_hit(uint64_t address, std::byte*& host) const {
        return hit<bytes>(stores_, address, host);
    }

    /// The region that covers all of [address, address + bytes), or nullptr. May ask the bus.
    const direct_region* lookup(uint64_t address, uint64_t bytes);

    /// Makes later aligned loads of the page hit, if `region` covers all of it.
    void remember_load(uint64_t address, const direct_region& region);
    /// As remember_load(), for stores. The caller answers for the page holding no decoded code.
    void remember_store(uint64_t address, const direct_region& region);
    /// Stores to the page miss from now on: it holds decoded code.
    void forget_store(uint64_t address);
    /// Forgets every region, and every page that is known to have none.
    void drop();

private:
    struct entry {
        uint64_t tag;
        uintptr_t addend;  // host address minus guest address, modulo 2^64
    };
    static constexpr size_t entries = 256;
    using table = std::array<entry, entries>;
    static constexpr uint64_t no_page = ~uint64_t{0};

    static size_t index(uint64_t address) { return (address >> page_bits) % entries; }

    template <unsigned bytes, typename pointer>
    static bool hit(const table& from, uint64_t address, pointer& host) {
        const entry& found = from[index(address)];
        host = reinterpret_cast<pointer>(address + found.addend);
        return found.tag == (address & (~(page_bytes - 1) | (bytes - 1)));
    }

    static void remember(table& in, uint64_t address, const direct_region& region);

    bus& bus_;
    table loads_;
    table stores_;
    std::vector<direct_region> regions_;       // sorted by base
    std::array<uint64_t, 64> without_region_;  // pages for which the bus offered nothing
};

}  // namespace luxlane::riscv
