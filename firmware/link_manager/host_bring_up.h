#pragma once

#include "firmware/drivers/dif_host_serdes.h"

/* Brings the electrical host lanes up, one step at a time and beside the optical link's own
 * start: nothing here waits. */

enum host_bring_up_state {
    host_off,       ///< nothing was programmed yet
    host_plls,      ///< until every PLL is locked and every receiver sees its signal
    host_adapting,  ///< until every receiver's adaptation has ended
    host_locking,   ///< until every lane is ready, at first or again
    host_ready,
    host_failed,  ///< a lane did not adapt in `host_adapt_attempts`, or the device refused
};

enum { host_adapt_attempts = 3 };

struct host_bring_up {
    const struct dif_host_serdes* serdes;
    struct dif_host_serdes_taps taps;
    struct dif_host_serdes_transmitter transmitter;
    struct dif_host_serdes_receiver receiver;
    enum host_bring_up_state state;
    uint8_t attempts;
};

/// A bring-up of `serdes` (which must outlive it) that has not begun, with the settings of a lane
/// of medium loss.
struct host_bring_up host_bring_up_of(const struct dif_host_serdes* serdes);

/// Does what is due now and returns the state. To be called again from the main loop as long as the
/// link is used: a lane that was lost shows as host_locking until it is back.
enum host_bring_up_state host_bring_up_step(struct host_bring_up* host);
