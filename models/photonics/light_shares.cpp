#include "models/photonics/light_shares.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "models/photonics/core_coupling.h"

namespace luxlane::photonics {

double light_shares::crosstalk(std::size_t side) const {
    const std::array<double, SIDES> beside = {spot.above, spot.left, spot.right, spot.below};
    return beside[side] / spot.own + coupled / (1.0 - SIDES * coupled);
}

light_shares shares_of(const lane_parameters& lane) {
    // In the end five lanes share all.
    const double exchanged = two_lane_exchange(lane.core_coupling_per_m, lane.length_m);
    const double coupled = std::min(exchanged * lane.border_core_fraction, 1.0 / (SIDES + 1));
    light_shares out{
        .arriving = std::pow(10.0, -total_loss_db(lane) / 10.0) * (1.0 - SIDES * coupled),
        .coupled = coupled,
        .spot = spot_fractions_of(lane)};
    // A spot that misses its photodiode leaves a lane that is dark, not one that divides by zero.
    constexpr double least = 1e-12;
    out.spot.own = std::max(out.spot.own, least);
    return out;
}

}  // namespace luxlane::photonics
