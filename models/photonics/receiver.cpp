#include "models/photonics/receiver.h"

#include <cmath>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

double ideal_responsivity(double wavelength_m) {
    return ELEMENTARY_CHARGE_C * wavelength_m / (PLANCK_J_S * LIGHT_SPEED_M_PER_S);
}

std::complex<double> single_pole(double bandwidth_hz, double frequency_hz) {
    return 1.0 / std::complex<double>(1.0, frequency_hz / bandwidth_hz);
}

std::complex<double> butterworth2(double bandwidth_hz, double frequency_hz) {
    const double x = frequency_hz / bandwidth_hz;
    return 1.0 / std::complex<double>(1.0 - x * x, std::sqrt(2.0) * x);
}

double natural_frequency_hz(double bandwidth_hz, double damping) {
    const double b = 1.0 - 2.0 * damping * damping;
    return bandwidth_hz / std::sqrt(b + std::sqrt(b * b + 1.0));
}

std::complex<double> second_order(double bandwidth_hz, double damping, double frequency_hz) {
    const double x = frequency_hz / natural_frequency_hz(bandwidth_hz, damping);
    return 1.0 / std::complex<double>(1.0 - x * x, 2.0 * damping * x);
}

double noise_bandwidth_hz(double amplifier_bandwidth_hz) {
    return PI / (2.0 * std::sqrt(2.0)) * amplifier_bandwidth_hz;
}

double dark_current_a(const receiver_device& receiver) {
    constexpr double doubling_k = 9.0;  // textbook: 8 .. 10 K
    return receiver.dark_current_a *
           std::exp2((receiver.temperature_k - REFERENCE_TEMPERATURE_K) / doubling_k);
}

double resistor_noise_density(double resistance_ohm, double temperature_k) {
    return std::sqrt(4.0 * BOLTZMANN_J_PER_K * temperature_k / resistance_ohm);
}

double amplifier_noise_a(const receiver_device& receiver) {
    return receiver.noise_density_a_per_rthz *
           std::sqrt(noise_bandwidth_hz(receiver.amplifier_bandwidth_hz));
}

double total_noise_a(const receiver_device& receiver, double photocurrent_a, double rin_per_hz) {
    const double amplifier = receiver.noise_density_a_per_rthz * receiver.noise_density_a_per_rthz;
    const double shot = 2.0 * ELEMENTARY_CHARGE_C * (photocurrent_a + dark_current_a(receiver));
    const double intensity = rin_per_hz * photocurrent_a * photocurrent_a;
    return std::sqrt((amplifier + shot + intensity) *
                     noise_bandwidth_hz(receiver.amplifier_bandwidth_hz));
}

double thermal_rin_per_hz(double wavelength_m, double linewidth_fwhm_m, double modes) {
    const double linewidth_hz =
        LIGHT_SPEED_M_PER_S * linewidth_fwhm_m / (wavelength_m * wavelength_m);
    return 2.0 * 0.664 / (linewidth_hz * modes);
}

double sensitivity_w(double q, double noise_a, double responsivity_a_per_w,
                     double extinction_ratio) {
    const double penalty =
        std::isinf(extinction_ratio) ? 1.0 : (extinction_ratio + 1.0) / (extinction_ratio - 1.0);
    return q * noise_a / responsivity_a_per_w * penalty;
}

}  // namespace luxlane::photonics
