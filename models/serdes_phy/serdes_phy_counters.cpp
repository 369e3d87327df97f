#include <algorithm>

#include "models/serdes_phy/serdes_phy.h"
#include "registers/serdes_phy.h"

namespace luxlane {

namespace regs = registers::serdes_phy;

/// The high half stands behind the low one.
void serdes_phy::set_counter(regs::reg low, std::uint64_t value) {
    bank_.set_value(low, value & 0xFFFFFFFF);
    bank_.set_value(static_cast<regs::reg>(static_cast<unsigned>(low) + 1), value >> 32);
}

void serdes_phy::take_snapshot() {
    accrue_idle(now());
    snapshot_ = counters_;
    snapshot_fec();
    snapshot_retry();
    snapshot_patterns();
    std::uint64_t markers = 0;
    std::uint64_t bits = 0;
    for (unsigned lane = 0; lane < config_.physical_lanes; ++lane) {
        markers += receiver_.lane(lane).marker_errors();
        bits += receiver_.lane(lane).bit_errors();
    }
    set_counter(regs::reg::lane_marker_errors_sum_lo, markers);
    set_counter(regs::reg::lane_bit_errors_sum_lo, bits);
    set_counter(regs::reg::host_errors_tx_lo, totals_.host_errors_sent);
    set_counter(regs::reg::host_errors_rx_lo, totals_.host_errors_received);
    set_counter(regs::reg::flits_discarded_lo, flits_discarded());
    set_counter(regs::reg::loopback_lost_lo, slot_loop_.lost());
    set_counter(regs::reg::flits_tx_lo, totals_.flits_sent);
    set_counter(regs::reg::flits_rx_lo, totals_.flits_delivered);
    set_counter(regs::reg::flits_lost_lo, totals_.flits_lost);
    set_counter(regs::reg::blocks_tx_lo, totals_.blocks_sent);
}

void serdes_phy::snapshot_fec() {
    const auto& counted = snapshot_;
    set_counter(regs::reg::codewords_lo, counted.codewords);
    set_counter(regs::reg::corrected_codewords_lo, counted.corrected_codewords);
    set_counter(regs::reg::uncorrectable_codewords_lo, counted.uncorrectable_codewords);
    set_counter(regs::reg::corrected_symbols_lo, counted.corrected_symbols);
    set_counter(regs::reg::corrected_bits_lo, counted.corrected_bits);
    set_counter(regs::reg::pcs_marked_slots_lo, counted.marked_slots);
    set_counter(regs::reg::pcs_invalid_slots_lo, counted.invalid_slots);
    set_counter(regs::reg::pcs_crc_failures_lo, counted.crc_failures);
    set_counter(regs::reg::pcs_ordered_sets_lo, counted.ordered_sets);
    const auto saturated = [](std::uint64_t count) {
        return std::min<std::uint64_t>(count, 0xFFFFFFFF);
    };
    for (std::uint32_t n = 0; n < counted.histogram.size(); ++n) {
        bank_.set_value(regs::reg::histogram, saturated(counted.histogram[n]), n);
    }
    bank_.set_value(regs::reg::histogram_beyond, saturated(counted.uncorrectable_codewords));
}

void serdes_phy::snapshot_retry() {
    const auto& sent = exchange_.retry().transmitter.counters();
    set_counter(regs::reg::llr_tx_init_ctl_os_lo, sent.tx_init_ctl_os);
    set_counter(regs::reg::llr_rx_init_echo_ctl_os_lo, sent.rx_init_echo_ctl_os);
    set_counter(regs::reg::llr_rx_ack_ctl_os_lo, sent.rx_ack_ctl_os);
    set_counter(regs::reg::llr_rx_nack_ctl_os_lo, sent.rx_nack_ctl_os);
    set_counter(regs::reg::llr_rx_ack_nack_seq_error_lo, sent.rx_ack_nack_seq_error);
    set_counter(regs::reg::llr_tx_ok_lo, sent.tx_ok);
    set_counter(regs::reg::llr_tx_replay_lo, sent.tx_replay);
    set_counter(regs::reg::llr_tx_resent_lo, sent.resent_flits);
    set_counter(regs::reg::llr_tx_timeout_lo, sent.acknowledge_timeouts);
    set_counter(regs::reg::llr_tx_flush_lo, sent.flushes);
    set_counter(regs::reg::llr_tx_given_up_lo, sent.given_up_flits);
    const auto& received = exchange_.retry().receiver.counters();
    set_counter(regs::reg::llr_rx_init_ctl_os_lo, received.rx_init_ctl_os);
    set_counter(regs::reg::llr_tx_init_echo_ctl_os_lo, received.tx_init_echo_ctl_os);
    set_counter(regs::reg::llr_tx_ack_ctl_os_lo, received.tx_ack_ctl_os);
    set_counter(regs::reg::llr_tx_nack_ctl_os_lo, received.tx_nack_ctl_os);
    set_counter(regs::reg::llr_rx_ok_lo, received.rx_ok);
    set_counter(regs::reg::llr_rx_bad_lo, received.rx_bad);
    set_counter(regs::reg::llr_rx_expected_seq_good_lo, received.rx_expected_seq_good);
    set_counter(regs::reg::llr_rx_expected_seq_bad_lo, received.rx_expected_seq_bad);
    set_counter(regs::reg::llr_rx_missing_seq_lo, received.rx_missing_seq);
    set_counter(regs::reg::llr_rx_duplicate_seq_lo, received.rx_duplicate_seq);
    set_counter(regs::reg::llr_rx_replay_lo, received.rx_replay);
    set_counter(regs::reg::llr_rx_given_up_lo, received.rx_given_up_flits);
}

}  // namespace luxlane
