#include "models/serdes_phy/lane_map.h"

#include <algorithm>
#include <numeric>

namespace luxlane::wide_link {
namespace {

// A payload block is at most a little over one superframe long (one data lane): older superframes
// are never asked for again.
constexpr std::uint64_t remembered_superframes = 8;

}  // namespace

lane_map::lane_map(std::uint32_t data_lanes, std::uint32_t physical_lanes)
    : physical_lanes_(physical_lanes), table_(data_lanes) {
    std::iota(table_.begin(), table_.end(), std::uint16_t{0});
    now_ = table_;
}

bool lane_map::in_use(std::uint16_t physical, std::uint32_t but_for) const {
    for (std::uint32_t logical = 0; logical < now_.size(); ++logical) {
        if (logical != but_for && now_[logical] == physical) {
            return true;
        }
    }
    return std::any_of(armed_.begin(), armed_.end(), [&](const lane_switch& each) {
        return each.physical == physical && each.logical != but_for;
    });
}

bool lane_map::assign(std::uint32_t logical, std::uint16_t physical) {
    if (physical != none && (physical >= physical_lanes_ || in_use(physical, logical))) {
        return false;
    }
    now_[logical] = physical;
    table_ = now_;
    done_.clear();
    return true;
}

bool lane_map::arm(const lane_switch& change) {
    if (change.logical >= now_.size() || change.physical >= physical_lanes_ ||
        now_[change.logical] == change.physical || in_use(change.physical, change.logical)) {
        return false;
    }
    std::erase_if(armed_, [&](const auto& each) { return each.logical == change.logical; });
    const auto place =
        std::upper_bound(armed_.begin(), armed_.end(), change,
                         [](const lane_switch& a, const lane_switch& b) { return a.at < b.at; });
    armed_.insert(place, change);
    return true;
}

void lane_map::restart() {
    table_ = now_;
    done_.clear();
    armed_.clear();
}

void lane_map::cancel() { armed_.clear(); }

unsigned lane_map::advance(std::uint64_t superframe) {
    unsigned count = 0;
    while (!armed_.empty() && armed_.front().at <= superframe) {
        now_[armed_.front().logical] = armed_.front().physical;
        done_.push_back(armed_.front());
        armed_.erase(armed_.begin());
        ++count;
    }
    while (!done_.empty() && done_.front().at + remembered_superframes < superframe) {
        table_[done_.front().logical] = done_.front().physical;
        done_.erase(done_.begin());
    }
    return count;
}

void lane_map::table_at(std::uint64_t superframe, std::vector<std::uint16_t>& physical_of) const {
    physical_of = table_;
    for (const auto* list : {&done_, &armed_}) {
        for (const lane_switch& each : *list) {
            if (each.at <= superframe) {
                physical_of[each.logical] = each.physical;
            }
        }
    }
}

void lane_map::names_at(std::uint64_t superframe, std::vector<std::uint16_t>& logical_of) const {
    std::vector<std::uint16_t> physical_of;
    table_at(superframe, physical_of);
    logical_of.assign(physical_lanes_, none);
    for (std::uint32_t logical = 0; logical < physical_of.size(); ++logical) {
        if (physical_of[logical] != none) {
            logical_of[physical_of[logical]] = static_cast<std::uint16_t>(logical);
        }
    }
    for (const lane_switch& each : armed_) {
        if (each.at > superframe) {
            logical_of[each.physical] = each.logical;
        }
    }
}

}  // namespace luxlane::wide_link
