#include "models/photonics/launch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

constexpr std::array<launch_optics, 2> KINDS = {{
    {"microlens_array", 0.65, 12.0 * PI / 180.0,
     "assumption: lenses of an f-number near 0.6, collimated as the TIR lens"},
    {"tir_lens", 1.0, 12.0 * PI / 180.0,
     "MOSAIC (secondary): two-part TIR lens, +-90 deg to about +-12 deg, more than twice the "
     "coupling of a microlens array"},
}};

constexpr double UNLIMITED = std::numeric_limits<double>::max();

void in_range(const char* name, double value, double low, double high, const char* reason) {
    if (!(value >= low && value <= high))
        throw std::out_of_range(std::string("launch: ") + name + " = " + std::to_string(value) +
                                " is out of range (" + reason + ")");
}

void check_aperture(double numerical_aperture) {
    in_range("numerical_aperture", numerical_aperture, 0.0, 1.0,
             "the sine of an angle in air, 0 .. 1");
}

}  // namespace

const launch_optics& launch_optics_called(std::string_view name) {
    for (const launch_optics& kind : KINDS)
        if (kind.name == name)
            return kind;
    throw std::invalid_argument("no launch optics '" + std::string(name) +
                                "'; known: microlens_array, tir_lens");
}

double lambertian_coupling(double numerical_aperture) {
    check_aperture(numerical_aperture);
    return numerical_aperture * numerical_aperture;
}

double etendue_limit(double emitter_diameter_m, double core_diameter_m, double numerical_aperture) {
    constexpr double smallest = std::numeric_limits<double>::min();
    in_range("emitter_diameter_m", emitter_diameter_m, smallest, UNLIMITED, "a length above 0");
    in_range("core_diameter_m", core_diameter_m, smallest, UNLIMITED, "a length above 0");
    const double areas = core_diameter_m / emitter_diameter_m;
    return std::min(areas * areas * lambertian_coupling(numerical_aperture), 1.0);
}

double lens_coupling(double numerical_aperture, double gain, double emitter_diameter_m,
                     double core_diameter_m) {
    in_range("gain", gain, std::numeric_limits<double>::min(), UNLIMITED, "a ratio above 0");
    return std::min(lambertian_coupling(numerical_aperture) * gain,
                    etendue_limit(emitter_diameter_m, core_diameter_m, numerical_aperture));
}

double lens_gain(const launch_optics& optics, double numerical_aperture) {
    check_aperture(numerical_aperture);
    const double exit_na = std::sin(optics.exit_angle_rad);
    const double collected = optics.collection_na * optics.collection_na;
    return collected / std::max(exit_na * exit_na, numerical_aperture * numerical_aperture);
}

double lateral_offset_coupling(double spot_radius_m, double core_radius_m, double offset_m) {
    return std::exp(-2.0 * offset_m * offset_m /
                    (spot_radius_m * spot_radius_m + core_radius_m * core_radius_m));
}

}  // namespace luxlane::photonics
