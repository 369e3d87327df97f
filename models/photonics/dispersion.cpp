#include "models/photonics/dispersion.h"

#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

struct sellmeier_term {
    double strength;
    double resonance_um;
};
using sellmeier_fit = std::array<sellmeier_term, 3>;

constexpr sellmeier_fit MALITSON = {
    {{0.6961663, 0.0684043}, {0.4079426, 0.1162414}, {0.8974794, 9.896161}}};
constexpr sellmeier_fit FLEMING_GERMANIUM = {
    {{0.711040, 0.064270}, {0.451885, 0.129408}, {0.704048, 9.425478}}};

/// n and its first two derivatives with respect to wavelength, in 1/um and 1/um^2.
struct index_derivatives {
    double n, first, second;
};

index_derivatives derivatives(glass material, double wavelength_m) {
    if (!(wavelength_m >= 300e-9 && wavelength_m <= 2000e-9))
        throw std::out_of_range(
            "refractive index: wavelength_m = " + std::to_string(wavelength_m * 1e9) +
            " nm lies outside 300 .. 2000 nm, the range of the fit");
    const double l = wavelength_m * 1e6;
    double square = 1.0, slope = 0.0, curvature = 0.0;
    for (const sellmeier_term& t : material == glass::silica ? MALITSON : FLEMING_GERMANIUM) {
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

glass glass_called(std::string_view name) {
    if (name == "silica")
        return glass::silica;
    if (name == "germanosilicate")
        return glass::germanosilicate;
    throw std::invalid_argument("no glass '" + std::string(name) +
                                "'; known: silica, germanosilicate");
}

double refractive_index(glass material, double wavelength_m) {
    return derivatives(material, wavelength_m).n;
}

double group_index(glass material, double wavelength_m) {
    const index_derivatives s = derivatives(material, wavelength_m);
    return s.n - wavelength_m * 1e6 * s.first;
}

double chromatic_dispersion(glass material, double wavelength_m) {
    return -wavelength_m / LIGHT_SPEED_M_PER_S * derivatives(material, wavelength_m).second * 1e12;
}

double silica_index(double wavelength_m) { return refractive_index(glass::silica, wavelength_m); }

double silica_group_index(double wavelength_m) { return group_index(glass::silica, wavelength_m); }

double silica_dispersion(double wavelength_m) {
    return chromatic_dispersion(glass::silica, wavelength_m);
}

double group_delay_s_per_m(double wavelength_m) {
    return silica_group_index(wavelength_m) / LIGHT_SPEED_M_PER_S;
}

double chromatic_sigma_s(double wavelength_m, double linewidth_fwhm_m, double length_m) {
    return chromatic_sigma_s(glass::silica, wavelength_m, linewidth_fwhm_m, length_m);
}

double chromatic_sigma_s(glass material, double wavelength_m, double linewidth_fwhm_m,
                         double length_m) {
    return std::abs(chromatic_dispersion(material, wavelength_m)) * linewidth_fwhm_m /
           FWHM_PER_SIGMA * length_m;
}

double gaussian_response(double sigma_s, double frequency_hz) {
    const double x = PI * sigma_s * frequency_hz;
    return std::exp(-2.0 * x * x);
}

}  // namespace luxlane::photonics
