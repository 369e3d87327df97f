#include "models/host_serdes/line_code.h"

#include "models/coding/pam4.h"

namespace luxlane::host {

namespace {

/// Exchanges the two bits of each symbol: a number has the high one at the top, the line at first.
std::uint64_t swap_pairs(std::uint64_t word) {
    return (word & coding::pam4_low_bits) << 1 | (word >> 1 & coding::pam4_low_bits);
}

/// Level s becomes 3 - s, a one a zero.
void turn_over(std::span<std::uint64_t> words) {
    for (auto& word : words) {
        word = ~word;
    }
}

}  // namespace

void encode(const line_code& code, std::span<std::uint64_t> words) {
    if (code.format == photonics::modulation::pam4) {
        for (auto& word : words) {
            word = code.gray ? coding::gray_encode(word) : swap_pairs(word);
        }
        if (code.precode) {
            coding::pam4_precoder().encode(words);
        }
    }
    if (code.inverted) {
        turn_over(words);
    }
}

void decode(const line_code& code, std::span<std::uint64_t> words) {
    if (code.inverted) {
        turn_over(words);
    }
    if (code.format == photonics::modulation::pam4) {
        if (code.precode) {
            coding::pam4_precoding_decoder().decode(words);
        }
        for (auto& word : words) {
            word = code.gray ? coding::gray_decode(word) : swap_pairs(word);
        }
    }
}

}  // namespace luxlane::host
