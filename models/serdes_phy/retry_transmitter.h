#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

#include "models/coding/control_ordered_set.h"
#include "models/coding/flit_run.h"
#include "models/serdes_phy/retry_config.h"

namespace luxlane::wide_link {

/// States of SAI_PORT_ATTR_LLR_TX_STATUS. OFF: retry not enabled, flits pass without number.
enum class retry_transmitter_state : std::uint8_t { off, init, advance, replay, flush };

/// Why flits were given up last.
enum class flush_cause : std::uint8_t { none, replay_count, pcs_lost, data_age, reset };

/// SAI_PORT_STAT_LLR_* of the transmitter, and what SAI has no name for. Slots handed out by next()
/// are tx_ok + resent_flits.
struct retry_transmitter_counters {
    std::uint64_t tx_init_ctl_os = 0;
    std::uint64_t rx_init_echo_ctl_os = 0;
    std::uint64_t rx_ack_ctl_os = 0;
    std::uint64_t rx_nack_ctl_os = 0;
    std::uint64_t rx_ack_nack_seq_error = 0;  ///< number that is not waiting for an answer
    std::uint64_t tx_ok = 0;                  ///< flits sent for the first time
    std::uint64_t tx_replay = 0;              ///< replays completed
    std::uint64_t resent_flits = 0;
    std::uint64_t acknowledged_flits = 0;
    std::uint64_t acknowledge_timeouts = 0;  ///< replays begun because nothing was heard
    std::uint64_t flushes = 0;
    std::uint64_t given_up_flits = 0;  ///< taken, but dropped without acknowledgement
};

/// Flits for successive slots: that of flit i of the run carries `number` + i mod 2^20.
struct numbered_run {
    coding::flit_run run;
    std::uint32_t number = 0;
};

/// Sending half of the link-layer retry (Ultra Ethernet 1.0.1, 5.1; link.md, "Retry"): numbers
/// flits, keeps references to them until they are acknowledged, and sends again everything after
/// the last acknowledged one (go-back-N) on NACK or when the replay timer expires.
///
/// The count of flits taken outlives a reset, as a register of an always-on supply would: numbers
/// go on where they stopped. So the far receiver recognises what it has delivered already although
/// the acknowledgement was lost, and tells from the first number of the next handshake exactly how
/// many flits it will never see.
///
/// Times are simulated picoseconds and may not go back. Calls cost one step a run or control
/// ordered set, not one a flit. Not modelled: frame actions BEST_EFFORT and DISCARD (flits are
/// blocked), poisoned frames.
class retry_transmitter {
public:
    static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

    /// Begins with the link down. std::invalid_argument, see check().
    explicit retry_transmitter(const retry_settings& settings);

    /// Flits that take() accepts now; 0 while the link does not serve.
    std::size_t room() const;
    /// Takes flits for sending. std::length_error beyond room().
    void take(const coding::flit_run& run, std::uint64_t now_ps);

    /// Appends to `out` what goes into the next slots, and returns how many it fills: at most
    /// `most`, none while the link is down or the handshake goes on.
    std::size_t next(std::size_t most, std::uint64_t now_ps, std::vector<numbered_run>& out);

    /// INIT, when it is due for the first time or again. The far end answers with INIT_ECHO.
    std::optional<coding::control_ordered_set> control(std::uint64_t now_ps);
    /// ACK, NACK or INIT_ECHO from the far end; INIT is the receiver's and ignored here.
    void hear(const coding::control_ordered_set& set, std::uint64_t now_ps);

    /// Whether blocks pass in both directions. While down nothing is sent and no reply expected.
    void link(bool up, std::uint64_t now_ps);
    /// The far end was reset (its receiver says so, retry_receiver::hear): shakes hands again and
    /// sends what is not acknowledged again. Traffic is held up, but the link goes on serving.
    void far_end_reset(std::uint64_t now_ps);
    /// Reset of this port: gives up all flits, changes the incarnation and shakes hands. Counters
    /// and numbers stay.
    void reset(std::uint64_t now_ps);
    /// Management ends FLUSH by a new handshake; no effect in other states.
    void reinitialise(std::uint64_t now_ps);

    /// When expire() has something to do, or control() an INIT; `never` if at no time.
    std::uint64_t deadline_ps() const;
    /// Acts on the timers that have run out by `now_ps`: replay, PCS lost, data age.
    void expire(std::uint64_t now_ps);

    /// Whether the accelerator sees the link up: from the first handshake to FLUSH or reset; with
    /// retry off, the link itself.
    bool serving() const;
    /// Something is waiting to be sent or acknowledged.
    bool busy() const { return taken_ != acknowledged_; }
    /// Flits that next() can hand out now.
    std::size_t sendable() const;
    retry_transmitter_state state() const { return state_; }
    flush_cause last_flush() const { return last_flush_; }
    const retry_transmitter_counters& counters() const { return counters_; }

private:
    struct entry {
        coding::flit_run run;
        std::uint64_t first;  // count of the run's first flit
        std::uint64_t taken_ps;
        std::uint64_t end() const { return first + run.size(); }
    };

    void begin_handshake(std::uint64_t now_ps);
    void finish_handshake(std::uint64_t now_ps);
    void acknowledge(std::uint64_t count, std::uint64_t now_ps);
    void begin_replay(std::uint64_t now_ps);
    void finish_replay(std::uint64_t now_ps);
    void release();
    void give_up(flush_cause cause);
    void flush(flush_cause cause, std::uint64_t now_ps);
    void watch_progress(std::uint64_t now_ps);

    retry_settings settings_;
    std::uint64_t acknowledge_timeout_ps_;
    std::uint64_t pcs_lost_timeout_ps_;
    std::uint64_t data_age_timeout_ps_;
    std::uint64_t init_timeout_ps_;

    retry_transmitter_state state_ = retry_transmitter_state::off;
    bool link_up_ = false;
    bool shaken_ = false;  // a handshake was completed since the last flush or reset
    handshake_data handshake_;
    std::uint32_t init_number_ = 0;
    std::uint64_t init_due_ps_ = 0;

    // Counts of flits since the beginning; a number is the low 20 bits of the count before it.
    // acknowledged_ <= cursor_ <= sent_ <= taken_, and cursor_ == sent_ unless in REPLAY.
    std::uint64_t acknowledged_ = 0;
    std::uint64_t cursor_ = 0;  // next to be sent
    std::uint64_t sent_ = 0;    // sent at least once
    std::uint64_t taken_ = 0;
    std::deque<entry> entries_;     // covers acknowledged_ .. taken_
    std::size_t cursor_entry_ = 0;  // the one with cursor_, entries_.size() if none
    std::uint32_t replays_ = 0;     // in a row, without progress
    std::uint64_t replay_due_ps_ = never;
    std::uint64_t pcs_lost_due_ps_ = never;
    flush_cause last_flush_ = flush_cause::none;
    retry_transmitter_counters counters_;
};

}  // namespace luxlane::wide_link
