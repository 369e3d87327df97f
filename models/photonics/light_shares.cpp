#include "models/photonics/light_shares.h"

#include <algorithm>
#include <cmath>

namespace luxlane::photonics {

namespace {

/// Part of a Gaussian of 1/e^2 radius `spot_m` between two lines, distances from its centre.
double between_lines(double spot_m, double from_m, double to_m) {
    const double scale = std::sqrt(2.0) / spot_m;
    return 0.5 * (std::erf(scale * to_m) - std::erf(scale * from_m));
}

}  // namespace

double light_shares::between() const {
    double rest = 1.0 - own;
    for (const double share : neighbour)
        rest -= share;
    return std::max(rest, 0.0);
}

double light_shares::crosstalk(std::size_t side) const {
    return neighbour[side] / own + coupled / (1.0 - SIDES * coupled);
}

light_shares shares_of(const lane_parameters& lane) {
    light_shares out;
    // Two coupled cores exchange (1 - exp(-2 kappa L)) / 2; in the end five lanes share all.
    const double exchanged = -0.5 * std::expm1(-2.0 * lane.core_coupling_per_m * lane.length_m);
    out.coupled = std::min(exchanged * lane.border_core_fraction, 1.0 / (SIDES + 1));
    out.arriving = std::pow(10.0, -total_loss_db(lane) / 10.0) * (1.0 - SIDES * out.coupled);
    const double half_m = lane.half_aperture_m;
    const auto on_aperture = [&](double x_m, double y_m) {
        return between_lines(lane.spot_radius_m, x_m - half_m - lane.offset_x_m,
                             x_m + half_m - lane.offset_x_m) *
               between_lines(lane.spot_radius_m, y_m - half_m - lane.offset_y_m,
                             y_m + half_m - lane.offset_y_m);
    };
    // A spot that misses its photodiode leaves a lane that is dark, not one that divides by zero.
    constexpr double least = 1e-12;
    const double pitch_m = lane.lane_pitch_m;
    out.own = std::max(on_aperture(0.0, 0.0), least);
    out.neighbour = {on_aperture(0.0, pitch_m), on_aperture(-pitch_m, 0.0),
                     on_aperture(pitch_m, 0.0), on_aperture(0.0, -pitch_m)};
    return out;
}

}  // namespace luxlane::photonics
