#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace luxlane {

/// The lanes that carried a stage's last frame. They seldom change, and comparing them costs far
/// less than looking at each.
class carried_lanes {
public:
    /// Takes a frame's `carried`, [lane]; true if they differ from the last frame's.
    bool take(const std::vector<std::uint8_t>& carried) {
        if (carried == carried_) {
            return false;
        }
        carried_ = carried;
        count_ = static_cast<std::uint64_t>(std::ranges::count(carried, std::uint8_t{1}));
        return true;
    }
    /// Makes the next frame's lanes count as different.
    void forget() { carried_.clear(); }

    std::uint64_t count() const { return count_; }

private:
    std::vector<std::uint8_t> carried_;
    std::uint64_t count_ = 0;
};

}  // namespace luxlane
