#pragma once

#include "models/photonics/constants.h"
#include "models/photonics/led.h"

namespace luxlane::photonics {

/// Growth of defects g = (t/t0)^m (J/J0)^p exp(-Ea/k (1/T - 1/T0)); the non-radiative rate is
/// A(t) = A0 (1 + gain g). That A grows and C does not: Kang et al., 2026 (AlGaInP); the small fall
/// of B is left out. No ageing data of emitters at datacom currents are public.
struct power_law_ageing {
    double gain = 1.0;  ///< assumption: A doubles in one reference time; -36 % of slope in 369 days
                        ///< (unpackaged, Nanomaterials 10, 689, 2020, secondary)
    double reference_time_s = 365.25 * 86400.0;  ///< assumption: one year
    double reference_density_a_per_m2 = 1e7;     ///< assumption: 1 kA/cm^2
    double reference_temperature_k = 300.0;      ///< assumption: room temperature
    double time_exponent = 0.5;                  ///< assumption: diffusion-like
    double density_exponent = 1.0;               ///< assumption; above 0.63 by Kang et al., 2026
    double activation_energy_j = 0.4 * ELEMENTARY_CHARGE_C;  ///< assumption: 0.4 eV
};

/// What one lane remembers of its life. A new emitter has all zeros.
struct ageing_state {
    double powered_s = 0.0;      ///< time under current
    double defect_growth = 0.0;  ///< of A, as led_device takes it
};

/// Ages a lane by `duration_s` >= 0 at `density_a_per_m2` >= 0 and `temperature_k` > 0. Changing
/// conditions continue at the time after which the new ones would have given the growth so far, so
/// that it does not matter how a duration is cut. std::invalid_argument for other values.
void advance(const power_law_ageing& law, ageing_state& state, double duration_s,
             double density_a_per_m2, double temperature_k);

/// Output after `powered_s` over that at birth by the law of the logarithm of time, 1 - loss per
/// decade log10(t / onset), not below 0. Read off a vendor's slide that shows 40 and 80 C almost
/// equal, so that temperature is absent (secondary, low confidence).
struct logarithmic_ageing {
    double loss_per_decade = 0.0625;           ///< secondary: vendor's slide
    double onset_s = 1e-4 * 365.25 * 86400.0;  ///< secondary: the same
};
double relative_output(const logarithmic_ageing& law, double powered_s);

/// The same as the power law does, for a lane that ages by the logarithmic one: the growth of A
/// that dims `led` at `current_a` as the law says.
void advance(const logarithmic_ageing& law, ageing_state& state, double duration_s,
             const led_device& led, double current_a);

/// Growth of A that leaves `relative_output` (0 .. 1, not 0) of the light of a new device at
/// `current_a` > 0; else std::invalid_argument.
double defect_growth_of_output(const led_device& led, double current_a, double relative_output);

/// Probability of failure within a year at constant failure rate: 1 - exp(-8760 h / MTBF).
double annual_failure_rate(double mean_time_between_failures_h);

/// Failures in 1e9 hours.
double failures_in_time(double mean_time_between_failures_h);

}  // namespace luxlane::photonics
