#pragma once

#include <cstdint>

#include "models/serdes_phy/serdes_phy_config.h"

namespace luxlane {

/// Why a link is or was DOWN; the values are those of LINK_CAUSE.CAUSE.
enum class link_cause : std::uint8_t {
    none,
    disabled,        ///< LINK_ENABLE or RX_ENABLE was taken away
    lanes_lost,      ///< more logical lanes than the FEC bridges
    loss_of_signal,  ///< no lane of the link had a clock any more
    far_restart,     ///< the far transmitter began anew: every lane lost its frame
    lanes_timeout,
    deskew_timeout,
    repair_timeout
};

namespace wide_link {

/// Limits of the link's states, ps.
struct link_limits {
    std::uint64_t lanes_ps = 8'000'000'000;
    std::uint64_t deskew_ps = 8'000'000'000;
    std::uint64_t repair_ps = 8'000'000'000;
};

/// What the link's state follows from.
struct link_condition {
    bool transmitting = false;
    bool receiving = false;
    bool enabled = false;    ///< LINK_ENABLE
    bool deskewed = false;   ///< false as soon as more lanes are lost than the FEC bridges
    bool framed = false;     ///< some lane has found its frame: the far end transmits
    bool complete = false;   ///< every logical lane has a physical one that carries payload
    bool switching = false;  ///< an agreed switch of lanes is pending
    link_cause loss = link_cause::lanes_lost;  ///< why, if `deskewed` was lost
};

/// State machine of the link with its time limits. Pure: the caller keeps the time, in picoseconds,
/// calls `step` after each change and at `deadline_ps`, and acts when `carrying` changes.
///
/// The limits of TX_ON, LANES and DESKEW stop a training that stands still, not one that software
/// takes its time for: like UCIe's STALL, each sign of progress begins them anew.
class link_supervisor {
public:
    static constexpr std::uint64_t never = ~std::uint64_t{0};

    explicit link_supervisor(const link_limits& limits) : limits_(limits) {}

    void reset() { *this = link_supervisor(limits_); }
    void step(const link_condition& now_is, std::uint64_t now_ps);
    /// Training goes on: a lane, a map or a word of the far end changed.
    void progress(std::uint64_t now_ps);
    /// DOWN ends with a DESKEW that succeeds, and with LINK_ENABLE raised where nothing else lacks.
    void forgive() { down_ = false; }

    link_state state() const { return state_; }
    /// Of the latest DOWN; none since the link was UP last.
    link_cause cause() const { return cause_; }
    bool carrying() const { return carrying_; }
    /// `never` in a state without a limit.
    std::uint64_t deadline_ps() const { return deadline_ps_; }

private:
    link_state next(const link_condition& now_is);
    void go_down(link_cause cause);
    std::uint64_t limit_of(link_state state, const link_condition& now_is) const;
    link_cause expired() const;

    link_limits limits_;
    link_state state_ = link_state::reset;
    link_cause cause_ = link_cause::none;
    bool carrying_ = false;
    bool down_ = false;
    std::uint64_t limit_ps_ = never;
    std::uint64_t deadline_ps_ = never;
};

}  // namespace wide_link
}  // namespace luxlane
