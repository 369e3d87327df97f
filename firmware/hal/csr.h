#pragma once

#include <stdint.h>

/* Control and status registers of a hart in machine mode (privileged specification 1.12). */

enum {
    csr_mstatus_mie = 1 << 3,
    csr_mie_software = 1 << 3,
    csr_mie_timer = 1 << 7,
    csr_mie_external = 1 << 11,
    mcause_timer = 7,
    mcause_external = 11,
};

static inline void csr_set_mstatus_mie(void) {
    __asm__ volatile("csrs mstatus, %0" ::"r"(csr_mstatus_mie) : "memory");
}

static inline void csr_clear_mstatus_mie(void) {
    __asm__ volatile("csrc mstatus, %0" ::"r"(csr_mstatus_mie) : "memory");
}

static inline void csr_set_mie(uint64_t bits) {
    __asm__ volatile("csrs mie, %0" ::"r"(bits) : "memory");
}

static inline uint64_t csr_mcycle(void) {
    uint64_t value;
    __asm__ volatile("csrr %0, mcycle" : "=r"(value));
    return value;
}

/// Returns when an interrupt that `mie` enables is pending, also while mstatus.MIE is 0.
static inline void wait_for_interrupt(void) { __asm__ volatile("wfi" ::: "memory"); }
