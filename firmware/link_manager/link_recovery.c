#include "firmware/link_manager/link_recovery.h"

#include "firmware/drivers/dif_clint.h"
#include "firmware/link_manager/lane_resync.h"

enum {
    us = dif_clint_ticks_per_us,
    light_settle = 10 * us,
    lock_window = 10 * us,
    frame_window = 150 * us,
    word_period = 15 * us,
    /* Names are believed when two superframes in a row have them. */
    name_superframes = 4,
    /* A link that was up so long is as good as new. */
    stable_time = 5000 * us,
    /* Breaks that follow each other faster may cost so much time and so many attempts. */
    unstable_limit = 80000 * us,
    attempts_limit = 64,
    epoch_mask = 0xFF,
};

static bool recovering(const struct link_manager* m) {
    return m->state >= link_recover && m->state <= link_rejoin;
}

/* Serial numbers: newer by less than half of them. */
static bool newer(uint32_t epoch, uint32_t than) {
    const uint32_t ahead = (epoch - than) & epoch_mask;
    return ahead != 0 && ahead <= epoch_mask / 2;
}

/* The manager takes a reset PHY back to where it had brought it, but for the lanes' training. */
static bool program_phy(struct link_manager* m) {
    m->control.carry_payload = false;
    return link_worked(m, dif_serdes_phy_set_control(&m->phy, &m->control)) &&
           (m->config.degrade_limit == 0 ||
            link_worked(m, dif_serdes_phy_set_degrade_limit(&m->phy, m->config.degrade_limit))) &&
           link_worked(m, lane_resync_program(&m->repair, &m->grant));
}

static void tell_break(struct link_manager* m, uint32_t lost) {
    if (lost == 0) {
        m->config.line("link: the far end has to train again");
    } else {
        m->lanes_lost = lost;
        m->config.line("link: %u lanes lost at once, recovering", (unsigned)lost);
    }
}

static void begin(struct link_manager* m, uint32_t epoch) {
    if (m->unstable_since == 0 || (m->up_at != 0 && m->now - m->up_at > stable_time)) {
        m->unstable_since = m->now;
        m->attempts = 0;
    }
    m->up_at = 0;
    if (++m->attempts > attempts_limit || m->now - m->unstable_since > unstable_limit) {
        m->cause = luxlane_cause_unstable;
        return;
    }
    uint32_t lost = 0;
    if (!link_worked(m, lane_repair_count_lost(&m->repair, &lost))) {
        return;
    }
    ++m->recoveries;
    tell_break(m, lost);
    m->control.carry_payload = false;
    if (!link_worked(m, dif_serdes_phy_set_control(&m->phy, &m->control)) ||
        !link_worked(m, lane_resync_restart(&m->repair, &m->grant))) {
        return;
    }
    /* What the far end has acknowledged it knows; the rest has to be said again. */
    m->finished_sent = m->finished_sent && management_channel_settled(&m->channel);
    management_channel_restart(&m->channel);
    m->epoch = epoch & epoch_mask;
    m->far_joined = m->far_epoch == m->epoch;
    m->channel.muted = !m->far_joined;
    m->far_heard_us = false;
    m->map_done_sent = m->far_map_done = false;
    m->ready_sent = m->far_ready = false;
    m->next_word = m->now;
    link_manager_enter(m, link_recover);
}

/* Before the first agreement about lanes it is enough to go on with a PHY that is set up again. */
static void restore_phy(struct link_manager* m) {
    m->config.line("link: the PHY has lost its settings in state '%s'", link_state_name(m->state));
    if (program_phy(m) && m->control.receive) {
        (void)link_worked(m, dif_serdes_phy_train_lane(&m->phy, dif_all_lanes, true));
    }
}

void link_recovery_watch(struct link_manager* m) {
    struct dif_serdes_phy_status status;
    if (!link_worked(m, dif_serdes_phy_read_status(&m->phy, &status))) {
        return;
    }
    const bool agreed = m->state >= link_recover;
    const bool forgotten = !status.ready;
    if (forgotten) {
        restore_phy(m);
    }
    if (!agreed || m->cause != luxlane_cause_none) {
        return;
    }
    const bool dropped = m->state == link_up && status.link_state != dif_serdes_phy_link_up &&
                         status.link_state != dif_serdes_phy_link_repair;
    if (newer(m->far_epoch, m->epoch)) {
        begin(m, m->far_epoch);
    } else if (forgotten || dropped || m->broken) {
        begin(m, m->epoch + 1);
    }
    m->broken = false;
}

static enum dif_result post(struct link_manager* m) {
    const enum dif_result result = management_channel_post(
        &m->channel, management_word_retrain(m->far_joined, m->epoch, m->next_number++));
    return result == dif_unavailable ? dif_ok : result;
}

void link_recovery_take_word(struct link_manager* m, uint32_t word) {
    const uint32_t epoch = management_retrain_epoch(word);
    if (newer(epoch, m->far_epoch)) {
        m->far_epoch = epoch;
    }
    if (epoch != m->epoch) {
        /* Numbered words that follow belong to the break that we have not begun yet. */
        m->channel.muted = m->channel.muted || (m->state >= link_recover && newer(epoch, m->epoch));
        return;
    }
    if (recovering(m)) {
        m->far_joined = true;
        m->channel.muted = false;
    }
    if ((word & management_retrain_heard) != 0) {
        m->far_heard_us = true;
    } else if (m->state > link_rejoin) {
        (void)link_worked(m, post(m)); /* our answer was lost */
    }
}

static bool say_retrain(struct link_manager* m) {
    if (m->now < m->next_word) {
        return true;
    }
    m->next_word = m->now + word_period;
    return link_worked(m, post(m));
}

static bool enough(const struct link_manager* m, uint32_t lanes) {
    return lanes * 2 >= m->config.data_lanes;
}

/* False, and the way back begins again, when light or lanes were lost once more. */
static bool holds(struct link_manager* m, uint32_t good) {
    m->broken = m->broken || !enough(m, good);
    return !m->broken;
}

static bool count_lit(struct link_manager* m) {
    struct lane_map dark;
    if (!link_worked(m, dif_pd_array_loss_map(&m->array, &dark))) {
        return false;
    }
    m->lit = m->config.lanes - lane_map_count(&dark, m->config.lanes);
    return true;
}

/* `seen`: lanes with light at the last step; `mark`: since when it has not changed. */
enum link_outcome link_recovery_light(struct link_manager* m) {
    if (!say_retrain(m) || !count_lit(m)) {
        return link_fail;
    }
    if (m->fresh || m->lit != m->seen) {
        m->seen = m->lit;
        m->mark = m->now;
    }
    return enough(m, m->lit) && m->now - m->mark >= light_settle ? link_next : link_stay;
}

/* The taps are those that had opened the eyes before. */
enum link_outcome link_recovery_lock(struct link_manager* m) {
    struct lane_map locked;
    if (!say_retrain(m) || !count_lit(m) ||
        !link_worked(m, dif_rx_dsp_lock_map(&m->dsp, &locked))) {
        return link_fail;
    }
    if (!holds(m, m->lit)) {
        return link_stay;
    }
    m->locked = lane_map_count(&locked, m->config.lanes);
    const bool waited = m->now - m->entered >= lock_window;
    return m->locked >= m->lit || (waited && enough(m, m->locked)) ? link_next : link_stay;
}

/* Starts the lanes that have no frame; those that carry data or passed their test go on. */
static bool train_lost_lanes(struct link_manager* m, uint32_t lost) {
    struct lane_map failed;
    if (lost == m->config.data_lanes) {
        return link_worked(m, dif_serdes_phy_train_lane(&m->phy, dif_all_lanes, true));
    }
    if (!link_worked(m, dif_serdes_phy_lane_map(&m->phy, dif_serdes_phy_map_failed, &failed))) {
        return false;
    }
    for (uint16_t lane = 0; lane < m->config.lanes; ++lane) {
        if (lane_map_get(&failed, lane) &&
            !link_worked(m, dif_serdes_phy_train_lane(&m->phy, lane, true))) {
            return false;
        }
    }
    return true;
}

/* Counts the logical lanes whose physical lane is FAILED; training may bring it back. */
static bool count_failed(struct link_manager* m, uint32_t* count) {
    struct lane_map failed;
    if (!link_worked(m, dif_serdes_phy_lane_map(&m->phy, dif_serdes_phy_map_failed, &failed))) {
        return false;
    }
    *count = 0;
    for (uint16_t logical = 0; logical < m->config.data_lanes; ++logical) {
        *count += lane_map_get(&failed, m->repair.map[logical]);
    }
    return true;
}

/* `mark`: when the lost lanes were last told to train. */
enum link_outcome link_recovery_frame(struct link_manager* m) {
    uint32_t lost = 0, failed = 0;
    if (!say_retrain(m) || !count_lit(m) ||
        !link_worked(m, lane_repair_count_lost(&m->repair, &lost))) {
        return link_fail;
    }
    if (!holds(m, m->lit)) {
        return link_stay;
    }
    if (m->fresh) {
        m->mark = m->now;
        m->control.receive = true;
        return link_worked(m, dif_serdes_phy_set_control(&m->phy, &m->control)) &&
                       train_lost_lanes(m, lost)
                   ? link_stay
                   : link_fail;
    }
    if (!count_failed(m, &failed)) {
        return link_fail;
    }
    const bool again = m->now - m->mark >= frame_window;
    const bool decided = lost == failed || again;
    if (lost == 0 || (decided && m->far_joined && enough(m, m->config.data_lanes - lost))) {
        m->words_possible = true;
        return link_next;
    }
    if (again) {
        m->mark = m->now;
        return train_lost_lanes(m, lost) ? link_stay : link_fail;
    }
    return link_stay;
}

/* `mark`: 1 = the far end has joined when its superframe was `seen`. */
enum link_outcome link_recovery_rejoin(struct link_manager* m) {
    uint32_t lost = 0, count = 0;
    if (!say_retrain(m) || !link_worked(m, lane_repair_count_lost(&m->repair, &lost))) {
        return link_fail;
    }
    if (!holds(m, m->config.data_lanes - lost) || !m->far_joined || !m->far_heard_us) {
        return link_stay;
    }

    if (!link_worked(m, dif_serdes_phy_superframe(&m->phy, dif_serdes_phy_receive, &count))) {
        return link_fail;
    }
    if (m->mark == 0) {
        m->mark = 1;
        m->seen = count;
    }
    if (count - m->seen < name_superframes) {
        return link_stay;
    }
    return link_worked(m, lane_resync_adopt_names(&m->repair)) ? link_next : link_fail;
}
