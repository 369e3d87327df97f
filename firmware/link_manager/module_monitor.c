#include "firmware/link_manager/module_monitor.h"

#include "firmware/drivers/dif_clint.h"
#include "regs/i2c_opencores.h"
#include "regs/watchdog.h"

enum {
    us = dif_clint_ticks_per_us,
    sensor_address = 0x48,
    prescale_400_khz = 24, /* 50 MHz / (5 * 25) */
    reading_period = 10000 * us,
    /* A byte on the bus takes 23 us. */
    reading_poll = 25 * us,
    watchdog_timeout_us = 100000,
    kick_period = 20000 * us,
    hot_celsius_16 = 85 * 16,
};

enum dif_result module_monitor_init(struct module_monitor* monitor) {
    *monitor = (struct module_monitor){0};
    enum dif_result result =
        dif_i2c_init(mmio_region_at(I2C_OPENCORES_BASE), prescale_400_khz, &monitor->i2c);
    if (result == dif_ok) {
        result = tmp102_init(&monitor->i2c, sensor_address, &monitor->sensor);
    }
    if (result == dif_ok) {
        result = dif_watchdog_probe(mmio_region_at(WATCHDOG_BASE), &monitor->watchdog);
    }
    return result == dif_ok ? dif_watchdog_start(&monitor->watchdog, watchdog_timeout_us) : result;
}

uint64_t module_monitor_step(struct module_monitor* monitor, uint64_t now) {
    if (now >= monitor->next_kick && dif_watchdog_kick(&monitor->watchdog) == dif_ok) {
        monitor->next_kick = now + kick_period;
    }
    if (now >= monitor->next_reading && tmp102_start(&monitor->sensor) == dif_ok) {
        monitor->next_reading = now + reading_period;
    }
    switch (tmp102_poll(&monitor->sensor, &monitor->celsius_16)) {
        case dif_ok:
            monitor->known = true;
            monitor->failures = 0;
            break;
        case dif_io_error:
            if (monitor->failures < UINT8_MAX) {
                ++monitor->failures;
            }
            break;
        default:
            break;
    }
    const uint64_t reading = monitor->sensor.step != 0 ? now + reading_poll : monitor->next_reading;
    return reading < monitor->next_kick ? reading : monitor->next_kick;
}

bool module_monitor_too_hot(const struct module_monitor* monitor) {
    return monitor->known && monitor->celsius_16 > hot_celsius_16;
}

void module_monitor_stop(const struct module_monitor* monitor) {
    if (dif_watchdog_stop(&monitor->watchdog) != dif_ok) {
        return; /* it was never started */
    }
}
