#pragma once

#include "models/photonics/lane_response.h"
#include "models/photonics/spot.h"

namespace luxlane::photonics {

/// Where the light of one lane's emitter goes.
struct light_shares {
    double arriving;      ///< of the emitter's light, in the lane's spot on the grid
    double coupled;       ///< of the fibre's light, to the cores of the lane on each side
    spot_fractions spot;  ///< of the spot

    /// Of the emitter's light, on the lane's own photodiode.
    double detected() const { return arriving * spot.own; }
    /// Light on the photodiode of a side's lane (in the order of `SIDES`) over that on the lane's
    /// own. A neighbour's spot keeps of what the fibre coupled into it the share that it keeps of
    /// its own light.
    double crosstalk(std::size_t side) const;
};

/// Couplings, connectors, attenuation, exchange between cores, and `spot_fractions_of`.
light_shares shares_of(const lane_parameters& lane);

}  // namespace luxlane::photonics
