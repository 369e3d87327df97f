#include "firmware/link_manager/lane_resync.h"

static void drop_swaps(struct lane_repair* repair) {
    for (unsigned i = 0; i < repair_swaps; ++i) {
        repair->swaps[i].stage = swap_free;
    }
    repair->wanted = (struct lane_map){0};
    repair->optional = (struct lane_map){0};
    repair->running = (struct lane_map){0};
    repair->used = (struct lane_map){0};
    for (uint16_t logical = 0; logical < repair->phy->data_lanes; ++logical) {
        lane_map_set(&repair->used, repair->map[logical]);
    }
    repair->cause = luxlane_cause_none;
}

/* A switch that was granted and will not happen: the spare is as free as before. */
static enum dif_result drop_grants(struct lane_grant* grant) {
    grant->requests_out = grant->requests_in;
    enum dif_result result = dif_ok;
    for (uint16_t logical = 0; result == dif_ok && logical < grant->phy->data_lanes; ++logical) {
        uint16_t sent_on = dif_serdes_phy_no_lane;
        result = dif_serdes_phy_mapping(grant->phy, dif_serdes_phy_transmit, logical, &sent_on);
        if (result == dif_ok && sent_on != grant->map[logical] && sent_on < grant->phy->lanes) {
            lane_map_clear(&grant->used, grant->map[logical]);
            grant->map[logical] = sent_on;
            grant->before[logical] = sent_on;
        }
    }
    return result;
}

enum dif_result lane_resync_restart(struct lane_repair* repair, struct lane_grant* grant) {
    const enum dif_result result = dif_serdes_phy_cancel_switches(repair->phy);
    drop_swaps(repair);
    return result == dif_ok ? drop_grants(grant) : result;
}

static enum dif_result program(const struct dif_serdes_phy* phy,
                               enum dif_serdes_phy_direction direction, const uint16_t* map) {
    enum dif_result result = dif_ok;
    for (uint16_t logical = 0; result == dif_ok && logical < phy->data_lanes; ++logical) {
        if (map[logical] != logical) {
            result = dif_serdes_phy_set_mapping(phy, direction, logical, map[logical]);
        }
    }
    return result;
}

enum dif_result lane_resync_program(const struct lane_repair* repair,
                                    const struct lane_grant* grant) {
    const enum dif_result result = program(repair->phy, dif_serdes_phy_transmit, grant->map);
    return result == dif_ok ? program(repair->phy, dif_serdes_phy_receive, repair->map) : result;
}

/* Fills `carrier` [logical] with the lane that carries its name, or with no_lane. */
static enum dif_result read_names(const struct dif_serdes_phy* phy, uint16_t* carrier) {
    for (uint16_t logical = 0; logical < phy->data_lanes; ++logical) {
        carrier[logical] = dif_serdes_phy_no_lane;
    }
    enum dif_result result = dif_ok;
    for (uint16_t lane = 0; result == dif_ok && lane < phy->lanes; ++lane) {
        struct dif_serdes_phy_lane_status status;
        result = dif_serdes_phy_read_lane_status(phy, lane, &status);
        const bool carries = result == dif_ok && status.name_valid &&
                             status.name < phy->data_lanes &&
                             (status.state == dif_serdes_phy_lane_aligned ||
                              status.state == dif_serdes_phy_lane_degraded);
        if (carries) {
            carrier[status.name] = lane;
        }
    }
    return result;
}

enum dif_result lane_resync_adopt_names(struct lane_repair* repair) {
    uint16_t carrier[lane_map_lanes];
    enum dif_result result = read_names(repair->phy, carrier);
    for (uint16_t logical = 0; result == dif_ok && logical < repair->phy->data_lanes; ++logical) {
        const uint16_t lane = carrier[logical];
        if (lane == dif_serdes_phy_no_lane || lane == repair->map[logical]) {
            continue;
        }
        /* The far end switched, and its SWITCH_AT never came. */
        result = dif_serdes_phy_set_mapping(repair->phy, dif_serdes_phy_receive, logical, lane);
        lane_map_set(&repair->retired, repair->map[logical]);
        lane_map_clear(&repair->used, repair->map[logical]);
        repair->map[logical] = lane;
        lane_map_clear(&repair->retired, lane);
        lane_map_set(&repair->used, lane);
    }
    return result;
}
