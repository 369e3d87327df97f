#pragma once

#include "firmware/link_manager/link_states.h"

/* The way back from a break: light lost, a PHY that fell into reset, more lanes lost at once than
 * the FEC bridges. Private to the link manager.
 *
 * Breaks are counted by both ends alike. An end that meets one stops its payload, drops every
 * agreement about lanes, and sends RETRAIN with the break's number until the far end says the same
 * number back: from then on that end sends training superframes, and both find each other's lanes
 * again. Words of the time before are not listened to. Then map, deskew and ready follow as in the
 * bring-up. */

/// Looks for a break: a PHY that is not ready or has dropped the link, or RETRAIN of the far end.
/// Enters link_recover if there is one, or sets `cause` when the link has broken too often.
void link_recovery_watch(struct link_manager* manager);

/// RETRAIN of the far end.
void link_recovery_take_word(struct link_manager* manager, uint32_t word);

/// States of the way back.
enum link_outcome link_recovery_light(struct link_manager* manager);
enum link_outcome link_recovery_lock(struct link_manager* manager);
enum link_outcome link_recovery_frame(struct link_manager* manager);
enum link_outcome link_recovery_rejoin(struct link_manager* manager);
