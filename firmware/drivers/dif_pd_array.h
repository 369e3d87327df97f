#pragma once

#include "firmware/drivers/dif.h"

/// Photodiodes and transimpedance amplifiers of the receiver, with power monitors.
struct dif_pd_array {
    struct mmio_region region;
    uint16_t lanes;
};

/// Identifies the device and makes its handle. dif_wrong_device, dif_wrong_version.
DIF_MUST_USE enum dif_result dif_pd_array_probe(struct mmio_region region,
                                                struct dif_pd_array* array);

/// Powers the array.
DIF_MUST_USE enum dif_result dif_pd_array_set_enabled(const struct dif_pd_array* array,
                                                      bool enabled);
DIF_MUST_USE enum dif_result dif_pd_array_is_ready(const struct dif_pd_array* array, bool* ready);

/// Average power below which a lane has lost its signal, in 10 nW units, 0 .. 4095.
DIF_MUST_USE enum dif_result dif_pd_array_set_loss_threshold(const struct dif_pd_array* array,
                                                             uint16_t power_10nw);

/// `lane` may be dif_all_lanes in the two functions below; `code` is 0 (widest band) .. 3.
DIF_MUST_USE enum dif_result dif_pd_array_set_lane_enabled(const struct dif_pd_array* array,
                                                           uint16_t lane, bool enabled);
DIF_MUST_USE enum dif_result dif_pd_array_set_gain(const struct dif_pd_array* array, uint16_t lane,
                                                   uint8_t code);

/// Average optical power of one lane, 10 nW units; 4095 stands for that much or more.
DIF_MUST_USE enum dif_result dif_pd_array_lane_power(const struct dif_pd_array* array,
                                                     uint16_t lane, uint16_t* power_10nw);
/// Lanes without signal. May be used by the interrupt handler.
DIF_MUST_USE enum dif_result dif_pd_array_loss_map(const struct dif_pd_array* array,
                                                   struct lane_map* map);

/// Interrupt on loss and return of signal: enables it, and takes (returns and clears) the latch.
/// `take` may be used by the interrupt handler.
DIF_MUST_USE enum dif_result dif_pd_array_set_loss_interrupt(const struct dif_pd_array* array,
                                                             bool enabled);
DIF_MUST_USE enum dif_result dif_pd_array_take_loss_event(const struct dif_pd_array* array,
                                                          bool* changed);
