#pragma once

#include <stdint.h>

/// Where a fault leaves its status if a job runs; without one, nothing happens.
void job_result_set(uint32_t status, uint32_t cause);

struct luxlane_job;
/// From now on `job` is the one whose results are set; NULL: none.
void job_result_attach(struct luxlane_job* job);
