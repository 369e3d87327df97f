#include "models/coding/block_sequence.h"

namespace luxlane::coding {
namespace {

/// Whether a block of kind `now` may follow one that left the diagram in the state named like
/// `last`. The states after reset, C and T have the same exits.
bool may_follow(block_kind last, block_kind now) {
    switch (last) {
        case block_kind::start:
        case block_kind::data:
            return now == block_kind::data || now == block_kind::terminate;
        case block_kind::error:
            return now == block_kind::control || now == block_kind::data ||
                   now == block_kind::terminate;
        case block_kind::control:
        case block_kind::terminate:
            break;
    }
    return now == block_kind::control || now == block_kind::start;
}

}  // namespace

block66 block_transmitter::transmit(const mii_column& column) noexcept {
    const block66 block = encode_block(column, clause_);
    const block_kind kind = kind_of(block, clause_);
    if (may_follow(last_, kind)) {
        last_ = kind;
        return block;
    }
    last_ = block_kind::error;
    ++errored_blocks_;
    return error_block;
}

mii_column block_receiver::receive(const block66& block, bool ready) noexcept {
    if (!ready) {
        held_.reset();
        last_ = block_kind::control;
        return local_fault_column;
    }
    const held_block next{block, kind_of(block, clause_)};
    if (!held_) {
        held_ = next;
        return local_fault_column;
    }
    const held_block now = *held_;
    held_ = next;
    const bool well_ended = now.kind != block_kind::terminate || next.kind == block_kind::control ||
                            next.kind == block_kind::start;
    if (may_follow(last_, now.kind) && well_ended) {
        last_ = now.kind;
        return decode_block(now.block, clause_);
    }
    last_ = block_kind::error;
    ++errored_blocks_;
    return error_column;
}

}  // namespace luxlane::coding
