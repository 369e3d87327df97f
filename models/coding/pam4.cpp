#include "models/coding/pam4.h"

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace luxlane::coding {
namespace {

constexpr std::size_t symbols_per_word = 32;
constexpr unsigned last_symbol = 62;  // its bit position
constexpr std::uint64_t even_symbols = 0x3333'3333'3333'3333;

}  // namespace

std::uint64_t pam4_precoder::encode(std::uint64_t levels) {
    // 1/(1+D) = (1-D)(1+D^2)(1+D^4)(1+D^8)(1+D^16) up to D^32, which is in the next word.
    std::uint64_t sum = pam4_subtract(levels, levels << 2);
    for (unsigned shift = 4; shift <= 32; shift *= 2) {
        sum = pam4_add(sum, sum << shift);
    }
    // The symbol before enters with sign - + - + ...
    const std::uint64_t before = last_ * pam4_low_bits;
    sum = pam4_subtract(pam4_add(sum, before & ~even_symbols), before & even_symbols);
    last_ = sum >> last_symbol;
    return sum;
}

void pam4_precoder::encode(std::span<std::uint64_t> levels) {
    for (std::uint64_t& word : levels) {
        word = encode(word);
    }
}

std::uint64_t pam4_precoding_decoder::decode(std::uint64_t levels) {
    const std::uint64_t before = levels << 2 | last_;
    last_ = levels >> last_symbol;
    return pam4_add(levels, before);
}

void pam4_precoding_decoder::decode(std::span<std::uint64_t> levels) {
    for (std::uint64_t& word : levels) {
        word = decode(word);
    }
}

void unpack_pam4(std::span<const std::uint64_t> bits, std::span<std::uint8_t> levels) {
    assert(levels.size() <= symbols_per_word * bits.size());
    for (std::size_t first = 0; first < levels.size(); first += symbols_per_word) {
        std::uint64_t word = gray_encode(bits[first / symbols_per_word]);
        const std::size_t count = std::min(symbols_per_word, levels.size() - first);
        for (std::size_t i = 0; i < count; ++i) {
            levels[first + i] = static_cast<std::uint8_t>(word & 3);
            word >>= 2;
        }
    }
}

void pack_pam4(std::span<const std::uint8_t> levels, std::span<std::uint64_t> bits) {
    assert(levels.size() <= symbols_per_word * bits.size());
    for (std::size_t first = 0; first < levels.size(); first += symbols_per_word) {
        std::uint64_t word = 0;
        const std::size_t count = std::min(symbols_per_word, levels.size() - first);
        for (std::size_t i = 0; i < count; ++i) {
            word |= std::uint64_t{levels[first + i]} << (2 * i);
        }
        bits[first / symbols_per_word] = gray_decode(word);
    }
}

}  // namespace luxlane::coding
