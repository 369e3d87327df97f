#pragma once

#include "firmware/apps/test_bench.h"

/// Loopbacks of the line side. Both boards call it at the same time, when the link is up and its
/// managers no longer run; it takes the link down. Board 1 loops while board 0 measures, and then
/// the other way round.
void loopback_tests_run(struct test_bench* bench);
