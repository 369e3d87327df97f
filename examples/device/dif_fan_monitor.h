#pragma once

#include "firmware/drivers/dif.h"

/// Tachometer of a cooling fan.
struct dif_fan_monitor {
    struct mmio_region region;
};

/// Identifies the device and makes its handle. dif_wrong_device.
DIF_MUST_USE enum dif_result dif_fan_monitor_probe(struct mmio_region region,
                                                   struct dif_fan_monitor* fan);

/// Starts measuring; a window with fewer than `fewest_pulses` raises the interrupt. 1 .. 65535.
DIF_MUST_USE enum dif_result dif_fan_monitor_start(const struct dif_fan_monitor* fan,
                                                   uint32_t fewest_pulses);

/// Pulses of the last whole window.
DIF_MUST_USE enum dif_result dif_fan_monitor_pulses(const struct dif_fan_monitor* fan,
                                                    uint32_t* pulses);

/// Returns and clears the too-slow event. May be used by the interrupt handler.
DIF_MUST_USE enum dif_result dif_fan_monitor_take_too_slow(const struct dif_fan_monitor* fan,
                                                           bool* too_slow);
