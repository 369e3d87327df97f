/* The board's main program: brings the link up, all-reduces the job's tensors over it, and keeps
 * serving the link until the far end needs it no more. */

#include <stdio.h>

#include "firmware/apps/all_reduce.h"
#include "firmware/drivers/dif_clint.h"
#include "firmware/hal/console.h"
#include "firmware/hal/csr.h"
#include "firmware/hal/interrupt.h"
#include "firmware/hal/job_result.h"
#include "firmware/link_manager/host_bring_up.h"
#include "firmware/link_manager/link_manager.h"
#include "firmware/link_manager/module_monitor.h"
#include "regs/accelerator.h"
#include "regs/host_serdes.h"
#include "regs/pd_array.h"
#include "regs/serdes_phy.h"

enum {
    us = dif_clint_ticks_per_us,
    /* A ring that stops because the link lost payload or died shall be reported as that: so long
     * the link manager gets to notice, and so long to recover or to give up. */
    blame_delay = 1000 * us,
    blame_limit = 100000 * us,
    /* How long the collective may go without a completed descriptor. */
    progress_limit = 50000 * us,
    /* The far end may be a whole collective behind. */
    barrier_limit = 200000 * us,
    /* After the barrier, acknowledgements that were lost are given again. */
    linger = 100 * us,
    ring_poll = 100 * us,
    host_poll = 100 * us,
};

enum phase {
    phase_link,     ///< waiting for the link
    phase_reduce,   ///< collective running
    phase_blame,    ///< the collective stopped; is the link the reason?
    phase_barrier,  ///< waiting for the far end to finish
    phase_linger,   ///< last words
    phase_monitor,  ///< done, but asked to stay
    phase_end,
};

struct program {
    struct luxlane_job* job;
    struct link_manager link;
    struct dif_host_serdes host_lanes;
    struct host_bring_up host;
    bool host_present;  ///< electrical lanes stand between accelerator and PHY
    struct module_monitor module;
    bool module_present;
    struct dif_accelerator accelerator;
    struct all_reduce reduce;
    enum phase phase;
    uint64_t until;      ///< end of the phase's time, ticks
    uint64_t stopped;    ///< when the collective stopped, ticks
    uint32_t recovered;  ///< the link's recoveries before the collective
    uint32_t moved;      ///< completed descriptors at the last progress
    uint32_t reported;   ///< percent
    enum luxlane_status status;
    uint32_t cause;
    volatile bool interrupt_failed;  ///< the accelerator's events could not be taken
};

static struct program program;

static void on_link_interrupt(void* context) { link_manager_on_interrupt(context); }

/* The request is withdrawn at once; what happened is read from the rings. */
static void on_accelerator_interrupt(void* context) {
    struct dif_accelerator_events events;
    if (dif_accelerator_take_events(context, &events) != dif_ok) {
        program.interrupt_failed = true;
    }
}

static bool job_valid(const struct luxlane_job* job) {
    return job->magic == LUXLANE_JOB_MAGIC && job->version == LUXLANE_JOB_VERSION &&
           job->lanes != 0 && job->lanes <= lane_map_lanes && job->data_lanes != 0 &&
           job->data_lanes <= job->lanes && job->target_power_10nw != 0 &&
           job->target_power_10nw <= UINT16_MAX &&
           (job->drive_on_ua == 0 ||
            (job->drive_on_ua <= drive_register_limit_ua && job->drive_extinction_percent >= 100 &&
             job->drive_post_64 <= drive_post_limit_64));
}

static void end_with(struct program* p, enum luxlane_status status, uint32_t cause,
                     enum phase next) {
    p->status = status;
    p->cause = cause;
    p->phase = next;
    p->until = timer_now() + barrier_limit;
}

/* A failure ends this end's use of the link; the far end is told why. */
static void fail(struct program* p, enum luxlane_status status, uint32_t cause) {
    end_with(p, status, cause, phase_linger);
    link_manager_take_down(&p->link, status == luxlane_status_link_failed
                                         ? (enum luxlane_cause)cause
                                         : luxlane_cause_application);
    p->until = timer_now() + linger;
}

/* The collective cannot go on: `status` and `cause` say how that showed. Whether the link is the
 * reason is decided in phase_blame. */
static void stop(struct program* p, enum luxlane_status status, uint32_t cause) {
    end_with(p, status, cause, phase_blame);
    p->stopped = timer_now();
    p->until = p->stopped + blame_delay;
}

static void start_collective(struct program* p) {
    p->job->link_up_cycle = csr_mcycle();
    if ((p->job->flags & LUXLANE_JOB_RUN_COLLECTIVE) == 0) {
        end_with(p, luxlane_status_passed, 0, phase_barrier);
        return;
    }
    const struct dif_accelerator_events all = {.done = 7, .error = 7};
    if (dif_accelerator_probe(mmio_region_at(ACCELERATOR_BASE), &p->accelerator) != dif_ok ||
        interrupt_attach(ACCELERATOR_IRQ, on_accelerator_interrupt, &p->accelerator) != dif_ok ||
        dif_accelerator_enable_events(&p->accelerator, all) != dif_ok ||
        all_reduce_start(&p->reduce, &p->accelerator, p->job) != dif_ok) {
        console_line("collective: this job cannot be run");
        fail(p, luxlane_status_job_invalid, 0);
        return;
    }
    console_line("collective: all-reduce of %u tensors, %u under way at once",
                 (unsigned)p->job->tensor_count, (unsigned)p->reduce.slots);
    p->job->collective_begin_cycle = csr_mcycle();
    p->phase = phase_reduce;
    p->recovered = p->link.recoveries;
    p->until = timer_now() + progress_limit;
}

static void report_progress(struct program* p) {
    const uint32_t percent = all_reduce_percent(&p->reduce) / 10 * 10;
    if (percent > p->reported) {
        p->reported = percent;
        console_line("collective: %u %%", (unsigned)percent);
    }
}

static void step_reduce(struct program* p) {
    const enum dif_result result = all_reduce_step(&p->reduce);
    const uint32_t moved =
        p->reduce.completed[dif_accelerator_send] + p->reduce.completed[dif_accelerator_receive];
    /* While the link is on its way back its own limits count. */
    if (moved != p->moved || p->link.state != link_up) {
        p->moved = moved;
        p->until = timer_now() + progress_limit;
    }
    report_progress(p);
    if (result == dif_ok) {
        p->job->collective_end_cycle = csr_mcycle();
        console_line("collective: done");
        end_with(p, luxlane_status_passed, 0, phase_barrier);
    } else if (result == dif_io_error) {
        static const char* const names[] = {"send", "receive", "compute"};
        console_line("collective: %s ring stopped at descriptor %u: %s",
                     names[p->reduce.failed_ring], (unsigned)p->reduce.error_index,
                     dif_accelerator_error_text(p->reduce.error_code));
        stop(
            p, luxlane_status_ring_failed,
            LUXLANE_RING_CAUSE(p->reduce.failed_ring, p->reduce.error_code, p->reduce.error_index));
    } else if (timer_now() >= p->until) {
        console_line("collective: no progress");
        stop(p, luxlane_status_timed_out, 0);
    }
}

/* A link that goes down meanwhile ends the program with its own cause. */
static void step_blame(struct program* p) {
    const uint64_t now = timer_now();
    const bool payload_lost = p->link.recoveries != p->recovered;
    if (p->link.state != link_up && now - p->stopped < blame_limit) {
        return;
    }
    if (payload_lost) {
        fail(p, luxlane_status_link_failed, luxlane_cause_payload_lost);
    } else if (now >= p->until) {
        fail(p, p->status, p->cause);
    }
}

static void step_barrier(struct program* p) {
    link_manager_finish(&p->link);
    if (link_manager_both_finished(&p->link)) {
        p->phase =
            (p->job->flags & LUXLANE_JOB_KEEP_MONITORING) != 0 ? phase_monitor : phase_linger;
        p->until = timer_now() + linger;
    } else if (timer_now() >= p->until) {
        /* Our work is done and right; that the far end hangs is its own failure. */
        console_line("link: the far end did not finish in time");
        p->phase = phase_linger;
    }
}

/* Publishes results; `status` last, because the platform looks at it first. */
static void publish(struct program* p) {
    p->job->swaps = p->link.repair.completed;
    p->job->lanes_lost = p->link.lanes_lost;
    p->job->cause = p->cause;
    memory_fence();
    p->job->status = (uint32_t)p->status;
}

static void step_program(struct program* p) {
    if (p->interrupt_failed && p->status == luxlane_status_running) {
        fail(p, luxlane_status_unexpected_trap, ACCELERATOR_IRQ);
    }
    /* A far end that has finished may take its light with it. */
    const bool link_needed =
        (p->phase <= phase_barrier && !p->link.far_finished) || p->phase == phase_monitor;
    if (p->link.state == link_down && link_needed) {
        end_with(p, luxlane_status_link_failed, (uint32_t)p->link.cause, phase_linger);
        p->until = timer_now() + linger;
    }
    switch (p->phase) {
        case phase_link:
            if (p->link.state == link_up) {
                start_collective(p);
            }
            break;
        case phase_reduce:
            step_reduce(p);
            break;
        case phase_blame:
            step_blame(p);
            break;
        case phase_barrier:
            step_barrier(p);
            break;
        case phase_linger:
            if (timer_now() >= p->until && link_manager_quiet(&p->link)) {
                p->phase = phase_end;
            }
            break;
        case phase_monitor:
            publish(p);
            break;
        case phase_end:
            break;
    }
}

static struct drive_settings drive_of(const struct luxlane_job* job) {
    if (job->drive_on_ua == 0) {
        return drive_default;
    }
    return (struct drive_settings){.initial_ua = (uint16_t)job->drive_on_ua,
                                   .extinction_percent = job->drive_extinction_percent,
                                   .post_tap_64 = (uint8_t)job->drive_post_64};
}

/* The lanes to the accelerator come up beside the optical link, which waits for them at its end. */
static void step_host(struct program* p) {
    const enum host_bring_up_state before = p->host.state;
    const enum host_bring_up_state state = host_bring_up_step(&p->host);
    if (state == before) {
        return;
    }
    if (state == host_ready) {
        console_line("host: %u lanes are ready", (unsigned)p->host_lanes.lanes);
    } else if (before == host_ready) {
        console_line("host: lanes lost");
    } else if (state == host_failed) {
        console_line("host: lanes did not adapt");
        link_manager_take_down(&p->link, luxlane_cause_power_up);
    }
}

static enum dif_result start(struct program* p) {
    const struct link_config config = {.lanes = (uint16_t)p->job->lanes,
                                       .data_lanes = (uint16_t)p->job->data_lanes,
                                       .target_power_10nw = (uint16_t)p->job->target_power_10nw,
                                       .degrade_limit = p->job->degrade_limit,
                                       .drive = drive_of(p->job),
                                       .now = timer_now,
                                       .line = console_line};
    link_manager_init(&p->link, &config);
    p->host_present = (p->job->flags & LUXLANE_JOB_HOST_LANES) != 0;
    if (p->host_present) {
        const enum dif_result found =
            dif_host_serdes_probe(mmio_region_at(HOST_SERDES_BASE), &p->host_lanes);
        if (found != dif_ok) {
            return found;
        }
        p->host = host_bring_up_of(&p->host_lanes);
    }
    p->module_present = module_monitor_init(&p->module) == dif_ok;
    if (!p->module_present) {
        console_line("module: no watchdog here, temperature is not watched");
    }
    enum dif_result result = interrupt_attach(SERDES_PHY_IRQ, on_link_interrupt, &p->link);
    if (result == dif_ok) {
        result = interrupt_attach(PD_ARRAY_IRQ, on_link_interrupt, &p->link);
    }
    return result;
}

/* One turn of everything; returns when the next is due. */
static uint64_t turn(struct program* p) {
    uint64_t wake = link_manager_step(&p->link);
    if (p->host_present) {
        step_host(p);
        const uint64_t host = timer_now() + host_poll;
        const bool settled = p->host.state == host_ready || p->host.state == host_failed;
        wake = !settled && host < wake ? host : wake;
    }
    if (p->module_present) {
        const uint64_t module = module_monitor_step(&p->module, timer_now());
        wake = module < wake ? module : wake;
        if (module_monitor_too_hot(&p->module)) {
            link_manager_take_down(&p->link, luxlane_cause_over_temperature);
        }
    }
    const enum phase before = p->phase;
    step_program(p);
    const uint64_t now = timer_now();
    if (p->phase != before || (p->phase == phase_reduce && all_reduce_ready(&p->reduce))) {
        return now;
    }
    if (p->phase != phase_link && p->phase != phase_monitor && wake > now + ring_poll) {
        wake = now + ring_poll;
    }
    return wake;
}

int main(void) {
    struct program* const p = &program;
    if (interrupt_init() != dif_ok || console_init() != dif_ok) {
        return luxlane_status_job_invalid;
    }
    p->job = (struct luxlane_job*)(uintptr_t)LUXLANE_JOB_ADDRESS;
    if (!job_valid(p->job)) {
        printf("no valid job at 0x%lx\n", (unsigned long)LUXLANE_JOB_ADDRESS);
        return luxlane_status_job_invalid;
    }
    job_result_attach(p->job);
    console_line("LuxLane firmware, board %u of %u", (unsigned)p->job->board,
                 (unsigned)p->job->boards);
    if (start(p) != dif_ok) {
        job_result_set(luxlane_status_job_invalid, luxlane_cause_driver_error);
        return luxlane_status_job_invalid;
    }
    while (p->phase != phase_end) {
        const uint32_t seen = interrupt_count();
        interrupt_sleep(seen, turn(p));
    }
    publish(p);
    if (p->module_present) {
        module_monitor_stop(&p->module);
    }
    if (p->status == luxlane_status_passed) {
        console_line("passed");
        return 0;
    }
    console_line("FAILED: %s", p->status == luxlane_status_link_failed
                                   ? luxlane_cause_text(p->cause)
                                   : "the collective did not complete");
    return (int)p->status;
}
