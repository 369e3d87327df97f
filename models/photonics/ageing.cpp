#include "models/photonics/ageing.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

constexpr double HOURS_PER_YEAR = 8760.0;
constexpr double MOST_GROWTH = 1e9;  // beyond any output that could be told from darkness

void check_duration(double duration_s) {
    if (!(duration_s >= 0.0) || !std::isfinite(duration_s))
        throw std::invalid_argument("ageing: the duration must be a time from 0 s");
}

/// Growth after one reference time.
double stress(const power_law_ageing& law, double density_a_per_m2, double temperature_k) {
    const double inverse_k = 1.0 / temperature_k - 1.0 / law.reference_temperature_k;
    return law.gain *
           std::pow(density_a_per_m2 / law.reference_density_a_per_m2, law.density_exponent) *
           std::exp(-law.activation_energy_j / BOLTZMANN_J_PER_K * inverse_k);
}

}  // namespace

void advance(const power_law_ageing& law, ageing_state& state, double duration_s,
             double density_a_per_m2, double temperature_k) {
    check_duration(duration_s);
    if (!(density_a_per_m2 >= 0.0) || !std::isfinite(density_a_per_m2))
        throw std::invalid_argument("ageing: the current density must not be negative");
    if (!(temperature_k > 0.0) || !std::isfinite(temperature_k))
        throw std::invalid_argument("ageing: the temperature must be above 0 K");
    if (density_a_per_m2 == 0.0)
        return;
    const double rate = stress(law, density_a_per_m2, temperature_k);
    const double lived = std::pow(state.defect_growth / rate, 1.0 / law.time_exponent);
    state.powered_s += duration_s;
    if (!std::isfinite(lived))
        return;  // stress too weak to add anything to the growth so far
    const double now = lived + duration_s / law.reference_time_s;
    state.defect_growth = rate * std::pow(now, law.time_exponent);
}

double relative_output(const logarithmic_ageing& law, double powered_s) {
    const double decades = std::log10(std::max(1.0, powered_s / law.onset_s));
    return std::max(0.0, 1.0 - law.loss_per_decade * decades);
}

void advance(const logarithmic_ageing& law, ageing_state& state, double duration_s,
             const led_device& led, double current_a) {
    check_duration(duration_s);
    if (current_a == 0.0)
        return;
    state.powered_s += duration_s;
    const double output = relative_output(law, state.powered_s);
    state.defect_growth =
        output > 0.0 ? defect_growth_of_output(led, current_a, output) : MOST_GROWTH;
}

double defect_growth_of_output(const led_device& led, double current_a, double relative_output) {
    if (!(relative_output > 0.0 && relative_output <= 1.0))
        throw std::invalid_argument("ageing: relative output must lie in 0 .. 1, above 0");
    if (!(current_a > 0.0))
        throw std::invalid_argument("ageing: a current above 0 A is needed");
    led_device device = led;
    const auto output_at = [&](double growth) {
        device.defect_growth = growth;
        return steady_state(device, current_a).optical_power_w;
    };
    const double target_w = relative_output * output_at(0.0);
    double low = 0.0, high = 1.0;
    while (output_at(high) > target_w && high < MOST_GROWTH)
        high *= 2.0;
    for (int step = 0; step < 60; ++step) {
        const double middle = 0.5 * (low + high);
        (output_at(middle) > target_w ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

double annual_failure_rate(double mean_time_between_failures_h) {
    return -std::expm1(-HOURS_PER_YEAR / mean_time_between_failures_h);
}

double failures_in_time(double mean_time_between_failures_h) {
    return 1e9 / mean_time_between_failures_h;
}

}  // namespace luxlane::photonics
