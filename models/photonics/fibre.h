#pragma once

#include <span>
#include <string_view>

#include "models/photonics/dispersion.h"
#include "models/photonics/launch.h"
#include "models/photonics/modal.h"

namespace luxlane::photonics {

/// Attenuation at one wavelength, positive.
struct attenuation_row {
    double wavelength_m;
    double db_per_m;
};

/// One kind of fibre bundle.
struct fibre_kind {
    std::string_view name;
    std::span<const attenuation_row> attenuation;  ///< 400 .. 700 nm, by rising wavelength
    double numerical_aperture;
    double modal_sigma_s_per_m;
    double skew_sigma_s_per_m;  ///< of a lane over the others; cores of one draw share it
    std::string_view source;
};

/// The known kinds: `silica_imaging`, `borosilicate`, `pmma`.
std::span<const fibre_kind> fibre_kinds();

/// The kind called `name`, else std::invalid_argument that lists the names.
const fibre_kind& fibre(std::string_view name);

/// std::invalid_argument naming the row (from 1) and what is wrong with it: a wavelength that is no
/// number or does not rise, a loss that is no number or negative; or a table of less than two rows.
void check_attenuation(std::span<const attenuation_row> table);

/// Attenuation, dB/m (positive), linear between the rows of `table`. `wavelength_m` within the
/// table, else std::out_of_range naming its range; throws as `check_attenuation`.
double attenuation_db_per_m(std::span<const attenuation_row> table, double wavelength_m);

/// The same of a known kind: `wavelength_m` 400e-9..700e-9.
double attenuation_db_per_m(const fibre_kind& kind, double wavelength_m);

/// Least attenuation of silica, dB/m: Rayleigh scattering, 0.85 dB/km at 1 um, with the inverse
/// fourth power of the wavelength (textbook).
double rayleigh_floor_db_per_m(double wavelength_m);

}  // namespace luxlane::photonics
