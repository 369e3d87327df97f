#include "models/photonics/fibre.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

constexpr std::array<fibre_kind, 3> KINDS = {{
    {"silica_imaging", 0.08, 0.06, 0.03, 3e-12,
     "assumption: Rayleigh floor of silica 0.025 dB/m at 430 nm plus excess; modes of small cores "
     "below 10 ps/m"},
    {"borosilicate", 0.2, 0.2, 0.15, 13e-12,
     "assumption: about 0.2 dB/m of published illumination bundles; NA 0.2 step index, 50 um"},
    {"pmma", 0.12, 0.1, 0.08, 94e-12,
     "assumption: PMMA window of 0.1 .. 0.15 dB/m; NA 0.5 step index, 325 ps/m / sqrt(12)"},
}};

struct sellmeier_term {
    double strength;
    double resonance_um;
};
constexpr std::array<sellmeier_term, 3> MALITSON = {
    {{0.6961663, 0.0684043}, {0.4079426, 0.1162414}, {0.8974794, 9.896161}}};

/// n and its first two derivatives with respect to wavelength, in 1/um and 1/um^2.
struct index_derivatives {
    double n, first, second;
};

index_derivatives silica(double wavelength_m) {
    if (!(wavelength_m >= 300e-9 && wavelength_m <= 2000e-9))
        throw std::out_of_range("silica: wavelength must lie in 300 .. 2000 nm");
    const double l = wavelength_m * 1e6;
    double square = 1.0, slope = 0.0, curvature = 0.0;
    for (const sellmeier_term& t : MALITSON) {
        const double r2 = t.resonance_um * t.resonance_um;
        const double d = l * l - r2;
        square += t.strength * l * l / d;
        slope += -2.0 * t.strength * l * r2 / (d * d);
        curvature += 2.0 * t.strength * r2 * (3.0 * l * l + r2) / (d * d * d);
    }
    const double n = std::sqrt(square);
    const double first = slope / (2.0 * n);
    return {n, first, (curvature / 2.0 - first * first) / n};
}

}  // namespace

std::span<const fibre_kind> fibre_kinds() { return KINDS; }

const fibre_kind& fibre(std::string_view name) {
    std::string known;
    for (const fibre_kind& kind : KINDS) {
        if (kind.name == name)
            return kind;
        known += (known.empty() ? "" : ", ") + std::string(kind.name);
    }
    throw std::invalid_argument("no fibre '" + std::string(name) + "'; known: " + known);
}

double attenuation_db_per_m(const fibre_kind& kind, double wavelength_m) {
    if (!(wavelength_m >= 400e-9 && wavelength_m <= 530e-9))
        throw std::out_of_range("attenuation: wavelength must lie in 400 .. 530 nm");
    const double nm = std::clamp(wavelength_m * 1e9, 430.0, 520.0);
    if (nm <= 450.0)
        return std::lerp(kind.attenuation_430nm_db_per_m, kind.attenuation_450nm_db_per_m,
                         (nm - 430.0) / 20.0);
    return std::lerp(kind.attenuation_450nm_db_per_m, kind.attenuation_520nm_db_per_m,
                     (nm - 450.0) / 70.0);
}

double silica_index(double wavelength_m) { return silica(wavelength_m).n; }

double silica_group_index(double wavelength_m) {
    const index_derivatives s = silica(wavelength_m);
    return s.n - wavelength_m * 1e6 * s.first;
}

double silica_dispersion(double wavelength_m) {
    return -wavelength_m / LIGHT_SPEED_M_PER_S * silica(wavelength_m).second * 1e12;
}

double group_delay_s_per_m(double wavelength_m) {
    return silica_group_index(wavelength_m) / LIGHT_SPEED_M_PER_S;
}

double chromatic_sigma_s(double wavelength_m, double linewidth_fwhm_m, double length_m) {
    return std::abs(silica_dispersion(wavelength_m)) * linewidth_fwhm_m / FWHM_PER_SIGMA * length_m;
}

double step_index_modal_sigma_s_per_m(double numerical_aperture, double core_index) {
    return numerical_aperture * numerical_aperture / (2.0 * core_index * LIGHT_SPEED_M_PER_S) /
           std::sqrt(12.0);
}

double gaussian_response(double sigma_s, double frequency_hz) {
    const double x = PI * sigma_s * frequency_hz;
    return std::exp(-2.0 * x * x);
}

double lambertian_coupling(double numerical_aperture) {
    return numerical_aperture * numerical_aperture;
}

double lateral_offset_coupling(double spot_radius_m, double core_radius_m, double offset_m) {
    return std::exp(-2.0 * offset_m * offset_m /
                    (spot_radius_m * spot_radius_m + core_radius_m * core_radius_m));
}

double neighbour_crosstalk(const spot_geometry& spot, double core_coupling_per_m,
                           double border_core_fraction, double length_m) {
    // Two coupled cores exchange (1 - exp(-2 kappa L)) / 2 of their light.
    const double coupled =
        -0.5 * std::expm1(-2.0 * core_coupling_per_m * length_m) * border_core_fraction;
    const double gap_m = spot.pitch_m - spot.half_aperture_m - spot.offset_m;
    const double spilt = 0.5 * std::erfc(std::sqrt(2.0) * gap_m / spot.spot_radius_m);
    return std::min(coupled + spilt, 0.5);
}

}  // namespace luxlane::photonics
