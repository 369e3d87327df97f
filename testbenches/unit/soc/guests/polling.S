/* Prints a line over the UART by polling its status, waits for a time by polling mtime, records
 * when things happened, then passes. */
#include "guest.inc"
.globl _start
_start:
    li s0, RESULTS
    li s1, UART
    li t0, LCR_8N1
    sb t0, UART_LCR(s1)
    la s2, text
next:
    lbu t2, 0(s2)
    beqz t2, printed
busy:
    lbu t3, UART_LSR(s1)
    andi t3, t3, LSR_THR_EMPTY
    beqz t3, busy
    sb t2, 0(s1)
    record
    addi s2, s2, 1
    j next
printed:
    flush
    li t0, CLINT + MTIME
    ld t1, 0(t0)
    addi t1, t1, 41
late:
    ld t2, 0(t0)
    blt t2, t1, late
    record
    pass
text:
    .asciz "polled"
