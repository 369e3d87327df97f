#include "firmware/link_manager/link_recovery.h"

#include "firmware/drivers/dif_clint.h"
#include "regs/optical_channel.h"
#include "regs/pd_array.h"
#include "regs/rx_dsp.h"
#include "regs/serdes_phy.h"
#include "regs/tx_driver.h"

enum {
    us = dif_clint_ticks_per_us,
    light_settle = 10 * us,
    lock_window = 10 * us, /* the clock recovery's own time is some microseconds */
    adapt_window = 60 * us,
    frame_window = 150 * us, /* the PHY gives a lane ten superframes, 48 us, for its frame */
    hello_period = 15 * us,
    /* A bit error ratio of 1e-3. The FEC takes the mean of all lanes, KP4's limit is 2.4e-4: a lane
     * that is not several times worse than that costs less than the spare it would take. */
    weak_q_100 = 310,
    fec_limit_q_100 = 350, /* bit error ratio 2.3e-4, KP4's limit */
};

static uint64_t elapsed(const struct link_manager* manager) {
    return manager->now - manager->entered;
}

static enum link_outcome fail(struct link_manager* manager, enum luxlane_cause cause) {
    if (manager->cause == luxlane_cause_none) {
        manager->cause = cause;
    }
    return link_fail;
}

/* Half of the lanes is enough to exchange management words and to let spares and FEC do the rest.
 */
static bool enough(const struct link_manager* manager, uint32_t lanes) {
    return lanes * 2 >= manager->config.data_lanes;
}

static enum link_outcome step_probe(struct link_manager* m) {
    if (dif_tx_driver_probe(mmio_region_at(TX_DRIVER_BASE), &m->driver) != dif_ok ||
        dif_optical_channel_probe(mmio_region_at(OPTICAL_CHANNEL_BASE), &m->cable) != dif_ok ||
        dif_pd_array_probe(mmio_region_at(PD_ARRAY_BASE), &m->array) != dif_ok ||
        dif_rx_dsp_probe(mmio_region_at(RX_DSP_BASE), &m->dsp) != dif_ok ||
        dif_serdes_phy_probe(mmio_region_at(SERDES_PHY_BASE), &m->phy) != dif_ok) {
        return fail(m, luxlane_cause_wrong_device);
    }
    const uint16_t lanes = m->config.lanes;
    if (m->driver.lanes != lanes || m->cable.lanes != lanes || m->array.lanes != lanes ||
        m->dsp.lanes != lanes || m->phy.lanes != lanes ||
        m->phy.data_lanes != m->config.data_lanes || m->phy.data_lanes > lanes ||
        lanes > lane_map_lanes) {
        return fail(m, luxlane_cause_lane_mismatch);
    }
    bool present = false;
    struct dif_optical_channel_cable cable;
    if (!link_worked(m, dif_optical_channel_is_present(&m->cable, &present)) ||
        !link_worked(m, dif_optical_channel_read_cable(&m->cable, &cable))) {
        return link_fail;
    }
    if (!present) {
        return fail(m, luxlane_cause_cable_absent);
    }
    m->session = (uint32_t)m->now & 0xFFFU;
    management_channel_init(&m->channel, &m->phy);
    drive_control_init(&m->drive, &m->array, &m->driver, &m->channel, lanes,
                       m->config.target_power_10nw, &m->config.drive);
    lane_repair_init(&m->repair, &m->phy, &m->dsp, &m->channel, m->config.line);
    lane_grant_init(&m->grant, &m->phy, &m->channel);
    m->config.line("link: %u lanes, %u of them for data; cable of %u mm, %u ps", (unsigned)lanes,
                   (unsigned)m->config.data_lanes, (unsigned)cable.length_mm,
                   (unsigned)cable.group_delay_ps);
    return link_next;
}

/* The PHY transmits before the emitters are on, so that the far end never sees light without
 * frames. */
static bool switch_on(struct link_manager* m) {
    m->control = (struct dif_serdes_phy_control){.enable = true, .transmit = true};
    return link_worked(m, dif_serdes_phy_set_control(&m->phy, &m->control)) &&
           (m->config.degrade_limit == 0 ||
            link_worked(m, dif_serdes_phy_set_degrade_limit(&m->phy, m->config.degrade_limit))) &&
           link_worked(m, drive_control_power_up(&m->drive)) &&
           link_worked(m, dif_tx_driver_set_lane_enabled(&m->driver, dif_all_lanes, true)) &&
           link_worked(m, dif_tx_driver_set_enabled(&m->driver, true)) &&
           link_worked(m, dif_pd_array_set_lane_enabled(&m->array, dif_all_lanes, true)) &&
           link_worked(m, dif_pd_array_set_enabled(&m->array, true)) &&
           link_worked(m, dif_rx_dsp_set_enabled(&m->dsp, true));
}

static enum link_outcome step_power_up(struct link_manager* m) {
    if (m->fresh && !switch_on(m)) {
        return link_fail;
    }
    bool driver = false, array = false, dsp = false;
    struct dif_serdes_phy_status phy;
    if (!link_worked(m, dif_tx_driver_is_ready(&m->driver, &driver)) ||
        !link_worked(m, dif_pd_array_is_ready(&m->array, &array)) ||
        !link_worked(m, dif_rx_dsp_is_ready(&m->dsp, &dsp)) ||
        !link_worked(m, dif_serdes_phy_read_status(&m->phy, &phy))) {
        return link_fail;
    }
    if (!driver || !array || !dsp || !phy.ready) {
        return link_stay;
    }
    m->config.line("link: transmitter and receiver are on");
    return link_next;
}

/* `seen`: lanes with light at the last step; `mark`: since when it has not changed. */
static enum link_outcome step_light(struct link_manager* m) {
    struct lane_map dark;
    if (!link_worked(m, dif_pd_array_loss_map(&m->array, &dark))) {
        return link_fail;
    }
    const uint32_t lit = m->config.lanes - lane_map_count(&dark, m->config.lanes);
    if (lit != m->seen || !enough(m, lit)) {
        m->seen = lit;
        m->mark = m->now;
    }
    if (!enough(m, lit) || m->now - m->mark < light_settle) {
        return link_stay;
    }
    m->config.line("link: light on %u of %u lanes", (unsigned)lit, (unsigned)m->config.lanes);
    return link_next;
}

/* Taps for lanes whose raw eye is too closed for the clock recovery; adaptation refines them. */
static const struct dif_rx_dsp_taps lock_presets[] = {
    {.pre = 0, .main = 64, .post = -8},   {.pre = 0, .main = 64, .post = -16},
    {.pre = -4, .main = 64, .post = -8},  {.pre = -4, .main = 64, .post = -16},
    {.pre = -8, .main = 64, .post = -24}, {.pre = -8, .main = 64, .post = -32},
};
enum { lock_preset_count = sizeof lock_presets / sizeof lock_presets[0] };

static bool try_preset(struct link_manager* m, const struct lane_map* lanes,
                       struct dif_rx_dsp_taps taps) {
    for (uint16_t lane = 0; lane < m->config.lanes; ++lane) {
        if (lane_map_get(lanes, lane) &&
            !link_worked(m, dif_rx_dsp_set_taps(&m->dsp, lane, taps))) {
            return false;
        }
    }
    return true;
}

/* `seen`: presets tried so far, round and round; `mark`: when the present taps were set. */
static enum link_outcome step_lock(struct link_manager* m) {
    if (m->fresh && !link_worked(m, dif_rx_dsp_set_lane_enabled(&m->dsp, dif_all_lanes, true))) {
        return link_fail;
    }
    m->mark = m->fresh ? m->now : m->mark;
    struct lane_map locked, dark, late;
    if (!link_worked(m, dif_rx_dsp_lock_map(&m->dsp, &locked)) ||
        !link_worked(m, dif_pd_array_loss_map(&m->array, &dark))) {
        return link_fail;
    }
    for (unsigned i = 0; i < lane_map_words; ++i) {
        late.word[i] = ~(locked.word[i] | dark.word[i]);
    }
    const uint32_t unlocked = lane_map_count(&late, m->config.lanes);
    m->locked = lane_map_count(&locked, m->config.lanes);
    m->lit = m->config.lanes - lane_map_count(&dark, m->config.lanes);
    if (m->locked < m->config.lanes && m->now - m->mark < lock_window) {
        return link_stay;
    }
    if (!enough(m, m->locked) || (unlocked != 0 && m->seen < lock_preset_count)) {
        const struct dif_rx_dsp_taps taps = lock_presets[m->seen++ % lock_preset_count];
        m->mark = m->now;
        return try_preset(m, &late, taps) ? link_stay : link_fail;
    }
    m->config.line("link: clocks locked on %u of %u lanes", (unsigned)m->locked,
                   (unsigned)m->config.lanes);
    return link_next;
}

static enum link_outcome step_adapt(struct link_manager* m) {
    if (m->fresh) {
        return link_worked(m, dif_rx_dsp_adapt(&m->dsp, dif_all_lanes)) ? link_stay : link_fail;
    }
    struct lane_map adapted;
    if (!link_worked(m, dif_rx_dsp_adapted_map(&m->dsp, &adapted))) {
        return link_fail;
    }
    const uint32_t count = lane_map_count(&adapted, m->config.lanes);
    if (count < m->config.lanes && (elapsed(m) < adapt_window || !enough(m, count))) {
        return link_stay;
    }
    m->config.line("link: equalisers adapted on %u of %u lanes", (unsigned)count,
                   (unsigned)m->config.lanes);
    return link_next;
}

/* Counts the data lanes that are aligned and those that have failed. */
static bool count_lanes(struct link_manager* m, uint32_t* aligned, uint32_t* failed) {
    struct lane_map map;
    if (!link_worked(m, dif_serdes_phy_lane_map(&m->phy, dif_serdes_phy_map_aligned, &map))) {
        return false;
    }
    *aligned = lane_map_count(&map, m->config.data_lanes);
    if (!link_worked(m, dif_serdes_phy_lane_map(&m->phy, dif_serdes_phy_map_failed, &map))) {
        return false;
    }
    *failed = lane_map_count(&map, m->config.data_lanes);
    return true;
}

/* `mark`: when the lanes were last told to train. */
static enum link_outcome step_frame(struct link_manager* m) {
    const bool again = m->fresh || m->now - m->mark >= frame_window;
    uint32_t aligned = 0, failed = 0;
    if (!m->fresh && !count_lanes(m, &aligned, &failed)) {
        return link_fail;
    }
    const bool decided = aligned + failed == m->config.data_lanes || again;
    if (!m->fresh && decided && enough(m, aligned)) {
        m->words_possible = true;
        m->config.line("link: %u of %u lanes aligned, %u need spares", (unsigned)aligned,
                       (unsigned)m->config.data_lanes, (unsigned)(m->config.data_lanes - aligned));
        return link_next;
    }
    if (!m->fresh && again) {
        /* A far end that is up sends no whole superframes, unless it hears that we began anew. */
        const enum dif_result result = management_channel_post(
            &m->channel, management_word_hello(m->far_known, m->session, m->seen++));
        if (result != dif_unavailable && !link_worked(m, result)) {
            return link_fail;
        }
    }
    if (again) {
        m->mark = m->now;
        m->control.receive = true;
        if (!link_worked(m, dif_serdes_phy_set_control(&m->phy, &m->control)) ||
            !link_worked(m, dif_serdes_phy_train_lane(&m->phy, dif_all_lanes, true))) {
            return link_fail;
        }
    }
    return link_stay;
}

/* `mark`: when the next HELLO is due; `seen`: how many were sent. */
static enum link_outcome step_hello(struct link_manager* m) {
    if (m->now >= m->mark) {
        const enum dif_result result = management_channel_post(
            &m->channel, management_word_hello(m->far_known, m->session, m->seen));
        if (result != dif_unavailable && !link_worked(m, result)) {
            return link_fail;
        }
        m->mark = m->now + hello_period;
        ++m->seen;
    }
    /* At least one HELLO that says "heard" leaves before the first numbered word. */
    if (!m->far_known || !m->far_heard_us) {
        return link_stay;
    }
    m->config.line("link: the far end answers");
    const enum dif_result result =
        management_channel_post(&m->channel, management_word_hello(true, m->session, m->seen));
    return result == dif_unavailable || link_worked(m, result) ? link_next : link_fail;
}

static enum link_outcome step_drive(struct link_manager* m) {
    if (!link_worked(m, drive_control_step(&m->drive, m->now))) {
        return link_fail;
    }
    if (!m->drive.finished || !m->drive.far_finished || !management_channel_settled(&m->channel)) {
        return link_stay;
    }
    m->config.line("link: drive currents adjusted in %u rounds", (unsigned)(m->drive.round + 1));
    return link_next;
}

/* Starts what more light may have brought to life: clock recovery, and lanes without a frame. */
static bool retry_lanes(struct link_manager* m) {
    struct lane_map locked, failed;
    if (!link_worked(m, dif_rx_dsp_lock_map(&m->dsp, &locked)) ||
        !link_worked(m, dif_serdes_phy_lane_map(&m->phy, dif_serdes_phy_map_failed, &failed))) {
        return false;
    }
    for (uint16_t lane = 0; lane < m->config.lanes; ++lane) {
        if (!lane_map_get(&locked, lane) &&
            (!link_worked(m, dif_rx_dsp_set_lane_enabled(&m->dsp, lane, false)) ||
             !link_worked(m, dif_rx_dsp_set_lane_enabled(&m->dsp, lane, true)))) {
            return false;
        }
        if (lane_map_get(&failed, lane) && lane_map_get(&locked, lane) &&
            !link_worked(m, dif_serdes_phy_train_lane(&m->phy, lane, true))) {
            return false;
        }
    }
    return true;
}

/* `seen`: 0 = adapting, 1 = training the late lanes. `mark`: when that began. */
static enum link_outcome step_readapt(struct link_manager* m) {
    if (m->fresh) {
        m->mark = m->now;
        return link_worked(m, dif_rx_dsp_adapt(&m->dsp, dif_all_lanes)) ? link_stay : link_fail;
    }
    if (m->seen == 0) {
        if (m->now - m->mark < adapt_window) {
            return link_stay;
        }
        m->seen = 1;
        m->mark = m->now;
        return retry_lanes(m) ? link_stay : link_fail;
    }
    uint32_t aligned = 0, failed = 0;
    if (!count_lanes(m, &aligned, &failed)) {
        return link_fail;
    }
    if (aligned + failed != m->config.data_lanes && m->now - m->mark < frame_window) {
        return link_stay;
    }
    m->config.line("link: %u of %u lanes aligned at their final power", (unsigned)aligned,
                   (unsigned)m->config.data_lanes);
    return link_next;
}

/* The link comes up even where the FEC will not do; then the console names the reason. */
static bool warn_of_errors(struct link_manager* m) {
    uint32_t beyond = 0;
    for (uint16_t logical = 0; logical < m->config.data_lanes; ++logical) {
        uint16_t q_100 = 0;
        if (!link_worked(m, dif_rx_dsp_figure_of_merit(&m->dsp, m->repair.map[logical], &q_100))) {
            return false;
        }
        beyond += q_100 < fec_limit_q_100;
    }
    if (beyond * 2 > m->config.data_lanes) {
        m->config.line("link: %u of %u lanes make more bit errors than the FEC corrects",
                       (unsigned)beyond, (unsigned)m->config.data_lanes);
    }
    return true;
}

static enum link_outcome step_map(struct link_manager* m) {
    if (m->fresh) {
        if (!link_worked(m, lane_repair_scan(&m->repair, m->recoveries == 0 ? weak_q_100 : 0))) {
            return link_fail;
        }
        m->config.line("link: %u lanes are dead, %u spares are usable",
                       (unsigned)m->repair.failed_lanes, (unsigned)m->repair.spares);
    }
    if (lane_repair_busy(&m->repair)) {
        return link_stay;
    }
    bool complete = false;
    if (!link_worked(m, lane_repair_complete(&m->repair, &complete))) {
        return link_fail;
    }
    if (!complete) {
        /* One was lost meanwhile. */
        return link_worked(m, lane_repair_scan(&m->repair, 0)) ? link_stay : link_fail;
    }
    if (!m->map_done_sent) {
        const enum dif_result result = management_channel_send(
            &m->channel, management_word(management_map_done, 0, 0), m->now);
        m->map_done_sent = result == dif_ok;
        return result == dif_unavailable || link_worked(m, result) ? link_stay : link_fail;
    }
    if (!m->far_map_done) {
        return link_stay;
    }
    m->config.line("link: lane map agreed, %u lanes on spares", (unsigned)m->repair.completed);
    return m->recoveries != 0 || warn_of_errors(m) ? link_next : link_fail;
}

/* `seen`: 1 = deskew was asked for. A lane may have been lost since the map was agreed; then the
 * monitor has it repaired first, again and again until the limit. */
static enum link_outcome step_deskew(struct link_manager* m) {
    struct dif_serdes_phy_status status;
    if (!link_worked(m, dif_serdes_phy_read_status(&m->phy, &status))) {
        return link_fail;
    }
    if (m->seen == 1 && status.deskew_done) {
        m->config.line("link: lanes deskewed");
        return link_next;
    }
    if (status.rx_aligned && !lane_repair_busy(&m->repair)) {
        m->seen = 1;
        return link_worked(m, dif_serdes_phy_deskew(&m->phy, &m->control)) ? link_stay : link_fail;
    }
    return link_stay;
}

/* Ready to take payload: its last step is the lanes to the accelerator. Payload goes out only when
 * the far end can take it: what came earlier would be lost. */
static enum link_outcome step_ready(struct link_manager* m) {
    if (!m->ready_sent) {
        struct dif_serdes_phy_status status;
        if (!link_worked(m, dif_serdes_phy_read_status(&m->phy, &status))) {
            return link_fail;
        }
        if (!status.host_ready) {
            return link_stay;
        }
        const enum dif_result result = management_channel_send(
            &m->channel, management_word_ready(management_stage_link), m->now);
        m->ready_sent = result == dif_ok;
        return result == dif_unavailable || link_worked(m, result) ? link_stay : link_fail;
    }
    if (!m->far_ready) {
        return link_stay;
    }
    m->control.carry_payload = true;
    if (!link_worked(m, dif_serdes_phy_set_control(&m->phy, &m->control))) {
        return link_fail;
    }
    m->config.line("link: UP with %u data lanes, %u of them on spares",
                   (unsigned)m->config.data_lanes, (unsigned)m->repair.completed);
    return link_next;
}

/* Lanes are repaired and breaks found by the manager, in this state as in others. */
static enum link_outcome step_up(struct link_manager* m) {
    if (m->fresh) {
        m->up_at = m->now;
    }
    return link_stay;
}

/* DOWN words are repeated, because nobody acknowledges them. */
static enum link_outcome step_down(struct link_manager* m) {
    if (m->words_possible && m->down_words != 0) {
        const enum dif_result result = dif_serdes_phy_send_word(
            &m->phy, management_word_down((uint32_t)m->cause, m->down_words));
        if (result == dif_ok) {
            --m->down_words;
        }
    }
    return link_stay;
}

const struct link_state_description link_state_table[link_states] = {
    [link_probe] = {"probe", step_probe, link_power_up, 1, 0, luxlane_cause_none},
    [link_power_up] = {"power up", step_power_up, link_light, 5, 1000, luxlane_cause_power_up},
    [link_light] = {"light", step_light, link_lock, 5, 15000, luxlane_cause_no_light},
    [link_lock] = {"lock", step_lock, link_adapt, 2, 1000, luxlane_cause_no_lock},
    [link_adapt] = {"adapt", step_adapt, link_frame, 5, 1000, luxlane_cause_adapt},
    [link_frame] = {"frame", step_frame, link_hello, 5, 10000, luxlane_cause_no_frame},
    [link_hello] = {"hello", step_hello, link_drive, 5, 15000, luxlane_cause_no_peer},
    [link_drive] = {"drive", step_drive, link_readapt, 5, 50000, luxlane_cause_drive},
    [link_readapt] = {"readapt", step_readapt, link_map, 5, 1000, luxlane_cause_adapt},
    [link_map] = {"map", step_map, link_deskew, 5, 30000, luxlane_cause_repair},
    [link_deskew] = {"deskew", step_deskew, link_ready, 5, 20000, luxlane_cause_deskew},
    [link_ready] = {"ready", step_ready, link_up, 5, 20000, luxlane_cause_peer_not_ready},
    [link_recover] = {"recover", link_recovery_light, link_relock, 5, 20000,
                      luxlane_cause_no_light},
    [link_relock] = {"relock", link_recovery_lock, link_reframe, 5, 1000, luxlane_cause_no_lock},
    [link_reframe] = {"reframe", link_recovery_frame, link_rejoin, 5, 10000,
                      luxlane_cause_no_frame},
    [link_rejoin] = {"rejoin", link_recovery_rejoin, link_map, 5, 40000, luxlane_cause_no_peer},
    [link_up] = {"up", step_up, link_up, 1000, 0, luxlane_cause_none},
    [link_down] = {"down", step_down, link_down, 5, 0, luxlane_cause_none},
};
