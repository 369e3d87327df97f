#include "firmware/hal/job_result.h"

#include <stddef.h>

#include "firmware/include/luxlane/job.h"

static struct luxlane_job* attached;

void job_result_attach(struct luxlane_job* job) { attached = job; }

void job_result_set(uint32_t status, uint32_t cause) {
    if (attached != NULL) {
        attached->cause = cause;
        attached->status = status;
    }
}
