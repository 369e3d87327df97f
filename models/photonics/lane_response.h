#pragma once

#include <array>
#include <complex>

#include "models/photonics/lane_parameters.h"

namespace luxlane::photonics {

/// Symbol-spaced pulse response: element PRE_CURSORS is the main cursor.
inline constexpr int PRE_CURSORS = 6;
inline constexpr int POST_CURSORS = 10;
inline constexpr int PULSE_TAPS = PRE_CURSORS + 1 + POST_CURSORS;
/// Symbols over which the noise of successive samples is correlated.
inline constexpr int NOISE_LAGS = 4;
/// Adjacent lanes on the grid, in this order: above, left, right, below.
inline constexpr std::size_t SIDES = 4;

/// What the receiver's sampler sees of one lane; every fidelity starts from this. Symbol values
/// are v in 0 .. 1 (NRZ: 0 and 1). The sampled photocurrent, referred to the amplifier's input, is
///   zero_a + (one_a - zero_a) (sum_j pulse[j] v[k+6-j] + sum_j pair[j] v[k+6-j] v[k+5-j])
/// where the pairs are what the emitter's nonlinearity leaves.
struct lane_response {
    std::array<double, PULSE_TAPS> pulse;  ///< with `pair`, sums to 1
    std::array<double, PULSE_TAPS> pair;   ///< of a symbol and the one before it
    std::array<double, 4> level;           ///< static light of symbols 0 .. 3; NRZ: of 0 and 1
    double residual;                       ///< rms of what pulse and pair leave, over the swing
    double jitter_noise;                   ///< rms that the sampling clock's jitter makes, likewise
    double one_a;                          ///< photocurrent of a long run of the highest symbol
    double zero_a;                         ///< photocurrent of a long run of the lowest
    double noise_one_a;                    ///< rms at the highest level
    double noise_zero_a;                   ///< rms at the lowest
    /// Noise of samples 1 .. 4 symbols apart, over its variance.
    std::array<double, NOISE_LAGS> noise_correlation;
    /// Photocurrent in the lane on each side over that in this one, light and wires together.
    std::array<double, SIDES> crosstalk;
    double sampling_phase_ui;  ///< of the main cursor, behind the arrival of the symbol's start
    double transmit_power_w;   ///< average, out of the chip
    double received_power_w;   ///< average, on the photodiode
    double group_delay_s;      ///< fibre plus the lane's skew
    double average_current_a;  ///< of the emitter
    double forward_voltage_v;  ///< at the peak current

    bool operator==(const lane_response&) const = default;
};

/// Small-signal response of the whole chain at `frequency_hz`, 1 at zero frequency: transmit
/// equaliser, carrier lifetime and driver pole at the average current, `linear_chain`. Throws as
/// `check`.
std::complex<double> chain_response(const lane_parameters& lane, double frequency_hz);

/// The response of one lane by `extract` of extraction.h, whose batches cost less a lane.
lane_response extract(const lane_parameters& lane);

/// One line of the power budget.
struct budget_stage {
    std::string_view name;
    double loss_db;
    double lost_w;           ///< average light that goes astray here
    double average_power_w;  ///< after this stage
};
inline constexpr std::size_t BUDGET_STAGES = 9;

/// The light's way from the chip to the lane's own photodiode, in order: emitter, transmit
/// coupling, connectors, fibre, neighbours' cores, receive coupling, this lane, between
/// photodiodes, neighbours' photodiodes. What the emitter sends is what is left at the end and all
/// that is lost. Throws as `check`.
std::array<budget_stage, BUDGET_STAGES> link_budget(const lane_parameters& lane);

}  // namespace luxlane::photonics
