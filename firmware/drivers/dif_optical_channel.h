#pragma once

#include "firmware/drivers/dif.h"

/// Identification and presence of the optical cable that belongs to the transmitter.
struct dif_optical_channel {
    struct mmio_region region;
    uint16_t lanes;
};

/// What the cable says about itself.
struct dif_optical_channel_cable {
    uint32_t length_mm;
    uint32_t wavelength_pm;
    uint32_t core_pitch_nm;
    uint32_t group_delay_ps;
};

/// Identifies the device and makes its handle. dif_wrong_device, dif_wrong_version.
DIF_MUST_USE enum dif_result dif_optical_channel_probe(struct mmio_region region,
                                                       struct dif_optical_channel* channel);

/// Presence detection; the plug interrupt is latched only while it is on.
DIF_MUST_USE enum dif_result dif_optical_channel_set_enabled(
    const struct dif_optical_channel* channel, bool enabled);
DIF_MUST_USE enum dif_result dif_optical_channel_is_present(
    const struct dif_optical_channel* channel, bool* present);
DIF_MUST_USE enum dif_result dif_optical_channel_read_cable(
    const struct dif_optical_channel* channel, struct dif_optical_channel_cable* cable);
/// Temperature of the emitters, 1/256 degree Celsius.
DIF_MUST_USE enum dif_result dif_optical_channel_temperature(
    const struct dif_optical_channel* channel, int16_t* celsius_256);

/// Interrupt on plugging and unplugging: enables it, and takes (returns and clears) the latch.
/// `take` may be used by the interrupt handler.
DIF_MUST_USE enum dif_result dif_optical_channel_set_plug_interrupt(
    const struct dif_optical_channel* channel, bool enabled);
DIF_MUST_USE enum dif_result dif_optical_channel_take_plug_event(
    const struct dif_optical_channel* channel, bool* changed);
