#pragma once

#include "firmware/drivers/dif.h"

/// 16550 serial port, 8 data bits, no parity, one stop bit, FIFOs on.
struct dif_uart {
    struct mmio_region region;
};

/// Makes the handle and sets the line up; the bit rate is the port's clock / (16 `divisor`), with
/// `divisor` from 1 on. No interrupt is enabled.
DIF_MUST_USE enum dif_result dif_uart_init(struct mmio_region region, uint16_t divisor,
                                           struct dif_uart* uart);

/// Hands over up to `size` bytes and says how many the FIFO took: 0 while it is not empty. Never
/// waits; may be used by the interrupt handler.
DIF_MUST_USE enum dif_result dif_uart_write(const struct dif_uart* uart, const uint8_t* bytes,
                                            size_t size, size_t* written);
/// Takes one received byte. dif_unavailable: there is none.
DIF_MUST_USE enum dif_result dif_uart_read(const struct dif_uart* uart, uint8_t* byte);

/// True when the last stop bit has left the port.
DIF_MUST_USE enum dif_result dif_uart_is_drained(const struct dif_uart* uart, bool* drained);

/// Interrupt while the transmit FIFO is empty. May be used by the interrupt handler.
DIF_MUST_USE enum dif_result dif_uart_set_transmit_interrupt(const struct dif_uart* uart,
                                                             bool enabled);
