#include "models/coding/prbs.h"

#include <algorithm>
#include <stdexcept>

namespace luxlane::coding {
namespace {

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
    const std::size_t head = std::min(words.size(), length_);
    for (std::uint64_t& word : words.first(head)) {
        word = next_word();
    }
    if (words.size() < 2 * length_ || unsent_ > 0) {
        for (std::uint64_t& word : words.subspan(head)) {
            word = next_word();
        }
        return;
    }
    // The recurrence goes on in place; the ring gets the last n words back.
    std::uint64_t* to = words.data();
    const std::size_t n = taps_[0];
    const std::size_t m = taps_[1];
    if (taps_[2] == 0) {
        for (std::size_t i = head; i < words.size(); ++i) {
            to[i] = to[i - n] ^ to[i - m];
        }
    } else {
        for (std::size_t i = head; i < words.size(); ++i) {
            to[i] = to[i - n] ^ to[i - m] ^ to[i - taps_[2]] ^ to[i - taps_[3]];
        }
    }
    std::copy_n(words.end() - static_cast<std::ptrdiff_t>(length_), length_, history_.begin());
    oldest_ = 0;
}

}  // namespace luxlane::coding
