#include "models/coding/marker_lock.h"

#include <stdexcept>

namespace luxlane::coding {

marker_lock::marker_lock(std::uint64_t period, unsigned misses_to_lose)
    : period_(period), misses_to_lose_(misses_to_lose) {
    if (period == 0 || misses_to_lose == 0) {
        throw std::invalid_argument("marker_lock: period and limit must be at least 1");
    }
}

bool marker_lock::take(std::optional<unsigned> marker) noexcept {
    if (!marker_) {
        marker_ = marker;
        position_ = 0;
        return false;
    }
    if (++position_ < period_) {
        return false;
    }
    position_ = 0;
    if (marker == marker_) {
        locked_ = true;
        missed_in_a_row_ = 0;
        return true;
    }
    if (!locked_) {
        // The first find was chance: what is here may be the true marker.
        marker_ = marker;
        return false;
    }
    ++misses_;
    if (++missed_in_a_row_ < misses_to_lose_) {
        return true;
    }
    ++losses_;
    locked_ = false;
    missed_in_a_row_ = 0;
    marker_ = marker;
    return false;
}

}  // namespace luxlane::coding
