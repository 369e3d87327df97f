#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace luxlane::riscv {

/// Why the hart touches the bus. `amo` is either half of an atomic read-modify-write, or LR/SC.
enum class access_kind : uint8_t { fetch, load, store, amo };

/// How the platform answers. `fault` becomes the architectural access fault of the access's kind.
enum class bus_status : uint8_t { ok, fault };

/// Plain memory that the hart may access through a host pointer (TLM's DMI).
/// `size` in bytes; `data` points to the byte at guest address `base`.
struct direct_region {
    uint64_t base;
    uint64_t size;
    std::byte* data;
    bool writable;
    bool executable;
};

/// What a hart sees of its platform. Data is little-endian, addresses are physical.
///
/// A misaligned load or store that no single direct region covers arrives here as one misaligned
/// access: memories should perform it, devices should answer `fault`, which the hart reports as an
/// access fault. So the result of a program does not depend on which memories offer regions.
class bus {
public:
    virtual ~bus() = default;

    /// One access of `bytes` = 1, 2, 4 or 8. During the call hart::executed() and
    /// hart::current_pc() are exact, and hart's members that say so may be called.
    virtual bus_status read(uint64_t address, void* data, unsigned bytes, access_kind kind) = 0;

    /// As read(). A fault must leave the target unchanged.
    virtual bus_status write(uint64_t address, const void* data, unsigned bytes,
                             access_kind kind) = 0;

    /// The direct region that covers `address`, if any; must have no side effects. The answer,
    /// also a negative one, holds until hart::drop_direct_regions().
    virtual std::optional<direct_region> direct(uint64_t address) = 0;
};

}  // namespace luxlane::riscv
