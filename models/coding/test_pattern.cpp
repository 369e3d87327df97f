#include "models/coding/test_pattern.h"

#include <stdexcept>

namespace luxlane::coding {
namespace {

constexpr std::uint8_t half_period_max = 32;

/// Bit `position` of the period.
bool bit_of(const test_pattern& pattern, std::size_t position) {
    if (pattern.kind == pattern_kind::user) {
        return ((pattern.user[position / 8] >> (position % 8)) & 1u) != 0;
    }
    // Gray coded, the highest of four levels is 1 0 and the lowest 0 0.
    const std::size_t symbol = pattern.quaternary ? position / 2 : position;
    const bool more_significant = !pattern.quaternary || position % 2 == 0;
    return symbol < pattern.half_period && more_significant;
}

std::size_t period_bits(const test_pattern& pattern) {
    if (pattern.kind == pattern_kind::user) {
        return std::size_t{8} * pattern.user_bytes;
    }
    return (pattern.quaternary ? std::size_t{4} : std::size_t{2}) * pattern.half_period;
}

}  // namespace

void check(const test_pattern& pattern) {
    if (pattern.kind == pattern_kind::prbs && prbs_taps(pattern.sequence)[0] == 0) {
        throw std::invalid_argument("test_pattern: no such pseudo-random sequence");
    }
    if (pattern.kind == pattern_kind::square &&
        (pattern.half_period < 1 || pattern.half_period > half_period_max)) {
        throw std::invalid_argument("test_pattern: half_period must be 1..32");
    }
    if (pattern.kind == pattern_kind::user && (pattern.user_bytes < user_pattern_bytes_min ||
                                               pattern.user_bytes > user_pattern_bytes_max)) {
        throw std::invalid_argument("test_pattern: user_bytes must be 2..32");
    }
}

std::vector<std::uint64_t> periodic_words(const test_pattern& pattern) {
    const std::size_t period = period_bits(pattern);
    std::vector<std::uint64_t> words(period);
    for (std::size_t position = 0; position < period; ++position) {
        for (std::size_t i = 0; i < 64; ++i) {
            const bool bit = bit_of(pattern, (position + i) % period) != pattern.inverted;
            words[position] |= std::uint64_t{bit} << i;
        }
    }
    return words;
}

}  // namespace luxlane::coding
