#include "models/photonics/led_figures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

/// Frequency at which |H|^2 of both poles is 1 / (1 + fall): positive root of
/// a b x^2 + (a + b) x = fall with x = w^2 and a, b the squared time constants.
double frequency_of_fall(double lifetime_s, double driver_s, double fall) {
    const double a = lifetime_s * lifetime_s, b = driver_s * driver_s;
    const double sum = a + b;
    const double x = 2.0 * fall / (sum + std::sqrt(sum * sum + 4.0 * a * b * fall));
    return std::sqrt(x) / (2.0 * PI);
}

}  // namespace

std::complex<double> small_signal_response(double lifetime_s, double driver_s,
                                           double frequency_hz) {
    const double w = 2.0 * PI * frequency_hz;
    return 1.0 / (std::complex(1.0, w * lifetime_s) * std::complex(1.0, w * driver_s));
}

bandwidth_pair small_signal_bandwidth(double lifetime_s, double driver_s) {
    return {.electrical_hz = frequency_of_fall(lifetime_s, driver_s, 1.0),
            .optical_hz = frequency_of_fall(lifetime_s, driver_s, 3.0)};
}

double spectral_power_w_per_m(double power_w, double centre_m, double fwhm_m, double wavelength_m) {
    const double sigma_m = fwhm_m / FWHM_PER_SIGMA;
    const double z = (wavelength_m - centre_m) / sigma_m;
    return power_w * std::exp(-0.5 * z * z) / (sigma_m * std::sqrt(2.0 * PI));
}

efficiency_peak peak_efficiency(const led_coefficients& material) {
    // The efficiency has one maximum over the logarithm of n: golden section between densities far
    // below and far above any use.
    constexpr double section = 0.6180339887498949;
    double low = std::log(1e20), high = std::log(1e28);
    const auto at = [&](double log_n) { return internal_efficiency(material, std::exp(log_n)); };
    double left = high - section * (high - low), right = low + section * (high - low);
    while (high - low > 1e-9) {
        if (at(left) > at(right))
            high = right;
        else
            low = left;
        left = high - section * (high - low);
        right = low + section * (high - low);
    }
    const double best = 0.5 * (low + high);
    return {.carrier_density_per_m3 = std::exp(best), .internal_efficiency = at(best)};
}

double efficiency_droop(const led_device& led, double current_a) {
    const efficiency_peak peak = peak_efficiency(led_material(led));
    const led_state state = steady_state(led, current_a);
    if (state.carrier_density_per_m3 <= peak.carrier_density_per_m3)
        return 0.0;
    return std::max(0.0, 1.0 - state.internal_efficiency / peak.internal_efficiency);
}

double static_extinction_ratio(const led_device& led, double one_a, double zero_a) {
    const double zero_w = steady_state(led, zero_a).optical_power_w;
    if (zero_w == 0.0)
        return std::numeric_limits<double>::infinity();
    return steady_state(led, one_a).optical_power_w / zero_w;
}

double wall_plug_efficiency(const led_state& state, double current_a) {
    return current_a > 0.0 ? state.optical_power_w / (current_a * state.forward_voltage_v) : 0.0;
}

}  // namespace luxlane::photonics
