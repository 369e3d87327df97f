#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "models/coding/flit_run.h"

namespace luxlane::wide_link {

/// Who has sent a numbered flit stands above its number.
inline constexpr unsigned sender_shift = 20;

/// The number of the flit `i` behind the one with `number`, from the same sender.
constexpr std::uint32_t number_behind(std::uint32_t number, std::uint32_t i) {
    return (number & ~coding::flit_number_mask) | ((number + i) & coding::flit_number_mask);
}

/// Consecutive slots as they are sent: the flits of a run, or, if that is empty, `idle` slots
/// without a flit.
struct slot_run {
    coding::flit_run flits;
    std::uint32_t number = 0;  ///< link number of the first flit, and its sender
    bool numbered = false;     ///< the numbers of the others follow it; else all have the same
    std::uint32_t idle = 0;
    /// Payload of the control block of type 4Bh in the first idle slot; 0 is none.
    std::uint64_t ordered_set = 0;

    std::uint32_t slots() const {
        return flits.empty() ? idle : static_cast<std::uint32_t>(flits.size());
    }
    /// Link number of flit `i` of the run.
    std::uint32_t number_of(std::uint32_t i) const {
        return numbered ? number_behind(number, i) : number;
    }
};

inline std::uint32_t slots_of(std::span<const slot_run> runs) {
    std::uint32_t slots = 0;
    for (const auto& run : runs) {
        slots += run.slots();
    }
    return slots;
}

/// Walks through the slots of `runs`, which must outlive it.
class slot_cursor {
public:
    explicit slot_cursor(std::span<const slot_run> runs) : runs_(runs) {}

    /// Passes `count` slots, which must be there: calls `visit(run, first, last)` for slots
    /// `first` <= i < `last` of each run that has some of them.
    template <class Visit>
    void pass(std::uint32_t count, Visit visit) {
        while (count > 0) {
            const slot_run& run = runs_.front();
            const std::uint32_t last = std::min(run.slots(), next_ + count);
            if (last > next_) {
                visit(run, next_, last);
            }
            count -= last - next_;
            next_ = last;
            if (next_ == run.slots()) {
                runs_ = runs_.subspan(1);
                next_ = 0;
            }
        }
    }

private:
    std::span<const slot_run> runs_;
    std::uint32_t next_ = 0;  ///< slot of the first run that comes next
};

}  // namespace luxlane::wide_link
