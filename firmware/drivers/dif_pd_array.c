#include "firmware/drivers/dif_pd_array.h"

#include "firmware/drivers/dif_lane.h"
#include "regs/pd_array.h"

_Static_assert(PD_ARRAY_LOS_MAP_COUNT == lane_map_words, "size of the device's lane maps");
_Static_assert(PD_ARRAY_LANE_SELECT_INDEX_MASK == dif_all_lanes, "width of a lane number");

static struct dif_lane_window lanes_of(const struct dif_pd_array* array) {
    if (array == NULL) {
        return (struct dif_lane_window){NULL, 0, 0};
    }
    return (struct dif_lane_window){&array->region, array->lanes, PD_ARRAY_LANE_SELECT_OFFSET};
}

enum dif_result dif_pd_array_probe(struct mmio_region region, struct dif_pd_array* array) {
    if (array == NULL) {
        return dif_bad_argument;
    }
    const enum dif_result identity = dif_check_identity(
        region, (struct dif_identity){PD_ARRAY_ID_OFFSET, PD_ARRAY_ID_RESET,
                                      PD_ARRAY_VERSION_OFFSET, PD_ARRAY_VERSION_RESET});
    if (identity != dif_ok) {
        return identity;
    }
    array->region = region;
    array->lanes =
        (uint16_t)field_take(mmio_read32(region, PD_ARRAY_CAPABILITY_OFFSET),
                             PD_ARRAY_CAPABILITY_LANES_LSB, PD_ARRAY_CAPABILITY_LANES_MASK);
    return dif_ok;
}

enum dif_result dif_pd_array_set_enabled(const struct dif_pd_array* array, bool enabled) {
    if (array == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(array->region, PD_ARRAY_CONTROL_OFFSET,
                 enabled ? PD_ARRAY_CONTROL_ENABLE_MASK : 0);
    return dif_ok;
}

enum dif_result dif_pd_array_is_ready(const struct dif_pd_array* array, bool* ready) {
    if (array == NULL || ready == NULL) {
        return dif_bad_argument;
    }
    *ready = (mmio_read32(array->region, PD_ARRAY_STATUS_OFFSET) & PD_ARRAY_STATUS_READY_MASK) != 0;
    return dif_ok;
}

enum dif_result dif_pd_array_set_loss_threshold(const struct dif_pd_array* array,
                                                uint16_t power_10nw) {
    if (array == NULL) {
        return dif_bad_argument;
    }
    if (power_10nw > PD_ARRAY_LOS_THRESHOLD_POWER_10NW_MASK >>
        PD_ARRAY_LOS_THRESHOLD_POWER_10NW_LSB) {
        return dif_out_of_range;
    }
    mmio_write32(array->region, PD_ARRAY_LOS_THRESHOLD_OFFSET,
                 field_place(power_10nw, PD_ARRAY_LOS_THRESHOLD_POWER_10NW_LSB,
                             PD_ARRAY_LOS_THRESHOLD_POWER_10NW_MASK));
    return dif_ok;
}

enum dif_result dif_pd_array_set_lane_enabled(const struct dif_pd_array* array, uint16_t lane,
                                              bool enabled) {
    return dif_lane_write(lanes_of(array), lane, PD_ARRAY_LANE_CONTROL_OFFSET,
                          enabled ? PD_ARRAY_LANE_CONTROL_ENABLE_MASK : 0);
}

enum dif_result dif_pd_array_set_gain(const struct dif_pd_array* array, uint16_t lane,
                                      uint8_t code) {
    if (array == NULL) {
        return dif_bad_argument;
    }
    if (code > PD_ARRAY_LANE_GAIN_CODE_MASK >> PD_ARRAY_LANE_GAIN_CODE_LSB) {
        return dif_out_of_range;
    }
    return dif_lane_write(
        lanes_of(array), lane, PD_ARRAY_LANE_GAIN_OFFSET,
        field_place(code, PD_ARRAY_LANE_GAIN_CODE_LSB, PD_ARRAY_LANE_GAIN_CODE_MASK));
}

enum dif_result dif_pd_array_lane_power(const struct dif_pd_array* array, uint16_t lane,
                                        uint16_t* power_10nw) {
    return dif_lane_read_field(lanes_of(array), lane, PD_ARRAY_LANE_POWER_OFFSET,
                               PD_ARRAY_LANE_POWER_POWER_10NW_LSB,
                               PD_ARRAY_LANE_POWER_POWER_10NW_MASK, power_10nw);
}

enum dif_result dif_pd_array_loss_map(const struct dif_pd_array* array, struct lane_map* map) {
    if (array == NULL || map == NULL) {
        return dif_bad_argument;
    }
    dif_read_map(array->region, PD_ARRAY_LOS_MAP_OFFSET(0U), array->lanes, map);
    return dif_ok;
}

enum dif_result dif_pd_array_set_loss_interrupt(const struct dif_pd_array* array, bool enabled) {
    if (array == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(array->region, PD_ARRAY_IRQ_MASK_OFFSET,
                 enabled ? PD_ARRAY_IRQ_MASK_LOS_CHANGE_MASK : 0);
    return dif_ok;
}

enum dif_result dif_pd_array_take_loss_event(const struct dif_pd_array* array, bool* changed) {
    if (array == NULL || changed == NULL) {
        return dif_bad_argument;
    }
    *changed = (mmio_read32(array->region, PD_ARRAY_IRQ_STATUS_OFFSET) &
                PD_ARRAY_IRQ_STATUS_LOS_CHANGE_MASK) != 0;
    if (*changed) {
        mmio_write32(array->region, PD_ARRAY_IRQ_STATUS_OFFSET,
                     PD_ARRAY_IRQ_STATUS_LOS_CHANGE_MASK);
    }
    return dif_ok;
}
