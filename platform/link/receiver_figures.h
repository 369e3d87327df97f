#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/photonics/linear_chain.h"
#include "models/photonics/photodiode.h"
#include "models/photonics/receiver.h"
#include "models/photonics/tia.h"
#include "platform/link/parameters.h"
#include "platform/link/presets.h"

namespace luxlane::link {

/// A receiver as the user described it.
struct described_receiver {
    described_lane lane;
    photonics::photodiode diode;
    std::optional<photonics::tia_parts> amplifier;  ///< when any of its parts was given
    std::vector<double> error_ratios;
    std::optional<double> power_w;  ///< average, at which noise is wanted
};

/// `jsscmay2024`, the receiver that sensitivity R-1 was published of, or a preset of `luxlane
/// link`; else std::invalid_argument that lists the names.
const preset& find_receiver_preset(const std::string& name);

/// Light that one bit error ratio takes; no power where noise that grows with the light forbids it.
struct required_light {
    double error_ratio, q;
    std::optional<double> average_w;
};

/// What follows for the receiver alone: no fibre, no interference between symbols.
struct receiver_figures {
    photonics::receiver_device device;
    photonics::linear_chain chain;  ///< without fibre
    photonics::noise_bandwidths noise_bandwidths;
    double quantum_efficiency;
    double extinction_ratio;
    double signal_bandwidth_hz;  ///< photodiode, amplifier and equaliser together
    double rin_per_hz;
    double light_w;  ///< average power at which `noise` holds
    double highest_a, lowest_a;
    photonics::noise_parts noise_highest, noise_lowest;
    double supply_noise_a;
    std::array<double, 4> noise_correlation;
    std::vector<required_light> sensitivity;
    double crosstalk_penalty_db;  ///< optical, worst pattern of four lit neighbours
    double wander_a;              ///< rms of the baseline behind the offset loop
    std::optional<photonics::tia_figures> amplifier;
};

receiver_figures figures_of(const described_receiver& receiver);

/// The parameter belongs to the receiver: its figures depend on it.
bool concerns_receiver(std::string_view parameter);

/// Draws gain and noise density over frequency. Throws as plot::write.
void plot_receiver(const described_receiver& receiver, const receiver_figures& figures,
                   const std::string& file);

}  // namespace luxlane::link
