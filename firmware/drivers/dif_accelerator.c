#include "firmware/drivers/dif_accelerator.h"

#include "regs/accelerator.h"

_Static_assert(ACCELERATOR_RING_TAIL_COUNT == dif_accelerator_rings, "rings");

enum { largest_ring_log2 = 16 };

static bool ring_valid(enum dif_accelerator_ring ring) {
    return (unsigned)ring < dif_accelerator_rings;
}

enum dif_result dif_accelerator_probe(struct mmio_region region,
                                      struct dif_accelerator* accelerator) {
    if (accelerator == NULL) {
        return dif_bad_argument;
    }
    const enum dif_result identity = dif_check_identity(
        region, (struct dif_identity){ACCELERATOR_ID_OFFSET, ACCELERATOR_ID_RESET,
                                      ACCELERATOR_VERSION_OFFSET, ACCELERATOR_VERSION_RESET});
    if (identity != dif_ok) {
        return identity;
    }
    const uint32_t capability = mmio_read32(region, ACCELERATOR_CAPABILITY_OFFSET);
    if (field_take(capability, ACCELERATOR_CAPABILITY_RINGS_LSB,
                   ACCELERATOR_CAPABILITY_RINGS_MASK) < dif_accelerator_rings) {
        return dif_io_error;
    }
    accelerator->region = region;
    accelerator->memory_mib = field_take(capability, ACCELERATOR_CAPABILITY_MEMORY_MIB_LSB,
                                         ACCELERATOR_CAPABILITY_MEMORY_MIB_MASK);
    return dif_ok;
}

enum dif_result dif_accelerator_set_enabled(const struct dif_accelerator* accelerator,
                                            bool enabled) {
    if (accelerator == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(accelerator->region, ACCELERATOR_CONTROL_OFFSET,
                 enabled ? ACCELERATOR_CONTROL_ENABLE_MASK : 0);
    return dif_ok;
}

enum dif_result dif_accelerator_start_ring(const struct dif_accelerator* accelerator,
                                           enum dif_accelerator_ring ring, uint64_t base,
                                           uint8_t log2_size) {
    if (accelerator == NULL || !ring_valid(ring)) {
        return dif_bad_argument;
    }
    if (log2_size > largest_ring_log2 || base % sizeof(struct dif_accelerator_descriptor) != 0) {
        return dif_out_of_range;
    }
    const struct mmio_region region = accelerator->region;
    mmio_write32(region, ACCELERATOR_RING_CONTROL_OFFSET((uint32_t)ring),
                 ACCELERATOR_RING_CONTROL_RESET_MASK);
    mmio_write32(region, ACCELERATOR_RING_BASE_LO_OFFSET((uint32_t)ring), (uint32_t)base);
    mmio_write32(region, ACCELERATOR_RING_BASE_HI_OFFSET((uint32_t)ring), (uint32_t)(base >> 32));
    mmio_write32(
        region, ACCELERATOR_RING_SIZE_OFFSET((uint32_t)ring),
        field_place(log2_size, ACCELERATOR_RING_SIZE_LOG2_LSB, ACCELERATOR_RING_SIZE_LOG2_MASK));
    mmio_write32(region, ACCELERATOR_RING_CONTROL_OFFSET((uint32_t)ring),
                 ACCELERATOR_RING_CONTROL_ENABLE_MASK);
    return dif_ok;
}

enum dif_result dif_accelerator_stop_ring(const struct dif_accelerator* accelerator,
                                          enum dif_accelerator_ring ring) {
    if (accelerator == NULL || !ring_valid(ring)) {
        return dif_bad_argument;
    }
    mmio_write32(accelerator->region, ACCELERATOR_RING_CONTROL_OFFSET((uint32_t)ring),
                 ACCELERATOR_RING_CONTROL_RESET_MASK);
    return dif_ok;
}

enum dif_result dif_accelerator_ring_doorbell(const struct dif_accelerator* accelerator,
                                              enum dif_accelerator_ring ring, uint32_t tail) {
    if (accelerator == NULL || !ring_valid(ring)) {
        return dif_bad_argument;
    }
    mmio_write32(accelerator->region, ACCELERATOR_RING_TAIL_OFFSET((uint32_t)ring), tail);
    return dif_ok;
}

enum dif_result dif_accelerator_read_ring_status(const struct dif_accelerator* accelerator,
                                                 enum dif_accelerator_ring ring,
                                                 struct dif_accelerator_ring_status* status) {
    if (accelerator == NULL || status == NULL || !ring_valid(ring)) {
        return dif_bad_argument;
    }
    const struct mmio_region region = accelerator->region;
    const uint32_t raw = mmio_read32(region, ACCELERATOR_RING_STATUS_OFFSET((uint32_t)ring));
    status->completed = mmio_read32(region, ACCELERATOR_RING_COMPLETED_OFFSET((uint32_t)ring));
    status->busy = (raw & ACCELERATOR_RING_STATUS_BUSY_MASK) != 0;
    status->error = (raw & ACCELERATOR_RING_STATUS_ERROR_MASK) != 0;
    status->error_code = 0;
    status->error_index = 0;
    if (status->error) {
        const uint32_t error = mmio_read32(region, ACCELERATOR_RING_ERROR_OFFSET((uint32_t)ring));
        status->error_code = (uint8_t)field_take(error, ACCELERATOR_RING_ERROR_CODE_LSB,
                                                 ACCELERATOR_RING_ERROR_CODE_MASK);
        status->error_index = (uint16_t)field_take(error, ACCELERATOR_RING_ERROR_INDEX_LSB,
                                                   ACCELERATOR_RING_ERROR_INDEX_MASK);
    }
    return dif_ok;
}

enum dif_result dif_accelerator_enable_events(const struct dif_accelerator* accelerator,
                                              struct dif_accelerator_events events) {
    if (accelerator == NULL) {
        return dif_bad_argument;
    }
    const unsigned all = (1U << dif_accelerator_rings) - 1;
    if (events.done > all || events.error > all) {
        return dif_out_of_range;
    }
    mmio_write32(
        accelerator->region, ACCELERATOR_IRQ_MASK_OFFSET,
        field_place(events.done, ACCELERATOR_IRQ_MASK_DONE_LSB, ACCELERATOR_IRQ_MASK_DONE_MASK) |
            field_place(events.error, ACCELERATOR_IRQ_MASK_ERROR_LSB,
                        ACCELERATOR_IRQ_MASK_ERROR_MASK));
    return dif_ok;
}

enum dif_result dif_accelerator_take_events(const struct dif_accelerator* accelerator,
                                            struct dif_accelerator_events* events) {
    if (accelerator == NULL || events == NULL) {
        return dif_bad_argument;
    }
    const uint32_t raw = mmio_read32(accelerator->region, ACCELERATOR_IRQ_STATUS_OFFSET);
    events->done =
        (uint8_t)field_take(raw, ACCELERATOR_IRQ_STATUS_DONE_LSB, ACCELERATOR_IRQ_STATUS_DONE_MASK);
    events->error = (uint8_t)field_take(raw, ACCELERATOR_IRQ_STATUS_ERROR_LSB,
                                        ACCELERATOR_IRQ_STATUS_ERROR_MASK);
    if (raw != 0) {
        mmio_write32(accelerator->region, ACCELERATOR_IRQ_STATUS_OFFSET, raw);
    }
    return dif_ok;
}

const char* dif_accelerator_error_text(uint8_t code) {
    static const char* const text[] = {
        [ACCELERATOR_RING_ERROR_CODE_NONE] = "no error",
        [ACCELERATOR_RING_ERROR_CODE_BAD_OPCODE] = "bad opcode",
        [ACCELERATOR_RING_ERROR_CODE_BAD_ADDRESS] = "bad address",
        [ACCELERATOR_RING_ERROR_CODE_BAD_LENGTH] = "bad length",
        [ACCELERATOR_RING_ERROR_CODE_BAD_MAGIC] = "bad magic",
        [ACCELERATOR_RING_ERROR_CODE_SEQUENCE] = "flits lost",
        [ACCELERATOR_RING_ERROR_CODE_TAG_MISMATCH] = "tag mismatch",
        [ACCELERATOR_RING_ERROR_CODE_LINK_DOWN] = "link down",
        [ACCELERATOR_RING_ERROR_CODE_RING_OVERRUN] = "ring overrun",
    };
    return code < sizeof text / sizeof text[0] ? text[code] : "unknown";
}
