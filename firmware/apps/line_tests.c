#include "firmware/apps/line_tests.h"

#include "firmware/drivers/dif_clint.h"
#include "firmware/drivers/dif_serdes_phy_diagnostics.h"
#include "firmware/hal/interrupt.h"

enum {
    us = dif_clint_ticks_per_us,
    poll = 20 * us,
    lanes_tested = 4,
    gate_kilobits = 4096,
    eye_dwell = 22,
    begin_limit = 1000 * us,
    count_limit = 4000 * us,
    /* The far end sends so long, and we to it. */
    slot = 60000 * us,
};

static const struct dif_serdes_phy_pattern prbs31 = {.kind = dif_serdes_phy_prbs31};

static const struct {
    const char* what;
    struct dif_rx_dsp_eye_point point;
} eye_points[] = {
    {"line-eye-centre", {.phase = 0, .voltage = 0, .dwell = eye_dwell}},
    {"line-eye-late", {.phase = 20, .voltage = 0, .dwell = eye_dwell}},
    {"line-eye-high", {.phase = 0, .voltage = 64, .dwell = eye_dwell}},
    {"line-eye-one", {.phase = 0, .voltage = 127, .dwell = eye_dwell}},
};

static bool is_spare(const struct test_bench* bench, enum dif_serdes_phy_direction direction,
                     uint16_t lane) {
    for (uint16_t logical = 0; logical < bench->link.phy.data_lanes; ++logical) {
        uint16_t physical = dif_serdes_phy_no_lane;
        if (dif_serdes_phy_mapping(&bench->link.phy, direction, logical, &physical) != dif_ok ||
            physical == lane) {
            return false;
        }
    }
    return true;
}

/* Polls until the checker is locked, or its gate has closed. */
static enum dif_result await(struct test_bench* bench, uint16_t lane, bool gate, uint64_t limit,
                             struct dif_serdes_phy_pattern_result* counted) {
    for (;;) {
        const enum dif_result result = dif_serdes_phy_read_pattern(&bench->link.phy, lane, counted);
        if (result != dif_ok || (gate ? counted->gate_done : counted->locked)) {
            return result;
        }
        if (timer_now() >= limit) {
            return dif_unavailable;
        }
        test_bench_wait_until(bench, timer_now() + poll);
    }
}

void line_tests_begin(struct test_bench* bench, const uint16_t* lanes, unsigned count,
                      uint64_t limit) {
    const struct dif_serdes_phy* const phy = &bench->link.phy;
    const uint64_t end = timer_now() + limit;
    for (unsigned i = 0; i < count; ++i) {
        /* The lane may be looking for its frame; one that never finds it shows in the count. */
        while (dif_serdes_phy_check_pattern(phy, lanes[i], &prbs31) == dif_unavailable &&
               timer_now() < end) {
            test_bench_wait_until(bench, timer_now() + poll);
        }
    }
    test_bench_wait_until(bench, end);
    for (unsigned i = 0; i < count; ++i) {
        const enum dif_result result = dif_serdes_phy_send_pattern(phy, lanes[i], &prbs31);
        if (result != dif_ok) {
            test_bench_report_failure("pattern", lanes[i], result);
        }
    }
}

void line_tests_end(struct test_bench* bench, const uint16_t* lanes, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        if (dif_serdes_phy_send_pattern(&bench->link.phy, lanes[i], NULL) != dif_ok ||
            dif_serdes_phy_check_pattern(&bench->link.phy, lanes[i], NULL) != dif_ok) {
            test_bench_report_failure("pattern", lanes[i], dif_bad_argument);
        }
    }
}

void line_tests_count(struct test_bench* bench, const char* what, uint16_t lane, uint64_t limit) {
    const uint64_t end = timer_now() + limit;
    struct dif_serdes_phy_pattern_result counted;
    enum dif_result result = await(bench, lane, false, end, &counted);
    if (result == dif_ok) {
        result = dif_serdes_phy_gate_pattern(&bench->link.phy, lane, gate_kilobits);
    }
    if (result == dif_ok) {
        result = await(bench, lane, true, end, &counted);
    }
    if (result == dif_ok) {
        test_bench_report(what, lane, counted.bits, counted.errors);
    } else {
        test_bench_report_failure(what, lane, result);
    }
}

static void measure_eye(struct test_bench* bench, const char* what, uint16_t lane,
                        struct dif_rx_dsp_eye_point point) {
    const struct dif_rx_dsp* const dsp = &bench->link.dsp;
    const uint64_t limit = timer_now() + count_limit;
    uint64_t errors = 0;
    enum dif_result result = dif_rx_dsp_start_eye(dsp, lane, point);
    if (result == dif_ok) {
        while ((result = dif_rx_dsp_read_eye(dsp, lane, &errors)) == dif_unavailable &&
               timer_now() < limit) {
            test_bench_wait_until(bench, timer_now() + poll);
        }
    }
    if (result == dif_ok) {
        test_bench_report(what, lane, UINT64_C(1) << point.dwell, errors);
    } else {
        test_bench_report_failure(what, lane, result);
    }
}

unsigned line_tests_choose(const struct test_bench* bench, uint16_t* lanes, unsigned most) {
    unsigned count = 0;
    for (uint16_t lane = bench->link.phy.lanes; lane-- != 0 && count < most;) {
        if (is_spare(bench, dif_serdes_phy_transmit, lane) &&
            is_spare(bench, dif_serdes_phy_receive, lane)) {
            lanes[count++] = lane;
        }
    }
    return count;
}

void line_tests_run(struct test_bench* bench) {
    const uint64_t end = timer_now() + slot;
    uint16_t lanes[lanes_tested];
    const unsigned count = line_tests_choose(bench, lanes, lanes_tested);
    line_tests_begin(bench, lanes, count, begin_limit);
    for (unsigned i = 0; i < count; ++i) {
        line_tests_count(bench, "line-prbs31", lanes[i], count_limit);
        for (size_t point = 0; point < sizeof eye_points / sizeof eye_points[0]; ++point) {
            measure_eye(bench, eye_points[point].what, lanes[i], eye_points[point].point);
        }
    }
    test_bench_wait_until(bench, end);
    line_tests_end(bench, lanes, count);
}
