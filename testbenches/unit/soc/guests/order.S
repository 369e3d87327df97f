/* Reads a counter of events and rings a doorbell 150 times, with a loop that drifts against the
 * events: records mcycle, the counter, and what the doorbell has served. */
#include "guest.inc"
.equ DEVICE, 0x10020000
.globl _start
_start:
    li s0, RESULTS
    li s1, DEVICE
    li s2, 150
next:
    csrr t1, mcycle
    ld t2, 0(s1)
    sd s2, 8(s1)
    ld t3, 8(s1)
    sd t1, 0(s0)
    sd t2, 8(s0)
    sd t3, 16(s0)
    addi s0, s0, 24
    addi s2, s2, -1
    bnez s2, next
    pass
