#include "models/coding/pattern_checker.h"

#include <algorithm>
#include <bit>

namespace luxlane::coding {
namespace {

constexpr int bits_to_lock = 32;
constexpr unsigned window_length = 256;
constexpr std::size_t words_per_window = window_length / 64;
constexpr std::size_t words_compared = 256;  // at once
constexpr std::uint64_t first_bits = 0x5555'5555'5555'5555;

void add(std::uint64_t& counter, std::uint64_t count) {
    counter = std::min(counter + count, pattern_checker::counter_max);
}

/// How many of `count` words come without a wrong bit before the first one, in whole windows.
std::size_t clean_words(const std::uint64_t* words, const std::uint64_t* expected,
                        std::size_t count) {
    std::size_t i = 0;
    for (; i + words_per_window <= count; i += words_per_window) {
        std::uint64_t wrong = 0;
        for (std::size_t k = i; k < i + words_per_window; ++k) {
            wrong |= words[k] ^ expected[k];
        }
        if (wrong != 0) {
            break;
        }
    }
    return i;
}

}  // namespace

pattern_checker::pattern_checker(const test_pattern& pattern) : pattern_(pattern) {
    coding::check(pattern);
    if (pattern.kind != pattern_kind::prbs) {
        periodic_ = periodic_words(pattern);
        words_to_match_ = (periodic_.size() + 63) / 64;
    }
}

void pattern_checker::gate(std::uint64_t bits) {
    if (gate_done()) {
        search_again();  // what arrived since was not looked at
    }
    gated_ = bits != 0;
    gate_left_ = bits;
}

void pattern_checker::clear() {
    gate(0);
    bits_ = errors_ = symbol_errors_ = losses_ = 0;
}

void pattern_checker::check(std::span<const std::uint64_t> words) {
    for (std::size_t i = 0; i < words.size() && !gate_done();) {
        if (reference_) {
            i += compare(words.subspan(i));
        } else {
            search(words[i++]);
        }
    }
}

void pattern_checker::search(std::uint64_t word) {
    std::shift_left(recent_.begin(), recent_.end(), 1);
    recent_.back() = word;
    recent_words_ = std::min(recent_words_ + 1, words_searched);
    if (pattern_.kind == pattern_kind::prbs) {
        search_prbs(pattern_.inverted ? ~word : word);
    } else if (recent_words_ >= words_to_match_) {
        search_periodic();
    }
    window_bits_ = 0;
    window_errors_ = 0;
}

void pattern_checker::search_prbs(std::uint64_t word) {
    if (recent_words_ < 2) {
        return;
    }
    const std::uint64_t before =
        pattern_.inverted ? ~recent_[words_searched - 2] : recent_[words_searched - 2];
    std::uint64_t surprises = word;
    for (const unsigned tap : prbs_taps(pattern_.sequence)) {
        surprises ^= tap != 0 ? word << tap | before >> (64 - tap) : 0;
    }
    if (std::countl_zero(surprises) < bits_to_lock) {
        return;
    }
    // The newest bit is the word's last, and the seed's first.
    std::uint32_t seed = 0;
    for (unsigned k = 0; k < 32; ++k) {
        seed |= static_cast<std::uint32_t>((word >> (63 - k)) & 1u) << k;
    }
    // An all-zero register predicts zeros for ever: a dark lane must not lock.
    if ((seed & prbs_period(pattern_.sequence)) != 0) {
        reference_ = pattern_generator::after_seed(pattern_, seed);
    }
}

void pattern_checker::search_periodic() {
    const std::uint64_t* first = &recent_[words_searched - words_to_match_];
    const auto fits = [&](std::size_t position) {
        std::size_t matched = 1;
        while (matched < words_to_match_ &&
               first[matched] == periodic_[(position + 64 * matched) % periodic_.size()]) {
            ++matched;
        }
        return matched == words_to_match_;
    };
    for (std::size_t position = 0; position < periodic_.size(); ++position) {
        if (periodic_[position] == first[0] && fits(position)) {
            reference_ = pattern_generator::at_position(pattern_, position + 64 * words_to_match_);
            return;
        }
    }
}

std::size_t pattern_checker::compare(std::span<const std::uint64_t> words) {
    std::array<std::uint64_t, words_compared> expected;
    const std::size_t most = std::min(words.size(), words_compared);
    reference_->fill(std::span(expected).first(most));
    for (std::size_t i = 0; i < most;) {
        if (window_bits_ == 0 && !gated_) {
            const std::size_t clean = clean_words(&words[i], &expected[i], most - i);
            add(bits_, 64 * clean);
            i += clean;
            if (i == most) {
                break;
            }
        }
        compare_word(words[i] ^ expected[i]);
        ++i;
        if (gate_done() || !locked()) {
            return i;
        }
    }
    return most;
}

void pattern_checker::compare_word(std::uint64_t wrong) {
    if (gated_ && gate_left_ < 64) {
        const auto bits = static_cast<unsigned>(gate_left_);
        gate_left_ = 0;
        count(wrong & ((std::uint64_t{1} << bits) - 1), bits);
        return;
    }
    gate_left_ -= gated_ ? 64 : 0;
    count(wrong, 64);
}

void pattern_checker::count(std::uint64_t wrong, unsigned bits) {
    const auto errors = static_cast<unsigned>(std::popcount(wrong));
    add(bits_, bits);
    window_bits_ += bits;
    if (errors > 0) {
        add(errors_, errors);
        if (pattern_.quaternary) {
            const std::uint64_t symbols = (wrong | wrong >> 1) & first_bits;
            add(symbol_errors_, static_cast<unsigned>(std::popcount(symbols)));
        }
        window_errors_ += errors;
    }
    if (window_bits_ >= window_length) {
        if (4 * window_errors_ > window_bits_) {
            search_again();
            add(losses_, 1);
        }
        window_bits_ = 0;
        window_errors_ = 0;
    }
}

void pattern_checker::search_again() {
    reference_.reset();
    recent_words_ = 0;
}

}  // namespace luxlane::coding
