#pragma once

#include "firmware/drivers/dif.h"

/// Two-stage watchdog: an interrupt at the first expiry, a reset of the board at the second.
struct dif_watchdog {
    struct mmio_region region;
};

/// Identifies the device and makes its handle. dif_wrong_device, dif_wrong_version.
DIF_MUST_USE enum dif_result dif_watchdog_probe(struct mmio_region region,
                                                struct dif_watchdog* watchdog);
/// Starts it with `timeout_us` (from 1 on) to each expiry.
DIF_MUST_USE enum dif_result dif_watchdog_start(const struct dif_watchdog* watchdog,
                                                uint32_t timeout_us);
DIF_MUST_USE enum dif_result dif_watchdog_stop(const struct dif_watchdog* watchdog);
/// Starts the time-out again. May be used by the interrupt handler.
DIF_MUST_USE enum dif_result dif_watchdog_kick(const struct dif_watchdog* watchdog);
