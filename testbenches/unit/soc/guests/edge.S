/* One timer interrupt at the mtimecmp of parameter 0, asleep if parameter 1 is set: records mcycle as
 * the first instruction of the handler sees it. */
#include "guest.inc"
.globl _start
_start:
    la t0, handler
    csrw mtvec, t0
    li t1, PARAMETERS
    lwu t2, 0(t1)
    lwu t3, 4(t1)
    li t0, CLINT + MTIMECMP
    sd t2, 0(t0)
    li t0, MIE_TIMER
    csrs mie, t0
    csrsi mstatus, MSTATUS_MIE
wait:
    beqz t3, wait
    wfi
    j wait

    .balign 4
handler:
    csrr s1, mcycle
    li s0, RESULTS
    sd s1, 0(s0)
    pass
