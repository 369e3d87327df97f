#pragma once

#include <cstdint>
#include <optional>

namespace luxlane::coding {

/// Alignment marker lock of one lane (IEEE Std 802.3 figures 82-11 and 119-12): two equal markers
/// one period apart lock, a number of missing ones in a row loses lock. Positions count in units of
/// the caller's: blocks (clause 82), or bits or symbols of a lane (clause 119).
class marker_lock {
public:
    /// `period`: units from marker to marker, at least 1, else std::invalid_argument.
    marker_lock(std::uint64_t period, unsigned misses_to_lose);

    /// Whether the next unit is one where a marker may begin: where not, `take` needs no look at
    /// it.
    bool looks() const { return !marker_ || position_ + 1 == period_; }

    /// Takes the next unit: which lane's marker begins there, if any. True if the unit is a marker
    /// position of a locked lane.
    bool take(std::optional<unsigned> marker) noexcept;

    bool locked() const { return locked_; }
    /// The lane whose marker was found, once locked.
    std::optional<unsigned> lane() const { return locked_ ? marker_ : std::nullopt; }
    /// Units since the last marker position, 0 at it.
    std::uint64_t position() const { return position_; }
    /// How often lock was lost, and how many marker positions held no marker while locked.
    std::uint64_t losses() const { return losses_; }
    std::uint64_t misses() const { return misses_; }

private:
    std::uint64_t period_;
    unsigned misses_to_lose_;
    std::optional<unsigned> marker_;
    std::uint64_t position_ = 0;
    unsigned missed_in_a_row_ = 0;
    bool locked_ = false;
    std::uint64_t losses_ = 0;
    std::uint64_t misses_ = 0;
};

}  // namespace luxlane::coding
