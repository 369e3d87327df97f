#include "models/dsp/jitter_average.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/common/normal.h"
#include "models/photonics/constants.h"

namespace luxlane::dsp {

namespace {

/// Gaussian jitter counts as far out as a probability of 1e-17.
constexpr double REACH_SIGMA = 8.5;

/// The Q factor that stands for a probability; probabilities below 1e-300 count as that.
double q_of(double probability) {
    return -normal_quantile(std::clamp(probability, 1e-300, 1.0 - 1e-16));
}

/// The trapezoidal rule for the Gaussian, Chebyshev's for the arcsine density of the sine.
std::vector<jitter_node> nodes_of(const sampling_jitter& jitter) {
    constexpr int sine_nodes = 64;
    constexpr double gauss_step = 1.0 / 3.0;
    int sines = jitter.sinusoidal_ui > 0.0 ? sine_nodes : 1;
    // Under a Gaussian, nodes at most half its rms apart are as good as any.
    if (sines > 1 && jitter.random_ui > 0.0)
        sines = static_cast<int>(std::clamp(
            2.0 * photonics::PI * jitter.sinusoidal_ui / jitter.random_ui, 8.0, 1.0 * sine_nodes));
    const int gauss = jitter.random_ui > 0.0 ? static_cast<int>(REACH_SIGMA / gauss_step) : 0;
    std::vector<jitter_node> nodes;
    double sum = 0.0;
    for (int g = -gauss; g <= gauss; ++g) {
        const double x = g * gauss_step;
        for (int k = 0; k < sines; ++k) {
            const double sine = sines > 1 ? std::cos(photonics::PI * (k + 0.5) / sines) : 0.0;
            nodes.push_back(
                {jitter.random_ui * x + jitter.sinusoidal_ui * sine, portable_exp(-0.5 * x * x)});
            sum += nodes.back().weight;
        }
    }
    for (jitter_node& n : nodes)
        n.weight /= sum;
    return nodes;
}

/// Steps that the jitter reaches, and one more for the cubics.
int reach_of(const sampling_jitter& jitter, int steps) {
    const double reach_ui = REACH_SIGMA * jitter.random_ui + jitter.sinusoidal_ui;
    if (reach_ui == 0.0)
        return 0;
    return static_cast<int>(std::min(std::ceil(reach_ui * steps) + 1.0, 0.5 * steps));
}

/// The cubic through the four values nearest to `position`, counted in values; the ends hold.
double interpolate(std::span<const double> values, double position) {
    const auto last = static_cast<double>(values.size() - 1);
    const double x = std::clamp(position, 0.0, last);
    const auto start =
        static_cast<std::size_t>(std::clamp(std::floor(x) - 1.0, 0.0, std::max(last - 3.0, 0.0)));
    const std::size_t count = std::min<std::size_t>(4, values.size());
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        double weight = 1.0;
        for (std::size_t j = 0; j < count; ++j)
            if (j != i)
                weight *= (x - static_cast<double>(start + j)) /
                          (static_cast<double>(i) - static_cast<double>(j));
        sum += weight * values[start + i];
    }
    return sum;
}

}  // namespace

jitter_average::jitter_average(const sampling_jitter& jitter, int steps)
    : nodes_(nodes_of(jitter)), steps_(steps), reach_(reach_of(jitter, steps)) {}

double jitter_average::mean(std::span<const double> probabilities) const {
    if (probabilities.size() != 2 * static_cast<std::size_t>(reach_) + 1)
        throw std::invalid_argument("jitter_average: needs 2 reach + 1 probabilities");
    std::vector<double> q(probabilities.size());
    std::ranges::transform(probabilities, q.begin(), q_of);
    double sum = 0.0;
    for (const jitter_node& n : nodes_)
        sum += n.weight * normal_tail(interpolate(q, reach_ + n.displacement_ui * steps_));
    return sum;
}

}  // namespace luxlane::dsp
