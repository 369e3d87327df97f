#include "firmware/drivers/dif_rx_dsp.h"

#include "firmware/drivers/dif_lane.h"
#include "regs/rx_dsp.h"

_Static_assert(RX_DSP_CDR_LOCK_MAP_COUNT == lane_map_words, "size of the device's lane maps");
_Static_assert(RX_DSP_ADAPT_DONE_MAP_COUNT == lane_map_words, "size of the device's lane maps");
_Static_assert(RX_DSP_LANE_SELECT_INDEX_MASK == dif_all_lanes, "width of a lane number");

static struct dif_lane_window lanes_of(const struct dif_rx_dsp* dsp) {
    if (dsp == NULL) {
        return (struct dif_lane_window){NULL, 0, 0};
    }
    return (struct dif_lane_window){&dsp->region, dsp->lanes, RX_DSP_LANE_SELECT_OFFSET};
}

enum dif_result dif_rx_dsp_probe(struct mmio_region region, struct dif_rx_dsp* dsp) {
    if (dsp == NULL) {
        return dif_bad_argument;
    }
    const enum dif_result identity = dif_check_identity(
        region, (struct dif_identity){RX_DSP_ID_OFFSET, RX_DSP_ID_RESET, RX_DSP_VERSION_OFFSET,
                                      RX_DSP_VERSION_RESET});
    if (identity != dif_ok) {
        return identity;
    }
    dsp->region = region;
    dsp->lanes = (uint16_t)field_take(mmio_read32(region, RX_DSP_CAPABILITY_OFFSET),
                                      RX_DSP_CAPABILITY_LANES_LSB, RX_DSP_CAPABILITY_LANES_MASK);
    return dif_ok;
}

enum dif_result dif_rx_dsp_set_enabled(const struct dif_rx_dsp* dsp, bool enabled) {
    if (dsp == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(dsp->region, RX_DSP_CONTROL_OFFSET, enabled ? RX_DSP_CONTROL_ENABLE_MASK : 0);
    return dif_ok;
}

enum dif_result dif_rx_dsp_is_ready(const struct dif_rx_dsp* dsp, bool* ready) {
    if (dsp == NULL || ready == NULL) {
        return dif_bad_argument;
    }
    *ready = (mmio_read32(dsp->region, RX_DSP_STATUS_OFFSET) & RX_DSP_STATUS_READY_MASK) != 0;
    return dif_ok;
}

enum dif_result dif_rx_dsp_set_lane_enabled(const struct dif_rx_dsp* dsp, uint16_t lane,
                                            bool enabled) {
    return dif_lane_write(lanes_of(dsp), lane, RX_DSP_LANE_CONTROL_OFFSET,
                          enabled ? RX_DSP_LANE_CONTROL_ENABLE_MASK : 0);
}

enum dif_result dif_rx_dsp_adapt(const struct dif_rx_dsp* dsp, uint16_t lane) {
    return dif_lane_write(lanes_of(dsp), lane, RX_DSP_LANE_CONTROL_OFFSET,
                          RX_DSP_LANE_CONTROL_ENABLE_MASK | RX_DSP_LANE_CONTROL_ADAPT_MASK);
}

enum dif_result dif_rx_dsp_set_taps(const struct dif_rx_dsp* dsp, uint16_t lane,
                                    struct dif_rx_dsp_taps taps) {
    const uint32_t value =
        field_place((uint8_t)taps.pre, RX_DSP_LANE_TAPS_PRE_LSB, RX_DSP_LANE_TAPS_PRE_MASK) |
        field_place((uint8_t)taps.main, RX_DSP_LANE_TAPS_MAIN_LSB, RX_DSP_LANE_TAPS_MAIN_MASK) |
        field_place((uint8_t)taps.post, RX_DSP_LANE_TAPS_POST_LSB, RX_DSP_LANE_TAPS_POST_MASK);
    return dif_lane_write(lanes_of(dsp), lane, RX_DSP_LANE_TAPS_OFFSET, value);
}

enum dif_result dif_rx_dsp_read_taps(const struct dif_rx_dsp* dsp, uint16_t lane,
                                     struct dif_rx_dsp_taps* taps) {
    if (taps == NULL) {
        return dif_bad_argument;
    }
    uint32_t raw = 0;
    const enum dif_result result =
        dif_lane_read(lanes_of(dsp), lane, RX_DSP_LANE_TAPS_OFFSET, &raw);
    if (result == dif_ok) {
        taps->pre = (int8_t)field_take(raw, RX_DSP_LANE_TAPS_PRE_LSB, RX_DSP_LANE_TAPS_PRE_MASK);
        taps->main = (int8_t)field_take(raw, RX_DSP_LANE_TAPS_MAIN_LSB, RX_DSP_LANE_TAPS_MAIN_MASK);
        taps->post = (int8_t)field_take(raw, RX_DSP_LANE_TAPS_POST_LSB, RX_DSP_LANE_TAPS_POST_MASK);
    }
    return result;
}

enum dif_result dif_rx_dsp_read_lane_status(const struct dif_rx_dsp* dsp, uint16_t lane,
                                            struct dif_rx_dsp_lane_status* status) {
    if (status == NULL) {
        return dif_bad_argument;
    }
    uint32_t raw = 0;
    const enum dif_result result =
        dif_lane_read(lanes_of(dsp), lane, RX_DSP_LANE_STATUS_OFFSET, &raw);
    if (result == dif_ok) {
        status->cdr_locked = (raw & RX_DSP_LANE_STATUS_CDR_LOCKED_MASK) != 0;
        status->adapt_done = (raw & RX_DSP_LANE_STATUS_ADAPT_DONE_MASK) != 0;
        status->adapt_failed = (raw & RX_DSP_LANE_STATUS_ADAPT_FAILED_MASK) != 0;
        status->eye_done = (raw & RX_DSP_LANE_STATUS_EYE_DONE_MASK) != 0;
        status->eye_failed = (raw & RX_DSP_LANE_STATUS_EYE_FAILED_MASK) != 0;
    }
    return result;
}

enum dif_result dif_rx_dsp_figure_of_merit(const struct dif_rx_dsp* dsp, uint16_t lane,
                                           uint16_t* q_100) {
    return dif_lane_read_field(lanes_of(dsp), lane, RX_DSP_LANE_FOM_OFFSET,
                               RX_DSP_LANE_FOM_Q_100_LSB, RX_DSP_LANE_FOM_Q_100_MASK, q_100);
}

enum dif_result dif_rx_dsp_start_eye(const struct dif_rx_dsp* dsp, uint16_t lane,
                                     struct dif_rx_dsp_eye_point point) {
    enum { lowest_phase = -32, highest_phase = 31, lowest_voltage = -127, longest_dwell = 40 };
    if (dsp == NULL) {
        return dif_bad_argument;
    }
    if (point.phase < lowest_phase || point.phase > highest_phase ||
        point.voltage < lowest_voltage || point.dwell > longest_dwell) {
        return dif_out_of_range;
    }
    const enum dif_result result = dif_lane_select_for_writing(lanes_of(dsp), lane);
    if (result != dif_ok) {
        return result;
    }
    if (lane != dif_all_lanes && (mmio_read32(dsp->region, RX_DSP_LANE_EYE_CONTROL_OFFSET) &
                                  RX_DSP_LANE_EYE_CONTROL_START_MASK) != 0) {
        return dif_unavailable;
    }
    mmio_write32(dsp->region, RX_DSP_LANE_EYE_POSITION_OFFSET,
                 field_place((uint8_t)point.phase, RX_DSP_LANE_EYE_POSITION_PHASE_LSB,
                             RX_DSP_LANE_EYE_POSITION_PHASE_MASK) |
                     field_place((uint8_t)point.voltage, RX_DSP_LANE_EYE_POSITION_VOLTAGE_LSB,
                                 RX_DSP_LANE_EYE_POSITION_VOLTAGE_MASK));
    mmio_write32(dsp->region, RX_DSP_LANE_EYE_CONTROL_OFFSET,
                 field_place(point.dwell, RX_DSP_LANE_EYE_CONTROL_DWELL_LSB,
                             RX_DSP_LANE_EYE_CONTROL_DWELL_MASK) |
                     RX_DSP_LANE_EYE_CONTROL_START_MASK);
    return dif_ok;
}

enum dif_result dif_rx_dsp_read_eye(const struct dif_rx_dsp* dsp, uint16_t lane, uint64_t* errors) {
    if (errors == NULL) {
        return dif_bad_argument;
    }
    struct dif_rx_dsp_lane_status status;
    const enum dif_result result = dif_rx_dsp_read_lane_status(dsp, lane, &status);
    if (result != dif_ok) {
        return result;
    }
    if (status.eye_failed) {
        return dif_io_error;
    }
    if (!status.eye_done) {
        return dif_unavailable;
    }
    *errors = mmio_read32(dsp->region, RX_DSP_LANE_EYE_ERRORS_LO_OFFSET) |
              (uint64_t)mmio_read32(dsp->region, RX_DSP_LANE_EYE_ERRORS_HI_OFFSET) << 32;
    return dif_ok;
}

enum dif_result dif_rx_dsp_lock_map(const struct dif_rx_dsp* dsp, struct lane_map* map) {
    if (dsp == NULL || map == NULL) {
        return dif_bad_argument;
    }
    dif_read_map(dsp->region, RX_DSP_CDR_LOCK_MAP_OFFSET(0U), dsp->lanes, map);
    return dif_ok;
}

enum dif_result dif_rx_dsp_adapted_map(const struct dif_rx_dsp* dsp, struct lane_map* map) {
    if (dsp == NULL || map == NULL) {
        return dif_bad_argument;
    }
    dif_read_map(dsp->region, RX_DSP_ADAPT_DONE_MAP_OFFSET(0U), dsp->lanes, map);
    return dif_ok;
}
