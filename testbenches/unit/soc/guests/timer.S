/* Takes 25 timer interrupts 3.7 us apart while it counts, then passes. Whether it sleeps between
 * them is the first parameter. */
#include "guest.inc"
.globl _start
_start:
    li s0, RESULTS
    li s1, 25
    li s2, 0
    li t0, PARAMETERS
    lwu s3, 0(t0)
    la t0, handler
    csrw mtvec, t0
    li s4, CLINT + MTIMECMP
    li t0, 53
    sd t0, 0(s4)
    li t0, MIE_TIMER
    csrs mie, t0
    csrsi mstatus, MSTATUS_MIE
wait:
    addi s2, s2, 1
    beqz s3, wait
    wfi
    j wait

    .balign 4
handler:
    record
    sd s2, 0(s0)
    addi s0, s0, 8
    ld t0, 0(s4)
    addi t0, t0, 37
    sd t0, 0(s4)
    addi s1, s1, -1
    beqz s1, done
    mret
done:
    pass
