/* Accesses that the board refuses, each by an instruction of four bytes: this program's own trap
 * handler prints what it was told, steps over the instruction and lets the program go on. */

#include <inttypes.h>
#include <stdio.h>

#include "firmware/hal/console.h"
#include "firmware/hal/interrupt.h"
#include "regs/accelerator.h"

enum { rom = 0x1000, nowhere = 0x40000000, interrupt_cause_bit = 63 };

void trap_handle(uint64_t cause, uint64_t pc, uint64_t address);

static uint64_t expected_pc;

void trap_handle(uint64_t cause, uint64_t pc, uint64_t address) {
    if (cause >> interrupt_cause_bit != 0) {
        (void)interrupt_serve(cause & 0xff);
        return;
    }
    printf("mcause %" PRIu64 ", mtval 0x%" PRIx64 ", %s\n", cause, address,
           pc == expected_pc ? "precise" : "elsewhere");
    __asm__ volatile("csrw mepc, %0" ::"r"(pc + 4));
}

/* The label's address is where the trap must be taken. */
#define FAULTING(instruction, address)                     \
    do {                                                   \
        uint64_t scratch;                                  \
        __asm__ volatile(                                  \
            ".option push\n .option norvc\n"               \
            "la %0, 1f\n sd %0, 0(%2)\n"                   \
            "1: " instruction "\n .option pop"             \
            : "=&r"(scratch)                               \
            : "r"((uintptr_t)(address)), "r"(&expected_pc) \
            : "memory");                                   \
    } while (0)

int main(void) {
    if (interrupt_init() != dif_ok || console_init() != dif_ok) {
        return 1;
    }
    printf("store to the boot ROM: ");
    FAULTING("sw zero, 0(%1)", rom);
    printf("load from nowhere: ");
    FAULTING("ld %0, 8(%1)", nowhere);
    printf("store to nowhere: ");
    FAULTING("sb zero, 1(%1)", nowhere);
    printf("misaligned register: ");
    FAULTING("lw %0, 2(%1)", ACCELERATOR_BASE);
    printf("one byte of a register: ");
    FAULTING("sb zero, 0(%1)", ACCELERATOR_BASE + ACCELERATOR_IRQ_MASK_OFFSET);
    printf("store to a read-only register: ");
    FAULTING("sw zero, 0(%1)", ACCELERATOR_BASE + ACCELERATOR_ID_OFFSET);
    printf("end of the program\n");
    return 0;
}
