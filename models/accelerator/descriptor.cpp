#include "models/accelerator/descriptor.h"

#include <bit>
#include <cstring>

namespace luxlane::collective {
namespace {

static_assert(std::endian::native == std::endian::little, "images are moved as numbers");
static_assert(sizeof(descriptor) == descriptor_bytes && offsetof(descriptor, tag) == 4 &&
              offsetof(descriptor, length) == 8 && offsetof(descriptor, address) == 16);

bool runs_on(std::uint8_t code, ring_id ring) {
    switch (static_cast<opcode>(code)) {
        case opcode::send:
            return ring == ring_id::send;
        case opcode::receive:
            return ring == ring_id::receive;
        case opcode::reduce:
        case opcode::copy:
            return ring == ring_id::compute;
    }
    return false;
}

bool reads_source(const descriptor& work) {
    return work.opcode == static_cast<std::uint8_t>(opcode::reduce) ||
           work.opcode == static_cast<std::uint8_t>(opcode::copy);
}

bool overlaps_partly(std::uint64_t a, std::uint64_t b, std::uint64_t length) {
    return a != b && (a > b ? a - b : b - a) < length;
}

}  // namespace

descriptor unpack_descriptor(std::span<const std::byte, descriptor_bytes> image) {
    descriptor work;
    std::memcpy(&work, image.data(), descriptor_bytes);
    return work;
}

std::array<std::byte, descriptor_bytes> pack_descriptor(const descriptor& from) {
    return std::bit_cast<std::array<std::byte, descriptor_bytes>>(from);
}

ring_error_code check_descriptor(const descriptor& work, ring_id ring, const memory_range& memory) {
    constexpr std::uint8_t known_flags = descriptor_interrupt | descriptor_fence;
    if (work.magic != descriptor_magic) {
        return ring_error_code::bad_magic;
    }
    const bool sums_bytes = work.opcode == static_cast<std::uint8_t>(opcode::reduce) &&
                            work.type == static_cast<std::uint8_t>(element_type::bytes);
    if (!runs_on(work.opcode, ring) || (work.flags & ~known_flags) != 0 ||
        work.type > static_cast<std::uint8_t>(element_type::fp32) || sums_bytes ||
        ((work.flags & descriptor_fence) != 0 && work.fence_ring >= ring_count)) {
        return ring_error_code::bad_opcode;
    }
    constexpr std::array<std::uint32_t, 3> element_bytes = {1, 2, 4};
    if (work.length == 0 || work.length % element_bytes[work.type] != 0) {
        return ring_error_code::bad_length;
    }
    const std::uint64_t alignment =
        work.type == static_cast<std::uint8_t>(element_type::bf16) ? 2 : 4;
    const auto usable = [&](std::uint64_t address) {
        return address % alignment == 0 && memory.contains(address, work.length);
    };
    if (!usable(work.address) ||
        (reads_source(work) &&
         (!usable(work.source) || overlaps_partly(work.address, work.source, work.length)))) {
        return ring_error_code::bad_address;
    }
    return ring_error_code::none;
}

}  // namespace luxlane::collective
