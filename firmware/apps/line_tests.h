#pragma once

#include "firmware/apps/test_bench.h"

/// Spares of both directions, the highest number first, at most `most`; returns how many. The two
/// ends of a link have the same lane maps, but for the directions' own swaps.
unsigned line_tests_choose(const struct test_bench* bench, uint16_t* lanes, unsigned most);

/// Puts `lanes` under test, which takes `limit` ticks, and then sends PRBS31 on them: a spare that
/// gets a pattern and is not under test would fail as one.
void line_tests_begin(struct test_bench* bench, const uint16_t* lanes, unsigned count,
                      uint64_t limit);
/// Traffic again.
void line_tests_end(struct test_bench* bench, const uint16_t* lanes, unsigned count);

/// Counts the errors of a lane under test, for at most `limit` ticks, and reports them as `what`.
void line_tests_count(struct test_bench* bench, const char* what, uint16_t lane, uint64_t limit);

/// Tests up to four spares and measures their eyes, in the middle and beside it. Both boards call
/// it at the same time, when their managers no longer run: nobody may swap these lanes.
void line_tests_run(struct test_bench* bench);
