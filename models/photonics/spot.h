#pragma once

#include "models/photonics/lane_parameters.h"

namespace luxlane::photonics {

/// Where the light of one lane's spot falls on the receiver's grid: parts of 1 that sum to 1.
/// Photodiodes are squares; x runs along a row to the right, y upwards, to the row above.
struct spot_fractions {
    double own;
    double above, left, right, below;
    double above_left, above_right, below_left, below_right;
    double gaps;  ///< beside these nine photodiodes

    bool operator==(const spot_fractions&) const = default;
};

/// Part of a Gaussian beam of 1/e^2 radius `radius_m` between two parallel lines at the signed
/// distances `from_m` and `to_m` from its centre: (erf(sqrt2 to / w) - erf(sqrt2 from / w)) / 2.
double between_lines(double radius_m, double from_m, double to_m);

/// The spot of `lane`, by its radius, offset, pitch and aperture, whether or not there are lanes on
/// all sides. std::out_of_range if the photodiodes overlap: half_aperture_m over half the pitch.
spot_fractions spot_fractions_of(const lane_parameters& lane);

}  // namespace luxlane::photonics
