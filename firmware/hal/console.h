#pragma once

#include "firmware/drivers/dif.h"

/// Opens the serial console: from now on stdout goes to a buffer that the port's interrupt empties.
/// Call after interrupt_init.
DIF_MUST_USE enum dif_result console_init(void);

/// Prints one line, "[   0.412 ms] ..." with the time since reset; `format` without newline.
__attribute__((format(printf, 1, 2))) void console_line(const char* format, ...);

/// Waits until everything has left the port. Works with interrupts off, for last words.
void console_drain(void);
