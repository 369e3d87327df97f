#pragma once

#include "models/dsp/receive_filter.h"
#include "models/host_serdes/host_channel.h"

namespace luxlane::host {

/// What one receiver is connected to.
struct lane_signal {
    transmit_setting transmit;
    double excess_loss_db = 0.0;  ///< of this lane's trace beyond the nominal one
    bool operator==(const lane_signal&) const = default;
};

/// What firmware or adaptation chose of one receiver.
struct receiver_setting {
    unsigned ctle = 0;           ///< 0 .. 15
    unsigned gain = 0;           ///< 0 .. 31
    unsigned feedback_taps = 4;  ///< 0 .. 4
    bool operator==(const receiver_setting&) const = default;
};

/// What the slicers of a receiver see, behind the gain stage. The channel's amperes are volts here.
struct lane_view {
    dsp::sampled_channel channel;
    photonics::phase_response phases;
};

/// A view with the equaliser that looks at it.
struct equalised_lane {
    lane_view view;
    dsp::receive_filter filter;
    double q = 0.0;  ///< smallest eye: distance of its levels over the sum of their deviations
};

/// The lane with decision feedback (and forward taps, if built with them) of least mean square
/// error, sampled where that leaves the widest eye.
equalised_lane train_lane(const host_serdes_settings& settings, const lane_signal& signal,
                          const receiver_setting& setting);

/// The lane behind taps that were trained before; sampling phase and thresholds follow.
equalised_lane hold_lane(const host_serdes_settings& settings, const lane_signal& signal,
                         const receiver_setting& setting, const dsp::receive_filter& filter);

struct adaptation {
    receiver_setting setting;
    equalised_lane lane;
};

/// Search over all CTLE codes; the gain places the outer levels at 4/5 of the slicers' full scale
/// or as near below as its steps allow; taps as `train_lane`. The widest eye wins.
adaptation adapt_lane(const host_serdes_settings& settings, const lane_signal& signal,
                      unsigned feedback_taps);

/// Differential swing at the receiver's input, V peak to peak: what a signal detector measures.
double input_swing_v(const host_serdes_settings& settings, const lane_signal& signal);

/// How errors come: in bursts of symbols, each wrong by one level and in turn up and down, because
/// a wrong decision is fed back with the next symbol's sign reversed.
struct error_law {
    double ber = 0.0;                ///< bits with Gray code (NRZ: plain), without precoding
    double bursts_per_symbol = 0.0;  ///< probability that a burst begins at a symbol
    double continues = 0.0;          ///< probability that the symbol after a wrong one is wrong

    bool operator==(const error_law&) const = default;
};

/// From the statistical eye with jitter (`dsp::jittered_error_law`) and the stationary error
/// propagation of the feedback: bursts are geometric with its mean length.
error_law law_of(const host_serdes_settings& settings, const equalised_lane& lane);

}  // namespace luxlane::host
