#include "firmware/apps/all_reduce.h"

enum {
    /* A round takes some 1.7 us: the link, which may need a repair, waits so long for its turn. */
    rounds_per_step = 16,
    ring_log2_limit = 8,
    /* A round posts at most two descriptors on each ring. */
    round_descriptors = 2,
    /* One interrupt for so many tensors: enough to refill rings of 2^ring_log2_limit in time. */
    interrupt_every = 4,
};

/// A tensor's part: element range of one owner, as bytes.
struct part {
    uint64_t address;
    uint32_t bytes;
};

static struct part part_of(const struct all_reduce* reduce, uint32_t tensor, uint32_t owner) {
    const struct luxlane_tensor* const t = &reduce->tensors[tensor];
    const uint64_t half = t->elements / 2;
    const uint64_t elements = owner == 0 ? half : t->elements - half;
    const uint64_t first = owner == 0 ? 0 : half;
    return (struct part){
        .address = reduce->job->gradients + t->offset_bytes + first * reduce->element_bytes,
        .bytes = (uint32_t)(elements * reduce->element_bytes)};
}

static uint64_t ring_address(const struct all_reduce* reduce, enum dif_accelerator_ring ring) {
    const uint64_t ring_bytes = sizeof(struct dif_accelerator_descriptor) << reduce->ring_log2;
    return reduce->job->rings + (uint64_t)ring * ring_bytes;
}

static bool choose_sizes(struct all_reduce* reduce) {
    const struct luxlane_job* const job = reduce->job;
    const uint64_t largest_descriptor_bytes = UINT32_MAX;
    reduce->slot_bytes = 4;
    for (uint32_t i = 0; i < job->tensor_count; ++i) {
        const struct part larger = part_of(reduce, i, 1);
        const uint64_t elements = reduce->tensors[i].elements;
        if (elements == 0 || elements > largest_descriptor_bytes / reduce->element_bytes) {
            return false;
        }
        /* Slots stay aligned to what any element type needs. */
        const uint64_t bytes = ((uint64_t)larger.bytes + 3) & ~UINT64_C(3);
        reduce->slot_bytes = bytes > reduce->slot_bytes ? bytes : reduce->slot_bytes;
        reduce->total_receives += (part_of(reduce, i, 0).bytes != 0) + 1U;
    }
    const uint64_t slots = job->scratch_bytes / reduce->slot_bytes;
    reduce->slots = slots > all_reduce_slots_limit ? all_reduce_slots_limit : (uint32_t)slots;
    while (reduce->ring_log2 < ring_log2_limit &&
           (sizeof(struct dif_accelerator_descriptor) << (reduce->ring_log2 + 1)) *
                   dif_accelerator_rings <=
               job->rings_bytes) {
        ++reduce->ring_log2;
    }
    return reduce->slots != 0 && (1U << reduce->ring_log2) >= round_descriptors &&
           job->rings % sizeof(struct dif_accelerator_descriptor) == 0;
}

enum dif_result all_reduce_start(struct all_reduce* reduce,
                                 const struct dif_accelerator* accelerator,
                                 const struct luxlane_job* job) {
    if (reduce == NULL || accelerator == NULL || job == NULL || job->boards != 2 ||
        job->board > 1 || (job->type != LUXLANE_JOB_BF16 && job->type != LUXLANE_JOB_FP32)) {
        return dif_bad_argument;
    }
    *reduce =
        (struct all_reduce){.accelerator = accelerator,
                            .job = job,
                            .tensors = (const struct luxlane_tensor*)(uintptr_t)job->tensor_table,
                            .element_bytes = job->type == LUXLANE_JOB_BF16 ? 2 : 4};
    if (!choose_sizes(reduce)) {
        return dif_out_of_range;
    }
    enum dif_result result = dif_accelerator_set_enabled(accelerator, true);
    for (unsigned ring = 0; result == dif_ok && ring < dif_accelerator_rings; ++ring) {
        result = dif_accelerator_start_ring(accelerator, (enum dif_accelerator_ring)ring,
                                            ring_address(reduce, (enum dif_accelerator_ring)ring),
                                            reduce->ring_log2);
    }
    return result;
}

/* Writes the descriptor into the next place of `ring`; the doorbell rings later. */
static void put(struct all_reduce* reduce, enum dif_accelerator_ring ring,
                struct dif_accelerator_descriptor descriptor) {
    const uint32_t mask = (1U << reduce->ring_log2) - 1;
    struct dif_accelerator_descriptor* const descriptors =
        (struct dif_accelerator_descriptor*)(uintptr_t)ring_address(reduce, ring);
    descriptor.magic = dif_accelerator_descriptor_magic;
    descriptor.type = (uint8_t)(reduce->job->type == LUXLANE_JOB_BF16 ? dif_accelerator_bf16
                                                                      : dif_accelerator_fp32);
    descriptors[reduce->posted[ring] & mask] = descriptor;
    ++reduce->posted[ring];
}

/* Tags tell the two exchanges of a tensor apart. */
static uint16_t tag_of(uint32_t tensor, uint32_t exchange) {
    return (uint16_t)(tensor * 2 + exchange);
}

static void post_first_exchange(struct all_reduce* reduce, uint32_t tensor) {
    const uint32_t board = reduce->job->board;
    const struct part theirs = part_of(reduce, tensor, 1 - board);
    const struct part ours = part_of(reduce, tensor, board);
    const uint32_t slot = tensor % reduce->slots;
    const uint64_t scratch = reduce->job->scratch + slot * reduce->slot_bytes;
    if (theirs.bytes != 0) {
        put(reduce, dif_accelerator_send,
            (struct dif_accelerator_descriptor){.opcode = dif_accelerator_op_send,
                                                .tag = tag_of(tensor, 0),
                                                .length = theirs.bytes,
                                                .address = theirs.address});
    }
    if (ours.bytes == 0) {
        return;
    }
    /* The slot is free when the sum before has read it; at first, at count 0, at once. */
    put(reduce, dif_accelerator_receive,
        (struct dif_accelerator_descriptor){.opcode = dif_accelerator_op_receive,
                                            .flags = dif_accelerator_fence,
                                            .tag = tag_of(tensor, 0),
                                            .fence_ring = dif_accelerator_compute,
                                            .length = ours.bytes,
                                            .fence_count = reduce->sums[slot],
                                            .address = scratch});
    put(reduce, dif_accelerator_compute,
        (struct dif_accelerator_descriptor){.opcode = dif_accelerator_op_reduce,
                                            .flags = dif_accelerator_fence,
                                            .fence_ring = dif_accelerator_receive,
                                            .length = ours.bytes,
                                            .fence_count = reduce->posted[dif_accelerator_receive],
                                            .address = ours.address,
                                            .source = scratch});
}

static void post_second_exchange(struct all_reduce* reduce, uint32_t tensor) {
    const uint32_t board = reduce->job->board;
    const struct part theirs = part_of(reduce, tensor, 1 - board);
    const struct part ours = part_of(reduce, tensor, board);
    const bool tell =
        tensor % interrupt_every == interrupt_every - 1 || tensor + 1 == reduce->job->tensor_count;
    const uint8_t interrupt = tell ? dif_accelerator_interrupt : 0;
    if (ours.bytes != 0) {
        put(reduce, dif_accelerator_send,
            (struct dif_accelerator_descriptor){
                .opcode = dif_accelerator_op_send,
                .flags = (uint8_t)(dif_accelerator_fence | interrupt),
                .tag = tag_of(tensor, 1),
                .fence_ring = dif_accelerator_compute,
                .length = ours.bytes,
                .fence_count = reduce->sums[tensor % reduce->slots],
                .address = ours.address});
    }
    if (theirs.bytes != 0) {
        put(reduce, dif_accelerator_receive,
            (struct dif_accelerator_descriptor){.opcode = dif_accelerator_op_receive,
                                                .flags = interrupt,
                                                .tag = tag_of(tensor, 1),
                                                .length = theirs.bytes,
                                                .address = theirs.address});
    }
}

static bool rings_have_room(const struct all_reduce* reduce) {
    for (unsigned ring = 0; ring < dif_accelerator_rings; ++ring) {
        const uint32_t outstanding = reduce->posted[ring] - reduce->completed[ring];
        if (outstanding + round_descriptors > 1U << reduce->ring_log2) {
            return false;
        }
    }
    return true;
}

static uint32_t rounds(const struct all_reduce* reduce) {
    return reduce->job->tensor_count + reduce->slots;
}

static enum dif_result look_at_rings(struct all_reduce* reduce) {
    for (unsigned ring = 0; ring < dif_accelerator_rings; ++ring) {
        struct dif_accelerator_ring_status status;
        const enum dif_result result = dif_accelerator_read_ring_status(
            reduce->accelerator, (enum dif_accelerator_ring)ring, &status);
        if (result != dif_ok) {
            return result;
        }
        reduce->completed[ring] = status.completed;
        if (status.error) {
            reduce->failed_ring = (enum dif_accelerator_ring)ring;
            reduce->error_code = status.error_code;
            reduce->error_index = status.error_index;
            return dif_io_error;
        }
    }
    return dif_ok;
}

bool all_reduce_ready(const struct all_reduce* reduce) {
    return reduce->round < rounds(reduce) && rings_have_room(reduce);
}

static bool done(const struct all_reduce* reduce) {
    for (unsigned ring = 0; ring < dif_accelerator_rings; ++ring) {
        if (reduce->completed[ring] != reduce->posted[ring]) {
            return false;
        }
    }
    return reduce->round == rounds(reduce);
}

/* Tells the engines of the descriptors written so far. */
static enum dif_result ring_doorbells(const struct all_reduce* reduce) {
    memory_fence();
    for (unsigned ring = 0; ring < dif_accelerator_rings; ++ring) {
        const enum dif_result result = dif_accelerator_ring_doorbell(
            reduce->accelerator, (enum dif_accelerator_ring)ring, reduce->posted[ring]);
        if (result != dif_ok) {
            return result;
        }
    }
    return dif_ok;
}

enum dif_result all_reduce_step(struct all_reduce* reduce) {
    enum dif_result result = look_at_rings(reduce);
    for (unsigned n = 0; result == dif_ok && n < rounds_per_step && all_reduce_ready(reduce); ++n) {
        /* The second exchange first: it reads the slot's count, the first one renews it. */
        if (reduce->round >= reduce->slots) {
            post_second_exchange(reduce, reduce->round - reduce->slots);
        }
        if (reduce->round < reduce->job->tensor_count) {
            post_first_exchange(reduce, reduce->round);
            reduce->sums[reduce->round % reduce->slots] = reduce->posted[dif_accelerator_compute];
        }
        ++reduce->round;
        /* Every round: the line works on it while the next ones are written. */
        result = ring_doorbells(reduce);
    }
    if (result != dif_ok) {
        return result;
    }
    return done(reduce) ? dif_ok : dif_unavailable;
}

uint32_t all_reduce_percent(const struct all_reduce* reduce) {
    const uint64_t received = reduce->completed[dif_accelerator_receive];
    return reduce->total_receives == 0 ? 100 : (uint32_t)(received * 100 / reduce->total_receives);
}

void all_reduce_stop(const struct all_reduce* reduce) {
    for (unsigned ring = 0; ring < dif_accelerator_rings; ++ring) {
        if (dif_accelerator_stop_ring(reduce->accelerator, (enum dif_accelerator_ring)ring) !=
            dif_ok) {
            return; /* it was never started */
        }
    }
}
