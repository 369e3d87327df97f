#pragma once

#include <string_view>

namespace luxlane::photonics {

/// What stands between an emitter and its core.
struct launch_optics {
    std::string_view name;
    double collection_na;   ///< sine of the widest angle from the axis that it collects
    double exit_angle_rad;  ///< half angle of the cone that it sends on
    std::string_view source;
};

/// The optics called `name`, `microlens_array` or `tir_lens`, else std::invalid_argument that lists
/// the names.
const launch_optics& launch_optics_called(std::string_view name);

/// Light of a Lambertian emitter that a butted fibre of at least its size accepts: NA^2.
/// `numerical_aperture` 0..1, else std::out_of_range.
double lambertian_coupling(double numerical_aperture);

/// The most that any optics can couple: a Lambertian emitter fills the etendue pi A, the core takes
/// A_core NA^2 of it (n = 1). At most 1. Diameters above 0, NA 0..1, else std::out_of_range.
double etendue_limit(double emitter_diameter_m, double core_diameter_m, double numerical_aperture);

/// Coupling through optics that collect `gain` times the light of butt coupling:
/// min(NA^2 gain, etendue limit, 1). `gain` above 0, else std::out_of_range; others as above.
double lens_coupling(double numerical_aperture, double gain, double emitter_diameter_m,
                     double core_diameter_m);

/// Gain over butt coupling: the collected light, collection_na^2, of which the fibre takes the part
/// of the exit cone within its NA; over NA^2.
double lens_gain(const launch_optics& optics, double numerical_aperture);

/// Part of a Gaussian spot (1/e^2 radius) that a core accepts when shifted sideways, of what it
/// would accept when centred: exp(-2 d^2 / (w^2 + a^2)).
double lateral_offset_coupling(double spot_radius_m, double core_radius_m, double offset_m);

}  // namespace luxlane::photonics
