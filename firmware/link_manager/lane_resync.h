#pragma once

#include "firmware/link_manager/lane_grant.h"
#include "firmware/link_manager/lane_repair.h"

/* Lane maps after a break. While the two ends could not hear each other, one of them may have
 * carried out a switch of which the other never heard, or a PHY may have forgotten its maps. Both
 * ends drop the switches that were under way; then the names on the lanes say where the far end
 * sends what. */

/// Drops all swaps and requests, armed ones included. Lanes that were given up stay so. Call it
/// while the PHY still has its maps, or after lane_resync_program.
DIF_MUST_USE enum dif_result lane_resync_restart(struct lane_repair* repair,
                                                 struct lane_grant* grant);

/// Writes both maps into a PHY that has forgotten them and has the identity map.
DIF_MUST_USE enum dif_result lane_resync_program(const struct lane_repair* repair,
                                                 const struct lane_grant* grant);

/// Has each logical lane received where an aligned lane carries its name; one that no lane carries
/// stays where it is.
DIF_MUST_USE enum dif_result lane_resync_adopt_names(struct lane_repair* repair);
