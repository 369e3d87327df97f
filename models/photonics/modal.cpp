#include "models/photonics/modal.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

constexpr std::size_t ANGLES = 4096;
constexpr std::size_t RADII = 64;

void in_range(const char* name, double value, double low, double high) {
    if (!(value >= low && value <= high))
        throw std::out_of_range(std::string("modal spread: ") + name + " = " +
                                std::to_string(value) + " lies outside " + std::to_string(low) +
                                " .. " + std::to_string(high));
}

void check(const index_profile& profile, double half_angle_rad, std::size_t bins) {
    in_range("core_index", profile.core_index, 1.0, 3.0);
    in_range("numerical_aperture", profile.numerical_aperture, 1e-6, 1.0);
    in_range("numerical_aperture over core_index", profile.numerical_aperture / profile.core_index,
             0.0, 0.999);
    in_range("exponent", profile.exponent, 1.0, INFINITY);
    in_range("half_angle_rad", half_angle_rad, 1e-6, INFINITY);
    in_range("bins", static_cast<double>(bins), 1.0, 1e6);
}

/// Delay over that along the axis, of a ray with x = (1 - (beta / n k)^2) / (2 Delta).
struct ray_delay {
    double axis_s_per_m, delta, exponent;

    double operator()(double x) const {
        const double slowing = std::isinf(exponent) ? 0.0 : 4.0 * delta / (exponent + 2.0) * x;
        return axis_s_per_m * ((1.0 - slowing) / std::sqrt(1.0 - 2.0 * delta * x) - 1.0);
    }
};

}  // namespace

modal_spread modal_spread_of(const index_profile& profile, double half_angle_rad,
                             std::size_t bins) {
    check(profile, half_angle_rad, bins);
    const double aperture2 = profile.numerical_aperture * profile.numerical_aperture;
    const double n = profile.core_index;
    const ray_delay delay{n / LIGHT_SPEED_M_PER_S, aperture2 / (2.0 * n * n), profile.exponent};
    const bool step = std::isinf(profile.exponent);
    const std::size_t radii = step ? 1 : RADII;

    modal_spread out{};
    out.earliest_s_per_m = INFINITY;
    out.latest_s_per_m = -INFINITY;
    // Delays of a graded profile are not monotonic in x: search for their extremes.
    for (std::size_t k = 0; k <= ANGLES; ++k) {
        const double t = delay(static_cast<double>(k) / ANGLES);
        out.earliest_s_per_m = std::min(out.earliest_s_per_m, t);
        out.latest_s_per_m = std::max(out.latest_s_per_m, t);
    }
    out.kernel.assign(bins, 0.0);
    const double width = (out.latest_s_per_m - out.earliest_s_per_m) / static_cast<double>(bins);
    const double sigma = half_angle_rad / std::sqrt(2.0 * std::log(2.0));
    // Equal steps of u = sin^2 th carry the factor sin th cos th; those of (r / a)^2 the area.
    const auto weight = [&](double u) {
        const double angle = std::asin(std::sqrt(u));
        return std::exp(-0.5 * angle * angle / (sigma * sigma));
    };
    double guided = 0.0, first = 0.0, second = 0.0;
    for (std::size_t a = 0; a < ANGLES; ++a) {
        const double u = aperture2 * (static_cast<double>(a) + 0.5) / ANGLES;
        const double w = weight(u) / static_cast<double>(radii);
        for (std::size_t r = 0; r < radii; ++r) {
            const double area = (static_cast<double>(r) + 0.5) / RADII;
            const double x = u / aperture2 + (step ? 0.0 : std::pow(area, 0.5 * profile.exponent));
            if (x > 1.0)
                break;
            const double t = delay(x);
            guided += w;
            first += w * t;
            second += w * t * t;
            const auto bin = static_cast<std::size_t>((t - out.earliest_s_per_m) / width);
            out.kernel[std::min(bin, bins - 1)] += w;
        }
    }
    double launched = 0.0;
    for (std::size_t a = 0; a < ANGLES; ++a)
        launched += weight((static_cast<double>(a) + 0.5) / ANGLES);
    out.accepted = aperture2 * guided / launched;
    out.mean_s_per_m = first / guided;
    out.sigma_s_per_m =
        std::sqrt(std::max(second / guided - out.mean_s_per_m * out.mean_s_per_m, 0.0));
    for (double& part : out.kernel)
        part /= guided;
    return out;
}

double step_index_modal_sigma_s_per_m(double numerical_aperture, double core_index) {
    return numerical_aperture * numerical_aperture / (2.0 * core_index * LIGHT_SPEED_M_PER_S) /
           std::sqrt(12.0);
}

}  // namespace luxlane::photonics
