#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "firmware/drivers/dif.h"

/// Runs in interrupt context with all interrupts off; it must withdraw the source's request.
typedef void interrupt_handler(void* context);

/// Sets up PLIC and timer of hart 0 and enables interrupts. Call once, before the others.
DIF_MUST_USE enum dif_result interrupt_init(void);

/// Calls `handler` for PLIC `source` (1 .. 95) from now on, at priority 1.
DIF_MUST_USE enum dif_result interrupt_attach(uint32_t source, interrupt_handler* handler,
                                              void* context);

/// Serves the interrupt with this mcause (without its top bit); false if it is none of ours.
bool interrupt_serve(uint64_t cause);

/// Number of interrupts served so far.
uint32_t interrupt_count(void);

/// mtime, ticks of 100 ns since reset.
uint64_t timer_now(void);

/// Sleeps until `ticks` or the next interrupt; not at all if one was served since `seen` was read
/// from interrupt_count().
void interrupt_sleep(uint32_t seen, uint64_t ticks);

/// Interrupts off and on again, for data that handlers share.
void interrupt_lock(void);
void interrupt_unlock(void);
