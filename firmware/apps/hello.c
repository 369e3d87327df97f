/* Smallest program of the board: console, timer interrupts, exit code. It runs unchanged on
 * `qemu-system-riscv64 -M virt -bios none`. */

#include <stdio.h>

#include "firmware/drivers/dif_clint.h"
#include "firmware/hal/console.h"
#include "firmware/hal/interrupt.h"

int main(void) {
    enum { naps = 5, nap_ticks = 100 * dif_clint_ticks_per_us };
    if (interrupt_init() != dif_ok || console_init() != dif_ok) {
        return 1;
    }
    printf("Hello from LuxLane\n");
    int slept = 0;
    for (uint64_t wake = timer_now() + nap_ticks; slept < naps; wake += nap_ticks) {
        while (timer_now() < wake) {
            interrupt_sleep(interrupt_count(), wake);
        }
        ++slept;
    }
    printf("%d timer interrupts\n", slept);
    return 0;
}
