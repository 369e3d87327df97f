#include <inttypes.h>
#include <stdio.h>

#include "firmware/hal/finish.h"
#include "firmware/hal/interrupt.h"
#include "firmware/hal/job_result.h"
#include "firmware/include/luxlane/job.h"

void trap_handle(uint64_t cause, uint64_t pc, uint64_t address);

/* Privileged specification 1.12, table 3.6. */
static const char* exception_name(uint64_t cause) {
    static const char* const names[] = {
        "instruction address misaligned",
        "instruction access fault",
        "illegal instruction",
        "breakpoint",
        "load address misaligned",
        "load access fault",
        "store address misaligned",
        "store access fault",
    };
    return cause < sizeof names / sizeof names[0] ? names[cause] : "exception";
}

/// Called by trap_entry for every trap. Interrupts are served and return; anything else is a
/// defect of this program: it is reported and ends it.
void trap_handle(uint64_t cause, uint64_t pc, uint64_t address) {
    const uint64_t interrupt_bit = UINT64_C(1) << 63;
    if ((cause & interrupt_bit) != 0 && interrupt_serve(cause & ~interrupt_bit)) {
        return;
    }
    printf("fault: %s (mcause 0x%" PRIx64 ") at pc 0x%" PRIx64 ", address 0x%" PRIx64 "\n",
           (cause & interrupt_bit) != 0 ? "unexpected interrupt" : exception_name(cause), cause, pc,
           address);
    job_result_set(luxlane_status_unexpected_trap, (uint32_t)cause);
    finish(luxlane_status_unexpected_trap);
}
