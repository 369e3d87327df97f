#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#else
#include <assert.h>
#endif

/* The contract between the platform, which writes a job into SRAM before the hart leaves reset, and
 * the firmware, which runs it and writes the results. Little endian. Shared by both: keep it C. */

#define LUXLANE_JOB_ADDRESS 0x8000000ULL
#define LUXLANE_JOB_MAGIC 0x424F4A4CU /* "LJOB" */
#define LUXLANE_JOB_VERSION 2U

/* luxlane_job.flags */
#define LUXLANE_JOB_RUN_COLLECTIVE 1U
#define LUXLANE_JOB_KEEP_MONITORING 2U
#define LUXLANE_JOB_HOST_LANES 4U /* electrical lanes stand between accelerator and PHY */

/* luxlane_job.type */
#define LUXLANE_JOB_BF16 1U
#define LUXLANE_JOB_FP32 2U

/* One tensor: where it begins behind luxlane_job.gradients, and how many elements it has. */
struct luxlane_tensor {
    uint64_t offset_bytes;
    uint64_t elements;
};

/* luxlane_job.status. From 2 on a failure; it is also the code that the test device gets. */
enum luxlane_status {
    luxlane_status_running = 0,
    luxlane_status_passed = 1,
    luxlane_status_job_invalid = 2, /* no job, wrong version, or values that cannot work */
    luxlane_status_link_failed = 3, /* luxlane_job.cause: enum luxlane_cause */
    luxlane_status_ring_failed = 4, /* luxlane_job.cause: LUXLANE_RING_CAUSE(ring, code, index) */
    luxlane_status_timed_out = 5,   /* the collective made no progress */
    luxlane_status_unexpected_trap = 6, /* luxlane_job.cause: low 32 bits of mcause */
};

/* luxlane_job.cause of luxlane_status_ring_failed: `code` is RING_ERROR.CODE of the accelerator. */
#define LUXLANE_RING_CAUSE(ring, code, index) \
    (((uint32_t)(ring) << 24) | ((uint32_t)(code) << 16) | ((uint32_t)(index)&0xFFFFU))

/* Why a link is not up; the same numbers go to the far end in the DOWN word. */
enum luxlane_cause {
    luxlane_cause_none = 0,
    luxlane_cause_wrong_device = 1,
    luxlane_cause_lane_mismatch = 2,
    luxlane_cause_cable_absent = 3,
    luxlane_cause_power_up = 4,
    luxlane_cause_no_light = 5,
    luxlane_cause_no_lock = 6,
    luxlane_cause_adapt = 7,
    luxlane_cause_no_frame = 8,
    luxlane_cause_no_peer = 9,
    luxlane_cause_peer_version = 10,
    luxlane_cause_drive = 11,
    luxlane_cause_repair = 12,
    luxlane_cause_spares_exhausted = 13,
    luxlane_cause_deskew = 14,
    luxlane_cause_peer_not_ready = 15,
    luxlane_cause_peer_down = 16,
    luxlane_cause_peer_restarted = 17,
    luxlane_cause_management_lost = 18,
    luxlane_cause_driver_error = 19,
    luxlane_cause_over_temperature = 20,
    luxlane_cause_application = 21,
    luxlane_cause_payload_lost = 22, /* luxlane_job.lanes_lost: how many lanes */
    luxlane_cause_unstable = 23,
};

/* The cause as a phrase for consoles and reports; "unknown cause" for other numbers. */
static inline const char* luxlane_cause_text(uint32_t cause) {
    static const char* const text[] = {
        "none",
        "a device has the wrong identification or version",
        "the devices disagree about the number of lanes",
        "the optical cable is not plugged",
        "a device did not become ready",
        "loss of signal: too few lanes receive light",
        "clock recovery did not lock",
        "the equalisers did not adapt",
        "too few lanes found their frame",
        "the far end did not answer",
        "the far end speaks another protocol version",
        "the far end did not take its drive currents",
        "a lane repair timed out",
        "spares exhausted: more lanes failed than spares are usable",
        "the lanes could not be deskewed",
        "the far end did not become ready",
        "the far end took the link down",
        "the far end restarted",
        "management words are no longer answered",
        "a driver refused its arguments",
        "the module is too hot",
        "the application failed",
        "more lanes failed at once than the FEC bridges: payload was lost",
        "the link broke again and again",
    };
    return cause < sizeof text / sizeof text[0] ? text[cause] : "unknown cause";
}

struct luxlane_job {
    uint32_t magic;
    uint32_t version;
    uint32_t board;        /* 0 or 1 */
    uint32_t boards;       /* 2 */
    uint64_t tensor_table; /* address of tensor_count entries */
    uint32_t tensor_count;
    uint32_t type;
    uint64_t gradients; /* HBM address */
    uint64_t scratch;   /* HBM address; at least the largest half of a tensor */
    uint64_t scratch_bytes;
    uint64_t rings; /* room for descriptor rings, multiple of 32 */
    uint64_t rings_bytes;
    uint32_t hart_hz;
    uint32_t lanes;
    uint32_t data_lanes;
    uint32_t target_power_10nw; /* average optical power wanted at each photodiode, 10 nW units */
    uint32_t degrade_limit;     /* symbol errors in 64 superframes; 0 = the device's default */
    uint32_t flags;
    /* How the transmitter starts; with drive_on_ua = 0 all three are the firmware's defaults. */
    uint32_t drive_on_ua;              /* current of a one, 1 .. 1023 */
    uint32_t drive_extinction_percent; /* current of a one over current of a zero x 100; >= 100 */
    uint32_t drive_post_64;            /* post tap of the transmit equaliser in 1/64, 0 .. 63 */
    uint32_t reserved;                 /* 0 */

    /* Results, written by the firmware. Cycles are mcycle. */
    uint64_t link_up_cycle;
    uint64_t collective_begin_cycle;
    uint64_t collective_end_cycle;
    uint32_t status; /* enum luxlane_status */
    uint32_t cause;
    uint32_t swaps;      /* lanes replaced by spares, as receiver, since reset */
    uint32_t lanes_lost; /* data lanes that failed together when the link last lost payload, or 0 */
};

static_assert(offsetof(struct luxlane_job, tensor_table) == 16, "layout");
static_assert(offsetof(struct luxlane_job, gradients) == 32, "layout");
static_assert(offsetof(struct luxlane_job, rings) == 56, "layout");
static_assert(offsetof(struct luxlane_job, hart_hz) == 72, "layout");
static_assert(offsetof(struct luxlane_job, flags) == 92, "layout");
static_assert(offsetof(struct luxlane_job, drive_on_ua) == 96, "layout");
static_assert(offsetof(struct luxlane_job, link_up_cycle) == 112, "layout");
static_assert(offsetof(struct luxlane_job, status) == 136, "layout");
static_assert(sizeof(struct luxlane_job) == 152, "layout");

#ifdef __cplusplus
}
#endif
