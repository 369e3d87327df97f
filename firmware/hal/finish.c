#include "firmware/hal/finish.h"

#include "firmware/hal/console.h"
#include "firmware/hal/csr.h"
#include "firmware/hal/mmio.h"
#include "regs/test_device.h"

void _exit(int status);

void finish(int status) {
    csr_clear_mstatus_mie();
    console_drain();
    const struct mmio_region device = mmio_region_at(TEST_DEVICE_BASE);
    const uint32_t word = status == 0
                              ? TEST_DEVICE_FINISHER_STATUS_PASS
                              : TEST_DEVICE_FINISHER_STATUS_FAIL |
                                    field_place((uint32_t)status, TEST_DEVICE_FINISHER_CODE_LSB,
                                                TEST_DEVICE_FINISHER_CODE_MASK);
    mmio_write32(device, TEST_DEVICE_FINISHER_OFFSET, word);
    for (;;) {
        wait_for_interrupt();
    }
}

/// What the C library calls from exit and abort.
void _exit(int status) { finish(status); }
