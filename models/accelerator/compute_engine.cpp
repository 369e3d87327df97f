#include "models/accelerator/compute_engine.h"

#include <algorithm>
#include <cstring>

#include "models/accelerator/reduce_unit.h"

namespace luxlane::collective {

compute_engine::compute_engine(const config& settings, descriptor_ring& ring, hbm& memory)
    : config_(settings), ring_(ring), memory_(memory) {}

bool compute_engine::step(const sc_core::sc_time& now) {
    const descriptor* work = ring_.current();
    if (work == nullptr) {
        state_ = {};
        return false;
    }
    if (!state_.active) {
        state_ = {};
        state_.active = true;
        state_.length = work->length;
        state_.began = state_.next_at = now;
        ring_.begin();
    }
    if (state_.offset < state_.length && now >= state_.next_at) {
        run_chunk(*work, now);
        return true;
    }
    if (state_.offset == state_.length && now >= state_.done_at) {
        counters_.busy += now - state_.began;
        state_ = {};
        ring_.complete();
        return true;
    }
    return false;
}

void compute_engine::run_chunk(const descriptor& work, const sc_core::sc_time& now) {
    const bool reduces = work.opcode == static_cast<std::uint8_t>(opcode::reduce);
    const std::uint32_t bytes = std::min(config_.chunk_bytes, state_.length - state_.offset);
    std::byte* to = memory_.at(work.address + state_.offset);
    const std::byte* from = memory_.at(work.source + state_.offset);
    if (reduces) {
        add_elements(static_cast<element_type>(work.type), to, from, bytes);
        counters_.bytes_reduced += bytes;
    } else {
        std::memmove(to, from, bytes);
        counters_.bytes_copied += bytes;
    }
    // A sum reads two streams and writes one; the latency counts for the read and for the write.
    const auto moved = memory_.reserve(now, std::uint64_t{bytes} * (reduces ? 3 : 2));
    const sc_core::sc_time computed =
        now + sc_core::sc_time(bytes * config_.seconds_per_byte, sc_core::SC_SEC);
    state_.next_at = std::max(moved.free, computed);
    state_.done_at = std::max(moved.done, computed + memory_.latency()) + memory_.latency();
    state_.offset += bytes;
}

sc_core::sc_time compute_engine::wake() const {
    if (!state_.active) {
        return sc_core::sc_max_time();
    }
    return state_.offset < state_.length ? state_.next_at : state_.done_at;
}

}  // namespace luxlane::collective
