#pragma once

#include <cstdint>

#include "models/coding/block_code.h"
#include "models/coding/scrambler.h"

/// The scrambled idle test pattern of multi-lane PCS (IEEE Std 802.3 82.2.11 and 82.2.18): the
/// transmitter scrambles idle blocks for ever, and a receiver whose lanes are aligned counts the
/// blocks that are none.
namespace luxlane::coding {

class idle_pattern_generator {
public:
    explicit idle_pattern_generator(std::uint64_t state = scrambler_reset) : scrambler_(state) {}

    /// The next block, as it is on the line.
    block66 next() noexcept { return {idle_block.header, scrambler_.scramble(idle_block.payload)}; }

private:
    scrambler scrambler_;
};

class idle_pattern_checker {
public:
    /// Takes the next block as it is on the line. The first one sets the descrambler only.
    void take(const block66& block) noexcept {
        const block66 plain{block.header, descrambler_.descramble(block.payload)};
        if (started_) {
            ++blocks_;
            errored_blocks_ += plain != idle_block ? 1 : 0;
        }
        started_ = true;
    }

    std::uint64_t blocks() const { return blocks_; }
    /// A wrong bit of the line is met up to three times, in one block or in two.
    std::uint64_t errored_blocks() const { return errored_blocks_; }

private:
    descrambler descrambler_;
    bool started_ = false;
    std::uint64_t blocks_ = 0;
    std::uint64_t errored_blocks_ = 0;
};

}  // namespace luxlane::coding
