#include "firmware/drivers/dif_plic.h"

#include "regs/plic.h"

enum { enable_words = 3 };

static uint32_t enable_offset(uint32_t context, uint32_t word) {
    switch (word) {
        case 0:
            return PLIC_ENABLE_0_OFFSET(context);
        case 1:
            return PLIC_ENABLE_1_OFFSET(context);
        default:
            return PLIC_ENABLE_2_OFFSET(context);
    }
}

static bool source_valid(uint32_t source) { return source != 0 && source < PLIC_PRIORITY_COUNT; }

enum dif_result dif_plic_init(struct mmio_region region, uint32_t context, struct dif_plic* plic) {
    if (plic == NULL) {
        return dif_bad_argument;
    }
    if (context >= PLIC_THRESHOLD_COUNT) {
        return dif_out_of_range;
    }
    plic->region = region;
    plic->context = context;
    for (uint32_t word = 0; word < enable_words; ++word) {
        mmio_write32(region, enable_offset(context, word), 0);
    }
    mmio_write32(region, PLIC_THRESHOLD_OFFSET(context), 0);
    return dif_ok;
}

enum dif_result dif_plic_set_priority(const struct dif_plic* plic, uint32_t source,
                                      uint32_t priority) {
    if (plic == NULL) {
        return dif_bad_argument;
    }
    if (!source_valid(source) || priority > PLIC_PRIORITY_LEVEL_MASK >> PLIC_PRIORITY_LEVEL_LSB) {
        return dif_out_of_range;
    }
    mmio_write32(plic->region, PLIC_PRIORITY_OFFSET(source), priority);
    return dif_ok;
}

enum dif_result dif_plic_set_enabled(const struct dif_plic* plic, uint32_t source, bool enabled) {
    if (plic == NULL) {
        return dif_bad_argument;
    }
    if (!source_valid(source)) {
        return dif_out_of_range;
    }
    const uint32_t offset = enable_offset(plic->context, source / 32);
    const uint32_t bit = 1U << (source % 32);
    const uint32_t sources = mmio_read32(plic->region, offset);
    mmio_write32(plic->region, offset, enabled ? sources | bit : sources & ~bit);
    return dif_ok;
}

enum dif_result dif_plic_claim(const struct dif_plic* plic, uint32_t* source) {
    if (plic == NULL || source == NULL) {
        return dif_bad_argument;
    }
    *source = mmio_read32(plic->region, PLIC_CLAIM_OFFSET(plic->context));
    return *source == 0 ? dif_unavailable : dif_ok;
}

enum dif_result dif_plic_complete(const struct dif_plic* plic, uint32_t source) {
    if (plic == NULL) {
        return dif_bad_argument;
    }
    if (!source_valid(source)) {
        return dif_out_of_range;
    }
    mmio_write32(plic->region, PLIC_CLAIM_OFFSET(plic->context), source);
    return dif_ok;
}
