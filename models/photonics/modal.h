#pragma once

#include <vector>

namespace luxlane::photonics {

/// Refractive-index profile n(r) = core_index sqrt(1 - 2 Delta (r / a)^exponent) of a multimode
/// core, Delta = NA^2 / (2 core_index^2). An infinite exponent is the step-index fibre.
struct index_profile {
    double core_index = 1.467;
    double numerical_aperture = 0.2;
    double exponent = 2.0;
};

/// Arrival times of a metre of fibre, relative to the ray along the axis.
struct modal_spread {
    double mean_s_per_m;
    double sigma_s_per_m;
    double earliest_s_per_m, latest_s_per_m;
    double accepted;  ///< part of the launched light that the core guides
    /// Part of the guided light in equal steps from `earliest` to `latest`; sums to 1.
    std::vector<double> kernel;
};

/// Modal dispersion by launch: sums over the rays of a source that fills the core's face evenly,
/// with the weight sin th cos th exp(-th^2 / 2 s^2) of the angle th in air, s = `half_angle_rad` /
/// 1.177 (half the intensity at `half_angle_rad`; infinity: a Lambertian source). A ray's delay
/// depends on its propagation constant alone: (n / c) (1 - 4 Delta x / (exponent + 2)) /
/// sqrt(1 - 2 Delta x), x from 0 on the axis to 1 at cut-off (Gloge and Marcatili, Bell Syst. Tech.
/// J. 52, 1563, 1973, without profile dispersion).
/// `profile`: core_index 1..3, NA above 0 and below core_index and at most 1, exponent at least 1;
/// half_angle_rad above 0; `bins` at least 1; else std::out_of_range naming the member.
modal_spread modal_spread_of(const index_profile& profile, double half_angle_rad,
                             std::size_t bins = 32);

/// Spread of the modes of an overfilled step-index fibre, s/m: NA^2 / (2 n c) / sqrt(12).
double step_index_modal_sigma_s_per_m(double numerical_aperture, double core_index);

}  // namespace luxlane::photonics
