#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/coding/pattern_generator.h"
#include "models/coding/test_pattern.h"

namespace luxlane::coding {

/// Checks a received test pattern without knowing its phase.
///
/// Searches until a PRBS predicts 32 bits of a word from those before (it synchronises itself), or
/// until a square or user pattern fits a whole period, at least 64 bits, at some position; then
/// compares with a sequence of its own, so that a wrong bit counts once. Loses lock, and searches
/// again, when more than a quarter of 256 bits is wrong. A lane that sends only zeros does not look
/// like a PRBS, but like a user pattern of zeros.
class pattern_checker {
public:
    /// Counters have 48 bits and stay at their end.
    static constexpr std::uint64_t counter_max = (std::uint64_t{1} << 48) - 1;

    /// std::invalid_argument, see check().
    explicit pattern_checker(const test_pattern& pattern);

    /// Takes the bits of `words`, bit 0 of the first word first; a symbol of two bits does not
    /// cross words. Bits count from the word after the one in which lock was found.
    void check(std::span<const std::uint64_t> words);

    /// Stops when `bits` more have been compared, 0 for never: counters and lock then stay as they
    /// are until the next call or clear(), which search again.
    void gate(std::uint64_t bits);
    bool gate_done() const { return gated_ && gate_left_ == 0; }

    /// Zeroes the counters and ends gating; lock stays unless the gate had closed.
    void clear();

    const test_pattern& pattern() const { return pattern_; }
    bool locked() const { return reference_.has_value(); }
    /// Bits compared while locked, and how many of them were wrong.
    std::uint64_t bits() const { return bits_; }
    std::uint64_t errors() const { return errors_; }
    /// Symbols of a quaternary pattern with at least one wrong bit.
    std::uint64_t symbol_errors() const { return symbol_errors_; }
    /// How often lock was lost.
    std::uint64_t losses() const { return losses_; }

private:
    static constexpr std::size_t words_searched = 4;

    void search(std::uint64_t word);
    void search_prbs(std::uint64_t word);
    void search_periodic();
    std::size_t compare(std::span<const std::uint64_t> words);
    void compare_word(std::uint64_t wrong);
    void count(std::uint64_t wrong, unsigned bits);
    void search_again();

    test_pattern pattern_;
    std::vector<std::uint64_t> periodic_;  // see periodic_words
    std::size_t words_to_match_ = 1;
    std::optional<pattern_generator> reference_;
    std::array<std::uint64_t, words_searched> recent_{};  // while searching, the newest last
    std::size_t recent_words_ = 0;
    unsigned window_bits_ = 0;
    unsigned window_errors_ = 0;
    bool gated_ = false;
    std::uint64_t gate_left_ = 0;
    std::uint64_t bits_ = 0;
    std::uint64_t errors_ = 0;
    std::uint64_t symbol_errors_ = 0;
    std::uint64_t losses_ = 0;
};

}  // namespace luxlane::coding
