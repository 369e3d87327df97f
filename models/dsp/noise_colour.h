#pragma once

#include <array>

#include "models/photonics/lane_response.h"

namespace luxlane::dsp {

using noise_taps = std::array<double, photonics::NOISE_LAGS + 1>;

/// Taps c, squares summing to 1, of the moving average sum_i c[i] g[k-i] that gives white
/// deviates g the `correlation` of samples 1 .. 4 apart and none beyond. A real noise correlates a
/// little beyond, so that what the four lags leave may have a negative spectrum: then they are
/// tapered towards Bartlett's window, as far as needed (of a true correlation never further), and
/// what is no correlation at all is shrunk. Minimum phase, by Wilson's iteration, SIAM J. Numer.
/// Anal. 6, 1 (1969). Not finite: std::invalid_argument.
noise_taps colour_noise(const std::array<double, photonics::NOISE_LAGS>& correlation);

}  // namespace luxlane::dsp
