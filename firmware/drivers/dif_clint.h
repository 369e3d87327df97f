#pragma once

#include "firmware/drivers/dif.h"

/// Time, timer comparator and software interrupt of one hart (ACLINT in the CLINT layout).
struct dif_clint {
    struct mmio_region region;
    uint32_t hart;
};

/// mtime counts at this rate on the board and on QEMU's `virt`.
enum { dif_clint_ticks_per_us = 10 };

/// Makes the handle and puts the timer off for ever. `hart` 0 .. 7.
DIF_MUST_USE enum dif_result dif_clint_init(struct mmio_region region, uint32_t hart,
                                            struct dif_clint* clint);

/// Ticks since reset. May be used by the interrupt handler.
DIF_MUST_USE enum dif_result dif_clint_time(const struct dif_clint* clint, uint64_t* ticks);
/// The timer interrupt is pending from `ticks` on; UINT64_MAX withdraws it. May be used by the
/// interrupt handler.
DIF_MUST_USE enum dif_result dif_clint_set_timer(const struct dif_clint* clint, uint64_t ticks);
DIF_MUST_USE enum dif_result dif_clint_set_software_interrupt(const struct dif_clint* clint,
                                                              bool pending);
