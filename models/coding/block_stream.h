#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/coding/bit_io.h"
#include "models/coding/block_lock.h"

/// 66-bit blocks in bit streams packed as bit_io.h says.
namespace luxlane::coding {

inline constexpr std::size_t block66_bits = 66;

/// The block at bit `position`, payload as it is on the line.
inline block66 read_block66(std::span<const std::uint64_t> words, std::size_t position) {
    return {static_cast<std::uint8_t>(read_bits(words, position, 2)),
            read_bits(words, position + 2, 64)};
}

/// Replaces the block at bit `position`.
inline void write_block66(const block66& block, std::span<std::uint64_t> words,
                          std::size_t position) {
    write_bits(words, position, 2, block.header);
    write_bits(words, position + 2, 64, block.payload);
}

/// Cuts a stream of bits of unknown alignment into blocks.
class block_synchroniser {
public:
    explicit block_synchroniser(block_clause clause = block_clause::clause_82) : lock_(clause) {}

    /// Takes the next `bits` bits, from bit 0 of `words`, and appends the blocks found while locked
    /// to `to`.
    void take(std::span<const std::uint64_t> words, std::size_t bits, std::vector<block66>& to);

    const block_lock& lock() const { return lock_; }

private:
    block_lock lock_;
    std::vector<std::uint64_t> pending_;  // bits that are no whole block yet
    std::size_t pending_bits_ = 0;
};

}  // namespace luxlane::coding
