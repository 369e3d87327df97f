/* Writes a reserved bit of the UART's interrupt enable register, three times from one instruction,
 * and goes on. */

#include <stdio.h>

#include "firmware/hal/console.h"
#include "firmware/hal/interrupt.h"
#include "firmware/hal/mmio.h"
#include "regs/uart_16550.h"

enum { reserved = 0x80 };

/* Not inlined, so that every write is made by the same instruction. */
__attribute__((noinline)) static void enable(struct mmio_region uart, uint8_t value) {
    mmio_write8(uart, UART_16550_IER_OFFSET, value);
}

int main(void) {
    if (interrupt_init() != dif_ok || console_init() != dif_ok) {
        return 1;
    }
    const struct mmio_region uart = mmio_region_at(UART_16550_BASE);
    const uint8_t before = mmio_read8(uart, UART_16550_IER_OFFSET);
    for (int i = 0; i < 3; ++i) {
        enable(uart, before | reserved);
    }
    printf("reserved bit reads as %d\n", (mmio_read8(uart, UART_16550_IER_OFFSET) & reserved) != 0);
    return 0;
}
