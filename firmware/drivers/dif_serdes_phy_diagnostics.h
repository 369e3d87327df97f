#pragma once

#include "firmware/drivers/dif_serdes_phy.h"

/// Diagnostics of the line side: why the link is down, loopbacks and test patterns.

/// Why the link is, or was last, down.
enum dif_serdes_phy_cause {
    dif_serdes_phy_cause_none = 0,
    dif_serdes_phy_cause_disabled = 1,
    dif_serdes_phy_cause_lanes_lost = 2,
    dif_serdes_phy_cause_loss_of_signal = 3,
    dif_serdes_phy_cause_far_restart = 4,
    dif_serdes_phy_cause_lanes_timeout = 5,
    dif_serdes_phy_cause_deskew_timeout = 6,
    dif_serdes_phy_cause_repair_timeout = 7,
};

enum dif_serdes_phy_loopback {
    dif_serdes_phy_no_loopback = 0,
    dif_serdes_phy_near_loopback = 1,      ///< what is sent is received
    dif_serdes_phy_far_line_loopback = 2,  ///< received lane bits are sent back
    dif_serdes_phy_far_fec_loopback = 3,   ///< received slots are sent back, corrected
    dif_serdes_phy_far_test_loopback = 4,  ///< the far end loops; this one hears itself
};

enum dif_serdes_phy_pattern_kind {
    dif_serdes_phy_prbs7 = 0,
    dif_serdes_phy_prbs9 = 1,
    dif_serdes_phy_prbs11 = 2,
    dif_serdes_phy_prbs13 = 3,
    dif_serdes_phy_prbs15 = 4,
    dif_serdes_phy_prbs23 = 5,
    dif_serdes_phy_prbs31 = 6,
    dif_serdes_phy_square = 7,
};

struct dif_serdes_phy_pattern {
    enum dif_serdes_phy_pattern_kind kind;
    bool quaternary;  ///< two bits are a symbol
    bool inverted;
    uint8_t half_period;  ///< dif_serdes_phy_square: 1 to 32 symbols; else 0
};

/// What a lane's checker has counted.
struct dif_serdes_phy_pattern_result {
    bool locked;
    bool gate_done;
    uint16_t losses;  ///< of lock
    uint64_t bits;
    uint64_t errors;
    uint64_t symbol_errors;
};

DIF_MUST_USE enum dif_result dif_serdes_phy_read_cause(const struct dif_serdes_phy* phy,
                                                       enum dif_serdes_phy_cause* cause);

/// Lanes lose their frames and have to be found again, at both ends of the loop.
DIF_MUST_USE enum dif_result dif_serdes_phy_set_loopback(const struct dif_serdes_phy* phy,
                                                         enum dif_serdes_phy_loopback mode);

/// Sends `pattern` on a physical lane, or traffic again if null. dif_unavailable: the lane carries
/// payload.
DIF_MUST_USE enum dif_result dif_serdes_phy_send_pattern(
    const struct dif_serdes_phy* phy, uint16_t lane, const struct dif_serdes_phy_pattern* pattern);
/// Checks a physical lane, which must have found its frame, against `pattern`, with counters from
/// 0; ends the test if null. dif_unavailable: the lane carries payload or has no frame.
DIF_MUST_USE enum dif_result dif_serdes_phy_check_pattern(
    const struct dif_serdes_phy* phy, uint16_t lane, const struct dif_serdes_phy_pattern* pattern);
/// Makes `count` bits of the pattern that the lane sends wrong.
DIF_MUST_USE enum dif_result dif_serdes_phy_inject_errors(const struct dif_serdes_phy* phy,
                                                          uint16_t lane, uint16_t count);
/// Counters of the lane's checker to 0; it stops after 1024 times `kilobits`, 0 for never.
DIF_MUST_USE enum dif_result dif_serdes_phy_gate_pattern(const struct dif_serdes_phy* phy,
                                                         uint16_t lane, uint32_t kilobits);
/// Takes a snapshot of all counters and reads those of the lane's checker.
DIF_MUST_USE enum dif_result dif_serdes_phy_read_pattern(
    const struct dif_serdes_phy* phy, uint16_t lane, struct dif_serdes_phy_pattern_result* result);
