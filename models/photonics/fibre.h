#pragma once

#include <span>
#include <string_view>

namespace luxlane::photonics {

/// One kind of fibre bundle.
struct fibre_kind {
    std::string_view name;
    double attenuation_430nm_db_per_m;
    double attenuation_450nm_db_per_m;
    double attenuation_520nm_db_per_m;
    double modal_sigma_s_per_m;
    std::string_view source;
};

/// The known kinds: `silica_imaging`, `borosilicate`, `pmma`.
std::span<const fibre_kind> fibre_kinds();

/// The kind called `name`, else std::invalid_argument that lists the names.
const fibre_kind& fibre(std::string_view name);

/// Attenuation, dB/m (positive), linear between the tabulated wavelengths.
/// `wavelength_m` 400e-9..530e-9, else std::out_of_range.
double attenuation_db_per_m(const fibre_kind& kind, double wavelength_m);

/// Refractive index of fused silica. `wavelength_m` 300e-9..2000e-9, else std::out_of_range.
/// Malitson's Sellmeier fit, J. Opt. Soc. Am. 55, 1205 (1965).
double silica_index(double wavelength_m);

/// Group index n - lambda dn/dlambda of fused silica; range and source as silica_index.
double silica_group_index(double wavelength_m);

/// Chromatic dispersion of fused silica, s/m^2 (multiply by 1e6 for ps/(nm km)); range and source
/// as silica_index.
double silica_dispersion(double wavelength_m);

/// Time that one metre of silica takes, s/m.
double group_delay_s_per_m(double wavelength_m);

/// Standard deviation of the arrival times of a Gaussian spectrum after `length_m`, s.
double chromatic_sigma_s(double wavelength_m, double linewidth_fwhm_m, double length_m);

/// Spread of the modes of an overfilled step-index fibre, s/m: NA^2 / (2 n c) / sqrt(12).
double step_index_modal_sigma_s_per_m(double numerical_aperture, double core_index);

/// Response of a Gaussian spread at `frequency_hz`: exp(-2 pi^2 sigma^2 f^2).
double gaussian_response(double sigma_s, double frequency_hz);

/// Light of a Lambertian emitter that a butted fibre accepts: NA^2.
double lambertian_coupling(double numerical_aperture);

/// Part of a Gaussian spot (1/e^2 radius) that a core accepts when shifted sideways, of what it
/// would accept when centred: exp(-2 d^2 / (w^2 + a^2)).
double lateral_offset_coupling(double spot_radius_m, double core_radius_m, double offset_m);

/// Where one lane's light lands on the receiver's grid.
struct spot_geometry {
    double pitch_m = 50e-6;
    double half_aperture_m = 20e-6;
    double spot_radius_m = 15e-6;
    double offset_m = 0.0;
};

/// Part of a lane's light that reaches one adjacent lane: core-to-core coupling along the fibre in
/// the cores at the border, and the spot's tail over the neighbour's aperture,
/// 0.5 erfc(sqrt2 (p - h - d) / w). At most 1/2.
double neighbour_crosstalk(const spot_geometry& spot, double core_coupling_per_m,
                           double border_core_fraction, double length_m);

}  // namespace luxlane::photonics
