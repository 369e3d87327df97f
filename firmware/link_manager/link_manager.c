#include "firmware/link_manager/link_manager.h"

#include "firmware/drivers/dif_clint.h"
#include "firmware/link_manager/link_recovery.h"

enum {
    us = dif_clint_ticks_per_us,
    down_repeats = 6,
    silence_limit = 20000 * us,
    scan_period = 1000 * us,
    busy_poll = 5 * us, /* about a superframe */
    phy_events = dif_serdes_phy_lane_failed_event | dif_serdes_phy_lane_degraded_event |
                 dif_serdes_phy_link_change | dif_serdes_phy_word_received |
                 dif_serdes_phy_switch_done,
    lane_events = dif_serdes_phy_lane_failed_event | dif_serdes_phy_lane_degraded_event,
};

const char* link_state_name(enum link_state state) {
    return (unsigned)state < link_states ? link_state_table[state].name : "unknown";
}

void link_manager_init(struct link_manager* manager, const struct link_config* config) {
    *manager = (struct link_manager){.config = *config, .state = link_probe, .fresh = true};
    manager->entered = config->now();
}

void link_manager_enter(struct link_manager* m, enum link_state state) {
    m->state = state;
    m->fresh = true;
    m->entered = m->now;
    m->mark = 0;
    m->seen = 0;
}

void link_manager_take_down(struct link_manager* manager, enum luxlane_cause cause) {
    if (manager->state == link_down) {
        return;
    }
    manager->config.line("link: DOWN in state '%s': %s", link_state_name(manager->state),
                         luxlane_cause_text((uint32_t)cause));
    if (cause == luxlane_cause_spares_exhausted) {
        manager->config.line("link: %u lanes failed, %u usable spares",
                             (unsigned)manager->repair.failed_lanes,
                             (unsigned)manager->repair.spares);
    }
    if (cause == luxlane_cause_unstable) {
        manager->config.line("link: broke %u times in a row", (unsigned)manager->attempts);
    }
    if (cause == luxlane_cause_no_lock) {
        manager->config.line("link: %u of %u lanes have light, clocks locked on %u of them",
                             (unsigned)manager->lit, (unsigned)manager->config.lanes,
                             (unsigned)manager->locked);
    }
    if (cause == luxlane_cause_payload_lost) {
        manager->config.line("link: %u lanes failed at once", (unsigned)manager->lanes_lost);
    }
    if (cause == luxlane_cause_peer_down) {
        manager->config.line("link: the far end says: %s", luxlane_cause_text(manager->far_cause));
    }
    manager->cause = cause;
    manager->down_words = down_repeats;
    if (manager->control.carry_payload) {
        manager->control.carry_payload = false;
        if (dif_serdes_phy_set_control(&manager->phy, &manager->control) != dif_ok) {
            manager->cause = luxlane_cause_driver_error;
        }
    }
    link_manager_enter(manager, link_down);
}

static void take_hello(struct link_manager* m, uint32_t word) {
    if (management_hello_version(word) != management_protocol_version) {
        m->cause = luxlane_cause_peer_version;
        return;
    }
    const uint32_t session = management_hello_session(word);
    if (m->far_known && session != m->far_session) {
        m->cause = luxlane_cause_peer_restarted;
        return;
    }
    m->far_known = true;
    m->far_session = session;
    if ((word & management_hello_heard) != 0) {
        m->far_heard_us = true;
    } else if (m->state > link_hello) {
        /* It still waits for our answer: the one that was sent is lost. */
        const enum dif_result result =
            management_channel_post(&m->channel, management_word_hello(true, m->session, m->seen));
        if (result != dif_unavailable) {
            (void)link_worked(m, result);
        }
    }
}

static void take_word(struct link_manager* m, uint32_t word) {
    switch (management_opcode_of(word)) {
        case management_hello:
            take_hello(m, word);
            return;
        case management_down:
            m->far_cause = word & 0xFFU;
            m->cause = luxlane_cause_peer_down;
            return;
        case management_retrain:
            link_recovery_take_word(m, word);
            return;
        case management_drive:
            (void)link_worked(m, drive_control_apply(&m->drive, word));
            break;
        case management_drive_done:
            m->drive.far_finished = true;
            break;
        case management_map_done:
            m->far_map_done = true;
            break;
        case management_ready:
            if (((word >> 24) & 0xFU) == management_stage_finished) {
                m->far_finished = true;
            } else {
                m->far_ready = true;
            }
            break;
        case management_request:
            lane_grant_request(&m->grant, word);
            break;
        default:
            lane_repair_word(&m->repair, word);
    }
    /* Only an end that has heard us sends numbered words. */
    m->far_heard_us = true;
}

/* Words in, repairs on, words out: in every state in which words can be exchanged. */
static void serve_far_end(struct link_manager* m) {
    uint32_t word = 0;
    while (management_channel_receive(&m->channel, m->now, &word) == dif_ok) {
        take_word(m, word);
    }
    if (m->far_known) {
        (void)link_worked(m, lane_grant_step(&m->grant, m->now));
        (void)link_worked(m, lane_repair_step(&m->repair, m->now));
        (void)link_worked(m, management_channel_pump(&m->channel, m->now));
    }
    if (management_channel_silence(&m->channel, m->now) > silence_limit &&
        m->cause == luxlane_cause_none) {
        m->cause = luxlane_cause_management_lost;
    }
}

/* Lanes that failed in masses may come back: light returns, a burst ends. What is still missing
 * after the way back is missed for good. */
static void judge_repair(struct link_manager* m) {
    const bool masses = m->repair.failed_lanes * 2 > m->config.data_lanes;
    const bool exhausted = m->repair.cause == luxlane_cause_spares_exhausted ||
                           m->repair.cause == luxlane_cause_no_light;
    if (exhausted && (masses || m->state > link_map)) {
        m->broken = true;
        m->repair.cause = luxlane_cause_none;
    } else if (m->cause == luxlane_cause_none) {
        m->cause = m->repair.cause;
    }
}

/* From the agreed map on, lanes that fail are replaced whatever the state. The periodic look
 * finds what an event would have told, had it not been latched together with another. */
static void monitor_lanes(struct link_manager* m) {
    uint32_t events = 0;
    bool light_changed = false;
    if (!link_worked(m, dif_serdes_phy_take_events(&m->phy, &events)) ||
        !link_worked(m, dif_pd_array_take_loss_event(&m->array, &light_changed))) {
        return;
    }
    const bool looks = m->state == link_deskew || m->state == link_up;
    const bool periodic = looks && m->now >= m->mark;
    if (m->state >= link_map && m->state < link_down &&
        ((events & lane_events) != 0 || light_changed || periodic)) {
        m->mark = periodic ? m->now + scan_period : m->mark;
        (void)link_worked(m, lane_repair_scan(&m->repair, 0));
    }
}

static void step_state(struct link_manager* m) {
    const struct link_state_description* const state = &link_state_table[m->state];
    if (m->fresh) {
        m->entered = m->now;
    }
    const enum link_outcome outcome = state->step(m);
    m->fresh = false;
    if (outcome == link_next) {
        link_manager_enter(m, state->successor);
    } else if (outcome == link_stay && state->limit_us != 0 &&
               m->now - m->entered > (uint64_t)state->limit_us * us) {
        m->cause = m->cause == luxlane_cause_none ? state->limit_cause : m->cause;
    }
}

/* The console is slow: while payload waits for lanes or for the link, nothing is printed. */
static bool tell_news(struct link_manager* m) {
    const bool calm = m->state == link_map || m->state == link_up || m->state == link_down;
    return calm && m->repair.told != m->repair.completed && !lane_repair_busy(&m->repair) &&
           lane_repair_tell(&m->repair);
}

static uint64_t next_wake(const struct link_manager* m) {
    const bool talking =
        m->state >= link_hello && m->state < link_down &&
        (lane_repair_busy(&m->repair) || !management_channel_settled(&m->channel) ||
         m->channel.expected != m->channel.acknowledgement_sent || lane_grant_busy(&m->grant));
    const uint64_t poll = (uint64_t)link_state_table[m->state].poll_us * us;
    return m->now + (talking && poll > busy_poll ? busy_poll : poll);
}

static void enable_events(struct link_manager* m) {
    if (m->state > link_power_up && m->state != link_down) {
        (void)link_worked(m, dif_serdes_phy_enable_events(&m->phy, phy_events));
        (void)link_worked(m, dif_pd_array_set_loss_interrupt(&m->array, true));
    }
}

uint64_t link_manager_step(struct link_manager* manager) {
    struct link_manager* const m = manager;
    m->now = m->config.now();
    if (m->state > link_power_up && m->state < link_down) {
        monitor_lanes(m);
        serve_far_end(m);
        judge_repair(m);
        link_recovery_watch(m);
    }
    if (m->cause == luxlane_cause_none || m->state == link_down) {
        step_state(m);
    }
    if (m->cause != luxlane_cause_none && m->state != link_down) {
        link_manager_take_down(m, m->cause);
    }
    enable_events(m);
    return tell_news(m) ? m->now : next_wake(m);
}

void link_manager_on_interrupt(struct link_manager* manager) {
    if (dif_serdes_phy_enable_events(&manager->phy, 0) != dif_ok ||
        dif_pd_array_set_loss_interrupt(&manager->array, false) != dif_ok) {
        manager->cause = luxlane_cause_driver_error;
    }
}

void link_manager_finish(struct link_manager* manager) {
    if (!manager->finished_sent && manager->state == link_up) {
        manager->finished_sent =
            management_channel_send(&manager->channel,
                                    management_word_ready(management_stage_finished),
                                    manager->now) == dif_ok;
    }
}

bool link_manager_both_finished(const struct link_manager* manager) {
    return manager->finished_sent && manager->far_finished && link_manager_quiet(manager);
}

bool link_manager_quiet(const struct link_manager* manager) {
    if (manager->state == link_down) {
        return !manager->words_possible || manager->down_words == 0;
    }
    return manager->repair.told == manager->repair.completed &&
           management_channel_settled(&manager->channel) &&
           manager->channel.expected == manager->channel.acknowledgement_sent;
}
