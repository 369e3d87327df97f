#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "registers/accelerator.h"

namespace luxlane::collective {

/// The device's descriptor rings, in the order of its register arrays.
enum class ring_id : std::uint8_t { send, receive, compute };
inline constexpr std::size_t ring_count = 3;

enum class opcode : std::uint8_t { send = 1, receive = 2, reduce = 3, copy = 4 };
enum class element_type : std::uint8_t { bytes = 0, bf16 = 1, fp32 = 2 };

inline constexpr std::uint8_t descriptor_magic = 0xA5;
inline constexpr std::uint8_t descriptor_interrupt = 1;
inline constexpr std::uint8_t descriptor_fence = 2;
inline constexpr std::size_t descriptor_bytes = 32;

/// What stops a ring; the codes of RING_ERROR.
using ring_error_code = registers::accelerator::ring_error::code_value;

/// One unit of work as firmware posts it: 32 bytes in memory, little-endian, in this order.
struct descriptor {
    std::uint8_t opcode = 0;
    std::uint8_t flags = 0;
    std::uint8_t type = 0;
    std::uint8_t magic = 0;
    std::uint16_t tag = 0;          ///< SEND, RECEIVE: names the message
    std::uint16_t fence_ring = 0;   ///< with FENCE: which ring to wait for
    std::uint32_t length = 0;       ///< bytes
    std::uint32_t fence_count = 0;  ///< with FENCE: waits until that ring has completed so many
    std::uint64_t address = 0;      ///< SEND source, RECEIVE, REDUCE, COPY destination
    std::uint64_t source = 0;       ///< REDUCE, COPY
};

/// Reads a descriptor from its image in memory.
descriptor unpack_descriptor(std::span<const std::byte, descriptor_bytes> image);
/// The image of a descriptor, for loaders and tests.
std::array<std::byte, descriptor_bytes> pack_descriptor(const descriptor& from);

/// Where the data of a descriptor may lie: `bytes` bytes from address `base`.
struct memory_range {
    std::uint64_t base = 0;
    std::uint64_t bytes = 0;
    bool contains(std::uint64_t address, std::uint64_t length) const {
        return address >= base && length <= bytes && address - base <= bytes - length;
    }
};

/// Whether ring `ring` can run `work`: `none`, or the first of bad_magic, bad_opcode, bad_length,
/// bad_address that applies.
ring_error_code check_descriptor(const descriptor& work, ring_id ring, const memory_range& memory);

}  // namespace luxlane::collective
