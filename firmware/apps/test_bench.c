#include "firmware/apps/test_bench.h"

#include "firmware/drivers/dif_clint.h"
#include "firmware/hal/console.h"
#include "firmware/hal/interrupt.h"
#include "regs/host_serdes.h"
#include "regs/pd_array.h"
#include "regs/serdes_phy.h"

enum {
    us = dif_clint_ticks_per_us,
    poll = 100 * us,
    meet_limit = 20000 * us,
    /* For acknowledgements that were lost. */
    linger = 100 * us,
};

static void on_link_interrupt(void* context) { link_manager_on_interrupt(context); }

static struct drive_settings drive_of(const struct luxlane_job* job) {
    if (job->drive_on_ua == 0) {
        return drive_default;
    }
    return (struct drive_settings){.initial_ua = (uint16_t)job->drive_on_ua,
                                   .extinction_percent = job->drive_extinction_percent,
                                   .post_tap_64 = (uint8_t)job->drive_post_64};
}

enum dif_result test_bench_init(struct test_bench* bench, struct luxlane_job* job) {
    const struct link_config config = {.lanes = (uint16_t)job->lanes,
                                       .data_lanes = (uint16_t)job->data_lanes,
                                       .target_power_10nw = (uint16_t)job->target_power_10nw,
                                       .degrade_limit = job->degrade_limit,
                                       .drive = drive_of(job),
                                       .now = timer_now,
                                       .line = console_line};
    *bench = (struct test_bench){.job = job, .link_served = true};
    link_manager_init(&bench->link, &config);
    bench->host_present = (job->flags & LUXLANE_JOB_HOST_LANES) != 0;
    enum dif_result result = dif_ok;
    if (bench->host_present) {
        result = dif_host_serdes_probe(mmio_region_at(HOST_SERDES_BASE), &bench->host_lanes);
        bench->host = host_bring_up_of(&bench->host_lanes);
    }
    if (result == dif_ok) {
        result = interrupt_attach(SERDES_PHY_IRQ, on_link_interrupt, &bench->link);
    }
    if (result == dif_ok) {
        result = interrupt_attach(PD_ARRAY_IRQ, on_link_interrupt, &bench->link);
    }
    return result;
}

/* One turn of what is served; returns when the next is due, `latest` at the latest. */
static uint64_t turn(struct test_bench* bench, uint64_t latest) {
    uint64_t wake = latest;
    if (bench->link_served) {
        const uint64_t link = link_manager_step(&bench->link);
        wake = link < wake ? link : wake;
    }
    if (bench->host_present && bench->host.state != host_ready) {
        (void)host_bring_up_step(&bench->host);
        const uint64_t host = timer_now() + poll;
        wake = host < wake ? host : wake;
    }
    return wake;
}

void test_bench_wait_until(struct test_bench* bench, uint64_t ticks) {
    while (timer_now() < ticks) {
        const uint32_t seen = interrupt_count();
        interrupt_sleep(seen, turn(bench, ticks));
    }
}

bool test_bench_bring_up(struct test_bench* bench) {
    while (bench->link.state != link_up) {
        if (bench->link.state == link_down || bench->host.state == host_failed) {
            return false;
        }
        test_bench_wait_until(bench, timer_now() + poll);
    }
    return true;
}

bool test_bench_meet(struct test_bench* bench) {
    const uint64_t limit = timer_now() + meet_limit;
    while (!link_manager_both_finished(&bench->link)) {
        link_manager_finish(&bench->link);
        if (bench->link.state == link_down || timer_now() >= limit) {
            return false;
        }
        test_bench_wait_until(bench, timer_now() + poll);
    }
    test_bench_wait_until(bench, timer_now() + linger);
    bench->link_served = false;
    return true;
}

void test_bench_report(const char* what, uint16_t lane, uint64_t bits, uint64_t errors) {
    console_line("measure %s lane %u bits %lu errors %lu", what, (unsigned)lane,
                 (unsigned long)bits, (unsigned long)errors);
}

void test_bench_report_failure(const char* what, uint16_t lane, enum dif_result reason) {
    static const char* const text[] = {"no end in time",     "bad argument",  "out of range",
                                       "wrong device",       "wrong version", "lane not available",
                                       "clock recovery lost"};
    console_line("measure %s lane %u failed: %s", what, (unsigned)lane, text[reason]);
}
