/* Hands the accelerator a descriptor whose data lies beyond its memory, and waits for the interrupt
 * that says so. */

#include <stdio.h>

#include "firmware/drivers/dif_accelerator.h"
#include "firmware/hal/console.h"
#include "firmware/hal/interrupt.h"
#include "regs/accelerator.h"

enum { wait_ticks = 10 * 10 * 1000 }; /* 10 ms */

static const uintptr_t memory = UINT64_C(0x100000000);

static struct dif_accelerator accelerator;
static volatile unsigned interrupts;
static struct dif_accelerator_events events;

static void on_interrupt(void* context) {
    (void)context;
    ++interrupts;
    if (dif_accelerator_take_events(&accelerator, &events) != dif_ok) {
        events.error = 0xff;
    }
}

static enum dif_result post(uint64_t beyond) {
    const struct dif_accelerator_events wanted = {.done = 7, .error = 7};
    struct dif_accelerator_descriptor* const ring = (void*)memory;
    *ring = (struct dif_accelerator_descriptor){.opcode = dif_accelerator_op_copy,
                                                .flags = dif_accelerator_interrupt,
                                                .magic = dif_accelerator_descriptor_magic,
                                                .length = 4096,
                                                .address = memory + 65536,
                                                .source = beyond};
    memory_fence();
    enum dif_result result = dif_accelerator_probe(mmio_region_at(ACCELERATOR_BASE), &accelerator);
    if (result == dif_ok) {
        result = interrupt_attach(ACCELERATOR_IRQ, on_interrupt, NULL);
    }
    if (result == dif_ok) {
        result = dif_accelerator_set_enabled(&accelerator, true);
    }
    if (result == dif_ok) {
        result = dif_accelerator_enable_events(&accelerator, wanted);
    }
    if (result == dif_ok) {
        result = dif_accelerator_start_ring(&accelerator, dif_accelerator_compute, memory, 0);
    }
    if (result == dif_ok) {
        result = dif_accelerator_ring_doorbell(&accelerator, dif_accelerator_compute, 1);
    }
    return result;
}

int main(void) {
    if (interrupt_init() != dif_ok || console_init() != dif_ok) {
        return 1;
    }
    /* 2 KiB of the 4 KiB lie within the memory. */
    const uint64_t end = memory + (UINT64_C(1) << 30);
    if (post(end - 2048) != dif_ok) {
        printf("the accelerator does not take work\n");
        return 1;
    }
    for (const uint64_t end_time = timer_now() + wait_ticks;
         interrupts == 0 && timer_now() < end_time;) {
        interrupt_sleep(interrupt_count(), end_time);
    }
    struct dif_accelerator_ring_status status;
    if (dif_accelerator_read_ring_status(&accelerator, dif_accelerator_compute, &status) !=
        dif_ok) {
        return 1;
    }
    printf("interrupts %u, error rings %u, done rings %u\n", interrupts, events.error, events.done);
    printf("error %u: code %u at descriptor %u, completed %u\n", status.error, status.error_code,
           status.error_index, (unsigned)status.completed);
    return 0;
}
