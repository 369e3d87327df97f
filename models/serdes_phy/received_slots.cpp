#include "models/serdes_phy/received_slots.h"

#include "models/serdes_phy/slot_run.h"

namespace luxlane::wide_link {
namespace {

/// Whether flits under `number` can join `last`, and how the numbers of both together go on.
bool joins(const received_run& last, const coding::flit_run& flits, std::uint32_t number,
           bool numbered, bool& together) {
    if (last.kind != slot_kind::flit || last.flits.chunk != flits.chunk ||
        last.flits.end != flits.begin) {
        return false;
    }
    const bool last_counts = last.numbered || last.slots == 1;
    const bool last_stays = !last.numbered;
    const bool counts = numbered || flits.size() == 1;
    const bool stays = !numbered;
    together = last_counts && counts && number == number_behind(last.number, last.slots);
    return together || (last_stays && stays && number == last.number);
}

template <class Counted>
std::uint32_t sum(const std::vector<received_run>& runs, Counted counted) {
    std::uint32_t slots = 0;
    for (const auto& run : runs) {
        slots += counted(run) ? run.slots : 0;
    }
    return slots;
}

}  // namespace

void received_slots::add_flits(const coding::flit_run& flits, std::uint32_t number, bool numbered) {
    const auto slots = static_cast<std::uint32_t>(flits.size());
    bool together = false;
    if (!runs_.empty() && joins(runs_.back(), flits, number, numbered, together)) {
        auto& last = runs_.back();
        last.flits.end = flits.end;
        last.slots += slots;
        last.numbered = together;
        return;
    }
    runs_.push_back({slot_kind::flit, slots, flits, number, numbered && slots > 1, 0});
}

void received_slots::add_idle(std::uint32_t slots, std::uint64_t ordered_set) {
    if (!runs_.empty() && runs_.back().kind == slot_kind::idle && ordered_set == 0) {
        runs_.back().slots += slots;
        return;
    }
    runs_.push_back({slot_kind::idle, slots, {}, 0, false, ordered_set});
}

void received_slots::add_lost(slot_kind kind, std::uint32_t slots) {
    if (!runs_.empty() && runs_.back().kind == kind) {
        runs_.back().slots += slots;
        return;
    }
    runs_.push_back({kind, slots, {}, 0, false, 0});
}

std::uint32_t received_slots::slots() const {
    return sum(runs_, [](const received_run&) { return true; });
}

std::uint32_t received_slots::flits() const {
    return sum(runs_, [](const received_run& run) { return run.kind == slot_kind::flit; });
}

std::uint32_t received_slots::lost() const {
    return sum(runs_, [](const received_run& run) { return run.lost(); });
}

}  // namespace luxlane::wide_link
