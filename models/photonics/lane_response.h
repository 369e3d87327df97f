#pragma once

#include <array>
#include <complex>

#include "models/photonics/lane_parameters.h"

namespace luxlane::photonics {

/// Baud-spaced pulse response: element PRE_CURSORS is the main cursor.
inline constexpr int PRE_CURSORS = 3;
inline constexpr int POST_CURSORS = 8;
inline constexpr int PULSE_TAPS = PRE_CURSORS + 1 + POST_CURSORS;

/// What the receiver's sampler sees of one lane; every fidelity starts from this.
struct lane_response {
    std::array<double, PULSE_TAPS> pulse;  ///< normalised: the taps sum to 1
    double one_a;                          ///< photocurrent of a long run of ones
    double zero_a;                         ///< photocurrent of a long run of zeros
    double noise_one_a;                    ///< rms at level one
    double noise_zero_a;                   ///< rms at level zero
    double crosstalk_fraction;             ///< of this lane's light that reaches one neighbour
    double transmit_power_w;               ///< average, out of the chip
    double received_power_w;               ///< average, on the photodiode
    double group_delay_s;                  ///< fibre plus the lane's skew
    double average_current_a;              ///< of the emitter
    double forward_voltage_v;              ///< at the peak current

    bool operator==(const lane_response&) const = default;
};

/// Small-signal response of the whole chain at `frequency_hz`, 1 at zero frequency: transmit
/// equaliser, carrier lifetime, driver pole, chromatic and modal spread, photodiode, amplifier.
std::complex<double> chain_response(const lane_parameters& lane, double frequency_hz);

/// Extracts the pulse response, levels and noise. Pulse: NRZ rectangle through chain_response,
/// sampled at the T/32 phase that maximises the main cursor. Emitter levels follow the static
/// L-I curve, its lifetime is that at the mean current. Light that arrives later than 8 unit
/// intervals is added to the last tap. Throws as `check`.
lane_response extract(const lane_parameters& lane);

/// One line of the power budget.
struct budget_stage {
    std::string_view name;
    double loss_db;
    double average_power_w;  ///< after this stage
};

/// The light's way from the chip to the photodiode, in order.
std::array<budget_stage, 6> link_budget(const lane_parameters& lane);

}  // namespace luxlane::photonics
