#pragma once

#include "firmware/apps/test_bench.h"

/// PRBS31, eyes and loopbacks of the electrical host lanes, which carry no traffic meanwhile: to be
/// called when the link manager no longer runs. Nothing happens where there are none.
void host_tests_run(struct test_bench* bench);
