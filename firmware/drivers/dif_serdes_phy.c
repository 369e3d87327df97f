#include "firmware/drivers/dif_serdes_phy.h"

#include "firmware/drivers/dif_lane.h"
#include "regs/serdes_phy.h"

_Static_assert(SERDES_PHY_ALIGNED_MAP_COUNT == lane_map_words, "size of the device's lane maps");
_Static_assert(SERDES_PHY_LANE_SELECT_INDEX_MASK == dif_all_lanes, "width of a lane number");
_Static_assert(SERDES_PHY_STATUS_LINK_STATE_DOWN == dif_serdes_phy_link_down, "link states");
_Static_assert(SERDES_PHY_LANE_STATUS_STATE_TEST == dif_serdes_phy_lane_test, "lane states");
_Static_assert(SERDES_PHY_LANE_STATUS_STATE_ALIGNED == dif_serdes_phy_lane_aligned, "lane states");
_Static_assert(SERDES_PHY_IRQ_STATUS_LINK_CHANGE_MASK == dif_serdes_phy_link_change, "events");
_Static_assert(SERDES_PHY_IRQ_STATUS_LANE_FAILED_MASK == dif_serdes_phy_lane_failed_event,
               "events");
_Static_assert(SERDES_PHY_IRQ_STATUS_MANAGEMENT_RX_MASK == dif_serdes_phy_word_received, "events");
_Static_assert(SERDES_PHY_IRQ_STATUS_MANAGEMENT_TX_EMPTY_MASK == dif_serdes_phy_words_sent,
               "events");

static bool direction_valid(enum dif_serdes_phy_direction direction) {
    return direction == dif_serdes_phy_transmit || direction == dif_serdes_phy_receive;
}

static struct dif_lane_window lanes_of(const struct dif_serdes_phy* phy) {
    if (phy == NULL) {
        return (struct dif_lane_window){NULL, 0, 0};
    }
    return (struct dif_lane_window){&phy->region, phy->lanes, SERDES_PHY_LANE_SELECT_OFFSET};
}

static uint32_t control_word(const struct dif_serdes_phy_control* control) {
    return (control->enable ? SERDES_PHY_CONTROL_ENABLE_MASK : 0) |
           (control->transmit ? SERDES_PHY_CONTROL_TX_ENABLE_MASK : 0) |
           (control->receive ? SERDES_PHY_CONTROL_RX_ENABLE_MASK : 0) |
           (control->carry_payload ? SERDES_PHY_CONTROL_LINK_ENABLE_MASK : 0) |
           (control->force_training ? SERDES_PHY_CONTROL_TRAIN_TX_MASK : 0);
}

enum dif_result dif_serdes_phy_probe(struct mmio_region region, struct dif_serdes_phy* phy) {
    if (phy == NULL) {
        return dif_bad_argument;
    }
    const enum dif_result identity = dif_check_identity(
        region, (struct dif_identity){SERDES_PHY_ID_OFFSET, SERDES_PHY_ID_RESET,
                                      SERDES_PHY_VERSION_OFFSET, SERDES_PHY_VERSION_RESET});
    if (identity != dif_ok) {
        return identity;
    }
    const uint32_t capability = mmio_read32(region, SERDES_PHY_CAPABILITY_OFFSET);
    phy->region = region;
    phy->lanes = (uint16_t)field_take(capability, SERDES_PHY_CAPABILITY_LANES_LSB,
                                      SERDES_PHY_CAPABILITY_LANES_MASK);
    phy->data_lanes = (uint16_t)field_take(capability, SERDES_PHY_CAPABILITY_DATA_LANES_LSB,
                                           SERDES_PHY_CAPABILITY_DATA_LANES_MASK);
    return dif_ok;
}

enum dif_result dif_serdes_phy_set_control(const struct dif_serdes_phy* phy,
                                           const struct dif_serdes_phy_control* control) {
    if (phy == NULL || control == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(phy->region, SERDES_PHY_CONTROL_OFFSET, control_word(control));
    return dif_ok;
}

enum dif_result dif_serdes_phy_deskew(const struct dif_serdes_phy* phy,
                                      const struct dif_serdes_phy_control* control) {
    if (phy == NULL || control == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(phy->region, SERDES_PHY_CONTROL_OFFSET,
                 control_word(control) | SERDES_PHY_CONTROL_DESKEW_MASK);
    return dif_ok;
}

enum dif_result dif_serdes_phy_read_status(const struct dif_serdes_phy* phy,
                                           struct dif_serdes_phy_status* status) {
    if (phy == NULL || status == NULL) {
        return dif_bad_argument;
    }
    const uint32_t raw = mmio_read32(phy->region, SERDES_PHY_STATUS_OFFSET);
    status->ready = (raw & SERDES_PHY_STATUS_READY_MASK) != 0;
    status->deskew_done = (raw & SERDES_PHY_STATUS_DESKEW_DONE_MASK) != 0;
    status->rx_aligned = (raw & SERDES_PHY_STATUS_RX_ALIGNED_MASK) != 0;
    status->host_ready = (raw & SERDES_PHY_STATUS_HOST_READY_MASK) != 0;
    status->serving = (raw & SERDES_PHY_STATUS_SERVING_MASK) != 0;
    status->link_state = (enum dif_serdes_phy_link_state)field_take(
        raw, SERDES_PHY_STATUS_LINK_STATE_LSB, SERDES_PHY_STATUS_LINK_STATE_MASK);
    status->aligned_lanes = (uint16_t)field_take(raw, SERDES_PHY_STATUS_ALIGNED_LANES_LSB,
                                                 SERDES_PHY_STATUS_ALIGNED_LANES_MASK);
    return dif_ok;
}

enum dif_result dif_serdes_phy_train_lane(const struct dif_serdes_phy* phy, uint16_t lane,
                                          bool train) {
    return dif_lane_write(lanes_of(phy), lane, SERDES_PHY_LANE_CONTROL_OFFSET,
                          train ? SERDES_PHY_LANE_CONTROL_TRAIN_MASK : 0);
}

enum dif_result dif_serdes_phy_read_lane_status(const struct dif_serdes_phy* phy, uint16_t lane,
                                                struct dif_serdes_phy_lane_status* status) {
    if (status == NULL) {
        return dif_bad_argument;
    }
    uint32_t raw = 0;
    const enum dif_result result =
        dif_lane_read(lanes_of(phy), lane, SERDES_PHY_LANE_STATUS_OFFSET, &raw);
    if (result == dif_ok) {
        status->state = (enum dif_serdes_phy_lane_state)field_take(
            raw, SERDES_PHY_LANE_STATUS_STATE_LSB, SERDES_PHY_LANE_STATUS_STATE_MASK);
        status->name = (uint16_t)field_take(raw, SERDES_PHY_LANE_STATUS_NAME_LSB,
                                            SERDES_PHY_LANE_STATUS_NAME_MASK);
        status->name_valid = (raw & SERDES_PHY_LANE_STATUS_NAME_VALID_MASK) != 0;
    }
    return result;
}

enum dif_result dif_serdes_phy_lane_map(const struct dif_serdes_phy* phy,
                                        enum dif_serdes_phy_map which, struct lane_map* map) {
    if (phy == NULL || map == NULL) {
        return dif_bad_argument;
    }
    uint32_t offset;
    switch (which) {
        case dif_serdes_phy_map_aligned:
            offset = SERDES_PHY_ALIGNED_MAP_OFFSET(0U);
            break;
        case dif_serdes_phy_map_failed:
            offset = SERDES_PHY_FAILED_MAP_OFFSET(0U);
            break;
        case dif_serdes_phy_map_degraded:
            offset = SERDES_PHY_DEGRADED_MAP_OFFSET(0U);
            break;
        default:
            return dif_bad_argument;
    }
    dif_read_map(phy->region, offset, phy->lanes, map);
    return dif_ok;
}

static void select_logical(const struct dif_serdes_phy* phy, uint16_t logical) {
    mmio_write32(
        phy->region, SERDES_PHY_MAP_SELECT_OFFSET,
        field_place(logical, SERDES_PHY_MAP_SELECT_INDEX_LSB, SERDES_PHY_MAP_SELECT_INDEX_MASK));
}

enum dif_result dif_serdes_phy_mapping(const struct dif_serdes_phy* phy,
                                       enum dif_serdes_phy_direction direction, uint16_t logical,
                                       uint16_t* physical) {
    if (phy == NULL || physical == NULL || !direction_valid(direction)) {
        return dif_bad_argument;
    }
    if (!dif_lane_exists(logical, phy->data_lanes)) {
        return dif_out_of_range;
    }
    select_logical(phy, logical);
    *physical =
        direction == dif_serdes_phy_transmit
            ? (uint16_t)field_take(mmio_read32(phy->region, SERDES_PHY_MAP_TX_OFFSET),
                                   SERDES_PHY_MAP_TX_PHYSICAL_LSB, SERDES_PHY_MAP_TX_PHYSICAL_MASK)
            : (uint16_t)field_take(mmio_read32(phy->region, SERDES_PHY_MAP_RX_OFFSET),
                                   SERDES_PHY_MAP_RX_PHYSICAL_LSB, SERDES_PHY_MAP_RX_PHYSICAL_MASK);
    return dif_ok;
}

enum dif_result dif_serdes_phy_set_mapping(const struct dif_serdes_phy* phy,
                                           enum dif_serdes_phy_direction direction,
                                           uint16_t logical, uint16_t physical) {
    if (phy == NULL || !direction_valid(direction)) {
        return dif_bad_argument;
    }
    if (!dif_lane_exists(logical, phy->data_lanes) ||
        (!dif_lane_exists(physical, phy->lanes) && physical != dif_serdes_phy_no_lane)) {
        return dif_out_of_range;
    }
    select_logical(phy, logical);
    if (direction == dif_serdes_phy_transmit) {
        mmio_write32(
            phy->region, SERDES_PHY_MAP_TX_OFFSET,
            field_place(physical, SERDES_PHY_MAP_TX_PHYSICAL_LSB, SERDES_PHY_MAP_TX_PHYSICAL_MASK));
    } else {
        mmio_write32(
            phy->region, SERDES_PHY_MAP_RX_OFFSET,
            field_place(physical, SERDES_PHY_MAP_RX_PHYSICAL_LSB, SERDES_PHY_MAP_RX_PHYSICAL_MASK));
    }
    return dif_ok;
}

static uint8_t transmit_level(const struct dif_serdes_phy* phy) {
    return (uint8_t)field_take(mmio_read32(phy->region, SERDES_PHY_MGMT_STATUS_OFFSET),
                               SERDES_PHY_MGMT_STATUS_TX_LEVEL_LSB,
                               SERDES_PHY_MGMT_STATUS_TX_LEVEL_MASK);
}

enum dif_result dif_serdes_phy_send_word(const struct dif_serdes_phy* phy, uint32_t word) {
    enum { fifo_words = 64 };
    if (phy == NULL || word == 0) {
        return dif_bad_argument;
    }
    if (transmit_level(phy) >= fifo_words) {
        return dif_unavailable;
    }
    mmio_write32(phy->region, SERDES_PHY_MGMT_TX_OFFSET, word);
    return dif_ok;
}

enum dif_result dif_serdes_phy_receive_word(const struct dif_serdes_phy* phy, uint32_t* word) {
    if (phy == NULL || word == NULL) {
        return dif_bad_argument;
    }
    const uint32_t head = mmio_read32(phy->region, SERDES_PHY_MGMT_RX_OFFSET);
    if (head == 0) {
        return dif_unavailable;
    }
    mmio_write32(phy->region, SERDES_PHY_MGMT_POP_OFFSET, SERDES_PHY_MGMT_POP_POP_MASK);
    *word = head;
    return dif_ok;
}

enum dif_result dif_serdes_phy_words_waiting(const struct dif_serdes_phy* phy, uint8_t* count) {
    if (phy == NULL || count == NULL) {
        return dif_bad_argument;
    }
    *count = transmit_level(phy);
    return dif_ok;
}

enum dif_result dif_serdes_phy_superframe(const struct dif_serdes_phy* phy,
                                          enum dif_serdes_phy_direction direction,
                                          uint32_t* count) {
    if (phy == NULL || count == NULL || !direction_valid(direction)) {
        return dif_bad_argument;
    }
    *count = mmio_read32(phy->region, direction == dif_serdes_phy_transmit
                                          ? SERDES_PHY_SUPERFRAME_OFFSET
                                          : SERDES_PHY_RX_SUPERFRAME_OFFSET);
    return dif_ok;
}

enum dif_result dif_serdes_phy_arm_switch(const struct dif_serdes_phy* phy,
                                          enum dif_serdes_phy_direction direction, uint16_t logical,
                                          uint16_t physical, uint32_t at) {
    if (phy == NULL || !direction_valid(direction)) {
        return dif_bad_argument;
    }
    if (!dif_lane_exists(logical, phy->data_lanes) || !dif_lane_exists(physical, phy->lanes)) {
        return dif_out_of_range;
    }
    mmio_write32(phy->region, SERDES_PHY_SWITCH_LANE_OFFSET,
                 field_place(logical, SERDES_PHY_SWITCH_LANE_LOGICAL_LSB,
                             SERDES_PHY_SWITCH_LANE_LOGICAL_MASK) |
                     field_place(physical, SERDES_PHY_SWITCH_LANE_PHYSICAL_LSB,
                                 SERDES_PHY_SWITCH_LANE_PHYSICAL_MASK));
    mmio_write32(phy->region, SERDES_PHY_SWITCH_AT_OFFSET, at);
    mmio_write32(phy->region, SERDES_PHY_SWITCH_CONTROL_OFFSET,
                 direction == dif_serdes_phy_transmit ? SERDES_PHY_SWITCH_CONTROL_ARM_TX_MASK
                                                      : SERDES_PHY_SWITCH_CONTROL_ARM_RX_MASK);
    return dif_ok;
}

enum dif_result dif_serdes_phy_cancel_switches(const struct dif_serdes_phy* phy) {
    if (phy == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(phy->region, SERDES_PHY_SWITCH_CONTROL_OFFSET,
                 SERDES_PHY_SWITCH_CONTROL_CANCEL_MASK);
    return dif_ok;
}

enum dif_result dif_serdes_phy_read_switches(const struct dif_serdes_phy* phy,
                                             struct dif_serdes_phy_switches* switches) {
    if (phy == NULL || switches == NULL) {
        return dif_bad_argument;
    }
    const uint32_t raw = mmio_read32(phy->region, SERDES_PHY_SWITCH_STATUS_OFFSET);
    switches->transmit_pending = (raw & SERDES_PHY_SWITCH_STATUS_TX_PENDING_MASK) != 0;
    switches->receive_pending = (raw & SERDES_PHY_SWITCH_STATUS_RX_PENDING_MASK) != 0;
    return dif_ok;
}

enum dif_result dif_serdes_phy_set_degrade_limit(const struct dif_serdes_phy* phy,
                                                 uint32_t symbol_errors) {
    if (phy == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(phy->region, SERDES_PHY_DEGRADE_LIMIT_OFFSET, symbol_errors);
    return dif_ok;
}

enum dif_result dif_serdes_phy_enable_events(const struct dif_serdes_phy* phy, uint32_t events) {
    if (phy == NULL || (events & ~(uint32_t)dif_serdes_phy_all_events) != 0) {
        return dif_bad_argument;
    }
    mmio_write32(phy->region, SERDES_PHY_IRQ_MASK_OFFSET, events);
    return dif_ok;
}

enum dif_result dif_serdes_phy_take_events(const struct dif_serdes_phy* phy, uint32_t* events) {
    if (phy == NULL || events == NULL) {
        return dif_bad_argument;
    }
    *events = mmio_read32(phy->region, SERDES_PHY_IRQ_STATUS_OFFSET) &
              (uint32_t)dif_serdes_phy_all_events;
    if (*events != 0) {
        mmio_write32(phy->region, SERDES_PHY_IRQ_STATUS_OFFSET, *events);
    }
    return dif_ok;
}

static uint64_t counter(const struct dif_serdes_phy* phy, uint32_t low, uint32_t high) {
    return mmio_read32(phy->region, low) | (uint64_t)mmio_read32(phy->region, high) << 32;
}

enum dif_result dif_serdes_phy_read_counters(const struct dif_serdes_phy* phy,
                                             struct dif_serdes_phy_counters* counters) {
    if (phy == NULL || counters == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(phy->region, SERDES_PHY_SNAPSHOT_OFFSET, SERDES_PHY_SNAPSHOT_TAKE_MASK);
    counters->codewords =
        counter(phy, SERDES_PHY_CODEWORDS_LO_OFFSET, SERDES_PHY_CODEWORDS_HI_OFFSET);
    counters->corrected_codewords = counter(phy, SERDES_PHY_CORRECTED_CODEWORDS_LO_OFFSET,
                                            SERDES_PHY_CORRECTED_CODEWORDS_HI_OFFSET);
    counters->uncorrectable_codewords = counter(phy, SERDES_PHY_UNCORRECTABLE_CODEWORDS_LO_OFFSET,
                                                SERDES_PHY_UNCORRECTABLE_CODEWORDS_HI_OFFSET);
    return dif_ok;
}
