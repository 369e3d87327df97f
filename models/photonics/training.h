#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/photonics/lane_response.h"

namespace luxlane::photonics {

inline constexpr std::size_t TRAINING_SYMBOLS = 256;

/// The cyclic sequence that `extract` sends. NRZ: a de Bruijn sequence, every run of eight symbols
/// once. PAM4: that and its shift by 71, every run of three symbols.
std::span<const std::uint8_t, TRAINING_SYMBOLS> training_symbols(modulation format);

struct fitted_taps {
    std::array<double, PULSE_TAPS> pulse, pair;
    double residual;  ///< rms
};

/// Least squares of pulse and pair taps over the training sequence, under the condition that all
/// taps sum to 1 (a long run of the highest symbol gives 1, one of the lowest 0).
class tap_fit {
public:
    /// `level` is the light of symbols 0 .. 3 between 0 and 1; NRZ uses 0 and 1.
    tap_fit(modulation format, const std::array<double, 4>& level);

    /// `samples` [k]: one for each symbol, in the scale of `level`.
    fitted_taps fit(std::span<const double, TRAINING_SYMBOLS> samples) const;

private:
    static constexpr std::size_t UNKNOWNS = 2 * PULSE_TAPS - 1;
    using column = std::array<double, TRAINING_SYMBOLS>;

    column own_;                  // the symbols' values
    std::vector<column> design_;  // [unknown], less own_: what the condition leaves free
    std::array<std::array<double, UNKNOWNS>, UNKNOWNS> lower_;  // Cholesky factor
};

}  // namespace luxlane::photonics
