#include "models/coding/pattern_generator.h"

#include <algorithm>

namespace luxlane::coding {

namespace {
constexpr std::uint32_t all_ones = 0x7FFFFFFF;
}

pattern_generator::pattern_generator(const test_pattern& pattern)
    : pattern_generator(pattern, all_ones, 0) {}

pattern_generator::pattern_generator(const test_pattern& pattern, std::uint32_t seed,
                                     std::size_t position)
    : invert_(pattern.inverted ? ~std::uint64_t{0} : 0) {
    check(pattern);
    if (pattern.kind == pattern_kind::prbs) {
        prbs_.emplace(pattern.sequence, seed);
    } else {
        periodic_ = periodic_words(pattern);
        position_ = position % periodic_.size();
    }
}

pattern_generator pattern_generator::after_seed(const test_pattern& pattern, std::uint32_t seed) {
    return {pattern, seed, 0};
}

pattern_generator pattern_generator::at_position(const test_pattern& pattern,
                                                 std::size_t position) {
    return {pattern, all_ones, position};
}

void pattern_generator::fill(std::span<std::uint64_t> words) {
    if (prbs_) {
        prbs_->fill(words);
        if (invert_ != 0) {
            for (std::uint64_t& word : words) {
                word = ~word;
            }
        }
    } else {
        const std::size_t period = periodic_.size();
        const std::size_t step = 64 % period;
        for (std::uint64_t& word : words) {
            word = periodic_[position_];
            position_ += step;
            position_ -= position_ >= period ? period : 0;
        }
    }
    const std::uint64_t wrong = std::min<std::uint64_t>(to_inject_, words.size());
    for (std::uint64_t& word : words.first(wrong)) {
        word ^= 1;
    }
    to_inject_ -= wrong;
}

}  // namespace luxlane::coding
