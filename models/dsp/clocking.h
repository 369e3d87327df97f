#pragma once

#include <cstdint>

#include "models/dsp/jitter.h"

namespace luxlane::dsp {

/// Share of the transmit clock's jitter at `frequency_hz` that a receiver sees whose forwarded
/// clock arrives `skew_s` away from the data: |1 - exp(-j 2 pi f skew)| = 2 |sin(pi f skew)|. What
/// is slow is common to both and cancels; at half a turn it doubles.
double forwarded_clock_residual(double frequency_hz, double skew_s);

/// Jitter of a lane that is sampled by the forwarded clock of its own transmitter, `delay_ui` = 0
/// or more symbols later than the data (else std::out_of_range): data jitter less clock jitter.
/// Random and duty-cycle jitter belong to whole symbols, so that a fraction of the delay counts for
/// the sinusoidal part alone.
class forwarded_clock {
public:
    forwarded_clock(const jitter_generator& transmitter, double delay_ui);

    /// What is left at `symbol`; before the clock's first edge its jitter is that of edge 0.
    double at(std::uint64_t symbol) const;

private:
    jitter_generator transmitter_;
    double delay_ui_;
    std::uint64_t whole_;
};

/// The same as amplitudes: random jitter grows by sqrt(2) (none without delay), sinusoidal jitter
/// of `frequency` cycles per symbol by the residual, duty cycle doubles at odd delays and cancels
/// at even ones.
sampling_jitter residual_jitter(const sampling_jitter& transmitter, double frequency,
                                double delay_ui);

}  // namespace luxlane::dsp
