#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <systemc>

#include "models/accelerator/descriptor.h"
#include "models/common/register_bank.h"

namespace luxlane::collective {

/// One descriptor ring: fetches ahead of its engine, checks, holds fences, counts completions.
/// Base, size, enables and tail live in the register bank; everything else in `state`.
class descriptor_ring {
public:
    /// Reads 32 bytes at a bus address; adds the target's latency to `delay`; false on a bus error.
    using fetcher =
        std::function<bool(std::uint64_t address, std::byte* to, sc_core::sc_time& delay)>;
    /// Whether ring `other` has completed `count` descriptors (mod 2^32).
    using fence_test = std::function<bool(std::uint32_t other, std::uint32_t count)>;
    /// Something that raises an interrupt happened: a flagged completion, or an error.
    using notifier = std::function<void(ring_id ring, bool error)>;

    struct config {
        ring_id id;
        memory_range memory;             ///< where data may lie
        std::uint32_t prefetch;          ///< descriptors fetched in one go
        sc_core::sc_time fetch_latency;  ///< added to what the memory itself takes
    };

    descriptor_ring(const config& settings, const register_bank& bank, fetcher fetch,
                    fence_test fence, notifier notify);

    /// Advances fetching. Returns whether anything changed.
    bool step(const sc_core::sc_time& now);
    /// When step() has something to do next by itself; sc_max_time() if nothing.
    sc_core::sc_time wake() const;

    /// The descriptor to work on, if its turn has come and its fence is open; else null. The
    /// pointer stays valid until complete(), fail() or reset().
    const descriptor* current() const;
    /// The engine has begun the current descriptor: it runs to its end even if the ring is
    /// disabled.
    void begin() { state_.begun = true; }
    void complete();
    void fail(ring_error_code code);
    void reset() { state_ = {}; }

    bool busy() const;
    std::uint32_t completed() const { return state_.completed; }
    ring_error_code error() const { return state_.error; }
    std::uint32_t error_index() const { return state_.error_index; }

private:
    struct fetched {
        descriptor work;
        ring_error_code error;
    };
    struct state {
        std::uint32_t completed = 0;
        bool begun = false;
        ring_error_code error = ring_error_code::none;
        std::uint32_t error_index = 0;
        std::deque<fetched> ready;     ///< from descriptor `completed` on
        std::deque<fetched> arriving;  ///< behind `ready`
        sc_core::sc_time arrives_at = sc_core::SC_ZERO_TIME;
    };

    bool enabled() const;
    std::uint32_t tail() const;
    std::uint64_t size() const;
    void fetch(const sc_core::sc_time& now);

    config config_;
    const register_bank& bank_;
    fetcher fetch_;
    fence_test fence_open_;
    notifier notify_;
    state state_;
};

}  // namespace luxlane::collective
