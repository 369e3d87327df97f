#pragma once

#include "firmware/drivers/dif_i2c.h"

/// TMP102 temperature sensor. A reading is a transfer of five bytes that `tmp102_poll` carries one
/// command further a call, so that no caller ever waits for the bus.
struct tmp102 {
    const struct dif_i2c* i2c;
    uint8_t address;
    uint8_t step;  ///< 0 = no reading under way
    uint8_t high;  ///< first byte of the reading
};

/// `address` 0x48 .. 0x4B. The controller is initialised and used by nobody else.
DIF_MUST_USE enum dif_result tmp102_init(const struct dif_i2c* i2c, uint8_t address,
                                         struct tmp102* sensor);
/// Starts a reading. dif_unavailable: one is under way.
DIF_MUST_USE enum dif_result tmp102_start(struct tmp102* sensor);
/// Carries it on. dif_ok: `celsius_16` is the temperature in 1/16 degree Celsius. dif_unavailable:
/// not yet (or none started). dif_io_error: nobody answered; the reading is over.
DIF_MUST_USE enum dif_result tmp102_poll(struct tmp102* sensor, int16_t* celsius_16);
