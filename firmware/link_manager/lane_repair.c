#include "firmware/link_manager/lane_repair.h"

#include "firmware/drivers/dif_clint.h"

enum {
    /* Least lead with which a receiver can still arm. */
    switch_lead_superframes = 2,
    /* The PHY moves its receive map when it sees the superframe, at most so much later. */
    switch_lag_superframes = 4,
    /* RS(544,514) corrects 15 symbols of a codeword: two thirds of them for lanes on the move. */
    codeword_symbols = 544,
    bridged_symbols = 10,
    handshake_limit = 8000 * dif_clint_ticks_per_us, /* UCIe's limit for each step of a repair */
    verify_limit = 2000 * dif_clint_ticks_per_us,
    attempts_limit = 3,
    /* A lane that still carries data moves only for an eye so much better: at a bit error ratio of
     * 1e-3 it makes a third of the errors. */
    clearly_better_percent = 110,
    /* A lane that failed the PHY's spare test (1e-4) finds its frame still at this Q, 6e-3. */
    open_eye_q_100 = 250,
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

bool lane_repair_busy(const struct lane_repair* repair) {
    return lane_map_count(&repair->running, repair->phy->data_lanes) != 0 ||
           lane_map_count(&repair->wanted, repair->phy->data_lanes) != 0;
}

/* False if the lane cannot be used. */
static bool rank_spare(enum dif_serdes_phy_lane_state state, uint16_t q_100,
                       enum spare_rank* rank) {
    switch (state) {
        case dif_serdes_phy_lane_spare:
            *rank = spare_tested;
            return true;
        case dif_serdes_phy_lane_spare_test:
        case dif_serdes_phy_lane_aligned:
        case dif_serdes_phy_lane_named:
            *rank = spare_framed;
            return true;
        case dif_serdes_phy_lane_failed:
            *rank = spare_open_eye;
            return q_100 >= open_eye_q_100;
        default:
            return false;
    }
}

enum dif_result lane_repair_count_lost(const struct lane_repair* repair, uint32_t* count) {
    struct lane_map aligned;
    const enum dif_result result =
        dif_serdes_phy_lane_map(repair->phy, dif_serdes_phy_map_aligned, &aligned);
    *count = 0;
    for (uint16_t logical = 0; result == dif_ok && logical < repair->phy->data_lanes; ++logical) {
        *count += !lane_map_get(&aligned, repair->map[logical]);
    }
    return result;
}

enum dif_result lane_repair_complete(const struct lane_repair* repair, bool* complete) {
    uint32_t lost = 0;
    const enum dif_result result = lane_repair_count_lost(repair, &lost);
    *complete = result == dif_ok && lost == 0;
    return result;
}

/* Lists the usable spares with their ranks and figures of merit. */
static enum dif_result survey_spares(struct lane_repair* repair) {
    repair->spares = 0;
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
        enum spare_rank rank = spare_open_eye;
        if (rank_spare(status.state, q_100, &rank)) {
            repair->spare[repair->spares++] =
                (struct lane_spare){.lane = lane, .q_100 = q_100, .rank = rank};
        }
    }
    return dif_ok;
}

static bool better(const struct lane_spare* a, const struct lane_spare* b) {
    return a->rank != b->rank ? a->rank > b->rank : a->q_100 > b->q_100;
}

/* The best spare of the survey with at least this rank and figure of merit, or NULL. */
static struct lane_spare* best_spare(struct lane_repair* repair, enum spare_rank rank,
                                     uint32_t q_100) {
    struct lane_spare* best = NULL;
    for (uint32_t i = 0; i < repair->spares; ++i) {
        struct lane_spare* const spare = &repair->spare[i];
        if (spare->rank >= rank && spare->q_100 >= q_100 && (best == NULL || better(spare, best))) {
            best = spare;
        }
    }
    return best;
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
        if (lane_map_get(&repair->running, logical)) {
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
    if (result == dif_ok) {
        result = survey_spares(repair);
    }
    repair->failed_lanes = failed;
    if (result == dif_ok && failed > repair->spares) {
        repair->cause = failed == repair->phy->data_lanes ? luxlane_cause_no_light
                                                          : luxlane_cause_spares_exhausted;
    }
    return result;
}

static void release(struct lane_repair* repair, struct lane_swap* swap) {
    swap->stage = swap_free;
    lane_map_clear(&repair->running, swap->logical);
}

static void retire(struct lane_repair* repair, uint16_t physical) {
    lane_map_clear(&repair->used, physical);
    lane_map_set(&repair->retired, physical);
}

/* The spare is not used again. The logical lane tries the next one, or goes back if it has left an
 * old lane that worked; and it stays there, because a weak lane is better than none. */
static void abandon(struct lane_repair* repair, struct lane_swap* swap) {
    retire(repair, swap->physical);
    if (swap->optional && swap->stage == swap_verifying) {
        lane_map_set(&repair->hopeless, swap->logical);
        swap->stage = swap_returning;
        return;
    }
    lane_map_set(&repair->wanted, swap->logical);
    release(repair, swap);
}

static enum dif_result go_back(struct lane_repair* repair, struct lane_swap* swap, uint64_t now) {
    const enum dif_result result = management_channel_send(
        repair->channel, management_word(management_request, swap->logical, swap->old), now);
    if (result == dif_ok) {
        *swap = (struct lane_swap){.stage = swap_requested,
                                   .logical = swap->logical,
                                   .physical = swap->old,
                                   .deadline = now + handshake_limit};
        /* Should the old lane not work any more either, any other will do. */
        lane_map_clear(&repair->optional, swap->logical);
    }
    return result == dif_unavailable ? dif_ok : result;
}

static enum dif_result start_swap(struct lane_repair* repair, struct lane_swap* swap,
                                  uint16_t logical, uint64_t now) {
    const bool optional = lane_map_get(&repair->optional, logical);
    uint16_t present_q_100 = 0;
    enum dif_result result = dif_ok;
    if (optional) {
        result = dif_rx_dsp_figure_of_merit(repair->dsp, repair->map[logical], &present_q_100);
    }
    if (result != dif_ok) {
        return result;
    }
    struct lane_spare* const spare =
        best_spare(repair, optional ? spare_framed : spare_open_eye,
                   (uint32_t)present_q_100 * clearly_better_percent / 100);
    if (spare == NULL) {
        if (optional) {
            lane_map_clear(&repair->wanted, logical);
            lane_map_set(&repair->hopeless, logical);
        } else {
            repair->cause = luxlane_cause_spares_exhausted;
        }
        return dif_ok;
    }
    const uint16_t physical = spare->lane;
    result = management_channel_send(repair->channel,
                                     management_word(management_request, logical, physical), now);
    if (result == dif_ok) {
        *swap = (struct lane_swap){.stage = swap_requested,
                                   .optional = optional,
                                   .logical = logical,
                                   .physical = physical,
                                   .deadline = now + handshake_limit};
        *spare = repair->spare[--repair->spares];
        lane_map_set(&repair->running, logical);
        lane_map_set(&repair->used, physical);
        lane_map_clear(&repair->wanted, logical);
    }
    return result;
}

static struct lane_swap* free_swap(struct lane_repair* repair) {
    for (unsigned i = 0; i < repair_swaps; ++i) {
        if (repair->swaps[i].stage == swap_free) {
            return &repair->swaps[i];
        }
    }
    return NULL;
}

/* The waiting lanes that still carry data, or those that do not. */
static struct lane_map waiting(const struct lane_repair* repair, bool optional) {
    struct lane_map map = {0};
    for (unsigned i = 0; i < lane_map_words; ++i) {
        map.word[i] = repair->wanted.word[i] &
                      (optional ? repair->optional.word[i] : ~repair->optional.word[i]);
    }
    return map;
}

static enum dif_result start_swaps_of(struct lane_repair* repair, const struct lane_map* lanes,
                                      unsigned limit, uint64_t now) {
    enum dif_result result = dif_ok;
    for (uint16_t logical = 0; result == dif_ok && logical < repair->phy->data_lanes; ++logical) {
        if (lanes->word[logical / 32] == 0) {
            logical |= 31; /* none among these 32 */
            continue;
        }
        if (!lane_map_get(lanes, logical)) {
            continue;
        }
        struct lane_swap* const swap = free_swap(repair);
        if (limit == 0 || swap == NULL || management_channel_room(repair->channel) == 0) {
            break;
        }
        result = start_swap(repair, swap, logical, now);
        --limit;
    }
    return result;
}

static unsigned optional_swaps(const struct lane_repair* repair) {
    unsigned count = 0;
    for (unsigned i = 0; i < repair_swaps; ++i) {
        count += repair->swaps[i].stage != swap_free && repair->swaps[i].optional;
    }
    return count;
}

/* How many lanes that still carry data may move at once: should their SWITCH_AT be late, the FEC
 * has to bridge them. */
static unsigned optional_swaps_limit(const struct lane_repair* repair) {
    const unsigned limit = (unsigned)bridged_symbols * repair->phy->data_lanes / codeword_symbols;
    return limit != 0 ? limit : 1;
}

/* Dead lanes first. */
static enum dif_result start_swaps(struct lane_repair* repair, uint64_t now) {
    const struct lane_map dead = waiting(repair, false);
    const struct lane_map weak = waiting(repair, true);
    const uint16_t lanes = repair->phy->data_lanes;
    const unsigned running = optional_swaps(repair);
    const unsigned limit = optional_swaps_limit(repair);
    const unsigned weak_limit = running < limit ? limit - running : 0;
    const bool any =
        lane_map_count(&dead, lanes) != 0 || (weak_limit != 0 && lane_map_count(&weak, lanes) != 0);
    if (!any || free_swap(repair) == NULL || management_channel_room(repair->channel) == 0) {
        return dif_ok;
    }
    enum dif_result result = survey_spares(repair);
    if (result == dif_ok) {
        result = start_swaps_of(repair, &dead, repair_swaps, now);
    }
    if (result == dif_ok) {
        result = start_swaps_of(repair, &weak, weak_limit, now);
    }
    return result;
}

static enum dif_result arm(struct lane_repair* repair, struct lane_swap* swap, uint64_t now) {
    uint32_t last = 0;
    enum dif_result result = dif_serdes_phy_superframe(repair->phy, dif_serdes_phy_receive, &last);
    if (result != dif_ok) {
        return result;
    }
    /* The word holds 10 bits of the count; a count of the past means that the word came late: the
     * far end has switched already, so follow at once. */
    uint32_t lead = (swap->count - last) & management_count_mask;
    if (lead > management_count_mask / 2 || lead < switch_lead_superframes) {
        lead = switch_lead_superframes;
    }
    swap->at = last + lead;
    result = dif_serdes_phy_arm_switch(repair->phy, dif_serdes_phy_receive, swap->logical,
                                       swap->physical, swap->at);
    if (result == dif_ok) {
        swap->stage = swap_armed;
        swap->deadline = now + handshake_limit;
    }
    return result;
}

static enum dif_result give_up_old(struct lane_repair* repair, const struct lane_swap* swap) {
    retire(repair, swap->old);
    return dif_serdes_phy_train_lane(repair->phy, swap->old, false);
}

static enum dif_result look_if_switched(struct lane_repair* repair, struct lane_swap* swap,
                                        uint64_t now) {
    uint16_t physical = dif_serdes_phy_no_lane;
    uint32_t last = 0;
    enum dif_result result =
        dif_serdes_phy_mapping(repair->phy, dif_serdes_phy_receive, swap->logical, &physical);
    if (result == dif_ok) {
        result = dif_serdes_phy_superframe(repair->phy, dif_serdes_phy_receive, &last);
    }
    if (result != dif_ok) {
        return result;
    }
    if (physical != swap->physical) {
        if ((int32_t)(last - swap->at) > switch_lag_superframes) {
            /* The PHY refused it, because the superframe passed while it was being armed. */
            swap->stage = swap_granted;
            if (++swap->attempts == attempts_limit) {
                abandon(repair, swap);
            }
        }
        return dif_ok;
    }
    swap->old = repair->map[swap->logical];
    repair->map[swap->logical] = swap->physical;
    swap->stage = swap_verifying;
    swap->deadline = now + verify_limit;
    return swap->optional ? dif_ok : give_up_old(repair, swap);
}

static enum dif_result verify(struct lane_repair* repair, struct lane_swap* swap, uint64_t now) {
    struct dif_serdes_phy_lane_status status;
    enum dif_result result = dif_serdes_phy_read_lane_status(repair->phy, swap->physical, &status);
    if (result != dif_ok) {
        return result;
    }
    if (status.state == dif_serdes_phy_lane_failed && !swap->trained) {
        /* It had failed the spare test, or lost its frame just now. */
        swap->trained = true;
        return dif_serdes_phy_train_lane(repair->phy, swap->physical, true);
    }
    const bool aligned =
        status.state == dif_serdes_phy_lane_aligned || status.state == dif_serdes_phy_lane_degraded;
    if (!aligned || !status.name_valid || status.name != swap->logical) {
        return dif_ok;
    }
    result = management_channel_send(repair->channel,
                                     management_word(management_done, swap->logical, 0), now);
    if (result == dif_ok) {
        if (swap->optional) {
            result = give_up_old(repair, swap);
        }
        release(repair, swap);
        repair->news[repair->completed++] = swap->logical;
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
    if (swap->stage != swap_returning) {
        abandon(repair, swap);
    }
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
        case swap_returning:
            result = go_back(repair, swap, now);
            break;
        default:
            break;
    }
    check_deadline(repair, swap, now);
    return result;
}

bool lane_repair_tell(struct lane_repair* repair) {
    if (repair->told == repair->completed) {
        return false;
    }
    const uint16_t logical = repair->news[repair->told++];
    repair->line("link: logical lane %u now uses physical lane %u", (unsigned)logical,
                 (unsigned)repair->map[logical]);
    return true;
}

enum dif_result lane_repair_step(struct lane_repair* repair, uint64_t now) {
    enum dif_result result = dif_ok;
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
        case management_switch_at:
            if (swap != NULL) {
                swap->stage = swap_granted;
                swap->count = (uint16_t)management_count(word);
            }
            break;
        case management_refuse:
            if (swap != NULL) {
                abandon(repair, swap);
            }
            break;
        default:
            break;
    }
}
