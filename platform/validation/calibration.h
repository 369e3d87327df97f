#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "models/photonics/lane_parameters.h"

namespace luxlane::validation {

/// What was fitted on M-2 and M-3, and how well the two figures determine it.
struct calibration {
    struct fitted_parameter {
        std::string_view name;
        std::string_view unit;
        double value;
        /// Standard deviation of ln(value) if each published BER is known to a factor of two.
        double relative_uncertainty;
    };
    struct fitted_figure {
        std::string_view id;
        double length_m;
        double published_ber;
        double model_ber;
        /// d log10 BER / d ln parameter, in the order of `parameters`.
        std::array<double, 2> sensitivity;
    };
    /// Noise alone, the post tap as it was: what the default is set by.
    fitted_parameter noise_alone;
    std::array<double, 2> model_ber_alone;  ///< in the order of `figures`
    /// Both together.
    std::vector<fitted_parameter> parameters;
    std::vector<fitted_figure> figures;
    /// Ratio of the sensitivities' singular values: beyond 30 the second parameter is hardly
    /// determined.
    double condition;
    bool converged;
};

/// Fits amplifier noise, alone and with the transmit post tap, which sets the bandwidth of emitter
/// and driver together, to the BER at 20 and 30 m. A trained receiver makes up for most of what the
/// post tap does, so that the pair is badly determined: the post tap keeps its derived value.
/// Everything else keeps its value in `start`: dispersion, modal spread, receiver bandwidth and
/// linewidth come from physics. Some milliseconds.
calibration calibrate(const photonics::lane_parameters& start);

}  // namespace luxlane::validation
