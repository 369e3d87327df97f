#pragma once

#ifndef __cplusplus
#include <assert.h>
#endif

#include "firmware/drivers/dif.h"

/// HBM, reduction unit and send/receive engine behind three descriptor rings.
struct dif_accelerator {
    struct mmio_region region;
    uint32_t memory_mib;
};

enum dif_accelerator_ring {
    dif_accelerator_send = 0,
    dif_accelerator_receive = 1,
    dif_accelerator_compute = 2,
    dif_accelerator_rings = 3,
};

enum dif_accelerator_opcode {
    dif_accelerator_op_send = 1,
    dif_accelerator_op_receive = 2,
    dif_accelerator_op_reduce = 3,  ///< destination[i] += source[i]
    dif_accelerator_op_copy = 4,
};

enum dif_accelerator_flag {
    dif_accelerator_interrupt = 1 << 0,  ///< raises the ring's completion interrupt
    dif_accelerator_fence = 1 << 1,      ///< waits for fence_count descriptors of fence_ring
};

enum dif_accelerator_type {
    dif_accelerator_bytes = 0,
    dif_accelerator_bf16 = 1,
    dif_accelerator_fp32 = 2,
};

enum { dif_accelerator_descriptor_magic = 0xA5 };

/// A descriptor as it stands in memory, little endian.
struct dif_accelerator_descriptor {
    uint8_t opcode;
    uint8_t flags;
    uint8_t type;
    uint8_t magic;
    uint16_t tag;
    uint16_t fence_ring;
    uint32_t length;  ///< bytes
    uint32_t fence_count;
    uint64_t address;  ///< SEND: source; else destination
    uint64_t source;   ///< REDUCE and COPY
};
static_assert(sizeof(struct dif_accelerator_descriptor) == 32, "layout");

struct dif_accelerator_ring_status {
    uint32_t completed;  ///< descriptors since the ring's reset
    bool busy;
    bool error;
    uint8_t error_code;    ///< RING_ERROR.CODE; dif_accelerator_error_text names it
    uint16_t error_index;  ///< low 16 bits of the failed descriptor's number
};

/// Interrupt causes: bit r of each is ring r.
struct dif_accelerator_events {
    uint8_t done;
    uint8_t error;
};

/// Identifies the device and makes its handle. dif_wrong_device, dif_wrong_version; dif_io_error:
/// it has fewer than three rings.
DIF_MUST_USE enum dif_result dif_accelerator_probe(struct mmio_region region,
                                                   struct dif_accelerator* accelerator);
DIF_MUST_USE enum dif_result dif_accelerator_set_enabled(const struct dif_accelerator* accelerator,
                                                         bool enabled);

/// Resets a ring and starts it with 2^log2_size descriptors (0 .. 16) at `base`, a multiple of 32.
DIF_MUST_USE enum dif_result dif_accelerator_start_ring(const struct dif_accelerator* accelerator,
                                                        enum dif_accelerator_ring ring,
                                                        uint64_t base, uint8_t log2_size);
/// Stops a ring and drops its work.
DIF_MUST_USE enum dif_result dif_accelerator_stop_ring(const struct dif_accelerator* accelerator,
                                                       enum dif_accelerator_ring ring);
/// Doorbell: `tail` is the count of descriptors written since the ring's reset. The caller has
/// made the descriptors visible (fence) and keeps at most the ring's size outstanding.
DIF_MUST_USE enum dif_result dif_accelerator_ring_doorbell(
    const struct dif_accelerator* accelerator, enum dif_accelerator_ring ring, uint32_t tail);
DIF_MUST_USE enum dif_result dif_accelerator_read_ring_status(
    const struct dif_accelerator* accelerator, enum dif_accelerator_ring ring,
    struct dif_accelerator_ring_status* status);

/// `enable` takes masks of rings (0 .. 7); `take` returns the latched events and clears them and
/// may be used by the interrupt handler.
DIF_MUST_USE enum dif_result dif_accelerator_enable_events(
    const struct dif_accelerator* accelerator, struct dif_accelerator_events events);
DIF_MUST_USE enum dif_result dif_accelerator_take_events(const struct dif_accelerator* accelerator,
                                                         struct dif_accelerator_events* events);

/// RING_ERROR.CODE as a word; "unknown" for other numbers.
const char* dif_accelerator_error_text(uint8_t code);
