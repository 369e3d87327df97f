/* Calls a function where nothing is mapped: the firmware's own trap handler must tell. */

#include <stdio.h>

#include "firmware/hal/console.h"
#include "firmware/hal/interrupt.h"

int main(void) {
    if (interrupt_init() != dif_ok || console_init() != dif_ok) {
        return 1;
    }
    void (*volatile lost)(void) = (void (*)(void))(uintptr_t)0x40000000;
    printf("jumping\n");
    lost();
    printf("came back\n");
    return 0;
}
