#include "firmware/drivers/dif_serdes_phy_diagnostics.h"

#include "firmware/drivers/dif_lane.h"
#include "regs/serdes_phy.h"

_Static_assert(SERDES_PHY_LINK_CAUSE_CAUSE_REPAIR_TIMEOUT == dif_serdes_phy_cause_repair_timeout,
               "causes");
_Static_assert(SERDES_PHY_LOOPBACK_MODE_FAR_TEST == dif_serdes_phy_far_test_loopback, "loopbacks");
_Static_assert(SERDES_PHY_LANE_PATTERN_TX_KIND_SQUARE == dif_serdes_phy_square, "patterns");
_Static_assert(SERDES_PHY_LANE_PATTERN_RX_KIND_SQUARE == dif_serdes_phy_square, "patterns");

enum { longest_half_period = 32 };

static struct dif_lane_window lanes_of(const struct dif_serdes_phy* phy) {
    if (phy == NULL) {
        return (struct dif_lane_window){NULL, 0, 0};
    }
    return (struct dif_lane_window){&phy->region, phy->lanes, SERDES_PHY_LANE_SELECT_OFFSET};
}

static bool pattern_valid(const struct dif_serdes_phy_pattern* pattern) {
    if (pattern == NULL) {
        return true;
    }
    if ((unsigned)pattern->kind > dif_serdes_phy_square) {
        return false;
    }
    return pattern->kind == dif_serdes_phy_square
               ? pattern->half_period >= 1 && pattern->half_period <= longest_half_period
               : pattern->half_period == 0;
}

/* LANE_PATTERN_TX and _RX have the same fields. */
static uint32_t pattern_word(const struct dif_serdes_phy_pattern* pattern) {
    if (pattern == NULL) {
        return 0;
    }
    return SERDES_PHY_LANE_PATTERN_TX_ENABLE_MASK |
           (pattern->quaternary ? SERDES_PHY_LANE_PATTERN_TX_QUATERNARY_MASK : 0) |
           (pattern->inverted ? SERDES_PHY_LANE_PATTERN_TX_INVERT_MASK : 0) |
           field_place((uint32_t)pattern->kind, SERDES_PHY_LANE_PATTERN_TX_KIND_LSB,
                       SERDES_PHY_LANE_PATTERN_TX_KIND_MASK) |
           field_place(pattern->half_period, SERDES_PHY_LANE_PATTERN_TX_HALF_PERIOD_LSB,
                       SERDES_PHY_LANE_PATTERN_TX_HALF_PERIOD_MASK);
}

static enum dif_result write_pattern(const struct dif_serdes_phy* phy, uint16_t lane,
                                     uint32_t offset,
                                     const struct dif_serdes_phy_pattern* pattern) {
    if (phy == NULL || !pattern_valid(pattern)) {
        return dif_bad_argument;
    }
    const enum dif_result result = dif_lane_select(lanes_of(phy), lane);
    if (result != dif_ok) {
        return result;
    }
    const uint32_t word = pattern_word(pattern);
    mmio_write32(phy->region, offset, word);
    return mmio_read32(phy->region, offset) == word ? dif_ok : dif_unavailable;
}

enum dif_result dif_serdes_phy_read_cause(const struct dif_serdes_phy* phy,
                                          enum dif_serdes_phy_cause* cause) {
    if (phy == NULL || cause == NULL) {
        return dif_bad_argument;
    }
    *cause = (enum dif_serdes_phy_cause)field_take(
        mmio_read32(phy->region, SERDES_PHY_LINK_CAUSE_OFFSET), SERDES_PHY_LINK_CAUSE_CAUSE_LSB,
        SERDES_PHY_LINK_CAUSE_CAUSE_MASK);
    return dif_ok;
}

enum dif_result dif_serdes_phy_set_loopback(const struct dif_serdes_phy* phy,
                                            enum dif_serdes_phy_loopback mode) {
    if (phy == NULL || (unsigned)mode > dif_serdes_phy_far_test_loopback) {
        return dif_bad_argument;
    }
    mmio_write32(
        phy->region, SERDES_PHY_LOOPBACK_OFFSET,
        field_place((uint32_t)mode, SERDES_PHY_LOOPBACK_MODE_LSB, SERDES_PHY_LOOPBACK_MODE_MASK));
    return dif_ok;
}

enum dif_result dif_serdes_phy_send_pattern(const struct dif_serdes_phy* phy, uint16_t lane,
                                            const struct dif_serdes_phy_pattern* pattern) {
    return write_pattern(phy, lane, SERDES_PHY_LANE_PATTERN_TX_OFFSET, pattern);
}

enum dif_result dif_serdes_phy_check_pattern(const struct dif_serdes_phy* phy, uint16_t lane,
                                             const struct dif_serdes_phy_pattern* pattern) {
    return write_pattern(phy, lane, SERDES_PHY_LANE_PATTERN_RX_OFFSET, pattern);
}

enum dif_result dif_serdes_phy_inject_errors(const struct dif_serdes_phy* phy, uint16_t lane,
                                             uint16_t count) {
    const enum dif_result result = dif_lane_select(lanes_of(phy), lane);
    if (result != dif_ok) {
        return result;
    }
    mmio_write32(phy->region, SERDES_PHY_LANE_PATTERN_INJECT_OFFSET, count);
    return dif_ok;
}

enum dif_result dif_serdes_phy_gate_pattern(const struct dif_serdes_phy* phy, uint16_t lane,
                                            uint32_t kilobits) {
    const enum dif_result result = dif_lane_select(lanes_of(phy), lane);
    if (result != dif_ok) {
        return result;
    }
    mmio_write32(phy->region, SERDES_PHY_LANE_PATTERN_CLEAR_OFFSET,
                 SERDES_PHY_LANE_PATTERN_CLEAR_CLEAR_MASK);
    mmio_write32(phy->region, SERDES_PHY_LANE_PATTERN_GATE_OFFSET, kilobits);
    return dif_ok;
}

static uint64_t counter(const struct dif_serdes_phy* phy, uint32_t low, uint32_t high) {
    return mmio_read32(phy->region, low) | (uint64_t)mmio_read32(phy->region, high) << 32;
}

enum dif_result dif_serdes_phy_read_pattern(const struct dif_serdes_phy* phy, uint16_t lane,
                                            struct dif_serdes_phy_pattern_result* result) {
    if (result == NULL) {
        return dif_bad_argument;
    }
    const enum dif_result selected = dif_lane_select(lanes_of(phy), lane);
    if (selected != dif_ok) {
        return selected;
    }
    mmio_write32(phy->region, SERDES_PHY_SNAPSHOT_OFFSET, SERDES_PHY_SNAPSHOT_TAKE_MASK);
    const uint32_t status = mmio_read32(phy->region, SERDES_PHY_LANE_PATTERN_STATUS_OFFSET);
    result->locked = (status & SERDES_PHY_LANE_PATTERN_STATUS_LOCKED_MASK) != 0;
    result->gate_done = (status & SERDES_PHY_LANE_PATTERN_STATUS_GATE_DONE_MASK) != 0;
    result->losses = (uint16_t)field_take(status, SERDES_PHY_LANE_PATTERN_STATUS_LOSSES_LSB,
                                          SERDES_PHY_LANE_PATTERN_STATUS_LOSSES_MASK);
    result->bits = counter(phy, SERDES_PHY_LANE_PATTERN_BITS_LO_OFFSET,
                           SERDES_PHY_LANE_PATTERN_BITS_HI_OFFSET);
    result->errors = counter(phy, SERDES_PHY_LANE_PATTERN_ERRORS_LO_OFFSET,
                             SERDES_PHY_LANE_PATTERN_ERRORS_HI_OFFSET);
    result->symbol_errors = counter(phy, SERDES_PHY_LANE_PATTERN_SYMBOL_ERRORS_LO_OFFSET,
                                    SERDES_PHY_LANE_PATTERN_SYMBOL_ERRORS_HI_OFFSET);
    return dif_ok;
}
