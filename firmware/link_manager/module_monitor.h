#pragma once

#include "firmware/drivers/dif_watchdog.h"
#include "firmware/drivers/tmp102.h"

/// Watches what the link manager does not: the module's temperature, over I2C, and the watchdog.
struct module_monitor {
    struct dif_i2c i2c;
    struct tmp102 sensor;
    struct dif_watchdog watchdog;
    uint64_t next_reading;  ///< ticks
    uint64_t next_kick;
    int16_t celsius_16;  ///< last reading, 1/16 degree Celsius
    bool known;          ///< there has been a reading
    uint8_t failures;    ///< readings in a row that nobody answered
};

/// Starts the watchdog. A board without sensor or watchdog is none of ours: dif_wrong_device.
DIF_MUST_USE enum dif_result module_monitor_init(struct module_monitor* monitor);

/// Kicks the watchdog and carries the reading on; never waits. Returns the time (ticks) at which it
/// wants to be called again.
uint64_t module_monitor_step(struct module_monitor* monitor, uint64_t now);

/// True while the last reading is above the limit of the emitters.
bool module_monitor_too_hot(const struct module_monitor* monitor);

/// Stops the watchdog, before the program ends.
void module_monitor_stop(const struct module_monitor* monitor);
