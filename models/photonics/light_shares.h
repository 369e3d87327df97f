#pragma once

#include <array>

#include "models/photonics/lane_response.h"

namespace luxlane::photonics {

/// Where the light of one lane's emitter goes. Sides in the order of `SIDES`.
struct light_shares {
    double arriving;  ///< of the emitter's light, in the lane's spot on the grid
    double coupled;   ///< of the fibre's light, to the cores of each side's lane
    double own;       ///< of the spot, on the lane's own photodiode
    std::array<double, SIDES> neighbour;  ///< of the spot, on the photodiode of each side

    /// Of the spot, beside these photodiodes.
    double between() const;
    /// Light on the photodiode of a side's lane over that on the lane's own. A neighbour's spot
    /// keeps what the fibre coupled into it with the same share as its own light.
    double crosstalk(std::size_t side) const;
};

/// Couplings, connectors, attenuation, and the Gaussian spot of `spot_of` over square photodiodes.
light_shares shares_of(const lane_parameters& lane);

}  // namespace luxlane::photonics
