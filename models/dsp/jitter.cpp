#include "models/dsp/jitter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "models/common/normal.h"

namespace luxlane::dsp {

namespace {

/// Phases of the sine over half a period; the midpoint rule is good to 3e-9 of a law that the
/// Gaussian has smoothed over one step.
constexpr int SINE_PHASES = 256;

void check(const sampling_jitter& jitter) {
    const auto good = [](double amplitude) { return amplitude >= 0.0 && std::isfinite(amplitude); };
    if (!good(jitter.random_ui) || !good(jitter.sinusoidal_ui) || !good(jitter.duty_cycle_ui))
        throw std::out_of_range(
            fmt::format("jitter amplitudes must be finite and at least 0, not random {}, "
                        "sinusoidal {}, duty cycle {}",
                        jitter.random_ui, jitter.sinusoidal_ui, jitter.duty_cycle_ui));
}

/// Arcsine law of amplitude `a`: probability of a value below `x`.
double arcsine_distribution(double x, double a) {
    if (x <= -a)
        return x == -a && a == 0.0 ? 0.5 : 0.0;
    if (x >= a)
        return 1.0;
    return 0.5 + std::asin(x / a) / std::numbers::pi;
}

double centred_distribution(const sampling_jitter& jitter, double x) {
    const double sigma = jitter.random_ui;
    const double amplitude = jitter.sinusoidal_ui;
    // Away from the sine's turning points its law is so smooth that a Gaussian narrower than a step
    // of the quadrature changes nothing; at them the steps are small.
    const double slope = std::sqrt(std::max(amplitude * amplitude - x * x, 0.0));
    if (sigma == 0.0 || sigma < slope * std::numbers::pi / SINE_PHASES)
        return arcsine_distribution(x, amplitude);
    if (amplitude == 0.0)
        return normal_tail(-x / sigma);
    double sum = 0.0;
    for (int i = 0; i < SINE_PHASES; ++i) {
        // Half a period says it all: the other half repeats the same values.
        const double phase = std::numbers::pi * ((i + 0.5) / SINE_PHASES - 0.5);
        sum += normal_tail((amplitude * std::sin(phase) - x) / sigma);
    }
    return sum / SINE_PHASES;
}

}  // namespace

jitter_generator::jitter_generator(const sampling_jitter& amplitudes, double sinusoidal_frequency,
                                   const stream_key& random)
    : amplitudes_(amplitudes), frequency_(sinusoidal_frequency), key_(random) {
    check(amplitudes);
    if (!(sinusoidal_frequency >= 0.0 && sinusoidal_frequency <= 0.5))
        throw std::out_of_range(fmt::format(
            "sinusoidal jitter of {} cycles per symbol, must be 0 to 0.5", sinusoidal_frequency));
}

double jitter_generator::random(std::uint64_t symbol) const {
    return amplitudes_.random_ui == 0.0 ? 0.0 : amplitudes_.random_ui * gaussian(key_, symbol);
}

double jitter_generator::sinusoidal(double time_ui) const {
    if (amplitudes_.sinusoidal_ui == 0.0)
        return 0.0;
    const double cycles = frequency_ * time_ui;
    return amplitudes_.sinusoidal_ui *
           std::sin(2.0 * std::numbers::pi * (cycles - std::floor(cycles)));
}

double jitter_generator::duty_cycle(std::uint64_t symbol) const {
    return (symbol % 2 ? 0.5 : -0.5) * amplitudes_.duty_cycle_ui;
}

double jitter_generator::at(std::uint64_t symbol) const {
    return random(symbol) + sinusoidal(static_cast<double>(symbol)) + duty_cycle(symbol);
}

void jitter_generator::fill(std::span<double> out, std::uint64_t first) const {
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = at(first + i);
}

void draw_displacements(const sampling_jitter& jitter, const stream_key& random,
                        const stream_key& phase, std::uint64_t first, std::span<float> out) {
    check(jitter);
    fill_gaussian(out, random, first);
    for (std::size_t k = 0; k < out.size(); ++k) {
        double ui = jitter.random_ui * static_cast<double>(out[k]);
        if (jitter.sinusoidal_ui > 0.0)
            ui += jitter.sinusoidal_ui *
                  std::sin(2.0 * std::numbers::pi * uniform53(phase, first + k));
        ui += ((first + k) % 2 == 0 ? -0.5 : 0.5) * jitter.duty_cycle_ui;
        out[k] = static_cast<float>(ui);
    }
}

double jitter_distribution(const sampling_jitter& jitter, double displacement_ui) {
    check(jitter);
    const double half = 0.5 * jitter.duty_cycle_ui;
    return 0.5 * (centred_distribution(jitter, displacement_ui - half) +
                  centred_distribution(jitter, displacement_ui + half));
}

std::vector<double> jitter_density(const sampling_jitter& jitter, std::size_t cells,
                                   double width_ui) {
    if (cells == 0 || !(width_ui > 0.0))
        throw std::out_of_range(fmt::format("jitter_density: {} cells of {} UI", cells, width_ui));
    // The law is symmetrical: differences of lower tails only, which keep their digits.
    std::vector<double> density(cells);
    const auto below = [&](double edge) { return jitter_distribution(jitter, edge); };
    const double left = -0.5 * static_cast<double>(cells) * width_ui;
    double before = 0.0;
    for (std::size_t cell = 0; 2 * cell + 1 < cells; ++cell) {
        const double upto = below(left + static_cast<double>(cell + 1) * width_ui);
        density[cell] = density[cells - 1 - cell] = upto - before;
        before = upto;
    }
    if (cells % 2 == 1)
        density[cells / 2] = 1.0 - 2.0 * before;
    return density;
}

double jitter_rms_ui(const sampling_jitter& jitter) {
    check(jitter);
    const double r = jitter.random_ui, s = jitter.sinusoidal_ui, d = jitter.duty_cycle_ui;
    return std::sqrt(r * r + 0.5 * s * s + 0.25 * d * d);
}

}  // namespace luxlane::dsp
