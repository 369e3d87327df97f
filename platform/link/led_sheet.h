#pragma once

#include <vector>

#include "models/photonics/lane_parameters.h"
#include "models/photonics/led_figures.h"

namespace luxlane::link {

/// One direct current through an emitter.
struct led_row {
    double current_a;
    photonics::led_state state;
    double wall_plug_efficiency;
    double driver_s;                   ///< time constant of the driver's node
    photonics::bandwidth_pair device;  ///< carriers alone
    photonics::bandwidth_pair driven;  ///< with the driver's pole
};

/// The data sheet of one emitter behind one driver.
struct led_sheet {
    photonics::led_device device;
    double linewidth_m;
    led_row point;               ///< at the current asked for
    bool voltage_extrapolated;   ///< in any row: no anchor of the I-V law or table reaches there
    std::vector<led_row> table;  ///< around it, rising, the point included
    double intensity_noise_per_hz;
    double one_a, zero_a;  ///< drive of the next two: the current and its part by the lane's ratio
    double level_mismatch;
    double extinction_ratio;
    photonics::efficiency_peak peak;
    double droop;
};

/// Ends of the currents that a sheet covers, A, and the greatest density, A/m^2: beyond, no
/// coefficients were ever fitted.
inline constexpr double LEAST_LED_CURRENT_A = 1e-9;
inline constexpr double GREATEST_LED_CURRENT_A = 0.1;
inline constexpr double GREATEST_LED_DENSITY_A_PER_M2 = 1e9;

/// The density, A/m^2, up to which the device's voltage rests on measured points.
double anchored_density(const photonics::led_device& device);

/// The row at `current_a`, inside the limits above.
led_row led_row_at(const photonics::lane_parameters& lane, const photonics::led_device& device,
                   double current_a);

/// The sheet of `lane`'s emitter as `device` describes it (that may have a measured I-V table) at
/// `current_a`. std::invalid_argument names the current, the limit and the reason when outside.
led_sheet make_led_sheet(const photonics::lane_parameters& lane,
                         const photonics::led_device& device, double current_a);

/// `count` currents from `low_a` to `high_a`, equally spaced in their logarithm.
std::vector<double> logarithmic_currents(double low_a, double high_a, unsigned count);

}  // namespace luxlane::link
