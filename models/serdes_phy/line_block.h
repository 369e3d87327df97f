#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/serdes_phy/deferred_block.h"

namespace luxlane::wide_link {

/// What a block of line bits holds; see lane_frame::purpose.
enum class block_kind : std::uint8_t { training, overhead, payload };

/// A block of consecutive line bits of all physical lanes, as line_transmitter makes it: the
/// digital contents of a lane_frame. Bit k of lane l is bit k % 64 of `bits[l * stride + k / 64]`.
struct line_block {
    block_kind kind = block_kind::training;
    std::uint64_t first_bit = 0;
    std::uint32_t bits_per_lane = 0;
    std::uint32_t stride = 0;
    std::uint64_t first_group = 0;
    std::uint32_t groups = 0;
    std::vector<std::uint64_t> bits;    ///< [lane][stride]
    std::vector<std::uint64_t> before;  ///< [lane]: 64 line bits before the block, newest in bit 63
    std::vector<std::uint64_t> after;   ///< [lane]: 64 line bits behind the block, first in bit 0
    std::vector<std::uint8_t> carried;  ///< [lane]
    /// Payload that nobody needs bit by bit: where the bits come from; `bits`, `before` and `after`
    /// are empty then.
    std::shared_ptr<const deferred_block> deferred;
};

/// A received block, as line_receiver reads it.
struct line_view {
    block_kind kind = block_kind::training;
    std::uint64_t first_bit = 0;
    std::uint32_t bits_per_lane = 0;
    std::uint32_t stride = 0;
    std::uint64_t first_group = 0;
    std::uint32_t groups = 0;
    std::span<const std::uint64_t> bits;
    std::span<const std::uint64_t> before;
    std::span<const std::uint64_t> after;
    std::span<const std::uint8_t> carried;
    std::shared_ptr<const deferred_block> deferred = nullptr;  ///< see line_block
    std::span<const bit_error> errors = {};  ///< of a deferred block, by lane, then bit
    /// Of a payload block that was deferred and is no more, [superframe of the block][lane]: BIP-8
    /// of its payload as sent, which the sender's own count leaves out.
    std::span<const std::uint8_t> sent_parity = {};

    std::span<const std::uint64_t> lane(std::uint32_t physical) const {
        return bits.subspan(std::size_t{physical} * stride, stride);
    }
};

/// What a receiver sees of a transmitted block on ideal lanes.
inline line_view view_of(const line_block& block) {
    return {block.kind,        block.first_bit, block.bits_per_lane, block.stride,
            block.first_group, block.groups,    block.bits,          block.before,
            block.after,       block.carried,   block.deferred};
}

}  // namespace luxlane::wide_link
