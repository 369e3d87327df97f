#pragma once

#include <cstdint>
#include <functional>
#include <systemc>

#include "models/accelerator/descriptor_ring.h"
#include "models/accelerator/flit_link.h"
#include "models/accelerator/hbm.h"
#include "models/transport/flit_burst.h"

namespace luxlane::collective {

/// Packs the messages of the SEND ring into flits and hands them to the PHY in bursts, as many as
/// its FIFO takes and the far buffer has room for. Flits that the PHY has no room for keep waiting
/// as they are, packed once. Reads the HBM ahead so that the line stays full.
/// Also sends the credit flits of this end when no data flit can carry the news.
class send_engine {
public:
    /// Offers a burst to the PHY, which sets `accepted`.
    using phy = std::function<void(flit_burst& burst)>;

    struct config {
        std::uint32_t chunk_flits;          ///< read from the HBM in one go
        std::uint32_t credit_limit_flits;   ///< size of the far receiver buffer
        std::uint32_t credit_return_flits;  ///< freed flits that are worth a credit flit
        sc_core::sc_time poll;              ///< without credits for so long: ask the far end
    };
    struct counters {
        std::uint64_t bytes = 0;
        std::uint64_t flits = 0;
        std::uint64_t flits_stalled = 0;
        std::uint64_t credit_flits = 0;
        sc_core::sc_time busy;
        sc_core::sc_time credit_stall;
    };

    send_engine(const config& settings, descriptor_ring& ring, hbm& memory, flit_link& link,
                phy offer);

    /// Does what can be done at `now`; returns whether anything changed.
    bool step(const sc_core::sc_time& now);
    /// When step() has something to do next by itself; sc_max_time() if nothing.
    sc_core::sc_time wake() const;
    /// The PHY has room again from `at` on.
    void phy_ready(const sc_core::sc_time& at) { phy_ready_at_ = at; }
    /// Forgets the message in progress; what the PHY already has stays on its way.
    void reset() { state_ = {}; }

    const counters& count() const { return counters_; }

private:
    struct state {
        bool active = false;
        std::uint32_t offset = 0;   ///< bytes of the message that the PHY took
        std::uint32_t read = 0;     ///< bytes that arrived from the HBM
        std::uint32_t reading = 0;  ///< bytes on their way from the HBM
        sc_core::sc_time data_at = sc_core::SC_ZERO_TIME;
        sc_core::sc_time began = sc_core::SC_ZERO_TIME;
        coding::flit_run packed;          ///< flits that the PHY has not taken yet
        std::uint32_t packed_freed = 0;   ///< the value of flit_link::freed that they tell
        std::uint32_t stalled_flits = 0;  ///< flits of the message up to this one were counted
        bool stalled = false;
        sc_core::sc_time stalled_at = sc_core::SC_ZERO_TIME;
    };

    bool advance(const descriptor& work, const sc_core::sc_time& now);
    void read_ahead(const descriptor& work, const sc_core::sc_time& now);
    bool push(const descriptor& work, const sc_core::sc_time& now);
    std::uint32_t grant(std::uint32_t wanted, const sc_core::sc_time& now);
    coding::flit_run pack(const descriptor& work, std::uint32_t flits) const;
    bool send_credits(const sc_core::sc_time& now);
    /// Offers `flits` to the PHY; returns how many it took.
    std::uint32_t offer(const coding::flit_run& flits, const sc_core::sc_time& now);

    config config_;
    descriptor_ring& ring_;
    hbm& memory_;
    flit_link& link_;
    phy offer_;
    state state_;
    bool phy_full_ = false;
    sc_core::sc_time phy_ready_at_ = sc_core::sc_max_time();
    sc_core::sc_time poll_at_ = sc_core::SC_ZERO_TIME;
    counters counters_;
};

}  // namespace luxlane::collective
