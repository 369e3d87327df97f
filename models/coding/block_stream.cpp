#include "models/coding/block_stream.h"

namespace luxlane::coding {

void block_synchroniser::take(std::span<const std::uint64_t> words, std::size_t bits,
                              std::vector<block66>& to) {
    pending_.resize(words_for_bits(pending_bits_ + bits));
    copy_bits(words, 0, pending_, pending_bits_, bits);
    const std::size_t end = pending_bits_ + bits;
    std::size_t position = 0;
    while (position + block66_bits <= end) {
        const block66 block = read_block66(pending_, position);
        const bool slip = lock_.take(block.header);
        if (lock_.locked()) {
            to.push_back(block);
        }
        // A slip drops the first bit and looks at the block that begins behind it.
        position += slip ? 1 : block66_bits;
    }
    pending_bits_ = end - position;
    std::vector<std::uint64_t> rest(words_for_bits(pending_bits_));
    copy_bits(pending_, position, rest, 0, pending_bits_);
    pending_ = std::move(rest);
}

}  // namespace luxlane::coding
