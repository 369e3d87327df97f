/* Jumps to where nothing is mapped, with a trap vector that is not mapped either. */
    .section .text.start, "ax"
    .globl _start
_start:
    csrw    mtvec, zero
    li      t0, 0x40000000
    jr      t0
