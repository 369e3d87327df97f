#include "firmware/link_manager/lane_grant.h"

enum {
    /* Between SWITCH_AT and the switch, in words: those that wait in the PHY, the word's way, the
     * far firmware, and some air. */
    margin_words = 8,
};

void lane_grant_init(struct lane_grant* grant, const struct dif_serdes_phy* phy,
                     struct management_channel* channel) {
    *grant = (struct lane_grant){.phy = phy, .channel = channel};
    for (uint16_t logical = 0; logical < phy->data_lanes; ++logical) {
        grant->map[logical] = logical;
        grant->before[logical] = logical;
        lane_map_set(&grant->used, logical);
    }
}

void lane_grant_request(struct lane_grant* grant, uint32_t word) {
    if (grant->requests_in - grant->requests_out < lane_grant_requests) {
        grant->requests[grant->requests_in % lane_grant_requests] =
            (struct lane_request){management_high(word), management_low(word)};
        ++grant->requests_in;
    }
}

bool lane_grant_busy(const struct lane_grant* grant) {
    return grant->requests_in != grant->requests_out;
}

static enum dif_result answer(struct lane_grant* grant, uint32_t word, uint64_t now) {
    const enum dif_result result = management_channel_send(grant->channel, word, now);
    if (result == dif_ok) {
        ++grant->requests_out;
    }
    return result;
}

static enum dif_result serve(struct lane_grant* grant, struct lane_request request, uint64_t now) {
    uint32_t last = 0;
    enum dif_result result = dif_serdes_phy_superframe(grant->phy, dif_serdes_phy_transmit, &last);
    if (result != dif_ok) {
        return result;
    }
    const uint32_t at = last + (margin_words + management_channel_backlog(grant->channel)) *
                                   management_word_superframes(grant->phy->data_lanes);
    const bool exists =
        request.logical < grant->phy->data_lanes && request.physical < grant->phy->lanes;
    if (exists && grant->map[request.logical] == request.physical) {
        /* Asked twice: it has been done. */
        return answer(grant, management_word_switch_at(request.logical, at), now);
    }
    /* A lane that was given up has failed at the far end: it is not taken back, but by the lane
     * that has just left it for a spare that turned out worse. */
    if (!exists || (lane_map_get(&grant->used, request.physical) &&
                    grant->before[request.logical] != request.physical)) {
        return answer(grant, management_word(management_refuse, request.logical, request.physical),
                      now);
    }
    result = dif_serdes_phy_arm_switch(grant->phy, dif_serdes_phy_transmit, request.logical,
                                       request.physical, at);
    if (result == dif_ok) {
        result = dif_serdes_phy_superframe(grant->phy, dif_serdes_phy_transmit, &last);
    }
    if (result != dif_ok || (int32_t)(last - at) >= 0) {
        return result; /* held up beyond the count: the next step tries again */
    }
    grant->before[request.logical] = grant->map[request.logical];
    grant->map[request.logical] = request.physical;
    lane_map_set(&grant->used, request.physical);
    return answer(grant, management_word_switch_at(request.logical, at), now);
}

enum dif_result lane_grant_step(struct lane_grant* grant, uint64_t now) {
    enum dif_result result = dif_ok;
    for (uint32_t open = grant->requests_in - grant->requests_out;
         result == dif_ok && open != 0 && management_channel_room(grant->channel) != 0; --open) {
        result = serve(grant, grant->requests[grant->requests_out % lane_grant_requests], now);
    }
    return result;
}
