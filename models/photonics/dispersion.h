#pragma once

#include <string_view>

namespace luxlane::photonics {

/// Glasses of fibre cores. A core with germanium is a mixture: its dispersion lies between that of
/// `silica` and of `germanosilicate`, 13.5 mol% GeO2. No plastic: published fits of PMMA's index
/// over the visible do not bear the second derivative that dispersion is.
enum class glass { silica, germanosilicate };

/// The glass called `silica` or `germanosilicate`, else std::invalid_argument that lists the names.
glass glass_called(std::string_view name);

/// Refractive index. `wavelength_m` 300e-9..2000e-9, else std::out_of_range. Sellmeier fits:
/// silica by Malitson, J. Opt. Soc. Am. 55, 1205 (1965); germanosilicate by Fleming, Electron.
/// Lett. 14, 326 (1978).
double refractive_index(glass material, double wavelength_m);

/// Group index n - lambda dn/dlambda; range and source as refractive_index.
double group_index(glass material, double wavelength_m);

/// Chromatic dispersion -(lambda / c) d2n/dlambda2, s/m^2 (multiply by 1e6 for ps/(nm km)); range
/// and source as refractive_index.
double chromatic_dispersion(glass material, double wavelength_m);

/// The same of fused silica.
double silica_index(double wavelength_m);
double silica_group_index(double wavelength_m);
double silica_dispersion(double wavelength_m);

/// Time that one metre of silica takes, s/m.
double group_delay_s_per_m(double wavelength_m);

/// Standard deviation of the arrival times of a Gaussian spectrum after `length_m` of silica, s.
double chromatic_sigma_s(double wavelength_m, double linewidth_fwhm_m, double length_m);
/// The same of any glass.
double chromatic_sigma_s(glass material, double wavelength_m, double linewidth_fwhm_m,
                         double length_m);

/// Response of a Gaussian spread at `frequency_hz`: exp(-2 pi^2 sigma^2 f^2).
double gaussian_response(double sigma_s, double frequency_hz);

}  // namespace luxlane::photonics
