#pragma once

#include "firmware/drivers/dif.h"

/// OpenCores I2C controller, one byte a command; the caller looks when each is over.
struct dif_i2c {
    struct mmio_region region;
};

struct dif_i2c_status {
    bool busy;              ///< a command is running
    bool not_acknowledged;  ///< nobody acknowledged the last byte sent
    bool arbitration_lost;
};

/// Makes the handle and enables the controller without its interrupt. SCL is the bus clock /
/// (5 (`prescale` + 1)).
DIF_MUST_USE enum dif_result dif_i2c_init(struct mmio_region region, uint16_t prescale,
                                          struct dif_i2c* i2c);

/// The three commands below return dif_unavailable while another is running.
/// Sends START and the 7-bit `address` (0 .. 127) with the direction.
DIF_MUST_USE enum dif_result dif_i2c_begin(const struct dif_i2c* i2c, uint8_t address, bool read);
/// Sends one byte, and STOP behind it if `last`.
DIF_MUST_USE enum dif_result dif_i2c_send(const struct dif_i2c* i2c, uint8_t byte, bool last);
/// Receives one byte; the `last` is not acknowledged and followed by STOP.
DIF_MUST_USE enum dif_result dif_i2c_receive(const struct dif_i2c* i2c, bool last);
/// Ends a transfer that went wrong.
DIF_MUST_USE enum dif_result dif_i2c_stop(const struct dif_i2c* i2c);

DIF_MUST_USE enum dif_result dif_i2c_read_status(const struct dif_i2c* i2c,
                                                 struct dif_i2c_status* status);
/// The byte that `dif_i2c_receive` fetched.
DIF_MUST_USE enum dif_result dif_i2c_received(const struct dif_i2c* i2c, uint8_t* byte);
