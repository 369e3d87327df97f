#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "models/photonics/lane_parameters.h"

namespace luxlane::photonics {

/// The light of up to 16 emitters, solved in time together: dn/dt = I/(qV) - R(n) - n/tau_sw with
/// the drive current behind the driver's pole (that at the average current); light follows n. Rows
/// of 16 floats, one a lane; lanes beyond those given stay dark. Single precision; all targets give
/// the same bits.
class led_bank {
public:
    static constexpr std::size_t WIDTH = 16;

    /// `lanes` 1 .. 16 of one symbol rate, `samples_per_symbol` 16 .. 64, else
    /// std::invalid_argument. A lane of drive factor 0 is dark. Throws as `check`.
    led_bank(std::span<const lane_parameters> lanes, unsigned samples_per_symbol);

    /// Steady state under constant currents, `current_a` [16]; any sweep-out has ended.
    void settle(std::span<const float> current_a);

    /// Solves the next `symbols` symbols. `current_a` is [symbols][16] driver currents
    /// (`drive_currents`), `light_w` is [symbols x samples_per_symbol][16] and receives the light
    /// out of the chip at the end of each sample step. A symbol whose current falls below the one
    /// before by more than a quarter of the lane's swing (`drive_levels`), and below the middle of
    /// on and off current, starts a sweep-out; one whose current rises as far ends it before its
    /// window does. Sizes that do not fit: std::invalid_argument.
    void advance(std::span<const float> current_a, std::span<float> light_w);

    /// The same bits lane by lane without vectors, for comparison.
    void advance_scalar(std::span<const float> current_a, std::span<float> light_w);

    /// Static light, W, of one lane at a direct current: what `settle` converges to.
    float static_light_w(std::size_t lane, double current_a) const;

    /// One value a lane.
    using row = std::array<float, WIDTH>;

    /// Coefficients of one integration step of h seconds, for carrier densities over that at the
    /// peak current. Injected and recombined carriers are counted per step.
    struct step_coefficients {
        alignas(64) row injection;          ///< of 1 A
        alignas(64) row linear;             ///< h (A + B p0)
        alignas(64) row quadratic, cubic;   ///< of R(n)
        alignas(64) row sweep;              ///< h / tau_sw
        alignas(64) row window;             ///< length of a sweep-out in steps
        alignas(64) row half_decay, decay;  ///< of the driver's pole over h / 2 and h
        unsigned steps_per_sample;
    };

    struct coefficients {
        step_coefficients plain, sweeping;   ///< steps without and with sweep-out
        alignas(64) row stored;              ///< carriers behind the driver's pole per 1 A
        alignas(64) row light, light_doped;  ///< light = n (light n + light_doped), W
        alignas(64) row edge;                ///< change of current that is an edge, A
        alignas(64) row middle;              ///< of on and off current, A
        unsigned samples_per_symbol;
        bool sweeps;  ///< any lane has sweep-out
    };

    /// Carriers in the junction plus those that the driver's node still delivers (`charge`), the
    /// latter (`stored`), the last current, and the symbols since a falling edge.
    struct state {
        alignas(64) row charge{}, stored{}, current{}, age{};
    };

private:
    void check_shapes(std::span<const float> current_a, std::span<const float> light_w) const;

    std::vector<led_device> emitters_;
    std::vector<double> density_scale_;  ///< per lane, 1/m^3; 0: dark
    coefficients coefficients_{};
    state state_{};
};

}  // namespace luxlane::photonics
