#pragma once

#include "firmware/drivers/dif.h"

/// Electrical lanes between accelerator and PHY. Lanes count from 0 for accelerator to PHY and from
/// lanes / 2 for the way back.
struct dif_host_serdes {
    struct mmio_region region;
    uint16_t lanes;  ///< of both directions, at most 32
    uint8_t plls;    ///< of both ends, at most 8
    bool pam4;
};

/// How bits become levels; both ends of a lane must agree.
struct dif_host_serdes_code {
    bool inverted;  ///< the two wires exchanged
    bool gray;
    bool precode;
};

struct dif_host_serdes_transmitter {
    bool enabled;
    bool electrical_idle;
    struct dif_host_serdes_code code;
    uint16_t amplitude_mv;  ///< differential, peak to peak
};

/// Transmit equaliser, 1/64; the magnitudes sum to at most 64 and `main` is not negative.
struct dif_host_serdes_taps {
    int8_t pre3;
    int8_t pre2;
    int8_t pre1;
    int8_t main;
    int8_t post1;
};

struct dif_host_serdes_receiver {
    bool enabled;
    bool frozen;  ///< the feedback taps stay; else they follow the far end
    struct dif_host_serdes_code code;
    uint8_t ctle;           ///< 0 .. 15
    uint8_t gain;           ///< 0 .. 31
    uint8_t feedback_taps;  ///< 0 .. 4
};

struct dif_host_serdes_lane_status {
    bool signal;
    bool cdr_locked;
    bool adapt_done;
    bool adapt_failed;
    bool check_locked;
    bool gate_done;
    bool ready;
};

/// One bit for each lane.
struct dif_host_serdes_maps {
    uint32_t signal;
    uint32_t cdr_locked;
    uint32_t adapt_done;
    uint32_t adapt_failed;
    uint32_t ready;
};

enum dif_host_serdes_loopback {
    dif_host_serdes_loopback_none,
    dif_host_serdes_loopback_near,  ///< the receiver takes what its own chip sends
    dif_host_serdes_loopback_far,   ///< its chip sends what the receiver recovered
};

/// Values beside the lengths of PRBS: 7, 9, 11, 13, 15, 23, 31.
enum { dif_host_serdes_square = 1, dif_host_serdes_user = 2 };

struct dif_host_serdes_pattern {
    bool generate;
    bool check;
    uint8_t kind;  ///< of both
};

struct dif_host_serdes_counters {
    uint64_t bits;
    uint64_t errors;
    uint64_t symbol_errors;
};

/// Where the second slicer of a lane stands, and for how long.
struct dif_host_serdes_eye_point {
    uint8_t eye;     ///< 0 the lowest; PAM4 has 3
    uint8_t dwell;   ///< 2^dwell symbols, at most 40
    int8_t phase;    ///< 1/64 UI, -32 .. 31
    int8_t voltage;  ///< 1/127 of the slicers' full scale, -127 .. 127
};

/// Causes of the interrupt.
enum dif_host_serdes_event {
    dif_host_serdes_pll_lost = 1 << 0,
    dif_host_serdes_cdr_change = 1 << 1,
    dif_host_serdes_signal_change = 1 << 2,
    dif_host_serdes_adapt_done = 1 << 3,
    dif_host_serdes_gate_done = 1 << 4,
    dif_host_serdes_eye_done = 1 << 5,
    dif_host_serdes_link_change = 1 << 6,
};

/// Identifies the device and makes its handle. dif_wrong_device, dif_wrong_version. Boards without
/// electrical host lanes have nothing at its address.
DIF_MUST_USE enum dif_result dif_host_serdes_probe(struct mmio_region region,
                                                   struct dif_host_serdes* serdes);

/// Powers the block.
DIF_MUST_USE enum dif_result dif_host_serdes_set_enabled(const struct dif_host_serdes* serdes,
                                                         bool enabled);
/// Starts or stops all PLLs; they lock after their lock time.
DIF_MUST_USE enum dif_result dif_host_serdes_set_plls_enabled(const struct dif_host_serdes* serdes,
                                                              bool enabled);
DIF_MUST_USE enum dif_result dif_host_serdes_plls_locked(const struct dif_host_serdes* serdes,
                                                         bool* all);
/// Returns and clears the latches of PLLs that lost lock, one bit each.
DIF_MUST_USE enum dif_result dif_host_serdes_take_lost_plls(const struct dif_host_serdes* serdes,
                                                            uint8_t* lost);
/// True while every lane is locked, adapted and carries traffic.
DIF_MUST_USE enum dif_result dif_host_serdes_is_link_ready(const struct dif_host_serdes* serdes,
                                                           bool* ready);

/// `lane` may be dif_all_lanes in the functions from here to `clear_counters`.
DIF_MUST_USE enum dif_result dif_host_serdes_set_transmitter(
    const struct dif_host_serdes* serdes, uint16_t lane,
    struct dif_host_serdes_transmitter transmitter);
/// dif_out_of_range for taps that exceed the driver's peak.
DIF_MUST_USE enum dif_result dif_host_serdes_set_taps(const struct dif_host_serdes* serdes,
                                                      uint16_t lane,
                                                      struct dif_host_serdes_taps taps);
DIF_MUST_USE enum dif_result dif_host_serdes_set_receiver(const struct dif_host_serdes* serdes,
                                                          uint16_t lane,
                                                          struct dif_host_serdes_receiver receiver);
/// The same, and starts an adaptation, which replaces `ctle` and `gain` when it succeeds. It takes
/// milliseconds and says so by adapt_done or adapt_failed. dif_out_of_range unless enabled.
DIF_MUST_USE enum dif_result dif_host_serdes_adapt(const struct dif_host_serdes* serdes,
                                                   uint16_t lane,
                                                   struct dif_host_serdes_receiver receiver);
DIF_MUST_USE enum dif_result dif_host_serdes_set_loopback(const struct dif_host_serdes* serdes,
                                                          uint16_t lane,
                                                          enum dif_host_serdes_loopback loopback);
/// Sends and checks a test pattern on a lane; it carries no traffic meanwhile.
DIF_MUST_USE enum dif_result dif_host_serdes_set_pattern(const struct dif_host_serdes* serdes,
                                                         uint16_t lane,
                                                         struct dif_host_serdes_pattern pattern);
/// Makes `count` bits of a generator's pattern wrong.
DIF_MUST_USE enum dif_result dif_host_serdes_inject(const struct dif_host_serdes* serdes,
                                                    uint16_t lane, uint8_t count);
/// Clears a checker's counters, which then count for `gate_us`, below 2^24; 0: until cleared.
DIF_MUST_USE enum dif_result dif_host_serdes_clear_counters(const struct dif_host_serdes* serdes,
                                                            uint16_t lane, uint32_t gate_us);

DIF_MUST_USE enum dif_result dif_host_serdes_read_lane_status(
    const struct dif_host_serdes* serdes, uint16_t lane,
    struct dif_host_serdes_lane_status* status);
DIF_MUST_USE enum dif_result dif_host_serdes_read_maps(const struct dif_host_serdes* serdes,
                                                       struct dif_host_serdes_maps* maps);
/// Eye opening over noise (Q) of the smallest eye times 100.
DIF_MUST_USE enum dif_result dif_host_serdes_figure_of_merit(const struct dif_host_serdes* serdes,
                                                             uint16_t lane, uint16_t* q_100);
/// Counters of a lane's checker as they are now.
DIF_MUST_USE enum dif_result dif_host_serdes_read_counters(
    const struct dif_host_serdes* serdes, uint16_t lane, struct dif_host_serdes_counters* counters);

/// Starts an eye measurement. dif_unavailable while one runs.
DIF_MUST_USE enum dif_result dif_host_serdes_start_eye(const struct dif_host_serdes* serdes,
                                                       uint16_t lane,
                                                       struct dif_host_serdes_eye_point point);
/// Symbols on the wrong side in the last one. dif_unavailable until it has ended, dif_io_error if
/// the lane was not locked then.
DIF_MUST_USE enum dif_result dif_host_serdes_read_eye(const struct dif_host_serdes* serdes,
                                                      uint16_t lane, uint64_t* errors);

/// Enables interrupts of the given dif_host_serdes_event causes, and takes (returns and clears)
/// those that are latched. `take` may be used by the interrupt handler.
DIF_MUST_USE enum dif_result dif_host_serdes_set_interrupts(const struct dif_host_serdes* serdes,
                                                            uint32_t events);
DIF_MUST_USE enum dif_result dif_host_serdes_take_events(const struct dif_host_serdes* serdes,
                                                         uint32_t* events);
