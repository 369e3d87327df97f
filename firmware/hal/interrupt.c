#include "firmware/hal/interrupt.h"

#include "firmware/drivers/dif_clint.h"
#include "firmware/drivers/dif_plic.h"
#include "firmware/hal/csr.h"
#include "regs/aclint.h"
#include "regs/plic.h"

struct attachment {
    interrupt_handler* handler;
    void* context;
};

static struct dif_plic plic;
static struct dif_clint clint;
static struct attachment attachments[PLIC_PRIORITY_COUNT];
static volatile uint32_t served;

enum dif_result interrupt_init(void) {
    enum { machine_context_of_hart_0 = 0 };
    enum dif_result result =
        dif_plic_init(mmio_region_at(PLIC_BASE), machine_context_of_hart_0, &plic);
    if (result == dif_ok) {
        result = dif_clint_init(mmio_region_at(ACLINT_BASE), 0, &clint);
    }
    if (result == dif_ok) {
        csr_set_mie(csr_mie_timer | csr_mie_external);
        csr_set_mstatus_mie();
    }
    return result;
}

enum dif_result interrupt_attach(uint32_t source, interrupt_handler* handler, void* context) {
    if (handler == NULL) {
        return dif_bad_argument;
    }
    const enum dif_result result = dif_plic_set_priority(&plic, source, 1);
    if (result != dif_ok) {
        return result;
    }
    attachments[source] = (struct attachment){handler, context};
    return dif_plic_set_enabled(&plic, source, true);
}

static bool serve_external(void) {
    uint32_t source = 0;
    while (dif_plic_claim(&plic, &source) == dif_ok) {
        if (attachments[source].handler == NULL) {
            return false;
        }
        attachments[source].handler(attachments[source].context);
        if (dif_plic_complete(&plic, source) != dif_ok) {
            return false;
        }
    }
    return true;
}

bool interrupt_serve(uint64_t cause) {
    ++served;
    switch (cause) {
        case mcause_timer:
            return dif_clint_set_timer(&clint, UINT64_MAX) == dif_ok;
        case mcause_external:
            return serve_external();
        default:
            return false;
    }
}

uint32_t interrupt_count(void) { return served; }

uint64_t timer_now(void) {
    uint64_t ticks = 0;
    return dif_clint_time(&clint, &ticks) == dif_ok ? ticks : 0;
}

void interrupt_sleep(uint32_t seen, uint64_t ticks) {
    interrupt_lock();
    /* WFI ends on a pending interrupt even while MIE is off, so none can slip in between. */
    if (served == seen && dif_clint_set_timer(&clint, ticks) == dif_ok) {
        wait_for_interrupt();
    }
    interrupt_unlock();
}

void interrupt_lock(void) { csr_clear_mstatus_mie(); }

void interrupt_unlock(void) { csr_set_mstatus_mie(); }
