#include "platform/link/led_sheet.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <stdexcept>

#include "models/photonics/receiver.h"
#include "platform/config/quantity.h"

namespace luxlane::link {
namespace {

/// A/m^2 per A/cm^2.
constexpr double PER_CM2 = 1e4;

void check_current(const photonics::led_device& device, double current_a) {
    if (!(current_a >= LEAST_LED_CURRENT_A && current_a <= GREATEST_LED_CURRENT_A)) {
        throw std::invalid_argument(fmt::format(
            "current = {} is outside {} .. {} (below, leakage that is not modelled decides; above, "
            "no MicroLED survives)",
            config::format_quantity(current_a, "A"),
            config::format_quantity(LEAST_LED_CURRENT_A, "A"),
            config::format_quantity(GREATEST_LED_CURRENT_A, "A")));
    }
    const double density = current_a / photonics::led_area(device);
    if (!(density <= GREATEST_LED_DENSITY_A_PER_M2)) {
        throw std::invalid_argument(fmt::format(
            "current = {} makes {:.3g} A/cm2 in a diameter of {}; allowed: up to {:.3g} A/cm2 "
            "(coefficients are fitted to some 1e4 A/cm2)",
            config::format_quantity(current_a, "A"), density / PER_CM2,
            config::format_quantity(device.diameter_m, "m"),
            GREATEST_LED_DENSITY_A_PER_M2 / PER_CM2));
    }
}

}  // namespace

double anchored_density(const photonics::led_device& device) {
    return device.characteristic ? device.characteristic->greatest_density_a_per_m2()
                                 : photonics::ANCHORED_VOLTAGE_A_PER_M2;
}

led_row led_row_at(const photonics::lane_parameters& lane, const photonics::led_device& device,
                   double current_a) {
    const auto state = photonics::steady_state(device, current_a);
    const double driver_s = photonics::driver_time_constant_s(
        device, state, lane.driver_resistance_ohm, lane.node_capacitance_f);
    const double lifetime_s = state.differential_lifetime_s;
    return {.current_a = current_a,
            .state = state,
            .wall_plug_efficiency = photonics::wall_plug_efficiency(state, current_a),
            .driver_s = driver_s,
            .device = photonics::small_signal_bandwidth(lifetime_s, 0.0),
            .driven = photonics::small_signal_bandwidth(lifetime_s, driver_s)};
}

led_sheet make_led_sheet(const photonics::lane_parameters& lane,
                         const photonics::led_device& device, double current_a) {
    check_current(device, current_a);
    led_sheet sheet{};
    sheet.device = device;
    sheet.linewidth_m = lane.linewidth_m;
    sheet.point = led_row_at(lane, device, current_a);
    constexpr std::array factors = {0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0};
    for (const double factor : factors) {
        const double around_a = factor * current_a;
        if (around_a >= LEAST_LED_CURRENT_A && around_a <= GREATEST_LED_CURRENT_A &&
            around_a / photonics::led_area(device) <= GREATEST_LED_DENSITY_A_PER_M2) {
            sheet.table.push_back(led_row_at(lane, device, around_a));
        }
    }
    sheet.voltage_extrapolated =
        sheet.table.back().state.current_density_a_per_m2 > anchored_density(device);
    sheet.intensity_noise_per_hz = photonics::thermal_rin_per_hz(
        device.wavelength_m, lane.linewidth_m, lane.intensity_noise_modes);
    sheet.one_a = current_a;
    sheet.zero_a = current_a / lane.current_extinction_ratio;
    sheet.level_mismatch = photonics::pam4_level_mismatch(device, sheet.zero_a, sheet.one_a);
    sheet.extinction_ratio = photonics::static_extinction_ratio(device, sheet.one_a, sheet.zero_a);
    sheet.peak = photonics::peak_efficiency(photonics::led_material(device));
    sheet.droop = photonics::efficiency_droop(device, current_a);
    return sheet;
}

std::vector<double> logarithmic_currents(double low_a, double high_a, unsigned count) {
    std::vector<double> currents;
    for (unsigned k = 0; k < count; ++k) {
        currents.push_back(low_a * std::pow(high_a / low_a, double(k) / double(count - 1)));
    }
    return currents;
}

}  // namespace luxlane::link
