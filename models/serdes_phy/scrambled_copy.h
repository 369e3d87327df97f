#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
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

/// Copies `count` bits of `from` to bit `position` of `to`, exclusive-ored with `key`, whose
/// position counts payload bits of the superframe.
inline void copy_scrambled(bit_run from, bit_run key, std::span<std::uint64_t> to,
                           std::size_t position, std::size_t count) {
    while (count > 0) {
        const std::size_t room = 64 - position % 64;
        const auto step = static_cast<unsigned>(count < room ? count : room);
        const std::uint64_t bits = coding::read_bits(from.words, from.position, step) ^
                                   coding::read_bits(key.words, key.position, step);
        coding::write_bits(to, position, step, bits);
        from.position += step;
        key.position += step;
        position += step;
        count -= step;
    }
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
