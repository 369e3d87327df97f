#include "firmware/drivers/dif_optical_channel.h"

#include "regs/optical_channel.h"

enum dif_result dif_optical_channel_probe(struct mmio_region region,
                                          struct dif_optical_channel* channel) {
    if (channel == NULL) {
        return dif_bad_argument;
    }
    const enum dif_result identity = dif_check_identity(
        region,
        (struct dif_identity){OPTICAL_CHANNEL_ID_OFFSET, OPTICAL_CHANNEL_ID_RESET,
                              OPTICAL_CHANNEL_VERSION_OFFSET, OPTICAL_CHANNEL_VERSION_RESET});
    if (identity != dif_ok) {
        return identity;
    }
    channel->region = region;
    channel->lanes = (uint16_t)field_take(mmio_read32(region, OPTICAL_CHANNEL_CAPABILITY_OFFSET),
                                          OPTICAL_CHANNEL_CAPABILITY_LANES_LSB,
                                          OPTICAL_CHANNEL_CAPABILITY_LANES_MASK);
    return dif_ok;
}

enum dif_result dif_optical_channel_set_enabled(const struct dif_optical_channel* channel,
                                                bool enabled) {
    if (channel == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(channel->region, OPTICAL_CHANNEL_CONTROL_OFFSET,
                 enabled ? OPTICAL_CHANNEL_CONTROL_ENABLE_MASK : 0);
    return dif_ok;
}

enum dif_result dif_optical_channel_is_present(const struct dif_optical_channel* channel,
                                               bool* present) {
    if (channel == NULL || present == NULL) {
        return dif_bad_argument;
    }
    *present = (mmio_read32(channel->region, OPTICAL_CHANNEL_STATUS_OFFSET) &
                OPTICAL_CHANNEL_STATUS_PRESENT_MASK) != 0;
    return dif_ok;
}

enum dif_result dif_optical_channel_read_cable(const struct dif_optical_channel* channel,
                                               struct dif_optical_channel_cable* cable) {
    if (channel == NULL || cable == NULL) {
        return dif_bad_argument;
    }
    cable->length_mm = mmio_read32(channel->region, OPTICAL_CHANNEL_LENGTH_MM_OFFSET);
    cable->wavelength_pm = mmio_read32(channel->region, OPTICAL_CHANNEL_WAVELENGTH_PM_OFFSET);
    cable->core_pitch_nm = mmio_read32(channel->region, OPTICAL_CHANNEL_CORE_PITCH_NM_OFFSET);
    cable->group_delay_ps = mmio_read32(channel->region, OPTICAL_CHANNEL_GROUP_DELAY_PS_OFFSET);
    return dif_ok;
}

enum dif_result dif_optical_channel_temperature(const struct dif_optical_channel* channel,
                                                int16_t* celsius_256) {
    if (channel == NULL || celsius_256 == NULL) {
        return dif_bad_argument;
    }
    *celsius_256 = (int16_t)field_take(
        mmio_read32(channel->region, OPTICAL_CHANNEL_TEMPERATURE_OFFSET),
        OPTICAL_CHANNEL_TEMPERATURE_CELSIUS_256_LSB, OPTICAL_CHANNEL_TEMPERATURE_CELSIUS_256_MASK);
    return dif_ok;
}

enum dif_result dif_optical_channel_set_plug_interrupt(const struct dif_optical_channel* channel,
                                                       bool enabled) {
    if (channel == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(channel->region, OPTICAL_CHANNEL_IRQ_MASK_OFFSET,
                 enabled ? OPTICAL_CHANNEL_IRQ_MASK_PLUG_MASK : 0);
    return dif_ok;
}

enum dif_result dif_optical_channel_take_plug_event(const struct dif_optical_channel* channel,
                                                    bool* changed) {
    if (channel == NULL || changed == NULL) {
        return dif_bad_argument;
    }
    *changed = (mmio_read32(channel->region, OPTICAL_CHANNEL_IRQ_STATUS_OFFSET) &
                OPTICAL_CHANNEL_IRQ_STATUS_PLUG_MASK) != 0;
    if (*changed) {
        mmio_write32(channel->region, OPTICAL_CHANNEL_IRQ_STATUS_OFFSET,
                     OPTICAL_CHANNEL_IRQ_STATUS_PLUG_MASK);
    }
    return dif_ok;
}
