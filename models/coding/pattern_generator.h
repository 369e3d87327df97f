#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/coding/prbs.h"
#include "models/coding/test_pattern.h"

namespace luxlane::coding {

/// Produces a test pattern, 64 bits at a time, with wrong bits on request.
class pattern_generator {
public:
    /// Begins at an arbitrary place: a PRBS behind 31 ones, others at their first bit.
    /// std::invalid_argument, see check().
    explicit pattern_generator(const test_pattern& pattern);

    /// A PRBS that begins behind the bits of `seed`, before any inversion, as prbs_generator.
    static pattern_generator after_seed(const test_pattern& pattern, std::uint32_t seed);
    /// A square or user pattern that begins at bit `position` of its period.
    static pattern_generator at_position(const test_pattern& pattern, std::size_t position);

    /// Fills `words` with the bits that follow, bit 0 of the first word first.
    void fill(std::span<std::uint64_t> words);

    /// Makes one bit wrong in each of the next `count` words, so that all can be told apart.
    void inject(std::uint64_t count) { to_inject_ += count; }

private:
    pattern_generator(const test_pattern& pattern, std::uint32_t seed, std::size_t position);

    std::uint64_t invert_;                 // exclusive or of every word of a PRBS
    std::optional<prbs_generator> prbs_;   // or else
    std::vector<std::uint64_t> periodic_;  // see periodic_words
    std::size_t position_ = 0;             // in the period
    std::uint64_t to_inject_ = 0;
};

}  // namespace luxlane::coding
