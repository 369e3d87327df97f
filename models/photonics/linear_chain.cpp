#include "models/photonics/linear_chain.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <span>
#include <unsupported/Eigen/FFT>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

using complex = std::complex<double>;

constexpr double CUT = 1e-7;
/// Time constants after which every response here, up to five equal poles, is below CUT / 10.
constexpr double DECAYED = 24.0;
/// The same for a cepstrum: half as long on either side, but it falls as exp(-t) / t.
constexpr double CEPSTRUM_DECAYED = 33.0;
/// Standard deviations beyond which a Gaussian is below CUT / 10.
constexpr double GAUSSIAN_REACH = 6.2;
/// Images of the spectrum added one by one; their rest is integrated.
constexpr int IMAGES = 6;
constexpr std::size_t LEAST_POINTS = 64;

complex continuous_equaliser(const linear_chain& chain, double frequency_hz) {
    if (chain.ctle_peaking == 1.0)
        return 1.0;
    const complex zero(1.0, frequency_hz / chain.ctle_zero_hz);
    const complex first(1.0, frequency_hz / (chain.ctle_zero_hz * chain.ctle_peaking));
    const complex second(1.0, frequency_hz / chain.ctle_pole_hz);
    return zero / (first * second);
}

complex amplifier(const linear_chain& chain, double frequency_hz) {
    return second_order(chain.amplifier_hz, chain.amplifier_damping, frequency_hz);
}

/// Decay of the slowest of the poles that signal and noise share, 1/s.
double slowest_decay_per_s(const linear_chain& chain) {
    const double natural_hz = natural_frequency_hz(chain.amplifier_hz, chain.amplifier_damping);
    const double damping = chain.amplifier_damping;
    double slowest_hz =
        natural_hz * (damping > 1.0 ? damping - std::sqrt(damping * damping - 1.0) : damping);
    if (chain.ctle_peaking != 1.0)
        slowest_hz =
            std::min({slowest_hz, chain.ctle_zero_hz * chain.ctle_peaking, chain.ctle_pole_hz});
    return 2.0 * PI * slowest_hz;
}

/// Integral of `density` over all frequencies above `from_hz`: Simpson's rule over ln f, until
/// `to_hz`, the last feature of the density, lies far below.
template <typename Function>
auto integral_above(Function density, double from_hz, double to_hz) {
    constexpr int intervals = 96;
    constexpr double far = 1e3;
    const double top_hz = far * std::max(from_hz, to_hz);
    const double width = std::log(top_hz / from_hz) / intervals;
    auto sum = density(from_hz) * from_hz + density(top_hz) * top_hz;
    for (int i = 1; i < intervals; ++i) {
        const double f = from_hz * std::exp(width * i);
        sum += density(f) * (f * (i % 2 == 0 ? 2.0 : 4.0));
    }
    return sum * (width / 3.0);
}

double last_feature_hz(const linear_chain& chain) {
    double last_hz = 2.0 * natural_frequency_hz(chain.amplifier_hz, chain.amplifier_damping) *
                     std::max(1.0, chain.amplifier_damping);
    if (chain.ctle_peaking != 1.0)
        last_hz = std::max({last_hz, chain.ctle_zero_hz * chain.ctle_peaking, chain.ctle_pole_hz});
    return last_hz;
}

/// |noise|^2 in real arithmetic, several times as fast as by complex numbers.
class noise_power {
public:
    explicit noise_power(const linear_chain& chain)
        : natural_hz_(natural_frequency_hz(chain.amplifier_hz, chain.amplifier_damping)),
          damping_(4.0 * chain.amplifier_damping * chain.amplifier_damping),
          corner_hz_(chain.noise_corner_hz),
          equalised_(chain.ctle_peaking != 1.0),
          zero_hz_(chain.ctle_zero_hz),
          first_hz_(chain.ctle_zero_hz * chain.ctle_peaking),
          second_hz_(chain.ctle_pole_hz) {}

    double operator()(double frequency_hz) const {
        const double x = square(frequency_hz / natural_hz_);
        double power = (1.0 + square(frequency_hz / corner_hz_)) / (square(1.0 - x) + damping_ * x);
        if (equalised_)
            power *= (1.0 + square(frequency_hz / zero_hz_)) /
                     ((1.0 + square(frequency_hz / first_hz_)) *
                      (1.0 + square(frequency_hz / second_hz_)));
        return power;
    }

private:
    static double square(double x) { return x * x; }

    double natural_hz_, damping_, corner_hz_;
    bool equalised_;
    double zero_hz_, first_hz_, second_hz_;
};

/// Noise power of samples `step_s` apart, over S / (2 step): |noise|^2 with all images of its
/// spectrum folded in. Element k of `points / 2 + 1` belongs to k / (points step).
std::vector<double> folded_noise_power(const linear_chain& chain, double step_s,
                                       std::size_t points) {
    const noise_power power(chain);
    const double rest =
        2.0 * step_s * integral_above(power, (IMAGES + 0.5) / step_s, last_feature_hz(chain));
    std::vector<double> folded(points / 2 + 1);
    for (std::size_t k = 0; k < folded.size(); ++k) {
        const double cycles = static_cast<double>(k) / static_cast<double>(points);
        double sum = power(cycles / step_s) + rest;
        for (int image = 1; image <= IMAGES; ++image)
            sum += power((image + cycles) / step_s) + power((image - cycles) / step_s);
        folded[k] = sum;
    }
    return folded;
}

/// Spectrum, at k / (points step), of the taps that light linear between samples sees.
std::vector<complex> folded_signal(const linear_chain& chain, double step_s, std::size_t points) {
    // Behind this, the spread leaves nothing.
    const double end_hz = chain.spread_s > 0.0 ? 1.3 / chain.spread_s : INFINITY;
    const auto below_end = [&](double f) {
        return std::abs(f) < end_hz ? chain.signal(f) : complex(0.0);
    };
    const double rest_from_hz = (IMAGES + 0.5) / step_s;
    double rest = 0.0;  // the images above and below are conjugate: only their real part is left
    if (rest_from_hz < end_hz) {
        const auto held = [&](double f) { return below_end(f).real() / (f * f * step_s * step_s); };
        rest = 2.0 * step_s *
               integral_above(held, rest_from_hz,
                              std::max(last_feature_hz(chain), chain.photodiode_hz));
    }
    std::vector<complex> folded(points / 2 + 1);
    folded[0] = 1.0;  // the hold is 0 at all images of rest
    for (std::size_t k = 1; k < folded.size(); ++k) {
        const double cycles = static_cast<double>(k) / static_cast<double>(points);
        complex sum = below_end(cycles / step_s) / (cycles * cycles) + rest;
        for (int image = 1; image <= IMAGES; ++image) {
            const double above = image + cycles;
            const double below = image - cycles;
            sum += below_end(above / step_s) / (above * above) +
                   std::conj(below_end(below / step_s)) / (below * below);
        }
        const double sine = std::sin(PI * cycles) / PI;
        folded[k] = sum * (sine * sine);
    }
    return folded;
}

std::size_t points_for(double duration_s, double step_s) {
    return std::bit_ceil(
        std::max(LEAST_POINTS, static_cast<std::size_t>(std::ceil(duration_s / step_s))));
}

/// Transforms of real sequences; spectra hold `points / 2 + 1` elements.
class real_transform {
public:
    real_transform() { transform_.SetFlag(Eigen::FFT<double>::HalfSpectrum); }

    std::vector<double> inverse(const std::vector<complex>& spectrum, std::size_t points) {
        std::vector<double> out(points);
        transform_.inv(out, spectrum, static_cast<Eigen::Index>(points));
        return out;
    }

    std::vector<complex> forward(const std::vector<double>& sequence) {
        std::vector<complex> out;
        transform_.fwd(out, sequence);
        return out;
    }

private:
    Eigen::FFT<double> transform_;
};

/// The causal sequence whose spectrum has the magnitude squared `power` and whose energy comes
/// earliest, by the cepstrum (Oppenheim and Schafer, Discrete-Time Signal Processing, 13).
std::vector<double> minimum_phase(std::span<const double> power, std::size_t points) {
    real_transform transform;
    std::vector<complex> spectrum(power.size());
    std::transform(power.begin(), power.end(), spectrum.begin(),
                   [](double value) { return 0.5 * std::log(value); });
    std::vector<double> cepstrum = transform.inverse(spectrum, points);
    for (std::size_t k = 1; k < points / 2; ++k) {
        cepstrum[k] *= 2.0;
        cepstrum[points - k] = 0.0;
    }
    spectrum = transform.forward(cepstrum);
    for (complex& value : spectrum)
        value = std::exp(value);
    return transform.inverse(spectrum, points);
}

/// Cuts off both ends what is below CUT of the greatest; `response` starts at -`origin` steps.
sampled_response cut_off(std::span<const double> response, std::size_t origin) {
    double greatest = 0.0;
    for (double tap : response)
        greatest = std::max(greatest, std::abs(tap));
    const auto counts = [&](double tap) { return std::abs(tap) >= CUT * greatest; };
    const auto first = std::min(std::find_if(response.begin(), response.end(), counts),
                                response.begin() + static_cast<std::ptrdiff_t>(origin));
    const auto last = std::find_if(response.rbegin(), response.rend(), counts).base();
    sampled_response out;
    out.taps.assign(first, last);
    out.origin = origin - static_cast<std::size_t>(first - response.begin());
    return out;
}

/// Duration in which the noise, and what its causal twin is computed from, decays.
double noise_duration_s(const linear_chain& chain) {
    double slowest_per_s = std::min(slowest_decay_per_s(chain), 2.0 * PI * chain.noise_corner_hz);
    if (chain.ctle_peaking != 1.0)
        slowest_per_s = std::min(slowest_per_s, 2.0 * PI * chain.ctle_zero_hz);
    return CEPSTRUM_DECAYED / slowest_per_s;
}

}  // namespace

complex linear_chain::signal(double frequency_hz) const {
    return gaussian_response(spread_s, frequency_hz) * single_pole(photodiode_hz, frequency_hz) *
           amplifier(*this, frequency_hz) * continuous_equaliser(*this, frequency_hz);
}

complex linear_chain::noise(double frequency_hz) const {
    return complex(1.0, frequency_hz / noise_corner_hz) * amplifier(*this, frequency_hz) *
           continuous_equaliser(*this, frequency_hz);
}

linear_chain linear_chain_of(const lane_parameters& lane) {
    const double chromatic_s =
        chromatic_sigma_s(emitted_wavelength_m(lane), lane.linewidth_m, lane.length_m);
    return {.spread_s = std::hypot(chromatic_s, lane.modal_sigma_s_per_m * lane.length_m),
            .photodiode_hz = lane.photodiode_bandwidth_hz,
            .amplifier_hz = lane.amplifier_bandwidth_hz,
            .amplifier_damping = lane.amplifier_damping,
            .noise_corner_hz = lane.noise_corner_hz,
            .ctle_peaking = std::pow(10.0, lane.ctle_peaking_db / 20.0),
            .ctle_zero_hz = lane.ctle_zero_hz,
            .ctle_pole_hz = lane.ctle_pole_hz};
}

sampled_response signal_response(const linear_chain& chain, double step_s) {
    const double slowest_per_s =
        std::min(slowest_decay_per_s(chain), 2.0 * PI * chain.photodiode_hz);
    const double spread_s = GAUSSIAN_REACH * chain.spread_s;
    const auto origin = static_cast<std::size_t>(std::ceil(spread_s / step_s)) + 1;
    const std::size_t points =
        points_for(2.0 * spread_s + DECAYED / slowest_per_s + 4.0 * step_s, step_s);
    std::vector<double> response =
        real_transform().inverse(folded_signal(chain, step_s, points), points);
    // What comes before time 0 stands at the end.
    std::rotate(response.begin(), response.end() - static_cast<std::ptrdiff_t>(origin),
                response.end());
    return cut_off(response, origin);
}

sampled_response noise_response(const linear_chain& chain, double step_s) {
    const std::size_t points = points_for(noise_duration_s(chain), step_s);
    return cut_off(minimum_phase(folded_noise_power(chain, step_s, points), points), 0);
}

double noise_bandwidth_hz(const linear_chain& chain) {
    // The mean of the folded spectrum is the integral of the noise over all frequencies.
    const double step_s = 0.25 / chain.amplifier_hz;
    const std::size_t points = points_for(DECAYED / slowest_decay_per_s(chain), step_s);
    const std::vector<double> power = folded_noise_power(chain, step_s, points);
    double sum = 0.5 * (power.front() + power.back());
    for (std::size_t k = 1; k + 1 < power.size(); ++k)
        sum += power[k];
    return sum / (static_cast<double>(points) * step_s);
}

noise_bandwidths noise_bandwidths_of(const linear_chain& chain) {
    linear_chain white = chain;
    white.noise_corner_hz = INFINITY;
    return {.rising_hz = noise_bandwidth_hz(chain), .white_hz = noise_bandwidth_hz(white)};
}

std::array<double, 4> noise_correlation(const linear_chain& chain, double symbol_s) {
    // The inverse transform of the power of samples a symbol apart.
    const std::size_t points =
        points_for(DECAYED / slowest_decay_per_s(chain) + 4.0 * symbol_s, symbol_s);
    const std::vector<double> power = folded_noise_power(chain, symbol_s, points);
    std::array<double, 5> sums{};
    for (std::size_t lag = 0; lag < sums.size(); ++lag) {
        for (std::size_t k = 0; k < power.size(); ++k) {
            const double end = k == 0 || k + 1 == power.size() ? 0.5 : 1.0;
            const double turns =
                static_cast<double>(k * lag % points) / static_cast<double>(points);
            sums[lag] += end * power[k] * std::cos(2.0 * PI * turns);
        }
    }
    std::array<double, 4> correlation;
    for (std::size_t lag = 1; lag < sums.size(); ++lag)
        correlation[lag - 1] = sums[lag] / sums[0];
    return correlation;
}

double baseline_wander(double offset_corner_hz, double symbol_s) {
    // The loop subtracts a running mean: of independent symbols +-1/2 with the weights
    // (1 - a) a^i, a = exp(-2 pi f T), it has the variance (1 - a) / (1 + a) / 4.
    return 0.25 * std::tanh(PI * offset_corner_hz * symbol_s);
}

double baseline_wander(const lane_parameters& lane) {
    const double of_nrz = lane.format == modulation::pam4 ? 5.0 / 9.0 : 1.0;
    return of_nrz * baseline_wander(lane.offset_corner_hz, 1.0 / lane.symbol_rate_bd());
}

}  // namespace luxlane::photonics
