#include "firmware/link_manager/drive_control.h"

#include "firmware/drivers/dif_clint.h"

enum {
    rounds = 3,
    /* The second one corrects what droop left of the first. */
    common_rounds_limit = 2,
    tolerance_percent = 5,
    /* The mean has to be nearer than that: it decides how many lanes need a word of their own. */
    common_tolerance_percent = 1,
    /* Below this there is no light worth a correction, 10 nW units. */
    dark_10nw = 10,
    /* From the far end's write to a steady reading here: line time, flight, monitor. */
    settle_ticks = 20 * dif_clint_ticks_per_us,
};

const struct drive_settings drive_default = {
    .initial_ua = 470, .extinction_percent = 1000, .post_tap_64 = 6};

void drive_control_init(struct drive_control* drive, const struct dif_pd_array* array,
                        const struct dif_tx_driver* driver, struct management_channel* channel,
                        uint16_t lanes, uint16_t target_10nw,
                        const struct drive_settings* settings) {
    *drive = (struct drive_control){.array = array,
                                    .driver = driver,
                                    .channel = channel,
                                    .lanes = lanes,
                                    .target_10nw = target_10nw,
                                    .settings = *settings};
    for (uint16_t lane = 0; lane < lanes; ++lane) {
        drive->told_ua[lane] = settings->initial_ua;
    }
}

/* The bias of a zero follows the current. */
static enum dif_result set_lane(const struct drive_control* drive, uint16_t lane, uint16_t on_ua) {
    const uint32_t percent = drive->settings.extinction_percent;
    const uint16_t off_ua = (uint16_t)((on_ua * 100U + percent / 2) / percent);
    return dif_tx_driver_set_current(
        drive->driver, lane, (struct dif_tx_driver_current){.on_ua = on_ua, .off_ua = off_ua});
}

enum dif_result drive_control_power_up(const struct drive_control* drive) {
    const enum dif_result result =
        dif_tx_driver_set_post_tap(drive->driver, dif_all_lanes, drive->settings.post_tap_64);
    return result == dif_ok ? set_lane(drive, dif_all_lanes, drive->settings.initial_ua) : result;
}

static uint16_t wanted_current(uint16_t current_ua, uint16_t power_10nw, uint16_t target_10nw) {
    const uint32_t wanted = (uint32_t)current_ua * target_10nw / power_10nw;
    if (wanted > drive_maximum_ua) {
        return drive_maximum_ua;
    }
    return (uint16_t)(wanted < drive_minimum_ua ? drive_minimum_ua : wanted);
}

static bool near_target(uint16_t power_10nw, uint16_t target_10nw, uint32_t percent) {
    const uint32_t difference = power_10nw > target_10nw ? (uint32_t)power_10nw - target_10nw
                                                         : (uint32_t)target_10nw - power_10nw;
    return difference * 100 <= target_10nw * percent;
}

/* Mean power of the lanes that have light; 0 if none has. */
static enum dif_result mean_power(const struct drive_control* drive, uint16_t* mean_10nw) {
    uint32_t sum = 0, lit = 0;
    for (uint16_t lane = 0; lane < drive->lanes; ++lane) {
        uint16_t power = 0;
        const enum dif_result result = dif_pd_array_lane_power(drive->array, lane, &power);
        if (result != dif_ok) {
            return result;
        }
        if (power >= dark_10nw) {
            sum += power;
            ++lit;
        }
    }
    *mean_10nw = (uint16_t)(lit != 0 ? sum / lit : 0);
    return dif_ok;
}

/* Asks for one current for all lanes if their mean wants it; else the common rounds are over. */
static enum dif_result correct_mean(struct drive_control* drive, uint64_t now) {
    uint16_t mean = 0;
    enum dif_result result = mean_power(drive, &mean);
    if (result != dif_ok) {
        return result;
    }
    drive->common_done = mean == 0 || drive->common_rounds == common_rounds_limit ||
                         near_target(mean, drive->target_10nw, common_tolerance_percent);
    const uint16_t told = drive->told_ua[0];
    const uint16_t wanted =
        drive->common_done ? told : wanted_current(told, mean, drive->target_10nw);
    drive->common_done = wanted == told;
    if (drive->common_done) {
        return dif_ok;
    }
    result = management_channel_send(
        drive->channel, management_word(management_drive, management_all_lanes, wanted), now);
    if (result == dif_ok) {
        for (uint16_t lane = 0; lane < drive->lanes; ++lane) {
            drive->told_ua[lane] = wanted;
        }
        ++drive->common_rounds;
    }
    return result;
}

/* Looks at the next lane and asks for a correction if it wants one. */
static enum dif_result correct_lane(struct drive_control* drive, uint64_t now) {
    uint16_t power = 0;
    enum dif_result result = dif_pd_array_lane_power(drive->array, drive->lane, &power);
    if (result != dif_ok) {
        return result;
    }
    if (power >= dark_10nw && !near_target(power, drive->target_10nw, tolerance_percent)) {
        uint16_t* const told = &drive->told_ua[drive->lane];
        const uint16_t wanted = wanted_current(*told, power, drive->target_10nw);
        if (wanted != *told) {
            result = management_channel_send(
                drive->channel, management_word(management_drive, drive->lane, wanted), now);
            if (result != dif_ok) {
                return result;
            }
            *told = wanted;
            ++drive->corrections;
        }
    }
    ++drive->lane;
    return dif_ok;
}

static enum dif_result finish(struct drive_control* drive, uint64_t now) {
    const enum dif_result result =
        management_channel_send(drive->channel, management_word(management_drive_done, 0, 0), now);
    drive->finished = result == dif_ok;
    return result;
}

enum dif_result drive_control_step(struct drive_control* drive, uint64_t now) {
    enum dif_result result = dif_ok;
    if (drive->finished) {
        return dif_ok;
    }
    if (drive->settling) {
        if (!management_channel_settled(drive->channel)) {
            drive->settled_at = now + settle_ticks;
            return dif_ok;
        }
        if (now < drive->settled_at) {
            return dif_ok;
        }
        drive->settling = false;
        drive->lane = 0;
        drive->corrections = 0;
        drive->round += drive->common_done;
    }
    if (!drive->common_done) {
        result = correct_mean(drive, now);
        if (result != dif_ok || !drive->common_done) {
            drive->settling = true;
            drive->settled_at = now + settle_ticks;
            return result;
        }
    }
    while (result == dif_ok && drive->lane < drive->lanes &&
           management_channel_room(drive->channel) > 1) {
        result = correct_lane(drive, now);
    }
    if (result == dif_ok && drive->lane == drive->lanes) {
        if (drive->corrections == 0 || drive->round + 1 == rounds) {
            return finish(drive, now);
        }
        drive->settling = true;
        drive->settled_at = now + settle_ticks;
    }
    return result;
}

enum dif_result drive_control_apply(const struct drive_control* drive, uint32_t word) {
    const uint16_t lane = management_high(word);
    const uint16_t current = management_low(word);
    const bool all = lane == management_all_lanes;
    if ((!all && lane >= drive->lanes) || current > drive_maximum_ua) {
        return dif_ok;
    }
    return set_lane(drive, all ? dif_all_lanes : lane, current);
}
