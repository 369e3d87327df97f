#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/common/random.h"
#include "models/dsp/statistical_eye.h"

namespace luxlane::dsp {

/// Displacement of clock edges from their ideal instants, in unit intervals, positive when late:
/// Gaussian at each symbol, sinusoidal in time, and duty cycle (odd symbols late, even ones early
/// by half of `duty_cycle_ui`).
class jitter_generator {
public:
    /// `sinusoidal_frequency` in cycles per symbol, 0 .. 0.5; amplitudes not negative: else
    /// std::out_of_range. `random` is used up by symbol number alone.
    jitter_generator(const sampling_jitter& amplitudes, double sinusoidal_frequency,
                     const stream_key& random);

    /// Displacement at `symbol`.
    double at(std::uint64_t symbol) const;

    /// The parts. Sinusoidal jitter exists at any time, in symbols.
    double random(std::uint64_t symbol) const;
    double sinusoidal(double time_ui) const;
    double duty_cycle(std::uint64_t symbol) const;

    /// Displacements of `out[i]` = `first` + i.
    void fill(std::span<double> out, std::uint64_t first) const;

    const sampling_jitter& amplitudes() const { return amplitudes_; }
    double sinusoidal_frequency() const { return frequency_; }

private:
    sampling_jitter amplitudes_;
    double frequency_;
    stream_key key_;
};

/// Displacements of the sampling instants `first` + i, symbols, when no frequency is known: each
/// meets the sine at a phase of its own. `random` and `phase` are used up by symbol number alone.
void draw_displacements(const sampling_jitter& jitter, const stream_key& random,
                        const stream_key& phase, std::uint64_t first, std::span<float> out);

/// Probability that a displacement lies below `displacement_ui`: the Gaussian over the arcsine law
/// of the sine and the two duty-cycle values.
double jitter_distribution(const sampling_jitter& jitter, double displacement_ui);

/// Probability of each of `cells` cells of `width_ui`, centred on 0; the outermost hold all that
/// lies beyond, so that the sum is 1. No cells or a width that is not positive: std::out_of_range.
std::vector<double> jitter_density(const sampling_jitter& jitter, std::size_t cells,
                                   double width_ui);

/// Root mean square of all parts: sqrt(random^2 + sinusoidal^2 / 2 + duty_cycle^2 / 4).
double jitter_rms_ui(const sampling_jitter& jitter);

}  // namespace luxlane::dsp
