/* Brings the link up as `collective` does and then, instead of a job, measures it: test patterns,
 * eyes and loopbacks of line and host side, one line on the console for each. Both boards run it.
 */

#include <stdio.h>

#include "firmware/apps/host_tests.h"
#include "firmware/apps/line_tests.h"
#include "firmware/apps/loopback_tests.h"
#include "firmware/drivers/dif_clint.h"
#include "firmware/hal/console.h"
#include "firmware/hal/csr.h"
#include "firmware/hal/interrupt.h"
#include "firmware/hal/job_result.h"

static struct test_bench bench;

static bool job_valid(const struct luxlane_job* job) {
    return job->magic == LUXLANE_JOB_MAGIC && job->version == LUXLANE_JOB_VERSION &&
           job->lanes != 0 && job->lanes <= lane_map_lanes && job->data_lanes != 0 &&
           job->data_lanes <= job->lanes && job->target_power_10nw != 0 &&
           job->target_power_10nw <= UINT16_MAX && job->boards == 2 && job->scratch_bytes != 0;
}

static int end_with(enum luxlane_status status, uint32_t cause) {
    job_result_set(status, cause);
    console_line("diagnostics: %s", status == luxlane_status_passed ? "done" : "FAILED");
    return status == luxlane_status_passed ? 0 : (int)status;
}

int main(void) {
    struct luxlane_job* const job = (struct luxlane_job*)(uintptr_t)LUXLANE_JOB_ADDRESS;
    if (interrupt_init() != dif_ok || console_init() != dif_ok || !job_valid(job)) {
        return luxlane_status_job_invalid;
    }
    job_result_attach(job);
    if (test_bench_init(&bench, job) != dif_ok) {
        return end_with(luxlane_status_job_invalid, luxlane_cause_driver_error);
    }
    if (!test_bench_bring_up(&bench)) {
        return end_with(luxlane_status_link_failed, bench.link.cause);
    }
    if (!test_bench_meet(&bench)) {
        return end_with(luxlane_status_link_failed, bench.link.cause);
    }
    line_tests_run(&bench);
    loopback_tests_run(&bench);
    host_tests_run(&bench);
    return end_with(luxlane_status_passed, 0);
}
