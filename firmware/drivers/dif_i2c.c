#include "firmware/drivers/dif_i2c.h"

#include "regs/i2c_opencores.h"

enum { largest_address = 0x7F, read_bit = 1 };

static bool running(const struct dif_i2c* i2c) {
    return (mmio_read8(i2c->region, I2C_OPENCORES_SR_OFFSET) & I2C_OPENCORES_SR_TIP_MASK) != 0;
}

static void command(const struct dif_i2c* i2c, uint32_t bits) {
    mmio_write8(i2c->region, I2C_OPENCORES_CR_OFFSET, (uint8_t)bits);
}

enum dif_result dif_i2c_init(struct mmio_region region, uint16_t prescale, struct dif_i2c* i2c) {
    if (i2c == NULL) {
        return dif_bad_argument;
    }
    i2c->region = region;
    /* The prescaler may change only while the controller is off. */
    mmio_write8(region, I2C_OPENCORES_CTR_OFFSET, 0);
    mmio_write8(region, I2C_OPENCORES_PRERLO_OFFSET, (uint8_t)prescale);
    mmio_write8(region, I2C_OPENCORES_PRERHI_OFFSET, (uint8_t)(prescale >> 8));
    mmio_write8(region, I2C_OPENCORES_CTR_OFFSET, I2C_OPENCORES_CTR_EN_MASK);
    return dif_ok;
}

enum dif_result dif_i2c_begin(const struct dif_i2c* i2c, uint8_t address, bool read) {
    if (i2c == NULL) {
        return dif_bad_argument;
    }
    if (address > largest_address) {
        return dif_out_of_range;
    }
    if (running(i2c)) {
        return dif_unavailable;
    }
    mmio_write8(i2c->region, I2C_OPENCORES_TXR_OFFSET,
                (uint8_t)(address << 1 | (read ? read_bit : 0)));
    command(i2c, I2C_OPENCORES_CR_STA_MASK | I2C_OPENCORES_CR_WR_MASK);
    return dif_ok;
}

enum dif_result dif_i2c_send(const struct dif_i2c* i2c, uint8_t byte, bool last) {
    if (i2c == NULL) {
        return dif_bad_argument;
    }
    if (running(i2c)) {
        return dif_unavailable;
    }
    mmio_write8(i2c->region, I2C_OPENCORES_TXR_OFFSET, byte);
    command(i2c, I2C_OPENCORES_CR_WR_MASK | (last ? I2C_OPENCORES_CR_STO_MASK : 0));
    return dif_ok;
}

enum dif_result dif_i2c_receive(const struct dif_i2c* i2c, bool last) {
    if (i2c == NULL) {
        return dif_bad_argument;
    }
    if (running(i2c)) {
        return dif_unavailable;
    }
    command(i2c, I2C_OPENCORES_CR_RD_MASK |
                     (last ? I2C_OPENCORES_CR_ACK_MASK | I2C_OPENCORES_CR_STO_MASK : 0));
    return dif_ok;
}

enum dif_result dif_i2c_stop(const struct dif_i2c* i2c) {
    if (i2c == NULL) {
        return dif_bad_argument;
    }
    command(i2c, I2C_OPENCORES_CR_STO_MASK);
    return dif_ok;
}

enum dif_result dif_i2c_read_status(const struct dif_i2c* i2c, struct dif_i2c_status* status) {
    if (i2c == NULL || status == NULL) {
        return dif_bad_argument;
    }
    const uint8_t raw = mmio_read8(i2c->region, I2C_OPENCORES_SR_OFFSET);
    status->busy = (raw & I2C_OPENCORES_SR_TIP_MASK) != 0;
    status->not_acknowledged = (raw & I2C_OPENCORES_SR_RXACK_MASK) != 0;
    status->arbitration_lost = (raw & I2C_OPENCORES_SR_AL_MASK) != 0;
    return dif_ok;
}

enum dif_result dif_i2c_received(const struct dif_i2c* i2c, uint8_t* byte) {
    if (i2c == NULL || byte == NULL) {
        return dif_bad_argument;
    }
    *byte = mmio_read8(i2c->region, I2C_OPENCORES_RXR_OFFSET);
    return dif_ok;
}
