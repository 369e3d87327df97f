#include "firmware/hal/console.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "firmware/drivers/dif_clint.h"
#include "firmware/drivers/dif_uart.h"
#include "firmware/hal/csr.h"
#include "firmware/hal/interrupt.h"
#include "regs/uart_16550.h"

enum {
    buffer_bytes = 8192,
    /* 230400 bit/s from the 3.6864 MHz clock that `virt` gives the port. */
    baud_divisor = 1,
};

static struct dif_uart uart;
static bool open;
static uint8_t buffer[buffer_bytes];
/* Free-running; their difference is the number of bytes that wait. */
static volatile uint32_t put_count, taken_count;

/* Hands the next bytes to the port. Interrupts are off. */
static void feed(void) {
    while (put_count != taken_count) {
        const uint32_t begin = taken_count % buffer_bytes;
        const uint32_t waiting = put_count - taken_count;
        const uint32_t to_end = buffer_bytes - begin;
        size_t written = 0;
        const enum dif_result result =
            dif_uart_write(&uart, buffer + begin, waiting < to_end ? waiting : to_end, &written);
        if (result != dif_ok || written == 0) {
            return;
        }
        taken_count += (uint32_t)written;
    }
}

static void on_transmit_empty(void* context) {
    (void)context;
    feed();
    if (put_count == taken_count) {
        /* Nothing waits: the next character switches it on again. */
        if (dif_uart_set_transmit_interrupt(&uart, false) != dif_ok) {
            open = false;
        }
    }
}

static int put(char character, FILE* file) {
    (void)file;
    if (!open) {
        return EOF;
    }
    while (put_count - taken_count >= buffer_bytes) {
        feed();
    }
    buffer[put_count % buffer_bytes] = (uint8_t)character;
    ++put_count;
    if (character == '\n' && dif_uart_set_transmit_interrupt(&uart, true) != dif_ok) {
        return EOF;
    }
    return (unsigned char)character;
}

static FILE stream = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE* const stdout = &stream;

enum dif_result console_init(void) {
    enum dif_result result = dif_uart_init(mmio_region_at(UART_16550_BASE), baud_divisor, &uart);
    if (result == dif_ok) {
        result = interrupt_attach(UART_16550_IRQ, on_transmit_empty, NULL);
    }
    open = result == dif_ok;
    return result;
}

void console_line(const char* format, ...) {
    enum { ticks_per_ms = 1000 * dif_clint_ticks_per_us };
    const uint64_t now = timer_now();
    va_list arguments;
    va_start(arguments, format);
    printf("[%4" PRIu64 ".%03" PRIu64 " ms] ", now / ticks_per_ms,
           now % ticks_per_ms / dif_clint_ticks_per_us);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
}

void console_drain(void) {
    bool drained = !open;
    while (put_count != taken_count) {
        feed();
    }
    while (!drained && dif_uart_is_drained(&uart, &drained) == dif_ok) {
    }
}
