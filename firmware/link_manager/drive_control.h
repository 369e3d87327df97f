#pragma once

#include "firmware/drivers/dif_pd_array.h"
#include "firmware/drivers/dif_tx_driver.h"
#include "firmware/link_manager/management_channel.h"

/// How a transmitter starts, and what stays the same when its currents are adjusted.
struct drive_settings {
    uint16_t initial_ua;          ///< current of a one, 1 .. drive_register_limit_ua
    uint32_t extinction_percent;  ///< that over the bias of a zero, x 100; at least 100
    uint8_t post_tap_64;          ///< of the transmit equaliser, 0 .. drive_post_limit_64
};

/// For a job that does not say.
extern const struct drive_settings drive_default;

enum {
    drive_maximum_ua = 1000,
    drive_minimum_ua = 50,
    drive_register_limit_ua = 1023,
    drive_post_limit_64 = 63,
};

/// Sets the drive currents of the far transmitter so that each lane brings the target power to our
/// photodiodes. First one word for all lanes corrects their mean; then lanes that are still off by
/// more than the tolerance get words of their own, in rounds, because an emitter's light does not
/// grow in proportion to its current (droop).
struct drive_control {
    const struct dif_pd_array* array;
    const struct dif_tx_driver* driver;  ///< our own, for what the far end asks for
    struct management_channel* channel;
    uint16_t lanes;
    uint16_t target_10nw;
    struct drive_settings settings;
    uint16_t told_ua[lane_map_lanes];  ///< current of each far lane
    uint8_t common_rounds;             ///< words for all lanes so far
    bool common_done;                  ///< lanes are looked at one by one
    uint16_t lane;                     ///< the next to be looked at
    uint16_t corrections;              ///< of this round
    uint8_t round;                     ///< of those
    bool settling;  ///< the far end has not applied all of this round, or light is on its way
    uint64_t settled_at;
    bool finished;
    bool far_finished;
};

/// Both ends start from the same `settings`.
void drive_control_init(struct drive_control* drive, const struct dif_pd_array* array,
                        const struct dif_tx_driver* driver, struct management_channel* channel,
                        uint16_t lanes, uint16_t target_10nw,
                        const struct drive_settings* settings);

/// Carries the adjustment on; `finished` when all lanes are near the target or at their limit.
DIF_MUST_USE enum dif_result drive_control_step(struct drive_control* drive, uint64_t now);

/// Applies a DRIVE word of the far end. A lane or current that cannot be is left alone.
DIF_MUST_USE enum dif_result drive_control_apply(const struct drive_control* drive, uint32_t word);

/// Sets initial currents and pre-emphasis of all lanes of our transmitter.
DIF_MUST_USE enum dif_result drive_control_power_up(const struct drive_control* drive);
