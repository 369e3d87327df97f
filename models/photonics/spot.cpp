#include "models/photonics/spot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

namespace luxlane::photonics {

double between_lines(double radius_m, double from_m, double to_m) {
    const double scale = std::sqrt(2.0) / radius_m;
    // The difference of two values near 1 would lose what the tail of the beam carries.
    if (from_m > 0.0)
        return 0.5 * (std::erfc(scale * from_m) - std::erfc(scale * to_m));
    if (to_m < 0.0)
        return 0.5 * (std::erfc(-scale * to_m) - std::erfc(-scale * from_m));
    return 0.5 * (std::erf(scale * to_m) - std::erf(scale * from_m));
}

spot_fractions spot_fractions_of(const lane_parameters& lane) {
    const double half_m = lane.half_aperture_m;
    if (!(half_m <= 0.5 * lane.lane_pitch_m))
        throw std::out_of_range(
            "half_aperture_m = " + std::to_string(half_m * 1e6) +
            " um: above half of lane_pitch_m = " + std::to_string(lane.lane_pitch_m * 1e6) +
            " um the photodiodes of two lanes would overlap");
    // Parts in the columns (rows) one pitch before, at, and one pitch after the lane's own.
    const auto strips = [&](double offset_m) {
        std::array<double, 3> part;
        for (int k = 0; k < 3; ++k) {
            const double middle_m = (k - 1) * lane.lane_pitch_m - offset_m;
            part[static_cast<std::size_t>(k)] =
                between_lines(lane.spot_radius_m, middle_m - half_m, middle_m + half_m);
        }
        return part;
    };
    const auto column = strips(lane.offset_x_m);
    const auto row = strips(lane.offset_y_m);
    spot_fractions out{.own = column[1] * row[1],
                       .above = column[1] * row[2],
                       .left = column[0] * row[1],
                       .right = column[2] * row[1],
                       .below = column[1] * row[0],
                       .above_left = column[0] * row[2],
                       .above_right = column[2] * row[2],
                       .below_left = column[0] * row[0],
                       .below_right = column[2] * row[0],
                       .gaps = 0.0};
    const double landed = (column[0] + column[1] + column[2]) * (row[0] + row[1] + row[2]);
    out.gaps = std::max(1.0 - landed, 0.0);
    return out;
}

}  // namespace luxlane::photonics
