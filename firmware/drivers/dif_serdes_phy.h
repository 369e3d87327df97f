#pragma once

#include "firmware/drivers/dif.h"

/// The line side of the link: lane frames, lane maps, switches and in-band management words.
/// "Physical" counts the lanes of the cable, "logical" those that carry data.
struct dif_serdes_phy {
    struct mmio_region region;
    uint16_t lanes;
    uint16_t data_lanes;
};

/// No physical lane: the logical lane is not mapped.
enum { dif_serdes_phy_no_lane = 0xFFFF };
/// Lane name that the far end sends on a spare.
enum { dif_serdes_phy_spare_name = 0x3FF };

struct dif_serdes_phy_control {
    bool enable;
    bool transmit;
    bool receive;
    bool carry_payload;
    bool force_training;
};

enum dif_serdes_phy_link_state {
    dif_serdes_phy_link_reset = 0,
    dif_serdes_phy_link_tx_on = 1,
    dif_serdes_phy_link_lanes = 2,
    dif_serdes_phy_link_deskew = 3,
    dif_serdes_phy_link_up = 4,
    dif_serdes_phy_link_repair = 5,
    dif_serdes_phy_link_down = 6,
};

struct dif_serdes_phy_status {
    bool ready;
    bool deskew_done;
    bool rx_aligned;
    bool host_ready;  ///< the lanes to the accelerator
    bool serving;     ///< the accelerator's flits are taken
    enum dif_serdes_phy_link_state link_state;
    uint16_t aligned_lanes;
};

enum dif_serdes_phy_lane_state {
    dif_serdes_phy_lane_off = 0,
    dif_serdes_phy_lane_cdr_lock = 1,
    dif_serdes_phy_lane_frame = 2,
    dif_serdes_phy_lane_named = 3,
    dif_serdes_phy_lane_aligned = 4,
    dif_serdes_phy_lane_degraded = 5,
    dif_serdes_phy_lane_spare_test = 6,
    dif_serdes_phy_lane_spare = 7,
    dif_serdes_phy_lane_failed = 8,
    dif_serdes_phy_lane_test = 9,
};

struct dif_serdes_phy_lane_status {
    enum dif_serdes_phy_lane_state state;
    uint16_t name;  ///< meaningful only if name_valid
    bool name_valid;
};

enum dif_serdes_phy_map {
    dif_serdes_phy_map_aligned,  ///< ALIGNED or DEGRADED
    dif_serdes_phy_map_failed,
    dif_serdes_phy_map_degraded,
};

enum dif_serdes_phy_direction { dif_serdes_phy_transmit, dif_serdes_phy_receive };

struct dif_serdes_phy_switches {
    bool transmit_pending;
    bool receive_pending;
};

/// Events; may be combined.
enum dif_serdes_phy_event {
    dif_serdes_phy_link_change = 1 << 0,
    dif_serdes_phy_lane_change = 1 << 1,
    dif_serdes_phy_lane_degraded_event = 1 << 2,
    dif_serdes_phy_lane_failed_event = 1 << 3,
    dif_serdes_phy_word_received = 1 << 4,
    dif_serdes_phy_uncorrectable = 1 << 5,
    dif_serdes_phy_switch_done = 1 << 6,
    dif_serdes_phy_words_sent = 1 << 7,
    dif_serdes_phy_all_events = (1 << 8) - 1,
};

/// FEC counters since reset.
struct dif_serdes_phy_counters {
    uint64_t codewords;
    uint64_t corrected_codewords;
    uint64_t uncorrectable_codewords;
};

/// Identifies the device and makes its handle. dif_wrong_device, dif_wrong_version.
DIF_MUST_USE enum dif_result dif_serdes_phy_probe(struct mmio_region region,
                                                  struct dif_serdes_phy* phy);

DIF_MUST_USE enum dif_result dif_serdes_phy_set_control(
    const struct dif_serdes_phy* phy, const struct dif_serdes_phy_control* control);
/// Aligns all logical lanes by their measured skew, keeping `control`. Wants rx_aligned.
DIF_MUST_USE enum dif_result dif_serdes_phy_deskew(const struct dif_serdes_phy* phy,
                                                   const struct dif_serdes_phy_control* control);
DIF_MUST_USE enum dif_result dif_serdes_phy_read_status(const struct dif_serdes_phy* phy,
                                                        struct dif_serdes_phy_status* status);

/// Starts (again) the state machine of a physical receive lane, or turns it off. `lane` may be
/// dif_all_lanes.
DIF_MUST_USE enum dif_result dif_serdes_phy_train_lane(const struct dif_serdes_phy* phy,
                                                       uint16_t lane, bool train);
DIF_MUST_USE enum dif_result dif_serdes_phy_read_lane_status(
    const struct dif_serdes_phy* phy, uint16_t lane, struct dif_serdes_phy_lane_status* status);
DIF_MUST_USE enum dif_result dif_serdes_phy_lane_map(const struct dif_serdes_phy* phy,
                                                     enum dif_serdes_phy_map which,
                                                     struct lane_map* map);

/// Physical lane of a logical one, or dif_serdes_phy_no_lane. `set` acts at once: while payload
/// flows, use an agreed switch instead.
DIF_MUST_USE enum dif_result dif_serdes_phy_mapping(const struct dif_serdes_phy* phy,
                                                    enum dif_serdes_phy_direction direction,
                                                    uint16_t logical, uint16_t* physical);
DIF_MUST_USE enum dif_result dif_serdes_phy_set_mapping(const struct dif_serdes_phy* phy,
                                                        enum dif_serdes_phy_direction direction,
                                                        uint16_t logical, uint16_t physical);

/// Queues one management word, which is not 0. dif_unavailable: the FIFO is full.
DIF_MUST_USE enum dif_result dif_serdes_phy_send_word(const struct dif_serdes_phy* phy,
                                                      uint32_t word);
/// Takes the oldest received word. dif_unavailable: there is none.
DIF_MUST_USE enum dif_result dif_serdes_phy_receive_word(const struct dif_serdes_phy* phy,
                                                         uint32_t* word);
/// Words that wait in the transmit FIFO.
DIF_MUST_USE enum dif_result dif_serdes_phy_words_waiting(const struct dif_serdes_phy* phy,
                                                          uint8_t* count);

/// Superframe count of one's own transmitter, or the last one received from the far end.
DIF_MUST_USE enum dif_result dif_serdes_phy_superframe(const struct dif_serdes_phy* phy,
                                                       enum dif_serdes_phy_direction direction,
                                                       uint32_t* count);

/// Moves `logical` to `physical` when the superframe count of that direction reaches `at`, which is
/// 1 to 511 ahead. Many switches may be pending; one of a logical lane replaces its earlier one.
/// The PHY ignores a switch that is late or names a lane in use: `mapping` tells whether it
/// happened.
DIF_MUST_USE enum dif_result dif_serdes_phy_arm_switch(const struct dif_serdes_phy* phy,
                                                       enum dif_serdes_phy_direction direction,
                                                       uint16_t logical, uint16_t physical,
                                                       uint32_t at);
DIF_MUST_USE enum dif_result dif_serdes_phy_cancel_switches(const struct dif_serdes_phy* phy);
DIF_MUST_USE enum dif_result dif_serdes_phy_read_switches(const struct dif_serdes_phy* phy,
                                                          struct dif_serdes_phy_switches* switches);

/// Symbol errors in 64 superframes above which a lane counts as degraded.
DIF_MUST_USE enum dif_result dif_serdes_phy_set_degrade_limit(const struct dif_serdes_phy* phy,
                                                              uint32_t symbol_errors);

/// `events` is a combination of enum dif_serdes_phy_event. `take` returns the latched events and
/// clears them; it may be used by the interrupt handler.
DIF_MUST_USE enum dif_result dif_serdes_phy_enable_events(const struct dif_serdes_phy* phy,
                                                          uint32_t events);
DIF_MUST_USE enum dif_result dif_serdes_phy_take_events(const struct dif_serdes_phy* phy,
                                                        uint32_t* events);

/// Takes a snapshot and reads it.
DIF_MUST_USE enum dif_result dif_serdes_phy_read_counters(const struct dif_serdes_phy* phy,
                                                          struct dif_serdes_phy_counters* counters);
