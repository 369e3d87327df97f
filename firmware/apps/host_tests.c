#include "firmware/apps/host_tests.h"

#include "firmware/drivers/dif_clint.h"
#include "firmware/hal/interrupt.h"

enum {
    us = dif_clint_ticks_per_us,
    poll = 20 * us,
    prbs31 = 31,
    gate_us = 1000,
    eye_dwell = 24,
    lock_limit = 2000 * us,
    test_limit = 10000 * us,
    eyes_limit = 3,
};

static enum dif_result count(struct test_bench* bench, uint16_t lane,
                             struct dif_host_serdes_counters* counters) {
    const struct dif_host_serdes* const serdes = &bench->host_lanes;
    struct dif_host_serdes_lane_status status = {.check_locked = false};
    enum dif_result result;
    const uint64_t lock_end = timer_now() + lock_limit;
    while ((result = dif_host_serdes_read_lane_status(serdes, lane, &status)) == dif_ok &&
           !status.check_locked) {
        if (timer_now() >= lock_end) {
            return dif_unavailable;
        }
        test_bench_wait_until(bench, timer_now() + poll);
    }
    if (result == dif_ok) {
        result = dif_host_serdes_clear_counters(serdes, lane, gate_us);
    }
    const uint64_t end = timer_now() + test_limit;
    while (result == dif_ok) {
        result = dif_host_serdes_read_lane_status(serdes, lane, &status);
        if (result != dif_ok || status.gate_done) {
            break;
        }
        if (timer_now() >= end) {
            return dif_unavailable;
        }
        test_bench_wait_until(bench, timer_now() + poll);
    }
    return result == dif_ok ? dif_host_serdes_read_counters(serdes, lane, counters) : result;
}

/* Sends on one lane and checks another, or the same. */
static void check(struct test_bench* bench, const char* what, uint16_t from, uint16_t to,
                  enum dif_host_serdes_loopback loopback, uint16_t looped) {
    const struct dif_host_serdes* const serdes = &bench->host_lanes;
    const struct dif_host_serdes_pattern off = {.kind = prbs31};
    struct dif_host_serdes_pattern pattern = {
        .generate = true, .check = from == to, .kind = prbs31};
    struct dif_host_serdes_counters counters = {.bits = 0};
    enum dif_result result = dif_host_serdes_set_loopback(serdes, looped, loopback);
    if (result == dif_ok) {
        result = dif_host_serdes_set_pattern(serdes, from, pattern);
    }
    if (result == dif_ok && from != to) {
        pattern = (struct dif_host_serdes_pattern){.check = true, .kind = prbs31};
        result = dif_host_serdes_set_pattern(serdes, to, pattern);
    }
    if (result == dif_ok) {
        result = count(bench, to, &counters);
    }
    if (dif_host_serdes_set_pattern(serdes, from, off) != dif_ok ||
        dif_host_serdes_set_pattern(serdes, to, off) != dif_ok ||
        dif_host_serdes_set_loopback(serdes, looped, dif_host_serdes_loopback_none) != dif_ok) {
        result = dif_bad_argument;
    }
    if (result == dif_ok) {
        test_bench_report(what, to, counters.bits, counters.errors);
    } else {
        test_bench_report_failure(what, to, result);
    }
}

static void measure_eye(struct test_bench* bench, const char* what, uint16_t lane,
                        struct dif_host_serdes_eye_point point) {
    const struct dif_host_serdes* const serdes = &bench->host_lanes;
    const uint64_t limit = timer_now() + test_limit;
    uint64_t errors = 0;
    enum dif_result result = dif_host_serdes_start_eye(serdes, lane, point);
    if (result == dif_ok) {
        while ((result = dif_host_serdes_read_eye(serdes, lane, &errors)) == dif_unavailable &&
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

static void measure_eyes(struct test_bench* bench, uint16_t lane) {
    static const char* const centre[eyes_limit] = {"host-eye-0", "host-eye-1", "host-eye-2"};
    const unsigned eyes = bench->host_lanes.pam4 ? eyes_limit : 1;
    struct dif_host_serdes_eye_point point = {.dwell = eye_dwell};
    for (; point.eye < eyes; ++point.eye) {
        measure_eye(bench, centre[point.eye], lane, point);
    }
    point.eye = 0;
    point.phase = 20;
    measure_eye(bench, "host-eye-0-late", lane, point);
    point.phase = 0;
    point.voltage = 40;
    measure_eye(bench, "host-eye-0-high", lane, point);
}

void host_tests_run(struct test_bench* bench) {
    if (!bench->host_present) {
        return;
    }
    /* Lane l and l + ways share their pins: the chip that receives the one sends the other. */
    const uint16_t ways = bench->host_lanes.lanes / 2;
    for (uint16_t lane = 0; lane < bench->host_lanes.lanes; lane += ways) {
        check(bench, "host-prbs31", lane, lane, dif_host_serdes_loopback_none, lane);
        measure_eyes(bench, lane);
    }
    check(bench, "host-near", ways, 0, dif_host_serdes_loopback_near, 0);
    check(bench, "host-far", 0, ways, dif_host_serdes_loopback_far, 0);
}
