#pragma once

#include <array>
#include <optional>
#include <vector>

#include "models/dsp/error_rates.h"
#include "models/dsp/receive_filter.h"
#include "models/dsp/sampled_channel.h"
#include "models/dsp/statistical_eye.h"
#include "models/photonics/extraction.h"

namespace luxlane::link {

/// What may be taken out of a lane to see what it costs.
enum class impairment { none, interference, crosstalk, jitter, extinction, intensity_noise };

/// A lane's channel and its trained receiver.
struct trained_receiver {
    dsp::sampled_channel channel;
    dsp::receive_filter filter;
};

/// The statistical law of one lane between lit neighbours of its own kind, at any further loss of
/// light: the emitter does not notice the loss, currents scale with it, and the variance of noise
/// is a quadratic function of the current (amplifier, shot, intensity).
class lane_law {
public:
    /// `neighbours` 0 .. 4. std::out_of_range as photonics::check.
    lane_law(const photonics::lane_parameters& lane, std::size_t neighbours);

    const photonics::lane_parameters& lane() const { return lane_; }
    const photonics::lane_response& response() const { return response_; }
    const photonics::phase_response& phases() const { return phases_; }
    std::size_t neighbours() const { return neighbours_; }

    /// The response when `loss_db` more (negative: less) is lost between emitter and photodiode.
    photonics::lane_response response_at(double loss_db) const;

    /// Channel and newly trained receiver at this loss, one impairment taken out.
    trained_receiver train(double loss_db, impairment without = impairment::none) const;

    /// Error rates at this loss, one impairment taken out. Jitter moves the sampling instant, but
    /// without interference, where the eye has no edges, it counts as noise.
    dsp::error_rates rates(double loss_db, impairment without = impairment::none) const;

    /// Loss that may still be added until the bit error ratio reaches `target_ber`, dB, to 0.001
    /// dB; negative: light that is missing. Nothing when even 40 dB more light would not do, or no
    /// light at all would.
    std::optional<double> margin_db(double target_ber, impairment without = impairment::none) const;

private:
    double noise_a(double current_a) const;

    photonics::lane_parameters lane_;
    std::size_t neighbours_;
    photonics::lane_response response_;
    photonics::phase_response phases_;
    double dark_a_;
    /// Noise variance at current I: sum of noise_[i] I^i.
    std::array<double, 3> noise_;
};

}  // namespace luxlane::link
