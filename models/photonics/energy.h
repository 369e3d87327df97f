#pragma once

#include "models/photonics/lane_parameters.h"

namespace luxlane::photonics {

/// What a lane's transmitter draws from its supplies, beyond the light's own needs.
struct driver_supply {
    double switched_capacitance_f = 50e-15;  ///< assumption: driver output and wiring
    double logic_supply_v = 0.9;             ///< assumption: core supply
    double transition_density = 0.5;         ///< of scrambled data
};

/// Power of a driver's logic, W: alpha C V^2 f.
constexpr double switching_power_w(const driver_supply& supply, double symbol_rate_bd) {
    return supply.transition_density * supply.switched_capacitance_f * supply.logic_supply_v *
           supply.logic_supply_v * symbol_rate_bd;
}

/// Power of one driving lane that sends random data, W: mean current with the driver's clipping x
/// supply, and transitions at the symbol rate (three of four PAM4 symbols change, `supply`'s
/// density holds for NRZ).
double driver_power_w(const lane_parameters& lane, const driver_supply& supply = {});

/// The emitter's part of it, W: current x forward voltage, mean over the settled levels.
double emitter_power_w(const lane_parameters& lane);

/// Energy per bit as vendors quote it, J: quoted current x forward voltage / bit rate.
constexpr double quoted_led_energy_j(double current_a, double voltage_v, double rate_bps) {
    return current_a * voltage_v / rate_bps;
}

/// One lane's receiver, W: 0.5 pJ/bit at 2 Gb/s, of which the amplifier draws 0.8 mW always and
/// slicer and equaliser the rest with activity (JSSC May 2024: 1 mW; the split is an assumption).
constexpr double receiver_power_w(double rate_bps) { return 0.8e-3 + 0.1e-12 * rate_bps; }

/// Energy conservation per bit, J: every power of a lane over its rate.
constexpr double lane_energy_j_per_bit(double driver_w, double receiver_w, double shared_clock_w,
                                       double rate_bps) {
    return (driver_w + receiver_w + shared_clock_w) / rate_bps;
}

}  // namespace luxlane::photonics
