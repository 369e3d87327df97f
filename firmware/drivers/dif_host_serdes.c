#include "firmware/drivers/dif_host_serdes.h"

#include "firmware/drivers/dif_lane.h"
#include "regs/host_serdes.h"

_Static_assert(HOST_SERDES_LANE_SELECT_INDEX_MASK == dif_all_lanes, "width of a lane number");

#define FIELD(name, value) field_place((value), HOST_SERDES_##name##_LSB, HOST_SERDES_##name##_MASK)
#define MOST(name) (HOST_SERDES_##name##_MASK >> HOST_SERDES_##name##_LSB)

enum {
    all_events = (1 << 7) - 1,
    peak_64 = 64,  ///< of the transmit taps together
    most_amplitude_mv = 1000,
    most_feedback_taps = 4,
    longest_dwell = 40,
    least_phase = -32,
    most_phase = 31,
};

static struct dif_lane_window lanes_of(const struct dif_host_serdes* serdes) {
    if (serdes == NULL) {
        return (struct dif_lane_window){NULL, 0, 0};
    }
    return (struct dif_lane_window){&serdes->region, serdes->lanes, HOST_SERDES_LANE_SELECT_OFFSET};
}

static uint32_t all_plls(const struct dif_host_serdes* serdes) { return (1u << serdes->plls) - 1; }

enum dif_result dif_host_serdes_probe(struct mmio_region region, struct dif_host_serdes* serdes) {
    if (serdes == NULL) {
        return dif_bad_argument;
    }
    const enum dif_result identity = dif_check_identity(
        region, (struct dif_identity){HOST_SERDES_ID_OFFSET, HOST_SERDES_ID_RESET,
                                      HOST_SERDES_VERSION_OFFSET, HOST_SERDES_VERSION_RESET});
    if (identity != dif_ok) {
        return identity;
    }
    const uint32_t capability = mmio_read32(region, HOST_SERDES_CAPABILITY_OFFSET);
    serdes->region = region;
    serdes->lanes = (uint16_t)(2 * field_take(capability, HOST_SERDES_CAPABILITY_LANES_LSB,
                                              HOST_SERDES_CAPABILITY_LANES_MASK));
    serdes->plls = (uint8_t)(2 * field_take(capability, HOST_SERDES_CAPABILITY_QUADS_LSB,
                                            HOST_SERDES_CAPABILITY_QUADS_MASK));
    serdes->pam4 = (capability & HOST_SERDES_CAPABILITY_PAM4_MASK) != 0;
    return dif_ok;
}

enum dif_result dif_host_serdes_set_enabled(const struct dif_host_serdes* serdes, bool enabled) {
    if (serdes == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(serdes->region, HOST_SERDES_CONTROL_OFFSET,
                 enabled ? HOST_SERDES_CONTROL_ENABLE_MASK : 0);
    return dif_ok;
}

enum dif_result dif_host_serdes_set_plls_enabled(const struct dif_host_serdes* serdes,
                                                 bool enabled) {
    if (serdes == NULL) {
        return dif_bad_argument;
    }
    mmio_write32(serdes->region, HOST_SERDES_PLL_CONTROL_OFFSET,
                 FIELD(PLL_CONTROL_ENABLE, enabled ? all_plls(serdes) : 0));
    return dif_ok;
}

enum dif_result dif_host_serdes_plls_locked(const struct dif_host_serdes* serdes, bool* all) {
    if (serdes == NULL || all == NULL) {
        return dif_bad_argument;
    }
    *all = mmio_read32(serdes->region, HOST_SERDES_PLL_STATUS_OFFSET) == all_plls(serdes);
    return dif_ok;
}

enum dif_result dif_host_serdes_take_lost_plls(const struct dif_host_serdes* serdes,
                                               uint8_t* lost) {
    if (serdes == NULL || lost == NULL) {
        return dif_bad_argument;
    }
    *lost = (uint8_t)mmio_read32(serdes->region, HOST_SERDES_PLL_LOST_OFFSET);
    if (*lost != 0) {
        mmio_write32(serdes->region, HOST_SERDES_PLL_LOST_OFFSET, *lost);
    }
    return dif_ok;
}

enum dif_result dif_host_serdes_is_link_ready(const struct dif_host_serdes* serdes, bool* ready) {
    if (serdes == NULL || ready == NULL) {
        return dif_bad_argument;
    }
    *ready = (mmio_read32(serdes->region, HOST_SERDES_STATUS_OFFSET) &
              HOST_SERDES_STATUS_LINK_READY_MASK) != 0;
    return dif_ok;
}

enum dif_result dif_host_serdes_set_transmitter(const struct dif_host_serdes* serdes, uint16_t lane,
                                                struct dif_host_serdes_transmitter transmitter) {
    if (serdes == NULL) {
        return dif_bad_argument;
    }
    if (transmitter.amplitude_mv > most_amplitude_mv) {
        return dif_out_of_range;
    }
    return dif_lane_write(lanes_of(serdes), lane, HOST_SERDES_LANE_TX_CONTROL_OFFSET,
                          FIELD(LANE_TX_CONTROL_ENABLE, transmitter.enabled) |
                              FIELD(LANE_TX_CONTROL_ELECTRICAL_IDLE, transmitter.electrical_idle) |
                              FIELD(LANE_TX_CONTROL_POLARITY, transmitter.code.inverted) |
                              FIELD(LANE_TX_CONTROL_GRAY, transmitter.code.gray) |
                              FIELD(LANE_TX_CONTROL_PRECODE, transmitter.code.precode) |
                              FIELD(LANE_TX_CONTROL_AMPLITUDE_MV, transmitter.amplitude_mv));
}

static unsigned magnitude(int8_t tap) { return (unsigned)(tap < 0 ? -tap : tap); }

/// True if `tap` fits into a field of six bits in two's complement.
static bool is_side_tap(int8_t tap) { return tap >= -32 && tap <= 31; }

enum dif_result dif_host_serdes_set_taps(const struct dif_host_serdes* serdes, uint16_t lane,
                                         struct dif_host_serdes_taps taps) {
    if (serdes == NULL) {
        return dif_bad_argument;
    }
    const unsigned sum = magnitude(taps.pre3) + magnitude(taps.pre2) + magnitude(taps.pre1) +
                         magnitude(taps.main) + magnitude(taps.post1);
    if (taps.main < 0 || sum > peak_64 || !is_side_tap(taps.pre3) || !is_side_tap(taps.pre2) ||
        !is_side_tap(taps.pre1) || !is_side_tap(taps.post1)) {
        return dif_out_of_range;
    }
    return dif_lane_write(lanes_of(serdes), lane, HOST_SERDES_LANE_TX_TAPS_OFFSET,
                          FIELD(LANE_TX_TAPS_PRE3, (uint32_t)taps.pre3) |
                              FIELD(LANE_TX_TAPS_PRE2, (uint32_t)taps.pre2) |
                              FIELD(LANE_TX_TAPS_PRE1, (uint32_t)taps.pre1) |
                              FIELD(LANE_TX_TAPS_POST1, (uint32_t)taps.post1) |
                              FIELD(LANE_TX_TAPS_MAIN, (uint32_t)taps.main));
}

static enum dif_result write_receiver(const struct dif_host_serdes* serdes, uint16_t lane,
                                      const struct dif_host_serdes_receiver* receiver, bool adapt) {
    if (serdes == NULL) {
        return dif_bad_argument;
    }
    if (receiver->ctle > MOST(LANE_RX_CONTROL_CTLE) ||
        receiver->gain > MOST(LANE_RX_CONTROL_GAIN) ||
        receiver->feedback_taps > most_feedback_taps) {
        return dif_out_of_range;
    }
    return dif_lane_write(lanes_of(serdes), lane, HOST_SERDES_LANE_RX_CONTROL_OFFSET,
                          FIELD(LANE_RX_CONTROL_ENABLE, receiver->enabled) |
                              FIELD(LANE_RX_CONTROL_ADAPT, adapt) |
                              FIELD(LANE_RX_CONTROL_FREEZE, receiver->frozen) |
                              FIELD(LANE_RX_CONTROL_POLARITY, receiver->code.inverted) |
                              FIELD(LANE_RX_CONTROL_GRAY, receiver->code.gray) |
                              FIELD(LANE_RX_CONTROL_PRECODE, receiver->code.precode) |
                              FIELD(LANE_RX_CONTROL_CTLE, receiver->ctle) |
                              FIELD(LANE_RX_CONTROL_GAIN, receiver->gain) |
                              FIELD(LANE_RX_CONTROL_FEEDBACK_TAPS, receiver->feedback_taps));
}

enum dif_result dif_host_serdes_set_receiver(const struct dif_host_serdes* serdes, uint16_t lane,
                                             struct dif_host_serdes_receiver receiver) {
    return write_receiver(serdes, lane, &receiver, false);
}

enum dif_result dif_host_serdes_adapt(const struct dif_host_serdes* serdes, uint16_t lane,
                                      struct dif_host_serdes_receiver receiver) {
    if (serdes != NULL && !receiver.enabled) {
        return dif_out_of_range;
    }
    return write_receiver(serdes, lane, &receiver, true);
}

enum dif_result dif_host_serdes_set_loopback(const struct dif_host_serdes* serdes, uint16_t lane,
                                             enum dif_host_serdes_loopback loopback) {
    if ((unsigned)loopback > dif_host_serdes_loopback_far) {
        return dif_bad_argument;
    }
    return dif_lane_write(lanes_of(serdes), lane, HOST_SERDES_LANE_LOOPBACK_OFFSET,
                          FIELD(LANE_LOOPBACK_MODE, (uint32_t)loopback));
}

static bool is_pattern(uint8_t kind) {
    switch (kind) {
        case dif_host_serdes_square:
        case dif_host_serdes_user:
        case 7:
        case 9:
        case 11:
        case 13:
        case 15:
        case 23:
        case 31:
            return true;
        default:
            return false;
    }
}

enum dif_result dif_host_serdes_set_pattern(const struct dif_host_serdes* serdes, uint16_t lane,
                                            struct dif_host_serdes_pattern pattern) {
    if (!is_pattern(pattern.kind)) {
        return dif_bad_argument;
    }
    return dif_lane_write(lanes_of(serdes), lane, HOST_SERDES_LANE_PATTERN_OFFSET,
                          FIELD(LANE_PATTERN_GENERATE, pattern.generate) |
                              FIELD(LANE_PATTERN_CHECK, pattern.check) |
                              FIELD(LANE_PATTERN_GENERATE_KIND, pattern.kind) |
                              FIELD(LANE_PATTERN_CHECK_KIND, pattern.kind));
}

enum dif_result dif_host_serdes_inject(const struct dif_host_serdes* serdes, uint16_t lane,
                                       uint8_t count) {
    return dif_lane_write(lanes_of(serdes), lane, HOST_SERDES_LANE_INJECT_OFFSET,
                          FIELD(LANE_INJECT_COUNT, count));
}

enum dif_result dif_host_serdes_clear_counters(const struct dif_host_serdes* serdes, uint16_t lane,
                                               uint32_t gate_us) {
    if (serdes == NULL) {
        return dif_bad_argument;
    }
    if (gate_us > MOST(LANE_GATE_MICROSECONDS)) {
        return dif_out_of_range;
    }
    const enum dif_result result =
        dif_lane_write(lanes_of(serdes), lane, HOST_SERDES_LANE_GATE_OFFSET,
                       FIELD(LANE_GATE_MICROSECONDS, gate_us));
    if (result == dif_ok) {
        mmio_write32(serdes->region, HOST_SERDES_LANE_CHECK_OFFSET,
                     HOST_SERDES_LANE_CHECK_CLEAR_MASK);
    }
    return result;
}

enum dif_result dif_host_serdes_read_lane_status(const struct dif_host_serdes* serdes,
                                                 uint16_t lane,
                                                 struct dif_host_serdes_lane_status* status) {
    if (status == NULL) {
        return dif_bad_argument;
    }
    uint32_t raw = 0;
    const enum dif_result result =
        dif_lane_read(lanes_of(serdes), lane, HOST_SERDES_LANE_STATUS_OFFSET, &raw);
    if (result == dif_ok) {
        status->signal = (raw & HOST_SERDES_LANE_STATUS_LOSS_OF_SIGNAL_MASK) == 0;
        status->cdr_locked = (raw & HOST_SERDES_LANE_STATUS_CDR_LOCKED_MASK) != 0;
        status->adapt_done = (raw & HOST_SERDES_LANE_STATUS_ADAPT_DONE_MASK) != 0;
        status->adapt_failed = (raw & HOST_SERDES_LANE_STATUS_ADAPT_FAILED_MASK) != 0;
        status->check_locked = (raw & HOST_SERDES_LANE_STATUS_CHECK_LOCKED_MASK) != 0;
        status->gate_done = (raw & HOST_SERDES_LANE_STATUS_GATE_DONE_MASK) != 0;
        status->ready = (raw & HOST_SERDES_LANE_STATUS_READY_MASK) != 0;
    }
    return result;
}

enum dif_result dif_host_serdes_read_maps(const struct dif_host_serdes* serdes,
                                          struct dif_host_serdes_maps* maps) {
    if (serdes == NULL || maps == NULL) {
        return dif_bad_argument;
    }
    maps->signal = mmio_read32(serdes->region, HOST_SERDES_SIGNAL_MAP_OFFSET);
    maps->cdr_locked = mmio_read32(serdes->region, HOST_SERDES_CDR_LOCK_MAP_OFFSET);
    maps->adapt_done = mmio_read32(serdes->region, HOST_SERDES_ADAPT_DONE_MAP_OFFSET);
    maps->adapt_failed = mmio_read32(serdes->region, HOST_SERDES_ADAPT_FAILED_MAP_OFFSET);
    maps->ready = mmio_read32(serdes->region, HOST_SERDES_READY_MAP_OFFSET);
    return dif_ok;
}

enum dif_result dif_host_serdes_figure_of_merit(const struct dif_host_serdes* serdes, uint16_t lane,
                                                uint16_t* q_100) {
    return dif_lane_read_field(lanes_of(serdes), lane, HOST_SERDES_LANE_FOM_OFFSET,
                               HOST_SERDES_LANE_FOM_Q_100_LSB, HOST_SERDES_LANE_FOM_Q_100_MASK,
                               q_100);
}

static uint64_t read_pair(struct mmio_region region, uint32_t low, uint32_t high) {
    return mmio_read32(region, low) | (uint64_t)mmio_read32(region, high) << 32;
}

enum dif_result dif_host_serdes_read_counters(const struct dif_host_serdes* serdes, uint16_t lane,
                                              struct dif_host_serdes_counters* counters) {
    if (counters == NULL) {
        return dif_bad_argument;
    }
    const enum dif_result result = dif_lane_select(lanes_of(serdes), lane);
    if (result == dif_ok) {
        const struct mmio_region region = serdes->region;
        mmio_write32(region, HOST_SERDES_SNAPSHOT_OFFSET, HOST_SERDES_SNAPSHOT_TAKE_MASK);
        counters->bits =
            read_pair(region, HOST_SERDES_LANE_BITS_LO_OFFSET, HOST_SERDES_LANE_BITS_HI_OFFSET);
        counters->errors =
            read_pair(region, HOST_SERDES_LANE_ERRORS_LO_OFFSET, HOST_SERDES_LANE_ERRORS_HI_OFFSET);
        counters->symbol_errors = read_pair(region, HOST_SERDES_LANE_SYMBOL_ERRORS_LO_OFFSET,
                                            HOST_SERDES_LANE_SYMBOL_ERRORS_HI_OFFSET);
    }
    return result;
}

enum dif_result dif_host_serdes_start_eye(const struct dif_host_serdes* serdes, uint16_t lane,
                                          struct dif_host_serdes_eye_point point) {
    if (serdes == NULL) {
        return dif_bad_argument;
    }
    const uint8_t eyes = serdes->pam4 ? 3 : 1;
    if (point.eye >= eyes || point.dwell > longest_dwell || point.phase < least_phase ||
        point.phase > most_phase || point.voltage == INT8_MIN) {
        return dif_out_of_range;
    }
    uint32_t control = 0;
    const enum dif_result result =
        dif_lane_read(lanes_of(serdes), lane, HOST_SERDES_LANE_EYE_CONTROL_OFFSET, &control);
    if (result != dif_ok) {
        return result;
    }
    if ((control & HOST_SERDES_LANE_EYE_CONTROL_START_MASK) != 0) {
        return dif_unavailable;
    }
    mmio_write32(serdes->region, HOST_SERDES_LANE_EYE_POSITION_OFFSET,
                 FIELD(LANE_EYE_POSITION_PHASE, (uint32_t)point.phase) |
                     FIELD(LANE_EYE_POSITION_VOLTAGE, (uint32_t)point.voltage));
    mmio_write32(serdes->region, HOST_SERDES_LANE_EYE_CONTROL_OFFSET,
                 HOST_SERDES_LANE_EYE_CONTROL_START_MASK | FIELD(LANE_EYE_CONTROL_EYE, point.eye) |
                     FIELD(LANE_EYE_CONTROL_DWELL, point.dwell));
    return dif_ok;
}

enum dif_result dif_host_serdes_read_eye(const struct dif_host_serdes* serdes, uint16_t lane,
                                         uint64_t* errors) {
    if (errors == NULL) {
        return dif_bad_argument;
    }
    uint32_t status = 0;
    const enum dif_result result =
        dif_lane_read(lanes_of(serdes), lane, HOST_SERDES_LANE_STATUS_OFFSET, &status);
    if (result != dif_ok) {
        return result;
    }
    if ((status & HOST_SERDES_LANE_STATUS_EYE_FAILED_MASK) != 0) {
        return dif_io_error;
    }
    if ((status & HOST_SERDES_LANE_STATUS_EYE_DONE_MASK) == 0) {
        return dif_unavailable;
    }
    *errors = read_pair(serdes->region, HOST_SERDES_LANE_EYE_ERRORS_LO_OFFSET,
                        HOST_SERDES_LANE_EYE_ERRORS_HI_OFFSET);
    return dif_ok;
}

enum dif_result dif_host_serdes_set_interrupts(const struct dif_host_serdes* serdes,
                                               uint32_t events) {
    if (serdes == NULL) {
        return dif_bad_argument;
    }
    if (events > all_events) {
        return dif_out_of_range;
    }
    mmio_write32(serdes->region, HOST_SERDES_IRQ_MASK_OFFSET, events);
    return dif_ok;
}

enum dif_result dif_host_serdes_take_events(const struct dif_host_serdes* serdes,
                                            uint32_t* events) {
    if (serdes == NULL || events == NULL) {
        return dif_bad_argument;
    }
    *events = mmio_read32(serdes->region, HOST_SERDES_IRQ_STATUS_OFFSET);
    if (*events != 0) {
        mmio_write32(serdes->region, HOST_SERDES_IRQ_STATUS_OFFSET, *events);
    }
    return dif_ok;
}
