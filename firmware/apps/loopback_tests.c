#include "firmware/apps/loopback_tests.h"

#include "firmware/apps/line_tests.h"
#include "firmware/drivers/dif_accelerator.h"
#include "firmware/drivers/dif_clint.h"
#include "firmware/drivers/dif_serdes_phy_diagnostics.h"
#include "firmware/hal/csr.h"
#include "firmware/hal/interrupt.h"
#include "regs/accelerator.h"

enum {
    us = dif_clint_ticks_per_us,
    poll = 20 * us,
    /* Each test has its slot of time, as loopbacks leave no channel to agree on anything. */
    slot = 10000 * us,
    /* How much later the far end may enter a slot. */
    guard = 1000 * us,
    test_limit = slot - 4 * guard,
    lanes_tested = 2,
    message_bytes = 32 << 10,
    message_tag = 7,
};

/* One descriptor for a ring of one. */
static enum dif_result post(const struct dif_accelerator* accelerator,
                            const struct luxlane_job* job, enum dif_accelerator_ring ring,
                            struct dif_accelerator_descriptor descriptor) {
    struct dif_accelerator_descriptor* const place =
        (struct dif_accelerator_descriptor*)(uintptr_t)job->rings + ring;
    descriptor.magic = dif_accelerator_descriptor_magic;
    *place = descriptor;
    memory_fence();
    const enum dif_result result =
        dif_accelerator_start_ring(accelerator, ring, (uintptr_t)place, 0);
    return result == dif_ok ? dif_accelerator_ring_doorbell(accelerator, ring, 1) : result;
}

static enum dif_result exchange(struct test_bench* bench, uint64_t from, uint64_t to) {
    struct dif_accelerator accelerator;
    enum dif_result result = dif_accelerator_probe(mmio_region_at(ACCELERATOR_BASE), &accelerator);
    if (result == dif_ok) {
        result = dif_accelerator_set_enabled(&accelerator, true);
    }
    if (result == dif_ok) {
        result = post(&accelerator, bench->job, dif_accelerator_receive,
                      (struct dif_accelerator_descriptor){.opcode = dif_accelerator_op_receive,
                                                          .tag = message_tag,
                                                          .length = message_bytes,
                                                          .address = to});
    }
    if (result == dif_ok) {
        result = post(&accelerator, bench->job, dif_accelerator_send,
                      (struct dif_accelerator_descriptor){.opcode = dif_accelerator_op_send,
                                                          .tag = message_tag,
                                                          .length = message_bytes,
                                                          .address = from});
    }
    const uint64_t end = timer_now() + test_limit;
    while (result == dif_ok) {
        struct dif_accelerator_ring_status status;
        result = dif_accelerator_read_ring_status(&accelerator, dif_accelerator_receive, &status);
        if (result != dif_ok || status.completed == 1) {
            break;
        }
        if (status.error) {
            return dif_io_error;
        }
        if (timer_now() >= end) {
            return dif_unavailable;
        }
        test_bench_wait_until(bench, timer_now() + poll);
    }
    return result;
}

/* A message to ourselves by way of the far end's FEC: what comes back, and what the way back alone
 * gives our own decoder to do. */
static void measure_far_fec(struct test_bench* bench) {
    uint64_t* const sent = (uint64_t*)(uintptr_t)bench->job->scratch;
    uint64_t* const returned = sent + message_bytes / sizeof *sent;
    for (uint64_t i = 0; i < message_bytes / sizeof *sent; ++i) {
        sent[i] = i * UINT64_C(0x9E3779B97F4A7C15);
    }
    struct dif_serdes_phy_counters before, after;
    enum dif_result result = dif_serdes_phy_read_counters(&bench->link.phy, &before);
    if (result == dif_ok) {
        result = exchange(bench, (uintptr_t)sent, (uintptr_t)returned);
    }
    if (result == dif_ok) {
        result = dif_serdes_phy_read_counters(&bench->link.phy, &after);
    }
    if (result != dif_ok) {
        test_bench_report_failure("far-fec-words", dif_all_lanes, result);
        return;
    }
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < message_bytes / sizeof *sent; ++i) {
        wrong += returned[i] != sent[i];
    }
    test_bench_report("far-fec-words", dif_all_lanes, message_bytes / sizeof *sent, wrong);
    test_bench_report("far-fec-codewords", dif_all_lanes, after.codewords - before.codewords,
                      after.corrected_codewords - before.corrected_codewords);
}

/* Errors of some lanes, which look for their frames first. */
static void measure_lanes(struct test_bench* bench, const char* what) {
    uint16_t lanes[lanes_tested];
    const unsigned count = line_tests_choose(bench, lanes, lanes_tested);
    line_tests_begin(bench, lanes, count, guard);
    for (unsigned i = 0; i < count; ++i) {
        line_tests_count(bench, what, lanes[i], test_limit / lanes_tested);
    }
    line_tests_end(bench, lanes, count);
}

/* Lanes begin anew, as what they carry begins elsewhere. */
static void loop(struct test_bench* bench, enum dif_serdes_phy_loopback mode) {
    const struct dif_serdes_phy* const phy = &bench->link.phy;
    if (dif_serdes_phy_set_loopback(phy, mode) != dif_ok) {
        test_bench_report_failure("loopback", dif_all_lanes, dif_bad_argument);
    }
}

static void train(struct test_bench* bench) {
    if (dif_serdes_phy_train_lane(&bench->link.phy, dif_all_lanes, true) != dif_ok) {
        test_bench_report_failure("training", dif_all_lanes, dif_bad_argument);
    }
}

void loopback_tests_run(struct test_bench* bench) {
    uint64_t end = timer_now() + slot;
    const uint32_t board = bench->job->board;
    if (board == 1) {
        loop(bench, dif_serdes_phy_far_fec_loopback);
    } else {
        loop(bench, dif_serdes_phy_far_test_loopback);
        test_bench_wait_until(bench, timer_now() + guard);
        measure_far_fec(bench);
    }
    test_bench_wait_until(bench, end);

    bench->link.control.carry_payload = false;
    if (dif_serdes_phy_set_control(&bench->link.phy, &bench->link.control) != dif_ok) {
        test_bench_report_failure("loopback", dif_all_lanes, dif_bad_argument);
        return;
    }
    loop(bench, dif_serdes_phy_near_loopback);
    train(bench);
    measure_lanes(bench, "near");
    end += slot;
    test_bench_wait_until(bench, end);

    for (uint32_t measuring = 0; measuring < bench->job->boards; ++measuring) {
        end += slot;
        if (board == measuring) {
            loop(bench, dif_serdes_phy_no_loopback);
            test_bench_wait_until(bench, timer_now() + guard);
            train(bench);
            measure_lanes(bench, "far-line");
        } else {
            loop(bench, dif_serdes_phy_far_line_loopback);
        }
        test_bench_wait_until(bench, end);
    }
    loop(bench, dif_serdes_phy_no_loopback);
}
