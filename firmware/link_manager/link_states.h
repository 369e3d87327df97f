#pragma once

#include "firmware/link_manager/link_manager.h"

/* The bring-up's states; private to the link manager. */

enum link_outcome {
    link_stay,  ///< not yet
    link_next,  ///< done: the state's successor
    link_fail,  ///< manager->cause says why
};

struct link_state_description {
    const char* name;
    enum link_outcome (*step)(struct link_manager* manager);
    enum link_state successor;
    uint32_t poll_us;                ///< how soon it wants to be stepped again
    uint32_t limit_us;               ///< 0 = may last for ever
    enum luxlane_cause limit_cause;  ///< why the link is down when the limit passes
};

extern const struct link_state_description link_state_table[link_states];

/// Makes `state` the manager's, to be stepped freshly.
void link_manager_enter(struct link_manager* manager, enum link_state state);

/// A driver call that can only fail by a defect: takes the link down if it does.
static inline bool link_worked(struct link_manager* manager, enum dif_result result) {
    if (result != dif_ok && manager->cause == luxlane_cause_none) {
        manager->cause = luxlane_cause_driver_error;
    }
    return result == dif_ok;
}
