#pragma once

#include "firmware/drivers/dif_accelerator.h"
#include "firmware/include/luxlane/job.h"

/* All-reduce of two boards over descriptor rings. Of each tensor, board 0 owns the first half and
 * board 1 the rest. A board sends the part that the peer owns, receives its own part of the peer's
 * tensor into scratch memory, adds it, sends the sum, and receives the peer's sum in place.
 *
 * Several tensors are under way at once, one scratch slot each: round s posts the first exchange of
 * tensor s and the second one of tensor s - slots. Fences order what depends on each other, so the
 * hart only posts and waits. Both boards must use the same number of slots, which they do because
 * it follows from the job alone. */

enum { all_reduce_slots_limit = 16 };

struct all_reduce {
    const struct dif_accelerator* accelerator;
    const struct luxlane_job* job;
    const struct luxlane_tensor* tensors;
    uint32_t element_bytes;
    uint32_t slots;
    uint64_t slot_bytes;
    uint8_t ring_log2;
    uint32_t round;  ///< the next to be posted
    uint32_t posted[dif_accelerator_rings];
    uint32_t completed[dif_accelerator_rings];
    uint32_t total_receives;  ///< of the whole job
    /// Count of the compute ring that says that the slot's sum is done.
    uint32_t sums[all_reduce_slots_limit];
    enum dif_accelerator_ring failed_ring;
    uint8_t error_code;
    uint16_t error_index;
};

/// Checks the job's collective part against the accelerator and starts the rings. dif_out_of_range:
/// a tensor, scratch or ring memory that cannot be; dif_bad_argument: type or number of boards.
DIF_MUST_USE enum dif_result all_reduce_start(struct all_reduce* reduce,
                                              const struct dif_accelerator* accelerator,
                                              const struct luxlane_job* job);

/// Looks at the rings and posts some of what has room. dif_unavailable: not done yet; dif_ok: done;
/// dif_io_error: a ring stopped, see failed_ring, error_code, error_index.
DIF_MUST_USE enum dif_result all_reduce_step(struct all_reduce* reduce);

/// True if the next step would post more.
bool all_reduce_ready(const struct all_reduce* reduce);

/// 0 .. 100
uint32_t all_reduce_percent(const struct all_reduce* reduce);

/// Stops the rings.
void all_reduce_stop(const struct all_reduce* reduce);
