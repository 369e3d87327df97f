#include "models/photonics/led.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

constexpr std::array<led_coefficients, 6> SETS = {{
    {"cplane_display", 9e-9, 2e7, 2e-17, 2e-42, 0.0,
     "assumption: mid-range c-plane values (B range: ECS JSS 9, 015002, 2020; A, C range: "
     "Sci. Rep. 7, 44814, 2017)"},
    {"cplane_leakage", 9e-9, 2e7, 2e-17, 2e-42, 0.0,
     "assumption: cplane_display with leakage that makes the third-order coefficient 8e-29 cm6/s "
     "(Dai et al., abstract)",
     7.8e-41},
    {"cplane_on_silicon", 9e-9, 1.0 / 45e-9, 2e-17, 8e-43, 0.0,
     "A and C of Sci. Rep. 7, 44814, 2017, Fig. 7; assumption: B and thickness of cplane_display"},
    {"cplane_on_sapphire", 9e-9, 1.0 / 105e-9, 2e-17, 7e-43, 0.0,
     "A and C of Sci. Rep. 7, 44814, 2017, Fig. 7; assumption: B and thickness of cplane_display"},
    {"nonpolar_rashidi", 18e-9, 1.77e8, 3.1e-17, 0.0, 0.0,
     "fit to the differential lifetimes of Rashidi et al., J. Appl. Phys. 122, 035706, 2017"},
    {"fast_doped", 7.5e-9, 4e9, 1.5e-16, 1.2e-41, 1.2e25,
     "assumption: phenomenological fit to 3.73 GHz at 11 kA/cm2 (IEEE 10613856, 2024) and to the "
     "vendor's 2 GHz at low current; not measured"},
}};

constexpr double IDEALITY = 2.0;                  // assumption, usual for InGaN
constexpr double ANCHOR_DENSITY_A_PER_M2 = 1e5;   // 10 A/cm^2
constexpr double ANCHOR_VOLTAGE_V = 2.35;         // Nanomaterials 10, 689, 2020
constexpr double ANCHOR_SERIES_OHM_M2 = 1.65e-7;  // 1.65e-3 ohm cm^2, fit to 80 fJ/bit
// What the rise of A and C leaves of an output that falls with T1 = 500 K (assumption inside 400 ..
// 600 K; above 90 % at 85 C: trade claim).
constexpr double OUTPUT_TEMPERATURE_K = 720.0;
constexpr double RATE_RISE_PER_K = 0.00075;  // of A and C, assumption inside 5e-4 .. 1e-3
constexpr double LARGEST_CURRENT_A = 1.0;

double thermal_voltage(double temperature_k) {
    return BOLTZMANN_J_PER_K * temperature_k / ELEMENTARY_CHARGE_C;
}

}  // namespace

std::span<const led_coefficients> led_sets() { return SETS; }

const led_coefficients& led_set(std::string_view name) {
    std::string known;
    for (const led_coefficients& set : SETS) {
        if (set.name == name)
            return set;
        known += (known.empty() ? "" : ", ") + std::string(set.name);
    }
    throw std::invalid_argument("no emitter set '" + std::string(name) + "'; known: " + known);
}

double led_area(const led_device& led) { return PI / 4.0 * led.diameter_m * led.diameter_m; }

led_coefficients led_material(const led_device& led) {
    const double rise = 1.0 + RATE_RISE_PER_K * (led.temperature_k - REFERENCE_TEMPERATURE_K);
    led_coefficients material = led.material;
    material.a_per_s *= rise * (1.0 + led.defect_growth);
    material.c_m6_per_s *= rise;
    material.leakage_m6_per_s *= rise;
    return material;
}

double radiated_power_w(const led_device& led, double radiative_rate_per_m3_s) {
    const double volume_m3 = led_area(led) * led.material.active_thickness_m;
    const double photon_j = PLANCK_J_S * LIGHT_SPEED_M_PER_S / led.wavelength_m;
    return radiative_rate_per_m3_s * volume_m3 * photon_j * led.extraction_efficiency *
           temperature_output_factor(led.temperature_k);
}

double driver_time_constant_s(const led_device& led, const led_state& state,
                              double driver_resistance_ohm, double node_capacitance_f) {
    const double source_ohm = driver_resistance_ohm + led.series_resistance_ohm_m2 / led_area(led);
    const double junction_ohm = state.differential_resistance_ohm;
    return source_ohm * junction_ohm / (source_ohm + junction_ohm) * node_capacitance_f;
}

double recombination_rate(const led_coefficients& m, double n) {
    const double doped = n + m.background_per_m3;
    return n * (m.a_per_s + doped * (m.b_m3_per_s + n * m.c_m6_per_s) + n * n * m.leakage_m6_per_s);
}

double internal_efficiency(const led_coefficients& m, double n) {
    const double doped = n + m.background_per_m3;
    return m.b_m3_per_s * doped /
           (m.a_per_s + doped * (m.b_m3_per_s + n * m.c_m6_per_s) + n * n * m.leakage_m6_per_s);
}

double differential_lifetime(const led_coefficients& m, double n) {
    const double p0 = m.background_per_m3;
    return 1.0 / (m.a_per_s + m.b_m3_per_s * (2.0 * n + p0) +
                  m.c_m6_per_s * n * (3.0 * n + 2.0 * p0) + 3.0 * n * n * m.leakage_m6_per_s);
}

double carrier_density(const led_coefficients& m, double rate_per_m3_s) {
    if (!(rate_per_m3_s > 0.0))
        return 0.0;
    // R is convex and increasing, so Newton from above (the SRH-only solution) falls monotonically.
    double n = rate_per_m3_s / (m.a_per_s + m.b_m3_per_s * m.background_per_m3);
    for (int step = 0; step < 100; ++step) {
        const double change =
            (recombination_rate(m, n) - rate_per_m3_s) * differential_lifetime(m, n);
        n -= change;
        if (std::abs(change) <= 1e-14 * n)
            break;
    }
    return n;
}

double temperature_output_factor(double temperature_k) {
    return std::exp(-(temperature_k - REFERENCE_TEMPERATURE_K) / OUTPUT_TEMPERATURE_K);
}

double forward_voltage(const led_device& led, double current_density_a_per_m2) {
    if (led.characteristic)
        return led.characteristic->voltage_v(current_density_a_per_m2);
    const double anchor_junction_v =
        ANCHOR_VOLTAGE_V - ANCHOR_SERIES_OHM_M2 * ANCHOR_DENSITY_A_PER_M2;
    const double anchor_slope_v = IDEALITY * thermal_voltage(REFERENCE_TEMPERATURE_K);
    const double saturation =
        ANCHOR_DENSITY_A_PER_M2 / std::expm1(anchor_junction_v / anchor_slope_v);
    // The saturation current rises with exp(-Eg / (n k T)), Eg near the photon's energy: a warm
    // junction needs less voltage.
    const double photon_v =
        PLANCK_J_S * LIGHT_SPEED_M_PER_S / (led.wavelength_m * ELEMENTARY_CHARGE_C);
    const double warming =
        photon_v / IDEALITY *
        (1.0 / thermal_voltage(REFERENCE_TEMPERATURE_K) - 1.0 / thermal_voltage(led.temperature_k));
    return IDEALITY * thermal_voltage(led.temperature_k) *
               std::log1p(current_density_a_per_m2 / (saturation * std::exp(warming))) +
           led.series_resistance_ohm_m2 * current_density_a_per_m2;
}

double compliance_current_a(const led_device& led, double supply_v) {
    const double area_m2 = led_area(led);
    const auto suffices = [&](double current_a) {
        return forward_voltage(led, current_a / area_m2) <= supply_v;
    };
    if (suffices(LARGEST_CURRENT_A))
        return LARGEST_CURRENT_A;
    double low = 0.0, high = LARGEST_CURRENT_A;
    constexpr double precision = 1e-9;
    for (int step = 0; step < 200 && high - low > precision * high; ++step) {
        // By decades until the order of magnitude is known.
        const double middle = low > 0.0 ? 0.5 * (low + high) : 0.1 * high;
        (suffices(middle) ? low : high) = middle;
    }
    return low;
}

led_state steady_state(const led_device& led, double current_a) {
    if (!(current_a >= 0.0 && current_a <= LARGEST_CURRENT_A))
        throw std::out_of_range("LED current must lie in 0 .. 1 A");
    const led_coefficients material = led_material(led);
    led_state state{};
    state.current_density_a_per_m2 = current_a / led_area(led);
    const double rate = led.injection_efficiency * state.current_density_a_per_m2 /
                        (ELEMENTARY_CHARGE_C * material.active_thickness_m);
    state.carrier_density_per_m3 = carrier_density(material, rate);
    state.internal_efficiency = internal_efficiency(material, state.carrier_density_per_m3);
    state.optical_power_w = radiated_power_w(led, state.internal_efficiency * rate);
    state.differential_lifetime_s = differential_lifetime(material, state.carrier_density_per_m3);
    state.electrical_bandwidth_hz = 1.0 / (2.0 * PI * state.differential_lifetime_s);
    state.optical_bandwidth_hz = std::sqrt(3.0) * state.electrical_bandwidth_hz;
    state.forward_voltage_v = forward_voltage(led, state.current_density_a_per_m2);
    constexpr double leakage_a = 1e-12;  // keeps the junction's resistance finite in the dark
    state.differential_resistance_ohm =
        IDEALITY * thermal_voltage(led.temperature_k) / std::max(current_a, leakage_a);
    return state;
}

double pam4_level_mismatch(const led_device& led, double low_current_a, double high_current_a) {
    std::array<double, 4> power;
    for (int level = 0; level < 4; ++level) {
        const double current_a = low_current_a + (high_current_a - low_current_a) * level / 3.0;
        power[static_cast<std::size_t>(level)] = steady_state(led, current_a).optical_power_w;
    }
    const double smallest =
        std::min({power[1] - power[0], power[2] - power[1], power[3] - power[2]});
    return 3.0 * smallest / (power[3] - power[0]);
}

}  // namespace luxlane::photonics
