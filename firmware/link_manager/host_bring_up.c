#include "firmware/link_manager/host_bring_up.h"

struct host_bring_up host_bring_up_of(const struct dif_host_serdes* serdes) {
    const struct dif_host_serdes_code code = {.gray = true};
    return (struct host_bring_up){
        .serdes = serdes,
        .taps = {.pre2 = 1, .pre1 = -6, .main = 57},
        .transmitter = {.enabled = true, .code = code, .amplitude_mv = 800},
        .receiver = {.enabled = true, .code = code, .feedback_taps = 4},
        .state = host_off,
    };
}

static bool started(const struct host_bring_up* host) {
    return dif_host_serdes_set_enabled(host->serdes, true) == dif_ok &&
           dif_host_serdes_set_plls_enabled(host->serdes, true) == dif_ok &&
           dif_host_serdes_set_taps(host->serdes, dif_all_lanes, host->taps) == dif_ok &&
           dif_host_serdes_set_transmitter(host->serdes, dif_all_lanes, host->transmitter) ==
               dif_ok &&
           dif_host_serdes_set_receiver(host->serdes, dif_all_lanes, host->receiver) == dif_ok;
}

static enum host_bring_up_state wait_for_signals(struct host_bring_up* host, uint32_t lanes,
                                                 const struct dif_host_serdes_maps* maps) {
    bool locked = false;
    if (dif_host_serdes_plls_locked(host->serdes, &locked) != dif_ok) {
        return host_failed;
    }
    if (!locked || maps->signal != lanes) {
        return host_plls;
    }
    host->attempts = 1;
    return dif_host_serdes_adapt(host->serdes, dif_all_lanes, host->receiver) == dif_ok
               ? host_adapting
               : host_failed;
}

static enum host_bring_up_state wait_for_adaptation(struct host_bring_up* host, uint32_t lanes,
                                                    const struct dif_host_serdes_maps* maps) {
    if ((maps->adapt_done | maps->adapt_failed) != lanes) {
        return host_adapting;
    }
    if (maps->adapt_failed == 0) {
        return host_locking;
    }
    if (host->attempts == host_adapt_attempts) {
        return host_failed;
    }
    ++host->attempts;
    for (uint16_t lane = 0; lane < host->serdes->lanes; ++lane) {
        if ((maps->adapt_failed >> lane & 1) != 0 &&
            dif_host_serdes_adapt(host->serdes, lane, host->receiver) != dif_ok) {
            return host_failed;
        }
    }
    return host_adapting;
}

enum host_bring_up_state host_bring_up_step(struct host_bring_up* host) {
    struct dif_host_serdes_maps maps;
    if (dif_host_serdes_read_maps(host->serdes, &maps) != dif_ok) {
        return host->state = host_failed;
    }
    const uint32_t lanes = UINT32_MAX >> (32 - host->serdes->lanes);
    switch (host->state) {
        case host_off:
            host->state = started(host) ? host_plls : host_failed;
            break;
        case host_plls:
            host->state = wait_for_signals(host, lanes, &maps);
            break;
        case host_adapting:
            host->state = wait_for_adaptation(host, lanes, &maps);
            break;
        case host_locking:
        case host_ready:
            host->state = maps.ready == lanes ? host_ready : host_locking;
            break;
        case host_failed:
            break;
    }
    return host->state;
}
