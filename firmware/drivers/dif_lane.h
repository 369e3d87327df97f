#pragma once

#include "firmware/drivers/dif.h"

/// The window through which a device shows the registers of one lane at a time, for its driver to
/// read and write them by lane number. Every function below returns dif_bad_argument for the window
/// of a null handle, and dif_out_of_range for a lane that the device has not; only then does it
/// touch a register.
struct dif_lane_window {
    const struct mmio_region* region;  ///< of the driver's handle; null without one
    uint16_t lanes;
    uint32_t select_offset;  ///< of LANE_SELECT, whose lowest 16 bits are the lane's number
};

/// Selects a lane whose registers will be read.
DIF_MUST_USE static inline enum dif_result dif_lane_select(struct dif_lane_window window,
                                                           uint16_t lane) {
    if (window.region == NULL) {
        return dif_bad_argument;
    }
    if (!dif_lane_exists(lane, window.lanes)) {
        return dif_out_of_range;
    }
    mmio_write32(*window.region, window.select_offset, lane);
    return dif_ok;
}

/// Selects a lane, or with dif_all_lanes all, whose registers will be written.
DIF_MUST_USE static inline enum dif_result dif_lane_select_for_writing(
    struct dif_lane_window window, uint16_t lane) {
    if (window.region != NULL && lane == dif_all_lanes) {
        mmio_write32(*window.region, window.select_offset, dif_all_lanes);
        return dif_ok;
    }
    return dif_lane_select(window, lane);
}

/// Writes the register at `offset` of one lane, or with dif_all_lanes of all.
DIF_MUST_USE static inline enum dif_result dif_lane_write(struct dif_lane_window window,
                                                          uint16_t lane, uint32_t offset,
                                                          uint32_t value) {
    const enum dif_result result = dif_lane_select_for_writing(window, lane);
    if (result == dif_ok) {
        mmio_write32(*window.region, offset, value);
    }
    return result;
}

/// Reads the register at `offset` of one lane; `value` is not null and stays after an error.
DIF_MUST_USE static inline enum dif_result dif_lane_read(struct dif_lane_window window,
                                                         uint16_t lane, uint32_t offset,
                                                         uint32_t* value) {
    const enum dif_result result = dif_lane_select(window, lane);
    if (result == dif_ok) {
        *value = mmio_read32(*window.region, offset);
    }
    return result;
}

/// Reads one field, of at most 16 bits, of a lane's register. A null `value`: dif_bad_argument.
DIF_MUST_USE static inline enum dif_result dif_lane_read_field(struct dif_lane_window window,
                                                               uint16_t lane, uint32_t offset,
                                                               unsigned lsb, uint32_t mask,
                                                               uint16_t* value) {
    if (value == NULL) {
        return dif_bad_argument;
    }
    uint32_t raw = 0;
    const enum dif_result result = dif_lane_read(window, lane, offset, &raw);
    if (result == dif_ok) {
        *value = (uint16_t)field_take(raw, lsb, mask);
    }
    return result;
}
