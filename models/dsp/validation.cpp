#include "models/dsp/validation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "models/dsp/error_law.h"
#include "models/dsp/eye.h"
#include "models/photonics/constants.h"
#include "models/photonics/energy.h"

namespace luxlane::dsp {

namespace {

using namespace photonics;

constexpr std::string_view MOSAIC = "MOSAIC, ACM SIGCOMM 2025 (secondary quotations)";
constexpr std::string_view SELLMEIER = "Malitson, J. Opt. Soc. Am. 55, 1205, 1965";
constexpr std::string_view AVICENA = "Avicena release 2025-11-17 (vendor)";
constexpr std::string_view RASHIDI = "Rashidi et al., J. Appl. Phys. 122, 035706, 2017";
constexpr double A_PER_M2_OF_A_PER_CM2 = 1e4;

/// State of a square metre's worth of current density, whatever the size.
led_state at_density(std::string_view set, double density_a_per_cm2) {
    led_device led{.material = led_set(set)};
    return steady_state(led, density_a_per_cm2 * A_PER_M2_OF_A_PER_CM2 * led_area(led));
}

/// Penalty of Gaussian spread on a bit slot, dB: -5 log10(1 - (4 B sigma)^2) (Agrawal).
double dispersion_penalty_db(double wavelength_m, double linewidth_m, double length_m,
                             double rate_bps) {
    const double x = 4.0 * rate_bps * chromatic_sigma_s(wavelength_m, linewidth_m, length_m);
    return -5.0 * std::log10(1.0 - x * x);
}

double sensitivity_dbm() {
    // The published receiver: .17 A/W at 420 nm, 7.6 pA/rtHz over 1.4 GHz, ideal extinction.
    const double noise_a = 7.6e-12 * std::sqrt(1.4e9);
    return 10.0 * std::log10(sensitivity_w(q_of_ber(1e-12), noise_a, 0.17, INFINITY) / 1e-3);
}

/// 400 lanes' drivers, emitters and receivers, W.
double analogue_power_w() {
    const lane_parameters lane = default_800g();
    const double driver_w =
        driver_power_w(driver_supply{}, extract(lane).average_current_a, lane.rate_bps);
    return 400.0 * (driver_w + receiver_power_w(lane.rate_bps));
}

/// Forward voltage of the vendor's 5 x 5 um device at 100 uA, V.
double vendor_voltage() {
    constexpr double density_a_per_m2 = 100e-6 / 25e-12;
    return forward_voltage(led_device{.material = led_set("fast_doped")}, density_a_per_m2);
}

}  // namespace

double nominal_ber(double length_m, double rate_bps) {
    lane_parameters lane = default_800g();
    lane.length_m = length_m;
    lane.rate_bps = rate_bps;
    const lane_response own = extract(lane);
    const std::array<const lane_response*, 4> neighbours = {&own, &own, &own, &own};
    return trained_ber(make_baud_channel(own, neighbours)).ber;
}

std::string_view validation_row::verdict() const {
    if (model >= low && model <= high)
        return "pass";
    const auto between = [this](double a, double b) {
        return model >= std::min(a, b) && model <= std::max(a, b);
    };
    // Signed quantities shrink and grow by the factor alike.
    return between(low / 2.0, high * 2.0) || between(low * 2.0, high / 2.0) ? "trend" : "off";
}

std::vector<validation_row> validate() {
    constexpr double ps_per_nm_km = 1e6;
    const double penalty_db = dispersion_penalty_db(425e-9, 20e-9, 5.0, 4e9);
    const led_state fast = at_density("fast_doped", 11e3);
    return {
        {"M-2", "calibrate", "median BER, 2 Gb/s NRZ, 20 m", "< 2e-8", "1", MOSAIC, 2e-9, 2e-8,
         nominal_ber(20.0, 2e9)},
        {"M-3", "calibrate", "BER, 2 Gb/s NRZ, 30 m", "slightly above 2e-4", "1", MOSAIC, 2e-4,
         4e-4, nominal_ber(30.0, 2e9)},
        {"M-9", "sanity", "skew of 1 cm of fibre", "50", "ps", MOSAIC, 49.0, 51.0,
         group_delay_s_per_m(430e-9) * 0.01 * 1e12},
        {"M-12c", "calibrate", "analogue front end and emitters, 800 Gb/s", "1.2", "W", MOSAIC, 1.0,
         1.4, analogue_power_w()},
        {"X-2", "sanity", "dispersion penalty, 4 Gb/s, 5 m, 20 nm at 425 nm", "< 2", "dB",
         "US11791896B2", 0.5, 2.0, penalty_db},
        {"X-3", "sanity", "dispersion spread, 25 nm at 450 nm, 50 m", "960", "ps",
         "photoncap.net 2026-09-16", 941.0, 979.0,
         std::abs(silica_dispersion(450e-9)) * 25e-9 * 50.0 * 1e12},
        {"D-850", "sanity", "dispersion of silica at 850 nm", "-84", "ps/(nm km)", SELLMEIER, -84.9,
         -83.1, silica_dispersion(850e-9) * ps_per_nm_km},
        {"D-430", "sanity", "dispersion of silica at 430 nm", "-896", "ps/(nm km)", SELLMEIER,
         -897.0, -895.0, silica_dispersion(430e-9) * ps_per_nm_km},
        {"R-1", "calibrate", "sensitivity, 2 Gb/s, 420 nm, BER 1e-12", "-19.3", "dBm",
         "IEEE JSSC, May 2024", -19.4, -19.2, sensitivity_dbm()},
        {"V-4", "sanity", "LED energy at 4 Gb/s, 100 uA", "80", "fJ/bit", AVICENA, 76.0, 84.0,
         quoted_led_energy_j(100e-6, vendor_voltage(), 4e9) * 1e15},
        {"V-13", "sanity", "LED energy at 1.5 Gb/s, 100 uA", "0.22", "pJ/bit", "OFC 2026 Th1G.3",
         0.205, 0.235, quoted_led_energy_j(100e-6, vendor_voltage(), 1.5e9) * 1e12},
        {"V-16", "calibrate", "LED E-O bandwidth at 100 A/cm2", "about 2", "GHz",
         "Compound Semiconductor 27(IV), 2021", 1.5, 2.5,
         at_density("fast_doped", 100.0).optical_bandwidth_hz * 1e-9},
        {"E-1", "calibrate", "LED E-O bandwidth at 11 kA/cm2", "3.73", "GHz", "IEEE 10613856, 2024",
         3.36, 4.1, fast.optical_bandwidth_hz * 1e-9},
        {"E-6", "sanity", "ratio of E-O to E-E bandwidth", "1.724", "1",
         "Jin et al., J. Lightwave Technol. 43(2), 472, 2025", 1.69, 1.76,
         fast.optical_bandwidth_hz / fast.electrical_bandwidth_hz},
        {"E-8a", "calibrate", "differential lifetime at 20 A/cm2", "5", "ns", RASHIDI, 4.0, 6.0,
         at_density("nonpolar_rashidi", 20.0).differential_lifetime_s * 1e9},
        {"E-8b", "calibrate", "differential lifetime at 3 kA/cm2", "0.87", "ns", RASHIDI, 0.7, 1.04,
         at_density("nonpolar_rashidi", 3e3).differential_lifetime_s * 1e9},
        {"E-10", "calibrate", "forward voltage at 10 A/cm2", "2.32 .. 2.39", "V",
         "Zhang et al., Nanomaterials 10, 689, 2020", 2.32, 2.39,
         at_density("fast_doped", 10.0).forward_voltage_v},
    };
}

}  // namespace luxlane::dsp
