#include "firmware/drivers/dif_clint.h"

#include "regs/aclint.h"

enum dif_result dif_clint_init(struct mmio_region region, uint32_t hart, struct dif_clint* clint) {
    if (clint == NULL) {
        return dif_bad_argument;
    }
    if (hart >= ACLINT_MTIMECMP_COUNT) {
        return dif_out_of_range;
    }
    clint->region = region;
    clint->hart = hart;
    mmio_write64(region, ACLINT_MTIMECMP_OFFSET(hart), UINT64_MAX);
    return dif_ok;
}

enum dif_result dif_clint_time(const struct dif_clint* clint, uint64_t* ticks) {
    if (clint == NULL || ticks == NULL) {
        return dif_bad_argument;
    }
    *ticks = mmio_read64(clint->region, ACLINT_MTIME_OFFSET);
    return dif_ok;
}

enum dif_result dif_clint_set_timer(const struct dif_clint* clint, uint64_t ticks) {
    if (clint == NULL) {
        return dif_bad_argument;
    }
    mmio_write64(clint->region, ACLINT_MTIMECMP_OFFSET(clint->hart), ticks);
    return dif_ok;
}

enum dif_result dif_clint_set_software_interrupt(const struct dif_clint* clint, bool pending) {
    if (clint == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(clint->region, ACLINT_MSIP_OFFSET(clint->hart),
                 pending ? ACLINT_MSIP_PENDING_MASK : 0);
    return dif_ok;
}
