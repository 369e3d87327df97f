#pragma once

#include <cstdint>
#include <optional>

#include "models/coding/block_code.h"

/// The transmit and receive state diagrams around the 64B/66B code (IEEE Std 802.3 figures 49-16
/// and 49-17, 82-16 and 82-17): what is a valid block by itself but cannot follow the one before it
/// (data out of a frame, a start inside of one) becomes an error block.
namespace luxlane::coding {

/// Encodes columns in sequence.
class block_transmitter {
public:
    explicit block_transmitter(block_clause clause = block_clause::clause_82) : clause_(clause) {}

    block66 transmit(const mii_column& column) noexcept;

    /// Columns that became error blocks, those that the interface itself filled with errors too.
    std::uint64_t errored_blocks() const { return errored_blocks_; }

private:
    block_clause clause_;
    block_kind last_ = block_kind::control;
    std::uint64_t errored_blocks_ = 0;
};

/// Decodes blocks in sequence. A terminate block is only good if the block after it is control or
/// start, so that each column comes out with the block behind its own.
class block_receiver {
public:
    explicit block_receiver(block_clause clause = block_clause::clause_82) : clause_(clause) {}

    /// Takes a block and returns the column of the block taken before it: the local fault ordered
    /// set when there is none. A block that came without block lock, alignment, or with high BER is
    /// not `ready`: from there on the receiver starts anew and reports local fault.
    mii_column receive(const block66& block, bool ready = true) noexcept;

    /// Blocks that became error columns.
    std::uint64_t errored_blocks() const { return errored_blocks_; }

private:
    struct held_block {
        block66 block;
        block_kind kind;
    };

    block_clause clause_;
    block_kind last_ = block_kind::control;
    std::optional<held_block> held_;
    std::uint64_t errored_blocks_ = 0;
};

}  // namespace luxlane::coding
