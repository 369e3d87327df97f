#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "models/coding/bit_io.h"

namespace luxlane::wide_link {

/// A run of bits in a stream of words.
struct bit_run {
    std::span<const std::uint64_t> words;
    std::size_t position = 0;
};

/// Eight parity bits as BIP-8 counts them, of a run whose first bit is payload bit `phase`.
inline std::uint8_t fold_parity(std::uint64_t parity, std::size_t phase) {
    parity = std::rotl(parity, static_cast<int>(phase % 8));
    parity ^= parity >> 32;
    parity ^= parity >> 16;
    parity ^= parity >> 8;
    return static_cast<std::uint8_t>(parity);
}

/// Four neighbouring words, in one register where there are such (GCC and Clang vector types).
using words_at_once = std::uint64_t __attribute__((vector_size(32)));
inline constexpr std::size_t words_at_once_count = sizeof(words_at_once) / sizeof(std::uint64_t);

/// Words `i` .. of a run that begins anywhere in a word; reads one word more.
inline words_at_once words_of(const bit_run& run, std::size_t i) {
    const std::uint64_t* at = run.words.data() + run.position / 64 + i;
    const unsigned shift = run.position % 64;
    words_at_once low;
    words_at_once high;
    std::memcpy(&low, at, sizeof low);
    std::memcpy(&high, at + 1, sizeof high);
    return low >> shift | high << 1 << (63 - shift);
}

/// Which side of a copy is the line, that is, whose parity counts.
enum class line_side { source, target };

/// Copies `count` bits of `from` to bit `position` of `to`, exclusive-ored with `key`, whose
/// position counts payload bits of the superframe. Returns the BIP-8 contribution of the line's
/// side.
template <line_side side>
std::uint8_t copy_scrambled(bit_run from, bit_run key, std::span<std::uint64_t> to,
                            std::size_t position, std::size_t count) {
    std::uint8_t parity = 0;
    const auto step = [&](unsigned bits) {
        const std::uint64_t plain = coding::read_bits(from.words, from.position, bits);
        const std::uint64_t mixed = plain ^ coding::read_bits(key.words, key.position, bits);
        coding::write_bits(to, position, bits, mixed);
        parity ^= fold_parity(side == line_side::source ? plain : mixed, key.position);
        from.position += bits;
        key.position += bits;
        position += bits;
        count -= bits;
    };
    if (const std::size_t head = (64 - position % 64) % 64; head > 0 && count > 0) {
        step(static_cast<unsigned>(head < count ? head : count));
    }
    // Whole words of the target, but for the last: reading it may not touch the word behind.
    if (const std::size_t words = count / 64; words > 1) {
        const auto word_at = [](const bit_run& run, std::size_t i) {
            const std::uint64_t* at = run.words.data() + run.position / 64 + i;
            const unsigned shift = run.position % 64;
            return at[0] >> shift | at[1] << 1 << (63 - shift);
        };
        std::uint64_t sum = 0;
        std::size_t i = 0;
        words_at_once sums{};
        for (; i + words_at_once_count < words; i += words_at_once_count) {
            const words_at_once plain = words_of(from, i);
            const words_at_once mixed = plain ^ words_of(key, i);
            std::memcpy(to.data() + position / 64 + i, &mixed, sizeof mixed);
            sums ^= side == line_side::source ? plain : mixed;
        }
        for (std::size_t w = 0; w < words_at_once_count; ++w) {
            sum ^= sums[w];
        }
        for (; i + 1 < words; ++i) {
            const std::uint64_t plain = word_at(from, i);
            const std::uint64_t mixed = plain ^ word_at(key, i);
            to[position / 64 + i] = mixed;
            sum ^= side == line_side::source ? plain : mixed;
        }
        parity ^= fold_parity(sum, key.position);
        const std::size_t done = 64 * (words - 1);
        from.position += done;
        key.position += done;
        position += done;
        count -= done;
    }
    while (count > 0) {
        step(static_cast<unsigned>(count < 64 ? count : 64));
    }
    return parity;
}

/// BIP-8 contribution of `count` bits of `line`, of which the first is payload bit `phase`.
inline std::uint8_t parity_of(bit_run line, std::size_t phase, std::size_t count) {
    std::uint64_t parity = 0;
    while (count > 0) {
        const auto step = static_cast<unsigned>(count < 64 ? count : 64);
        parity ^= coding::read_bits(line.words, line.position, step);
        line.position += step;
        count -= step;
    }
    return fold_parity(parity, phase);
}

}  // namespace luxlane::wide_link
