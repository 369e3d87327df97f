/* Everything that a guest can do wrong, once with a handler that records and steps over it: a store
 * to ROM, a load from nowhere, reserved bits twice from the same instruction, a jump to nowhere. Then
 * it jumps to nowhere with a handler that is not there either. */
#include "guest.inc"
.globl _start, rom_store
_start:
    li s0, RESULTS
    /* What the boot ROM passed on. */
    sd a0, 0(s0)
    sd a1, 8(s0)
    addi s0, s0, 16
    la t0, handler
    csrw mtvec, t0
    li s1, 0x1000
    sw zero, 0(s1)
    li s1, 0x40000000
    ld t2, 8(s1)
    li s1, UART
    li s2, 3
again:
    li t2, 0xf0
    sb t2, 1(s1)
    addi s2, s2, -1
    bnez s2, again
    la s3, survived
    jalr s1, 0x44(s1)
survived:
    csrw mtvec, zero
    li s1, 0x40000000
    jr s1

    .balign 4
/* Instructions that fault are 4 bytes long; a fault of a fetch goes on at s3. */
handler:
    csrr t0, mcause
    sd t0, 0(s0)
    csrr t0, mtval
    sd t0, 8(s0)
    addi s0, s0, 16
    csrr t1, mcause
    addi t1, t1, -1
    mv t0, s3
    beqz t1, leave
    csrr t0, mepc
    addi t0, t0, 4
leave:
    csrw mepc, t0
    mret
