#pragma once

#include "firmware/drivers/dif.h"

/// Driver array of the transmitter: currents, pre-emphasis and enable of each lane.
struct dif_tx_driver {
    struct mmio_region region;
    uint16_t lanes;
};

/// Currents of one lane, uA, 0 .. 1023; `off_ua` is the bias of a zero and not above `on_ua`.
struct dif_tx_driver_current {
    uint16_t on_ua;
    uint16_t off_ua;
};

/// Identifies the device and makes its handle. dif_wrong_device, dif_wrong_version.
DIF_MUST_USE enum dif_result dif_tx_driver_probe(struct mmio_region region,
                                                 struct dif_tx_driver* driver);

/// Powers the array; while off no lane emits light.
DIF_MUST_USE enum dif_result dif_tx_driver_set_enabled(const struct dif_tx_driver* driver,
                                                       bool enabled);
DIF_MUST_USE enum dif_result dif_tx_driver_is_ready(const struct dif_tx_driver* driver,
                                                    bool* ready);

/// `lane` may be dif_all_lanes in the three functions below.
DIF_MUST_USE enum dif_result dif_tx_driver_set_lane_enabled(const struct dif_tx_driver* driver,
                                                            uint16_t lane, bool enabled);
DIF_MUST_USE enum dif_result dif_tx_driver_set_current(const struct dif_tx_driver* driver,
                                                       uint16_t lane,
                                                       struct dif_tx_driver_current current);
/// Post-cursor tap in 1/64, 0 .. 63, subtracted from the main tap.
DIF_MUST_USE enum dif_result dif_tx_driver_set_post_tap(const struct dif_tx_driver* driver,
                                                        uint16_t lane, uint8_t tap_64);

/// Die temperature, 1/256 degree Celsius.
DIF_MUST_USE enum dif_result dif_tx_driver_temperature(const struct dif_tx_driver* driver,
                                                       int16_t* celsius_256);
/// Electrical power of drivers and emitters, mW.
DIF_MUST_USE enum dif_result dif_tx_driver_power(const struct dif_tx_driver* driver,
                                                 uint32_t* milliwatt);

/// Interrupt of the over-temperature alarm: enables it, and takes (returns and clears) the latch.
/// `take` may be used by the interrupt handler.
DIF_MUST_USE enum dif_result dif_tx_driver_set_alarm_enabled(const struct dif_tx_driver* driver,
                                                             bool enabled);
DIF_MUST_USE enum dif_result dif_tx_driver_take_alarm(const struct dif_tx_driver* driver,
                                                      bool* raised);
