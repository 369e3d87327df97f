/* Sends a line by transmitter interrupts through the PLIC, asleep in between, then passes. */
#include "guest.inc"
.equ PLIC, 0xc000000
.equ PLIC_ENABLE, 0x2000
.equ PLIC_CLAIM, 0x200004
.equ UART_SOURCE, 10
.globl _start
_start:
    li s0, RESULTS
    la s2, text
    li s1, UART
    li t0, LCR_8N1
    sb t0, UART_LCR(s1)
    la t0, handler
    csrw mtvec, t0
    li t0, PLIC
    li t1, 1
    sw t1, 4 * UART_SOURCE(t0)
    li t0, PLIC + PLIC_ENABLE
    li t1, 1 << UART_SOURCE
    sw t1, 0(t0)
    li t0, 1 << 11
    csrs mie, t0
    csrsi mstatus, MSTATUS_MIE
    li t1, 2
    sb t1, 1(s1)
wait:
    wfi
    j wait

    .balign 4
handler:
    li s4, PLIC + PLIC_CLAIM
    lw s5, 0(s4)
    record
    lbu t0, 2(s1)
    lbu t2, 0(s2)
    beqz t2, done
    sb t2, 0(s1)
    addi s2, s2, 1
    sw s5, 0(s4)
    mret
done:
    flush
    pass
text:
    .asciz "driven by interrupts"
