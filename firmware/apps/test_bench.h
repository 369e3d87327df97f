#pragma once

#include "firmware/link_manager/host_bring_up.h"
#include "firmware/link_manager/link_manager.h"

/* What the diagnostics have in common: the link, the time, and how a result is printed. */

struct luxlane_job;

struct test_bench {
    struct luxlane_job* job;
    struct link_manager link;
    bool link_served;  ///< the link manager still runs; loopbacks take the lanes away from it
    struct dif_host_serdes host_lanes;
    struct host_bring_up host;
    bool host_present;
};

/// The job must be valid.
DIF_MUST_USE enum dif_result test_bench_init(struct test_bench* bench, struct luxlane_job* job);

/// Serves link and host lanes until `ticks`.
void test_bench_wait_until(struct test_bench* bench, uint64_t ticks);

/// Serves them until the link is up, or down for good: then false.
bool test_bench_bring_up(struct test_bench* bench);

/// Waits until the far end's link is up, too, and then leaves the link to itself, without a
/// manager. False if the far end did not say so in time.
bool test_bench_meet(struct test_bench* bench);

/// Prints "measure WHAT lane L bits B errors E", what the host's tools look for. `bits` may count
/// other things that are right or wrong: WHAT says which.
void test_bench_report(const char* what, uint16_t lane, uint64_t bits, uint64_t errors);

/// Prints "measure WHAT lane L failed: REASON" with the result as a word.
void test_bench_report_failure(const char* what, uint16_t lane, enum dif_result reason);
