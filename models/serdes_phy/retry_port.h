#pragma once

#include <cstdint>
#include <optional>

#include "models/coding/control_ordered_set.h"
#include "models/serdes_phy/retry_receiver.h"
#include "models/serdes_phy/retry_transmitter.h"

namespace luxlane::wide_link {

/// Both halves of the link-layer retry of one port, and what each hears of the other.
struct retry_port {
    explicit retry_port(const retry_settings& settings)
        : transmitter(settings), receiver(settings) {}

    /// A control ordered set has arrived.
    void hear(const coding::control_ordered_set& set, std::uint64_t now_ps) {
        if (receiver.hear(set)) {
            transmitter.far_end_reset(now_ps);
        }
        transmitter.hear(set, now_ps);
    }

    /// The control ordered set for the next slot, if one is due; `idle` as in retry_receiver.
    std::optional<coding::control_ordered_set> control(std::uint64_t now_ps, bool idle) {
        const auto answer = receiver.control(now_ps, idle);
        return answer ? answer : transmitter.control(now_ps);
    }

    void reset(std::uint64_t now_ps) {
        transmitter.reset(now_ps);
        receiver.reset();
    }

    retry_transmitter transmitter;
    retry_receiver receiver;
};

}  // namespace luxlane::wide_link
