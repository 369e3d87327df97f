#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <systemc>

namespace luxlane {

/// The electrical lanes between accelerator and PHY, as the PHY sees them: which bits arrive wrong.
/// Positions count bits of the coded stream (symbols in wire order, bit 0 of each first) since the
/// PHY's epoch. A bit's fate depends on its position alone, not on how the stream is asked for.
class host_port {
public:
    virtual ~host_port() = default;

    /// Every lane of both directions is locked, adapted and carries traffic.
    virtual bool ready() const = 0;

    /// Appends the wrong bits of [first_bit, first_bit + bits) from accelerator to PHY, ascending.
    virtual void egress_errors(std::uint64_t first_bit, std::uint64_t bits,
                               std::vector<std::uint64_t>& to) = 0;
    /// Appends the wrong bits of [first_bit, first_bit + bits) from PHY to accelerator, ascending.
    virtual void ingress_errors(std::uint64_t first_bit, std::uint64_t bits,
                                std::vector<std::uint64_t>& to) = 0;

    /// One way through transmitter, channel and receiver of the lanes, s.
    virtual double latency_s() const = 0;

    /// Called after ready() changed, with the local time of the change. Unbound: nobody hears it.
    std::function<void(const sc_core::sc_time& at)> on_change = [](const sc_core::sc_time&) {};
};

}  // namespace luxlane
