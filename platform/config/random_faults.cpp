#include "platform/config/random_faults.h"

#include <algorithm>
#include <cmath>

#include "models/common/random.h"

namespace luxlane::config {
namespace {

constexpr std::uint32_t SCHEDULE_PURPOSE = 0x5CED;

/// Uniform draws in a row.
class dice {
public:
    explicit dice(std::uint64_t seed) : key_{seed, 0, SCHEDULE_PURPOSE} {}

    double uniform(double from, double to) {
        return from + (to - from) * uniform53(key_, position_++);
    }
    std::uint32_t below(std::uint32_t limit) {
        return std::min(limit - 1, static_cast<std::uint32_t>(uniform(0.0, limit)));
    }
    /// Log-uniform, in whole nanoseconds.
    double time(double from_s, double to_s) {
        const double drawn = std::exp(uniform(std::log(from_s), std::log(to_s)));
        return std::clamp(std::round(drawn * 1e9) / 1e9, from_s, to_s);
    }

private:
    stream_key key_;
    std::uint64_t position_ = 0;
};

std::vector<std::uint32_t> draw_lanes(dice& next, const fault_ranges& ranges) {
    std::vector<std::uint32_t> lanes;
    const auto count = 1 + next.below(std::min(ranges.most_lanes, ranges.lanes));
    while (lanes.size() < count) {
        const auto lane = next.below(ranges.lanes);
        if (std::find(lanes.begin(), lanes.end(), lane) == lanes.end()) {
            lanes.push_back(lane);
        }
    }
    std::sort(lanes.begin(), lanes.end());
    return lanes;
}

void draw_strength(dice& next, fault& entry) {
    constexpr double worst_ratio = 0.1;
    if (next.below(2) == 0) {
        entry.loss_db = std::round(next.uniform(1.0, 20.0) * 10.0) / 10.0;
    } else {
        entry.error_ratio = std::exp(next.uniform(std::log(1e-5), std::log(worst_ratio)));
    }
}

fault draw_fault(dice& next, const fault_ranges& ranges) {
    fault entry;
    entry.kind = ranges.kinds[next.below(static_cast<std::uint32_t>(ranges.kinds.size()))];
    entry.board = next.below(2);
    entry.after_link_up_s = next.time(ranges.earliest_s, ranges.latest_s);
    switch (entry.kind) {
        case fault_kind::death:
            entry.lanes = draw_lanes(next, ranges);
            break;
        case fault_kind::burst:
            entry.duration_s = next.time(ranges.shortest_s, ranges.longest_s);
            draw_strength(next, entry);
            if (next.below(3) != 0) {
                entry.lanes = draw_lanes(next, ranges);
            }
            break;
        case fault_kind::skew_step:
            entry.lanes = draw_lanes(next, ranges);
            entry.skew_s = std::round(next.uniform(-5e3, 5e3)) * 1e-12;
            break;
        case fault_kind::loss_of_signal:
        case fault_kind::pll_loss:
            entry.duration_s = next.time(ranges.shortest_s, ranges.longest_s);
            break;
        case fault_kind::far_end_reset:
            break;
    }
    return entry;
}

}  // namespace

std::vector<fault> draw_faults(std::uint64_t seed, const fault_ranges& ranges) {
    dice next(seed);
    std::vector<fault> schedule;
    const unsigned count = 1 + next.below(ranges.most_faults);
    while (schedule.size() < count) {
        schedule.push_back(draw_fault(next, ranges));
    }
    std::stable_sort(schedule.begin(), schedule.end(), [](const fault& x, const fault& y) {
        return x.after_link_up_s < y.after_link_up_s;
    });
    return schedule;
}

}  // namespace luxlane::config
