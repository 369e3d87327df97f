#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "models/photonics/lane_parameters.h"

namespace luxlane::photonics {

/// The light of up to 16 emitters, solved in time together: dn/dt = I/(qV) - R(n) - n/tau_sw with
/// the drive current behind the driver's pole; light follows n. Rows of 16 floats, one a lane;
/// lanes beyond those given stay dark. Single precision; all targets give the same bits.
class led_bank {
public:
    static constexpr std::size_t WIDTH = 16;

    /// `lanes` 1 .. 16 of one symbol rate, `samples_per_symbol` 16 .. 64, else
    /// std::invalid_argument. A lane of drive factor 0 is dark.
    led_bank(std::span<const lane_parameters> lanes, unsigned samples_per_symbol);

    /// Steady state under constant currents, `current_a` [16].
    void settle(std::span<const float> current_a);

    /// Solves the next `symbols` symbols. `current_a` is [symbols][16] driver currents
    /// (`drive_currents`), `light_w` is [symbols x samples_per_symbol][16] and receives the light
    /// out of the chip at the end of each sample step. A symbol whose current falls below the one
    /// before by more than a quarter of the lane's swing starts a sweep-out.
    void advance(std::span<const float> current_a, std::span<float> light_w);

    /// Static light, W, of one lane at a direct current: what `settle` converges to.
    float static_light_w(std::size_t lane, double current_a) const;

private:
    // The state and per-lane coefficients in normalised units; the owner of this file decides.
};

}  // namespace luxlane::photonics
