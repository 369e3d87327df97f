#include "firmware/drivers/dif_uart.h"

#include "regs/uart_16550.h"

enum { fifo_bytes = 16, eight_data_bits = 3 };

enum dif_result dif_uart_init(struct mmio_region region, uint16_t divisor, struct dif_uart* uart) {
    if (uart == NULL) {
        return dif_bad_argument;
    }
    if (divisor == 0) {
        return dif_out_of_range;
    }
    uart->region = region;
    mmio_write8(region, UART_16550_IER_OFFSET, 0);
    mmio_write8(region, UART_16550_LCR_OFFSET, UART_16550_LCR_DLAB_MASK);
    mmio_write8(region, UART_16550_DLL_OFFSET, (uint8_t)divisor);
    mmio_write8(region, UART_16550_DLM_OFFSET, (uint8_t)(divisor >> 8));
    mmio_write8(region, UART_16550_LCR_OFFSET, eight_data_bits << UART_16550_LCR_WORD_LENGTH_LSB);
    mmio_write8(region, UART_16550_FCR_OFFSET,
                UART_16550_FCR_ENABLE_MASK | UART_16550_FCR_CLEAR_RECEIVER_MASK |
                    UART_16550_FCR_CLEAR_TRANSMITTER_MASK);
    return dif_ok;
}

enum dif_result dif_uart_write(const struct dif_uart* uart, const uint8_t* bytes, size_t size,
                               size_t* written) {
    if (uart == NULL || bytes == NULL || written == NULL) {
        return dif_bad_argument;
    }
    *written = 0;
    if ((mmio_read8(uart->region, UART_16550_LSR_OFFSET) & UART_16550_LSR_THR_EMPTY_MASK) == 0) {
        return dif_ok;
    }
    for (; *written < size && *written < fifo_bytes; ++*written) {
        mmio_write8(uart->region, UART_16550_THR_OFFSET, bytes[*written]);
    }
    return dif_ok;
}

enum dif_result dif_uart_read(const struct dif_uart* uart, uint8_t* byte) {
    if (uart == NULL || byte == NULL) {
        return dif_bad_argument;
    }
    if ((mmio_read8(uart->region, UART_16550_LSR_OFFSET) & UART_16550_LSR_DATA_READY_MASK) == 0) {
        return dif_unavailable;
    }
    *byte = mmio_read8(uart->region, UART_16550_RBR_OFFSET);
    return dif_ok;
}

enum dif_result dif_uart_is_drained(const struct dif_uart* uart, bool* drained) {
    if (uart == NULL || drained == NULL) {
        return dif_bad_argument;
    }
    *drained = (mmio_read8(uart->region, UART_16550_LSR_OFFSET) &
                UART_16550_LSR_TRANSMITTER_EMPTY_MASK) != 0;
    return dif_ok;
}

enum dif_result dif_uart_set_transmit_interrupt(const struct dif_uart* uart, bool enabled) {
    if (uart == NULL) {
        return dif_bad_argument;
    }
    mmio_write8(uart->region, UART_16550_IER_OFFSET,
                enabled ? UART_16550_IER_TRANSMITTER_EMPTY_MASK : 0);
    return dif_ok;
}
