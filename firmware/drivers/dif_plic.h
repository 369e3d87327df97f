#pragma once

#include "firmware/drivers/dif.h"

/// One context (a hart in one mode) of the platform-level interrupt controller.
struct dif_plic {
    struct mmio_region region;
    uint32_t context;
};

/// Makes the handle and closes the context: no source enabled, threshold 0. `context` 0 .. 7.
DIF_MUST_USE enum dif_result dif_plic_init(struct mmio_region region, uint32_t context,
                                           struct dif_plic* plic);

/// `source` is 1 .. 95; `priority` 0 (never interrupts) .. 7, shared by all contexts.
DIF_MUST_USE enum dif_result dif_plic_set_priority(const struct dif_plic* plic, uint32_t source,
                                                   uint32_t priority);
DIF_MUST_USE enum dif_result dif_plic_set_enabled(const struct dif_plic* plic, uint32_t source,
                                                  bool enabled);

/// For the interrupt handler: takes the most urgent pending source; dif_unavailable if there is
/// none. Each claimed source must be completed.
DIF_MUST_USE enum dif_result dif_plic_claim(const struct dif_plic* plic, uint32_t* source);
DIF_MUST_USE enum dif_result dif_plic_complete(const struct dif_plic* plic, uint32_t source);
