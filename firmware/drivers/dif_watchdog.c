#include "firmware/drivers/dif_watchdog.h"

#include "regs/watchdog.h"

/// "KICK": what the register's description asks for.
static const uint32_t kick_magic = 0x4B49434BU;

enum dif_result dif_watchdog_probe(struct mmio_region region, struct dif_watchdog* watchdog) {
    if (watchdog == NULL) {
        return dif_bad_argument;
    }
    const enum dif_result identity = dif_check_identity(
        region, (struct dif_identity){WATCHDOG_ID_OFFSET, WATCHDOG_ID_RESET,
                                      WATCHDOG_VERSION_OFFSET, WATCHDOG_VERSION_RESET});
    if (identity == dif_ok) {
        watchdog->region = region;
    }
    return identity;
}

enum dif_result dif_watchdog_start(const struct dif_watchdog* watchdog, uint32_t timeout_us) {
    if (watchdog == NULL) {
        return dif_bad_argument;
    }
    if (timeout_us == 0) {
        return dif_out_of_range;
    }
    mmio_write32(watchdog->region, WATCHDOG_TIMEOUT_US_OFFSET, timeout_us);
    mmio_write32(watchdog->region, WATCHDOG_CONTROL_OFFSET, WATCHDOG_CONTROL_ENABLE_MASK);
    return dif_ok;
}

enum dif_result dif_watchdog_stop(const struct dif_watchdog* watchdog) {
    if (watchdog == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(watchdog->region, WATCHDOG_CONTROL_OFFSET, 0);
    return dif_ok;
}

enum dif_result dif_watchdog_kick(const struct dif_watchdog* watchdog) {
    if (watchdog == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(watchdog->region, WATCHDOG_KICK_OFFSET, kick_magic);
    return dif_ok;
}
