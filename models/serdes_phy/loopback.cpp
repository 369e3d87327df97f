#include "models/serdes_phy/loopback.h"

#include <algorithm>
#include <utility>

namespace luxlane::wide_link {

void slot_loop::push(const received_slots& slots) {
    for (const auto& run : slots.runs()) {
        if (run.kind == slot_kind::flit) {
            slots_.push_back({run.flits, run.number, run.numbered, 0, 0});
        } else {
            slots_.push_back({{}, 0, false, run.slots, run.ordered_set});
            lost_ += run.lost() ? run.slots : 0;
        }
    }
}

std::vector<slot_run> slot_loop::take(std::uint32_t most, std::uint32_t group) {
    std::vector<slot_run> taken;
    std::uint32_t count = 0;
    while (count < most && !slots_.empty()) {
        auto& next = slots_.front();
        const std::uint32_t slots = std::min(most - count, next.slots());
        count += slots;
        if (slots == next.slots()) {
            taken.push_back(std::move(next));
            slots_.pop_front();
            continue;
        }
        slot_run part = next;
        if (next.flits.empty()) {
            part.idle = slots;
            next.idle -= slots;
            next.ordered_set = 0;
        } else {
            part.flits = next.flits.part(0, slots);
            next.number = next.number_of(slots);
            next.flits.begin += slots;
        }
        taken.push_back(std::move(part));
    }
    if (const std::uint32_t rest = (group - count % group) % group; rest > 0) {
        taken.push_back({{}, 0, false, rest, 0});
    }
    return taken;
}

}  // namespace luxlane::wide_link
