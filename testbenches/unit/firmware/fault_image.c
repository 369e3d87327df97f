/* Jumps to nowhere: the trap handler must report it and end the program as failed. */

#include "firmware/hal/console.h"
#include "firmware/hal/interrupt.h"

int main(void) {
    if (interrupt_init() != dif_ok || console_init() != dif_ok) {
        return 1;
    }
    void (*const nowhere)(void) = (void (*)(void))0x12345678;
    nowhere();
    return 0;
}
