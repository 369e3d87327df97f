#include "firmware/drivers/tmp102.h"

/* Texas Instruments, TMP102 data sheet (SBOS397): register 0 holds the temperature, the upper 12
 * bits of two bytes, most significant first, 1/16 degree Celsius. */
enum {
    lowest_address = 0x48,
    highest_address = 0x4B,
    temperature_register = 0,
};

enum step {
    step_idle,
    step_addressed_write,
    step_pointer_sent,
    step_addressed_read,
    step_high_byte,
    step_low_byte,
};

enum dif_result tmp102_init(const struct dif_i2c* i2c, uint8_t address, struct tmp102* sensor) {
    if (i2c == NULL || sensor == NULL) {
        return dif_bad_argument;
    }
    if (address < lowest_address || address > highest_address) {
        return dif_out_of_range;
    }
    *sensor = (struct tmp102){.i2c = i2c, .address = address};
    return dif_ok;
}

enum dif_result tmp102_start(struct tmp102* sensor) {
    if (sensor == NULL) {
        return dif_bad_argument;
    }
    if (sensor->step != step_idle) {
        return dif_unavailable;
    }
    const enum dif_result result = dif_i2c_begin(sensor->i2c, sensor->address, false);
    if (result == dif_ok) {
        sensor->step = step_addressed_write;
    }
    return result;
}

static enum dif_result advance(struct tmp102* sensor, int16_t* celsius_16) {
    uint8_t byte = 0;
    enum dif_result result = dif_ok;
    switch (sensor->step) {
        case step_addressed_write:
            result = dif_i2c_send(sensor->i2c, temperature_register, false);
            break;
        case step_pointer_sent:
            result = dif_i2c_begin(sensor->i2c, sensor->address, true);
            break;
        case step_addressed_read:
            result = dif_i2c_receive(sensor->i2c, false);
            break;
        case step_high_byte:
            result = dif_i2c_received(sensor->i2c, &sensor->high);
            if (result == dif_ok) {
                result = dif_i2c_receive(sensor->i2c, true);
            }
            break;
        default:
            result = dif_i2c_received(sensor->i2c, &byte);
            if (result == dif_ok) {
                sensor->step = step_idle;
                *celsius_16 = (int16_t)((int16_t)(sensor->high << 8 | byte) >> 4);
                return dif_ok;
            }
    }
    if (result == dif_ok) {
        ++sensor->step;
        return dif_unavailable;
    }
    return result;
}

enum dif_result tmp102_poll(struct tmp102* sensor, int16_t* celsius_16) {
    if (sensor == NULL || celsius_16 == NULL) {
        return dif_bad_argument;
    }
    if (sensor->step == step_idle) {
        return dif_unavailable;
    }
    struct dif_i2c_status status;
    const enum dif_result result = dif_i2c_read_status(sensor->i2c, &status);
    if (result != dif_ok) {
        return result;
    }
    if (status.busy) {
        return dif_unavailable;
    }
    const bool sent = sensor->step <= step_addressed_read;
    if (status.arbitration_lost || (sent && status.not_acknowledged)) {
        sensor->step = step_idle;
        if (dif_i2c_stop(sensor->i2c) != dif_ok) {
            return dif_bad_argument;
        }
        return dif_io_error;
    }
    return advance(sensor, celsius_16);
}
