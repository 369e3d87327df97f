#include "models/coding/prbs.h"

#include <bit>
#include <stdexcept>

namespace luxlane::coding {
namespace {

constexpr unsigned bits_to_lock = 32;
constexpr unsigned window_length = 256;

/// The bit that follows `state`, whose bit k was sent k + 1 bits before.
std::uint32_t feedback(const std::array<unsigned, 4>& taps, std::uint32_t state) {
    std::uint32_t bit = 0;
    for (const unsigned tap : taps) {
        bit ^= tap != 0 ? (state >> (tap - 1)) & 1u : 0u;
    }
    return bit;
}

std::uint32_t register_mask(prbs_kind kind) {
    return static_cast<std::uint32_t>(prbs_period(kind));
}

}  // namespace

prbs_generator::prbs_generator(prbs_kind kind, std::uint32_t seed)
    : taps_(prbs_taps(kind)), length_(static_cast<std::size_t>(kind)), unsent_(length_) {
    if ((seed & register_mask(kind)) == 0) {
        throw std::invalid_argument("prbs_generator: the seed of a PRBS must not be zero");
    }
    std::uint32_t state = seed;
    for (std::size_t bit = 0; bit < 64 * length_; ++bit) {
        const std::uint32_t next = feedback(taps_, state);
        state = (state << 1) | next;
        history_[bit / 64] |= std::uint64_t{next} << (bit % 64);
    }
}

std::uint64_t prbs_generator::next_word() {
    std::uint64_t& slot = history_[oldest_];
    if (unsent_ > 0) {
        --unsent_;
    } else {
        std::uint64_t next = slot;  // the tap at n
        for (std::size_t t = 1; t < taps_.size() && taps_[t] != 0; ++t) {
            const std::size_t index = oldest_ + length_ - taps_[t];
            next ^= history_[index < length_ ? index : index - length_];
        }
        slot = next;
    }
    oldest_ = oldest_ + 1 == length_ ? 0 : oldest_ + 1;
    return slot;
}

void prbs_generator::fill(std::span<std::uint64_t> words) {
    for (std::uint64_t& word : words) {
        word = next_word();
    }
}

void prbs_checker::check(std::span<const std::uint64_t> words) {
    for (const std::uint64_t word : words) {
        if (reference_) {
            compare(word);
        } else {
            search(word);
        }
    }
}

void prbs_checker::search(std::uint64_t word) {
    const std::array<unsigned, 4> taps = prbs_taps(kind_);
    for (unsigned i = 0; i < 64; ++i) {
        const auto bit = static_cast<std::uint32_t>((word >> i) & 1u);
        // An all-zero register predicts zeros for ever: a dark lane must not lock.
        const bool dark = (state_ & register_mask(kind_)) == 0;
        predicted_ = !dark && bit == feedback(taps, state_) ? predicted_ + 1 : 0;
        state_ = (state_ << 1) | bit;
    }
    if (predicted_ >= bits_to_lock) {
        reference_.emplace(kind_, state_);
        window_bits_ = 0;
        window_errors_ = 0;
    }
}

void prbs_checker::compare(std::uint64_t word) {
    const auto wrong = static_cast<unsigned>(std::popcount(word ^ reference_->next_word()));
    bits_ += 64;
    errors_ += wrong;
    window_bits_ += 64;
    window_errors_ += wrong;
    if (window_bits_ == window_length) {
        if (4 * window_errors_ > window_length) {
            reference_.reset();
            state_ = 0;
            predicted_ = 0;
            ++losses_;
        }
        window_bits_ = 0;
        window_errors_ = 0;
    }
}

}  // namespace luxlane::coding
