#pragma once

#include "models/photonics/lane_parameters.h"

namespace luxlane::photonics {

/// A current DAC of a lane's driver: codes 0 .. 2^bits - 1 over 0 .. full scale.
struct drive_dac {
    unsigned bits = 8;            ///< assumption: usual for a laser driver's bias
    double full_scale_a = 2e-3;   ///< assumption: some twice the default on-current
    double gain_deviation = 0.0;  ///< of this lane's DAC from nominal, relative
    double offset_a = 0.0;        ///< of this lane's DAC
};

/// The current of one code step, A, before the gain's deviation.
double step_a(const drive_dac& dac);

/// The code nearest to `current_a`; beyond the ends the first or last. std::invalid_argument for
/// 1 .. 24 bits exceeded, a full scale that is not positive, or a current that is NaN.
unsigned code_of(const drive_dac& dac, double current_a);

/// What the DAC then delivers, A: not below zero.
double current_of(const drive_dac& dac, unsigned code);

/// The lane as two DACs set it, one for the bias (the current of a zero) and one for the modulation
/// (one less zero): on_current_a and current_extinction_ratio become what the codes give. A bias
/// that rounds to nothing leaves the greatest extinction ratio that a lane may have.
lane_parameters quantised_drive(const lane_parameters& lane, const drive_dac& bias,
                                const drive_dac& modulation);

}  // namespace luxlane::photonics
