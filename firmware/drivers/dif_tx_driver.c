#include "firmware/drivers/dif_tx_driver.h"

#include "firmware/drivers/dif_lane.h"
#include "regs/tx_driver.h"

_Static_assert(TX_DRIVER_LANE_SELECT_INDEX_MASK == dif_all_lanes, "width of a lane number");

static struct dif_lane_window lanes_of(const struct dif_tx_driver* driver) {
    if (driver == NULL) {
        return (struct dif_lane_window){NULL, 0, 0};
    }
    return (struct dif_lane_window){&driver->region, driver->lanes, TX_DRIVER_LANE_SELECT_OFFSET};
}

enum dif_result dif_tx_driver_probe(struct mmio_region region, struct dif_tx_driver* driver) {
    if (driver == NULL) {
        return dif_bad_argument;
    }
    const enum dif_result identity = dif_check_identity(
        region, (struct dif_identity){TX_DRIVER_ID_OFFSET, TX_DRIVER_ID_RESET,
                                      TX_DRIVER_VERSION_OFFSET, TX_DRIVER_VERSION_RESET});
    if (identity != dif_ok) {
        return identity;
    }
    const uint32_t capability = mmio_read32(region, TX_DRIVER_CAPABILITY_OFFSET);
    driver->region = region;
    driver->lanes = (uint16_t)field_take(capability, TX_DRIVER_CAPABILITY_LANES_LSB,
                                         TX_DRIVER_CAPABILITY_LANES_MASK);
    return dif_ok;
}

enum dif_result dif_tx_driver_set_enabled(const struct dif_tx_driver* driver, bool enabled) {
    if (driver == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(driver->region, TX_DRIVER_CONTROL_OFFSET,
                 enabled ? TX_DRIVER_CONTROL_ENABLE_MASK : 0);
    return dif_ok;
}

enum dif_result dif_tx_driver_is_ready(const struct dif_tx_driver* driver, bool* ready) {
    if (driver == NULL || ready == NULL) {
        return dif_bad_argument;
    }
    *ready =
        (mmio_read32(driver->region, TX_DRIVER_STATUS_OFFSET) & TX_DRIVER_STATUS_READY_MASK) != 0;
    return dif_ok;
}

enum dif_result dif_tx_driver_set_lane_enabled(const struct dif_tx_driver* driver, uint16_t lane,
                                               bool enabled) {
    return dif_lane_write(lanes_of(driver), lane, TX_DRIVER_LANE_CONTROL_OFFSET,
                          enabled ? TX_DRIVER_LANE_CONTROL_ENABLE_MASK : 0);
}

enum dif_result dif_tx_driver_set_current(const struct dif_tx_driver* driver, uint16_t lane,
                                          struct dif_tx_driver_current current) {
    if (driver == NULL) {
        return dif_bad_argument;
    }
    const uint32_t limit = TX_DRIVER_LANE_CURRENT_ON_MASK >> TX_DRIVER_LANE_CURRENT_ON_LSB;
    if (current.on_ua > limit || current.off_ua > current.on_ua) {
        return dif_out_of_range;
    }
    return dif_lane_write(
        lanes_of(driver), lane, TX_DRIVER_LANE_CURRENT_OFFSET,
        field_place(current.on_ua, TX_DRIVER_LANE_CURRENT_ON_LSB, TX_DRIVER_LANE_CURRENT_ON_MASK) |
            field_place(current.off_ua, TX_DRIVER_LANE_CURRENT_OFF_LSB,
                        TX_DRIVER_LANE_CURRENT_OFF_MASK));
}

enum dif_result dif_tx_driver_set_post_tap(const struct dif_tx_driver* driver, uint16_t lane,
                                           uint8_t tap_64) {
    if (driver == NULL) {
        return dif_bad_argument;
    }
    if (tap_64 > TX_DRIVER_LANE_FFE_POST_MASK >> TX_DRIVER_LANE_FFE_POST_LSB) {
        return dif_out_of_range;
    }
    return dif_lane_write(
        lanes_of(driver), lane, TX_DRIVER_LANE_FFE_OFFSET,
        field_place(tap_64, TX_DRIVER_LANE_FFE_POST_LSB, TX_DRIVER_LANE_FFE_POST_MASK));
}

enum dif_result dif_tx_driver_temperature(const struct dif_tx_driver* driver,
                                          int16_t* celsius_256) {
    if (driver == NULL || celsius_256 == NULL) {
        return dif_bad_argument;
    }
    *celsius_256 = (int16_t)field_take(mmio_read32(driver->region, TX_DRIVER_TEMPERATURE_OFFSET),
                                       TX_DRIVER_TEMPERATURE_CELSIUS_256_LSB,
                                       TX_DRIVER_TEMPERATURE_CELSIUS_256_MASK);
    return dif_ok;
}

enum dif_result dif_tx_driver_power(const struct dif_tx_driver* driver, uint32_t* milliwatt) {
    if (driver == NULL || milliwatt == NULL) {
        return dif_bad_argument;
    }
    *milliwatt = mmio_read32(driver->region, TX_DRIVER_POWER_OFFSET);
    return dif_ok;
}

enum dif_result dif_tx_driver_set_alarm_enabled(const struct dif_tx_driver* driver, bool enabled) {
    if (driver == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(driver->region, TX_DRIVER_IRQ_MASK_OFFSET,
                 enabled ? TX_DRIVER_IRQ_MASK_OVERTEMPERATURE_MASK : 0);
    return dif_ok;
}

enum dif_result dif_tx_driver_take_alarm(const struct dif_tx_driver* driver, bool* raised) {
    if (driver == NULL || raised == NULL) {
        return dif_bad_argument;
    }
    *raised = (mmio_read32(driver->region, TX_DRIVER_IRQ_STATUS_OFFSET) &
               TX_DRIVER_IRQ_STATUS_OVERTEMPERATURE_MASK) != 0;
    if (*raised) {
        mmio_write32(driver->region, TX_DRIVER_IRQ_STATUS_OFFSET,
                     TX_DRIVER_IRQ_STATUS_OVERTEMPERATURE_MASK);
    }
    return dif_ok;
}
