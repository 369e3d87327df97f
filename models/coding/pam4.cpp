#include "models/coding/pam4.h"

namespace luxlane::coding {
namespace {

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

}  // namespace luxlane::coding
