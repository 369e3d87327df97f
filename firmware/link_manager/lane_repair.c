#include "firmware/link_manager/lane_repair.h"

#include "firmware/drivers/dif_clint.h"

enum {
    /* Between SWITCH_AT and the switch: the word's way, the far firmware, and some air. */
    switch_margin_superframes = 8,
    /* Least lead with which a receiver can still arm. */
    switch_lead_superframes = 2,
    handshake_limit = 8000 * dif_clint_ticks_per_us, /* UCIe's limit for each step of a repair */
    verify_limit = 2000 * dif_clint_ticks_per_us,
    attempts_limit = 3,
};

void lane_repair_init(struct lane_repair* repair, const struct dif_serdes_phy* phy,
                      const struct dif_rx_dsp* dsp, struct management_channel* channel,
                      void (*line)(const char* format, ...)) {
    *repair = (struct lane_repair){.phy = phy, .dsp = dsp, .channel = channel, .line = line};
    for (uint16_t logical = 0; logical < phy->data_lanes; ++logical) {
        repair->map[logical] = logical;
        lane_map_set(&repair->used, logical);
    }
}

static bool swap_running(const struct lane_repair* repair, uint16_t logical) {
    for (unsigned i = 0; i < repair_swaps; ++i) {
        if (repair->swaps[i].stage != swap_free && repair->swaps[i].logical == logical) {
            return true;
        }
    }
    return false;
}

bool lane_repair_busy(const struct lane_repair* repair) {
    for (unsigned i = 0; i < repair_swaps; ++i) {
        if (repair->swaps[i].stage != swap_free) {
            return true;
        }
    }
    return lane_map_count(&repair->wanted, repair->phy->data_lanes) != 0;
}

static bool spare_state(enum dif_serdes_phy_lane_state state) {
    return state == dif_serdes_phy_lane_spare || state == dif_serdes_phy_lane_spare_test ||
           state == dif_serdes_phy_lane_aligned || state == dif_serdes_phy_lane_named;
}

/* Counts the usable spares and finds the best: tested ones first, then by figure of merit, which
 * must exceed `above_q_100`. `best` becomes dif_serdes_phy_no_lane if there is none. */
static enum dif_result find_spare(const struct lane_repair* repair, uint16_t above_q_100,
                                  uint16_t* best, uint32_t* usable) {
    uint32_t best_score = 0;
    *best = dif_serdes_phy_no_lane;
    *usable = 0;
    for (uint16_t lane = 0; lane < repair->phy->lanes; ++lane) {
        if (lane_map_get(&repair->used, lane) || lane_map_get(&repair->retired, lane)) {
            continue;
        }
        struct dif_serdes_phy_lane_status status;
        enum dif_result result = dif_serdes_phy_read_lane_status(repair->phy, lane, &status);
        uint16_t q_100 = 0;
        if (result == dif_ok) {
            result = dif_rx_dsp_figure_of_merit(repair->dsp, lane, &q_100);
        }
        if (result != dif_ok) {
            return result;
        }
        if (!spare_state(status.state)) {
            continue;
        }
        ++*usable;
        const uint32_t tested = status.state == dif_serdes_phy_lane_spare ? 1U << 16 : 0;
        if (q_100 > above_q_100 && tested + q_100 > best_score) {
            best_score = tested + q_100;
            *best = lane;
        }
    }
    return dif_ok;
}

static enum dif_result want_if_weak(struct lane_repair* repair, uint16_t logical,
                                    uint16_t weak_q_100) {
    uint16_t q_100 = 0;
    const enum dif_result result =
        dif_rx_dsp_figure_of_merit(repair->dsp, repair->map[logical], &q_100);
    if (result == dif_ok && q_100 < weak_q_100 && !lane_map_get(&repair->hopeless, logical)) {
        lane_map_set(&repair->wanted, logical);
        lane_map_set(&repair->optional, logical);
    }
    return result;
}

enum dif_result lane_repair_scan(struct lane_repair* repair, uint16_t weak_q_100) {
    struct lane_map aligned, degraded;
    enum dif_result result =
        dif_serdes_phy_lane_map(repair->phy, dif_serdes_phy_map_aligned, &aligned);
    if (result == dif_ok) {
        result = dif_serdes_phy_lane_map(repair->phy, dif_serdes_phy_map_degraded, &degraded);
    }
    uint32_t failed = 0;
    for (uint16_t logical = 0; result == dif_ok && logical < repair->phy->data_lanes; ++logical) {
        if (swap_running(repair, logical)) {
            continue;
        }
        const uint16_t physical = repair->map[logical];
        if (!lane_map_get(&aligned, physical)) {
            ++failed;
            lane_map_set(&repair->wanted, logical);
            lane_map_clear(&repair->optional, logical);
        } else if (lane_map_get(&degraded, physical)) {
            if (!lane_map_get(&repair->hopeless, logical)) {
                lane_map_set(&repair->wanted, logical);
                lane_map_set(&repair->optional, logical);
            }
        } else if (weak_q_100 != 0) {
            result = want_if_weak(repair, logical, weak_q_100);
        } else if (!lane_map_get(&repair->optional, logical)) {
            lane_map_clear(&repair->wanted, logical); /* it has come back */
        }
    }
    if (result != dif_ok) {
        return result;
    }
    uint16_t best;
    result = find_spare(repair, 0, &best, &repair->spares);
    repair->failed_lanes = failed;
    if (result == dif_ok && failed > repair->spares) {
        repair->cause = failed == repair->phy->data_lanes ? luxlane_cause_no_light
                                                          : luxlane_cause_spares_exhausted;
    }
    return result;
}

/* Gives the swap's lane another chance with the next spare. */
static void abandon(struct lane_repair* repair, struct lane_swap* swap, bool spare_is_bad) {
    lane_map_clear(&repair->used, swap->physical);
    if (spare_is_bad) {
        lane_map_set(&repair->retired, swap->physical);
    }
    lane_map_set(&repair->wanted, swap->logical);
    swap->stage = swap_free;
}

static enum dif_result start_swap(struct lane_repair* repair, struct lane_swap* swap,
                                  uint16_t logical, uint64_t now) {
    const bool optional = lane_map_get(&repair->optional, logical);
    uint16_t above_q_100 = 0;
    enum dif_result result = dif_ok;
    if (optional) {
        result = dif_rx_dsp_figure_of_merit(repair->dsp, repair->map[logical], &above_q_100);
    }
    uint16_t spare = dif_serdes_phy_no_lane;
    if (result == dif_ok) {
        result = find_spare(repair, above_q_100, &spare, &repair->spares);
    }
    if (result != dif_ok) {
        return result;
    }
    if (spare == dif_serdes_phy_no_lane) {
        if (optional) {
            lane_map_clear(&repair->wanted, logical);
            lane_map_set(&repair->hopeless, logical);
        } else {
            repair->cause = luxlane_cause_spares_exhausted;
        }
        return dif_ok;
    }
    result = management_channel_send(repair->channel,
                                     management_word(management_request, logical, spare), now);
    if (result == dif_ok) {
        *swap = (struct lane_swap){.stage = swap_requested,
                                   .logical = logical,
                                   .physical = spare,
                                   .deadline = now + handshake_limit};
        lane_map_set(&repair->used, spare);
        lane_map_clear(&repair->wanted, logical);
    }
    return result == dif_unavailable ? dif_ok : result;
}

static enum dif_result start_swaps(struct lane_repair* repair, uint64_t now) {
    unsigned slot = 0;
    enum dif_result result = dif_ok;
    for (uint16_t word = 0; result == dif_ok && word * 32 < repair->phy->data_lanes; ++word) {
        if (repair->wanted.word[word] == 0) {
            continue;
        }
        for (uint16_t logical = (uint16_t)(word * 32);
             result == dif_ok && logical < (word + 1) * 32; ++logical) {
            while (slot < repair_swaps && repair->swaps[slot].stage != swap_free) {
                ++slot;
            }
            if (slot == repair_swaps || management_channel_room(repair->channel) == 0) {
                return dif_ok;
            }
            if (lane_map_get(&repair->wanted, logical)) {
                result = start_swap(repair, &repair->swaps[slot], logical, now);
            }
        }
    }
    return result;
}

static enum dif_result arm(struct lane_repair* repair, struct lane_swap* swap, uint64_t now) {
    uint32_t last = 0;
    enum dif_result result = dif_serdes_phy_superframe(repair->phy, dif_serdes_phy_receive, &last);
    if (result != dif_ok) {
        return result;
    }
    /* The word holds 11 bits of the count; a count of the past means that the word came late: the
     * far end has switched already, so follow at once. */
    uint32_t lead = (swap->count - last) & management_count_mask;
    if (lead > management_count_mask / 2 || lead < switch_lead_superframes) {
        lead = switch_lead_superframes;
    }
    result = dif_serdes_phy_arm_switch(repair->phy, dif_serdes_phy_receive, swap->logical,
                                       swap->physical, last + lead);
    if (result == dif_ok) {
        swap->stage = swap_armed;
        swap->deadline = now + handshake_limit;
    }
    return result == dif_unavailable ? dif_ok : result; /* another one is armed: wait */
}

static enum dif_result look_if_switched(struct lane_repair* repair, struct lane_swap* swap,
                                        uint64_t now) {
    struct dif_serdes_phy_switches switches;
    enum dif_result result = dif_serdes_phy_read_switches(repair->phy, &switches);
    if (result != dif_ok || switches.receive_pending) {
        return result;
    }
    uint16_t physical = dif_serdes_phy_no_lane;
    result = dif_serdes_phy_mapping(repair->phy, dif_serdes_phy_receive, swap->logical, &physical);
    if (result != dif_ok) {
        return result;
    }
    if (physical != swap->physical) {
        /* The PHY refused it, because the superframe passed while it was being armed. */
        swap->stage = swap_granted;
        if (++swap->attempts == attempts_limit) {
            abandon(repair, swap, true);
        }
        return dif_ok;
    }
    const uint16_t old = repair->map[swap->logical];
    lane_map_clear(&repair->used, old);
    lane_map_set(&repair->retired, old);
    repair->map[swap->logical] = swap->physical;
    swap->stage = swap_verifying;
    swap->deadline = now + verify_limit;
    return dif_serdes_phy_train_lane(repair->phy, old, false);
}

static enum dif_result verify(struct lane_repair* repair, struct lane_swap* swap, uint64_t now) {
    struct dif_serdes_phy_lane_status status;
    enum dif_result result = dif_serdes_phy_read_lane_status(repair->phy, swap->physical, &status);
    if (result != dif_ok) {
        return result;
    }
    const bool aligned =
        status.state == dif_serdes_phy_lane_aligned || status.state == dif_serdes_phy_lane_degraded;
    if (!aligned || !status.name_valid || status.name != swap->logical) {
        return dif_ok;
    }
    result = management_channel_send(repair->channel,
                                     management_word(management_done, swap->logical, 0), now);
    if (result == dif_ok) {
        swap->stage = swap_free;
        ++repair->completed;
        repair->line("link: logical lane %u now uses physical lane %u", (unsigned)swap->logical,
                     (unsigned)swap->physical);
    }
    return result == dif_unavailable ? dif_ok : result;
}

static void check_deadline(struct lane_repair* repair, struct lane_swap* swap, uint64_t now) {
    if (swap->stage == swap_free || now < swap->deadline) {
        return;
    }
    repair->line("link: swap of logical lane %u to physical lane %u timed out in step %u",
                 (unsigned)swap->logical, (unsigned)swap->physical, (unsigned)swap->stage);
    if (swap->stage == swap_requested || swap->stage == swap_granted) {
        /* Not the spare's fault: the far end, or the words, are late. */
        if (++swap->attempts == attempts_limit) {
            repair->cause = luxlane_cause_repair;
        } else {
            swap->deadline = now + handshake_limit;
        }
        return;
    }
    abandon(repair, swap, true);
}

static enum dif_result step_swap(struct lane_repair* repair, struct lane_swap* swap, uint64_t now) {
    enum dif_result result = dif_ok;
    switch (swap->stage) {
        case swap_granted:
            result = arm(repair, swap, now);
            break;
        case swap_armed:
            result = look_if_switched(repair, swap, now);
            break;
        case swap_verifying:
            result = verify(repair, swap, now);
            break;
        default:
            break;
    }
    check_deadline(repair, swap, now);
    return result;
}

/* Arms our transmitter for a REQUEST; `granted` is false if the PHY does not take the switch,
 * because the lane does not exist or already carries another one. */
static enum dif_result arm_transmitter(const struct lane_repair* repair,
                                       struct lane_request request, uint32_t at, bool* granted) {
    uint16_t current = dif_serdes_phy_no_lane;
    enum dif_result result =
        dif_serdes_phy_mapping(repair->phy, dif_serdes_phy_transmit, request.logical, &current);
    if (result != dif_ok || current == request.physical) {
        *granted = true; /* asked twice: it has been done */
        return result;
    }
    result = dif_serdes_phy_arm_switch(repair->phy, dif_serdes_phy_transmit, request.logical,
                                       request.physical, at);
    struct dif_serdes_phy_switches switches = {0};
    if (result == dif_ok) {
        result = dif_serdes_phy_read_switches(repair->phy, &switches);
    }
    *granted = switches.transmit_pending;
    return result;
}

/* Serves one REQUEST of the far end: arms our transmitter and answers. */
static enum dif_result serve_request(struct lane_repair* repair, struct lane_request request,
                                     uint64_t now) {
    uint32_t at = 0;
    enum dif_result result = dif_serdes_phy_superframe(repair->phy, dif_serdes_phy_transmit, &at);
    at += switch_margin_superframes + management_channel_backlog(repair->channel);
    bool granted = false;
    if (result == dif_ok && request.logical < repair->phy->data_lanes &&
        request.physical < repair->phy->lanes) {
        result = arm_transmitter(repair, request, at, &granted);
    }
    if (result != dif_ok) {
        return result;
    }
    return management_channel_send(
        repair->channel,
        granted ? management_word_switch_at(request.logical, at)
                : management_word(management_refuse, request.logical, request.physical),
        now);
}

static enum dif_result serve_requests(struct lane_repair* repair, uint64_t now) {
    if (repair->requests_in == repair->requests_out ||
        management_channel_room(repair->channel) == 0) {
        return dif_ok;
    }
    struct dif_serdes_phy_switches switches;
    enum dif_result result = dif_serdes_phy_read_switches(repair->phy, &switches);
    if (result != dif_ok || switches.transmit_pending) {
        return result;
    }
    result = serve_request(repair, repair->requests[repair->requests_out % repair_requests], now);
    if (result == dif_ok) {
        ++repair->requests_out;
    }
    return result;
}

enum dif_result lane_repair_step(struct lane_repair* repair, uint64_t now) {
    enum dif_result result = serve_requests(repair, now);
    for (unsigned i = 0; result == dif_ok && i < repair_swaps; ++i) {
        result = step_swap(repair, &repair->swaps[i], now);
    }
    if (result == dif_ok && repair->cause == luxlane_cause_none) {
        result = start_swaps(repair, now);
    }
    return result;
}

static struct lane_swap* requested_swap(struct lane_repair* repair, uint16_t logical) {
    for (unsigned i = 0; i < repair_swaps; ++i) {
        if (repair->swaps[i].stage == swap_requested && repair->swaps[i].logical == logical) {
            return &repair->swaps[i];
        }
    }
    return NULL;
}

void lane_repair_word(struct lane_repair* repair, uint32_t word) {
    const uint16_t logical = management_high(word);
    struct lane_swap* const swap = requested_swap(repair, logical);
    switch (management_opcode_of(word)) {
        case management_request:
            /* The far end keeps at most repair_swaps open; more than the queue holds cannot be. */
            if (repair->requests_in - repair->requests_out < repair_requests) {
                repair->requests[repair->requests_in % repair_requests] =
                    (struct lane_request){logical, management_low(word)};
                ++repair->requests_in;
            }
            break;
        case management_switch_at:
            if (swap != NULL) {
                swap->stage = swap_granted;
                swap->count = (uint16_t)management_count(word);
            }
            break;
        case management_refuse:
            if (swap != NULL) {
                abandon(repair, swap, true);
            }
            break;
        default:
            break;
    }
}
