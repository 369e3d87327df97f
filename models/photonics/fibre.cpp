#include "models/photonics/fibre.h"

#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

namespace luxlane::photonics {

namespace {

constexpr std::array<attenuation_row, 7> SILICA_IMAGING = {{{400e-9, 0.10},
                                                            {430e-9, 0.08},
                                                            {450e-9, 0.06},
                                                            {520e-9, 0.03},
                                                            {600e-9, 0.02},
                                                            {650e-9, 0.015},
                                                            {700e-9, 0.012}}};
constexpr std::array<attenuation_row, 5> BOROSILICATE = {
    {{400e-9, 0.25}, {430e-9, 0.2}, {450e-9, 0.2}, {520e-9, 0.15}, {700e-9, 0.15}}};
// The carbon-hydrogen bond absorbs near 627 nm; the window of red sources lies behind it.
constexpr std::array<attenuation_row, 8> PMMA = {{{400e-9, 0.15},
                                                  {430e-9, 0.12},
                                                  {450e-9, 0.1},
                                                  {520e-9, 0.08},
                                                  {570e-9, 0.07},
                                                  {625e-9, 0.4},
                                                  {650e-9, 0.15},
                                                  {700e-9, 0.6}}};

constexpr std::array<fibre_kind, 3> KINDS = {{
    {"silica_imaging", SILICA_IMAGING, 0.2, 3e-12, 0.0,
     "assumption: Rayleigh floor of silica (0.025 dB/m at 430 nm) plus excess; modes of small "
     "cores below 10 ps/m; one draw, no skew"},
    {"borosilicate", BOROSILICATE, 0.2, 13e-12, 5e-12,
     "assumption: about 0.2 dB/m of published illumination bundles; NA 0.2 step index, 50 um"},
    {"pmma", PMMA, 0.5, 94e-12, 5e-12,
     "assumption: PMMA window of 0.1 .. 0.15 dB/m; at 650 nm below the 0.2 dB/m of ESKA BH-4001; "
     "NA 0.5 step index, 325 ps/m / sqrt(12)"},
}};

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

void check_attenuation(std::span<const attenuation_row> table) {
    if (table.size() < 2)
        throw std::invalid_argument("attenuation table: needs at least two rows");
    for (std::size_t k = 0; k < table.size(); ++k) {
        const attenuation_row& row = table[k];
        const auto refuse = [&](const std::string& reason) {
            throw std::invalid_argument("attenuation table, row " + std::to_string(k + 1) + ": " +
                                        reason);
        };
        if (!std::isfinite(row.wavelength_m) || row.wavelength_m <= 0.0)
            refuse("the wavelength must be a positive number");
        if (k > 0 && row.wavelength_m <= table[k - 1].wavelength_m)
            refuse("the wavelength must be above that of the row before it");
        if (!std::isfinite(row.db_per_m) || row.db_per_m < 0.0)
            refuse("the attenuation must be a number of dB/m, zero or positive");
    }
}

double attenuation_db_per_m(std::span<const attenuation_row> table, double wavelength_m) {
    check_attenuation(table);
    const auto nm = [](double metres) { return std::to_string(std::lround(metres * 1e9)); };
    constexpr double rounding_m = 1e-15;  // of wavelengths given in nanometres
    if (!(wavelength_m >= table.front().wavelength_m - rounding_m &&
          wavelength_m <= table.back().wavelength_m + rounding_m))
        throw std::out_of_range(
            "attenuation: wavelength_m = " + std::to_string(wavelength_m * 1e9) +
            " nm lies outside " + nm(table.front().wavelength_m) + " .. " +
            nm(table.back().wavelength_m) + " nm, the range of the table");
    std::size_t above = 1;
    while (above + 1 < table.size() && wavelength_m > table[above].wavelength_m)
        ++above;
    const attenuation_row &low = table[above - 1], &high = table[above];
    return std::lerp(low.db_per_m, high.db_per_m,
                     (wavelength_m - low.wavelength_m) / (high.wavelength_m - low.wavelength_m));
}

double attenuation_db_per_m(const fibre_kind& kind, double wavelength_m) {
    return attenuation_db_per_m(kind.attenuation, wavelength_m);
}

double rayleigh_floor_db_per_m(double wavelength_m) {
    return 0.85e-3 * std::pow(wavelength_m * 1e6, -4.0);
}

}  // namespace luxlane::photonics
