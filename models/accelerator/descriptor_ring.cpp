#include "models/accelerator/descriptor_ring.h"

#include <algorithm>
#include <utility>

namespace luxlane::collective {

namespace regs = registers::accelerator;

descriptor_ring::descriptor_ring(const config& settings, const register_bank& bank, fetcher fetch,
                                 fence_test fence, notifier notify)
    : config_(settings),
      bank_(bank),
      fetch_(std::move(fetch)),
      fence_open_(std::move(fence)),
      notify_(std::move(notify)) {}

bool descriptor_ring::enabled() const {
    return bank_.get(regs::control::enable) &&
           bank_.get(regs::ring_control::enable, static_cast<std::uint32_t>(config_.id));
}

std::uint32_t descriptor_ring::tail() const {
    return bank_.get(regs::ring_tail::value, static_cast<std::uint32_t>(config_.id));
}

std::uint64_t descriptor_ring::size() const {
    return std::uint64_t{1} << bank_.get(regs::ring_size::log2,
                                         static_cast<std::uint32_t>(config_.id));
}

void descriptor_ring::fetch(const sc_core::sc_time& now) {
    const auto ring = static_cast<std::uint32_t>(config_.id);
    const std::uint64_t base = bank_.value(regs::reg::ring_base_lo, ring) |
                               bank_.value(regs::reg::ring_base_hi, ring) << 32;
    const std::uint32_t first = state_.completed + static_cast<std::uint32_t>(state_.ready.size());
    const std::uint32_t count = std::min(tail() - first, config_.prefetch);
    sc_core::sc_time longest = sc_core::SC_ZERO_TIME;
    for (std::uint32_t i = 0; i < count; ++i) {
        std::array<std::byte, descriptor_bytes> image;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        const std::uint64_t address = base + descriptor_bytes * ((first + i) & (size() - 1));
        fetched entry{};
        if (fetch_(address, image.data(), delay)) {
            entry.work = unpack_descriptor(image);
            entry.error = check_descriptor(entry.work, config_.id, config_.memory);
        } else {
            entry.error = ring_error_code::bad_address;
        }
        longest = std::max(longest, delay);
        state_.arriving.push_back(entry);
    }
    // The reads of one batch overlap: the slowest one decides.
    state_.arrives_at = now + config_.fetch_latency + longest;
}

bool descriptor_ring::step(const sc_core::sc_time& now) {
    bool changed = false;
    if (!state_.arriving.empty() && now >= state_.arrives_at) {
        std::move(state_.arriving.begin(), state_.arriving.end(), std::back_inserter(state_.ready));
        state_.arriving.clear();
        changed = true;
    }
    if (state_.error != ring_error_code::none) {
        return changed;
    }
    if (!enabled()) {
        // What was fetched ahead is read again when the ring runs again.
        state_.ready.resize(state_.begun ? 1 : 0);
        state_.arriving.clear();
        return changed;
    }
    const std::uint32_t posted = tail() - state_.completed;
    if (posted > size() || posted < state_.ready.size() + state_.arriving.size()) {
        fail(ring_error_code::ring_overrun);
        return true;
    }
    if (!state_.begun && !state_.ready.empty() &&
        state_.ready.front().error != ring_error_code::none) {
        fail(state_.ready.front().error);
        return true;
    }
    if (state_.arriving.empty() && state_.ready.size() < posted &&
        state_.ready.size() < config_.prefetch) {
        fetch(now);
        changed = true;
    }
    return changed;
}

sc_core::sc_time descriptor_ring::wake() const {
    return state_.arriving.empty() ? sc_core::sc_max_time() : state_.arrives_at;
}

const descriptor* descriptor_ring::current() const {
    if (state_.error != ring_error_code::none || state_.ready.empty()) {
        return nullptr;
    }
    const fetched& front = state_.ready.front();
    if (state_.begun) {
        return &front.work;
    }
    const bool fenced = (front.work.flags & descriptor_fence) != 0 &&
                        !fence_open_(front.work.fence_ring, front.work.fence_count);
    return !enabled() || front.error != ring_error_code::none || fenced ? nullptr : &front.work;
}

void descriptor_ring::complete() {
    const bool interrupt = (state_.ready.front().work.flags & descriptor_interrupt) != 0;
    state_.ready.pop_front();
    state_.begun = false;
    ++state_.completed;
    if (interrupt) {
        notify_(config_.id, false);
    }
}

void descriptor_ring::fail(ring_error_code code) {
    state_.error = code;
    state_.error_index = state_.completed & 0xffff;
    state_.begun = false;
    state_.ready.clear();
    state_.arriving.clear();
    notify_(config_.id, true);
}

bool descriptor_ring::busy() const {
    return state_.error == ring_error_code::none &&
           (state_.begun || (enabled() && tail() != state_.completed));
}

}  // namespace luxlane::collective
