#pragma once

#include "firmware/drivers/dif.h"

/// Equalisers, clock recovery and slicers of the receiver.
struct dif_rx_dsp {
    struct mmio_region region;
    uint16_t lanes;
};

/// Equaliser taps of one lane, 1/64.
struct dif_rx_dsp_taps {
    int8_t pre;
    int8_t main;
    int8_t post;
};

struct dif_rx_dsp_lane_status {
    bool cdr_locked;
    bool adapt_done;
    bool adapt_failed;
    bool eye_done;
    bool eye_failed;
};

/// Where the second slicer of a lane stands during an eye measurement, and for how long.
struct dif_rx_dsp_eye_point {
    int8_t phase;    ///< -32 .. 31, 1/64 of a symbol, positive when late
    int8_t voltage;  ///< -127 .. 127, 1/127 of half the distance of the outer levels
    uint8_t dwell;   ///< 2^dwell line bits, at most 40
};

/// Identifies the device and makes its handle. dif_wrong_device, dif_wrong_version.
DIF_MUST_USE enum dif_result dif_rx_dsp_probe(struct mmio_region region, struct dif_rx_dsp* dsp);

/// Powers the array.
DIF_MUST_USE enum dif_result dif_rx_dsp_set_enabled(const struct dif_rx_dsp* dsp, bool enabled);
DIF_MUST_USE enum dif_result dif_rx_dsp_is_ready(const struct dif_rx_dsp* dsp, bool* ready);

/// `lane` may be dif_all_lanes in the functions from here to `set_taps`.
/// Enabling starts the clock recovery.
DIF_MUST_USE enum dif_result dif_rx_dsp_set_lane_enabled(const struct dif_rx_dsp* dsp,
                                                         uint16_t lane, bool enabled);
/// Starts an adaptation of the taps of a lane, which is or becomes enabled by it.
DIF_MUST_USE enum dif_result dif_rx_dsp_adapt(const struct dif_rx_dsp* dsp, uint16_t lane);
DIF_MUST_USE enum dif_result dif_rx_dsp_set_taps(const struct dif_rx_dsp* dsp, uint16_t lane,
                                                 struct dif_rx_dsp_taps taps);

DIF_MUST_USE enum dif_result dif_rx_dsp_read_taps(const struct dif_rx_dsp* dsp, uint16_t lane,
                                                  struct dif_rx_dsp_taps* taps);
DIF_MUST_USE enum dif_result dif_rx_dsp_read_lane_status(const struct dif_rx_dsp* dsp,
                                                         uint16_t lane,
                                                         struct dif_rx_dsp_lane_status* status);
/// Figure of merit of one lane: eye opening over noise (Q) times 100.
DIF_MUST_USE enum dif_result dif_rx_dsp_figure_of_merit(const struct dif_rx_dsp* dsp, uint16_t lane,
                                                        uint16_t* q_100);

/// Starts an eye measurement; `lane` may be dif_all_lanes. It ends 2^dwell line bits later: see
/// `read_eye`. dif_unavailable while one runs on the lane (all lanes: those that have one
/// running go on with it). dif_out_of_range for a point that is none.
DIF_MUST_USE enum dif_result dif_rx_dsp_start_eye(const struct dif_rx_dsp* dsp, uint16_t lane,
                                                  struct dif_rx_dsp_eye_point point);
/// Bits that the last eye measurement of one lane found different from what was decided.
/// dif_unavailable while it runs or before there was one, dif_io_error if the clock recovery did
/// not last.
DIF_MUST_USE enum dif_result dif_rx_dsp_read_eye(const struct dif_rx_dsp* dsp, uint16_t lane,
                                                 uint64_t* errors);

/// Lanes with locked clock recovery; lanes whose last adaptation succeeded.
DIF_MUST_USE enum dif_result dif_rx_dsp_lock_map(const struct dif_rx_dsp* dsp,
                                                 struct lane_map* map);
DIF_MUST_USE enum dif_result dif_rx_dsp_adapted_map(const struct dif_rx_dsp* dsp,
                                                    struct lane_map* map);
