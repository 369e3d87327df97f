#include "models/coding/scrambler.h"

#include <algorithm>

#include "models/coding/bit_io.h"

namespace luxlane::coding {
namespace {

/// The state once the `count` (1..63) low bits of `bits` have followed `state`.
std::uint64_t advance(std::uint64_t state, std::uint64_t bits, unsigned count) {
    return state >> count | bits << (64 - count);
}

/// Walks over a run of bits: `whole` takes and returns 64, `part` up to 63 and their number.
template <typename whole_word, typename part_word>
void for_words(std::span<std::uint64_t> words, std::size_t position, std::size_t count,
               const whole_word& whole, const part_word& part) {
    const auto do_part = [&](std::size_t bits) {
        const auto width = static_cast<unsigned>(bits);
        write_bits(words, position, width, part(read_bits(words, position, width), width));
        position += bits;
        count -= bits;
    };
    if (position % 64 != 0 && count > 0) {
        do_part(std::min(count, 64 - position % 64));
    }
    for (; count >= 64; count -= 64, position += 64) {
        words[position / 64] = whole(words[position / 64]);
    }
    if (count > 0) {
        do_part(count);
    }
}

}  // namespace

void scrambler::scramble(std::span<std::uint64_t> words, std::size_t position,
                         std::size_t count) noexcept {
    // A copy that no store to `words` can alias stays in a register.
    scrambler local = *this;
    for_words(
        words, position, count, [&local](std::uint64_t word) { return local.scramble(word); },
        [&local](std::uint64_t bits, unsigned width) {
            const std::uint64_t before = local.sent_;
            const std::uint64_t sent = local.scramble(bits);
            local.sent_ = advance(before, sent, width);
            return sent;
        });
    *this = local;
}

void descrambler::descramble(std::span<std::uint64_t> words, std::size_t position,
                             std::size_t count) noexcept {
    descrambler local = *this;
    for_words(
        words, position, count, [&local](std::uint64_t word) { return local.descramble(word); },
        [&local](std::uint64_t bits, unsigned width) {
            const std::uint64_t before = local.received_;
            const std::uint64_t sent = local.descramble(bits);
            local.received_ = advance(before, bits, width);
            return sent;
        });
    *this = local;
}

}  // namespace luxlane::coding
