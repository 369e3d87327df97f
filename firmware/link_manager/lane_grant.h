#pragma once

#include "firmware/drivers/dif_serdes_phy.h"
#include "firmware/link_manager/management_channel.h"

/* The transmitting end of lane repair: answers each REQUEST(logical, physical) of the far end with
 * SWITCH_AT(logical, count) and has the PHY send the logical lane on the new physical one from then
 * on, or with REFUSE. Any number of switches may be on their way. */

enum { lane_grant_requests = 32 };

struct lane_request {
    uint16_t logical;
    uint16_t physical;
};

struct lane_grant {
    const struct dif_serdes_phy* phy;
    struct management_channel* channel;
    uint16_t map[lane_map_lanes];  ///< physical transmit lane of each logical one, as last granted
    uint16_t before[lane_map_lanes];  ///< and the one before that: the way back
    struct lane_map used;             ///< physical lanes that carry or have carried a logical one
    struct lane_request requests[lane_grant_requests];
    uint32_t requests_in, requests_out;  ///< free-running
};

/// Starts with the identity map.
void lane_grant_init(struct lane_grant* grant, const struct dif_serdes_phy* phy,
                     struct management_channel* channel);

/// Takes a REQUEST; the far end keeps at most lane_grant_requests open, more are dropped.
void lane_grant_request(struct lane_grant* grant, uint32_t word);

/// Serves the requests for whose answers the channel has room.
DIF_MUST_USE enum dif_result lane_grant_step(struct lane_grant* grant, uint64_t now);

/// True while a request waits.
bool lane_grant_busy(const struct lane_grant* grant);
