#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "models/coding/control_ordered_set.h"
#include "models/serdes_phy/retry_config.h"

namespace luxlane::wide_link {

/// States of SAI_PORT_ATTR_LLR_RX_STATUS. OFF: no INIT heard since the last reset.
enum class retry_receiver_state : std::uint8_t { off, send_acks, send_nack, nack_sent };

/// SAI_PORT_STAT_LLR_* of the receiver, and what SAI has no name for. Every good flit heard outside
/// OFF is rx_expected_seq_good, rx_missing_seq or rx_duplicate_seq: their sum is rx_ok.
struct retry_receiver_counters {
    std::uint64_t rx_init_ctl_os = 0;
    std::uint64_t tx_init_echo_ctl_os = 0;
    std::uint64_t tx_ack_ctl_os = 0;
    std::uint64_t tx_nack_ctl_os = 0;
    std::uint64_t rx_ok = 0;
    std::uint64_t rx_bad = 0;  ///< damaged slots, whose number nobody knows
    std::uint64_t rx_expected_seq_good = 0;
    std::uint64_t rx_expected_seq_bad = 0;  ///< damaged slots where the expected flit was due
    std::uint64_t rx_missing_seq = 0;       ///< flits behind a gap
    std::uint64_t rx_duplicate_seq = 0;
    std::uint64_t rx_replay = 0;          ///< replays whose beginning was seen
    std::uint64_t rx_uninitialised = 0;   ///< flits dropped in OFF
    std::uint64_t rx_given_up_flits = 0;  ///< flits skipped by the far end's handshakes
};

/// Part of a run of flits that is to be delivered, counted from the run's first one.
struct accepted_flits {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t size() const { return end - begin; }
};

/// Receiving half of the link-layer retry: accepts each number once and in order, acknowledges
/// cumulatively, answers the first damaged or missing flit with one NACK and is then silent until
/// the expected flit or an older one comes (Ultra Ethernet 1.0.1, 5.1; link.md, "Retry"). Older
/// ones end the silence because an acknowledgement must answer them: a NACK provoked by noise on an
/// empty slot and then lost would otherwise silence a receiver that has everything for ever.
///
/// What is guaranteed. A flit is accepted before it is acknowledged, and the number expected next
/// outlives a reset of the port: so nothing is delivered twice, whichever end is reset and whatever
/// was on its way, and nothing acknowledged is lost. A flit is lost only if its transmitter gives
/// up or is reset. The handshake that follows then begins ahead of the expected number, by exactly
/// the flits that were never delivered: see collect_lost(). (A given-up flit whose acknowledgement
/// was lost did arrive; the transmitter's given_up_flits is therefore an upper bound.)
/// Both hold as long as the channel keeps the order.
class retry_receiver {
public:
    /// std::invalid_argument, see check().
    explicit retry_receiver(const retry_settings& settings);

    /// Flits of successive good slots with successive numbers, mod 2^20, from `first_number` on.
    /// Returns which of them are new and in order; with retry off, all.
    accepted_flits take(std::uint32_t first_number, std::size_t count, std::uint64_t now_ps);
    /// `slots` whose content is lost: uncorrectable codeword or bad CRC. They may have been empty.
    void damaged(std::size_t slots);

    /// INIT from the far end; other sets are the transmitter's and ignored. Returns whether the far
    /// end was reset or switched on since its last INIT, so that it has to be told our
    /// transmitter's number again (retry_transmitter::far_end_reset). The first INIT of all, when
    /// repeated, looks like that too: the handshake that it causes does no harm.
    bool hear(const coding::control_ordered_set& set);
    /// What is to be told to the far end, most urgent first; call again until there is nothing.
    /// `idle`: the slot would be empty otherwise, so that an acknowledgement costs nothing.
    std::optional<coding::control_ordered_set> control(std::uint64_t now_ps, bool idle);
    /// Whether control() has something to tell in an idle slot.
    bool pending() const;

    /// Reset of this port: waits for INIT. The expected number and counters stay.
    void reset();

    /// Flits that the far end gave up and that were never delivered, since the last call. They
    /// belong before the next flit accepted.
    std::uint64_t collect_lost();

    retry_receiver_state state() const { return state_; }
    const retry_receiver_counters& counters() const { return counters_; }

private:
    std::uint32_t newest() const { return (expected_ - 1) & coding::retry_number_mask; }

    bool enabled_;
    std::uint32_t acknowledge_spacing_;
    std::uint64_t acknowledge_delay_ps_;

    retry_receiver_state state_ = retry_receiver_state::off;
    bool positioned_ = false;           // an INIT has set `expected_`
    std::uint32_t expected_ = 0;        // number to come
    std::uint32_t heard_ = 0;           // number after the last one heard, good or not accepted
    std::uint8_t far_incarnation_ = 0;  // the one of every transmitter that was never reset
    std::optional<coding::control_ordered_set> echo_;
    bool prompt_ = false;               // the far end needs an acknowledgement now
    std::uint32_t unacknowledged_ = 0;  // flits accepted since the last acknowledgement
    std::uint64_t acknowledge_due_ps_ = 0;
    std::uint64_t lost_ = 0;
    retry_receiver_counters counters_;
};

}  // namespace luxlane::wide_link
