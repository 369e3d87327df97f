#include "models/photonics/photodiode.h"

#include <cmath>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

double ideal_responsivity(double wavelength_m) {
    return ELEMENTARY_CHARGE_C * wavelength_m / (PLANCK_J_S * LIGHT_SPEED_M_PER_S);
}

double responsivity_a_per_w(const photodiode& diode, double wavelength_m) {
    return diode.quantum_efficiency * ideal_responsivity(wavelength_m);
}

double transit_bandwidth_hz(const photodiode& diode) {
    constexpr double half_power = 0.44294647069;  // sin(pi x) / (pi x) = 1 / sqrt 2
    return half_power * diode.drift_velocity_m_per_s / diode.drift_length_m;
}

double resistance_bandwidth_hz(const photodiode& diode) {
    return 1.0 / (2.0 * PI * diode.series_resistance_ohm * diode.capacitance_f);
}

double bandwidth_hz(const photodiode& diode) {
    return 1.0 /
           std::hypot(1.0 / transit_bandwidth_hz(diode), 1.0 / resistance_bandwidth_hz(diode));
}

}  // namespace luxlane::photonics
