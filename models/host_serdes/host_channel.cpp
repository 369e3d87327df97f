#include "models/host_serdes/host_channel.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <unsupported/Eigen/FFT>
#include <vector>

#include "models/photonics/constants.h"

namespace luxlane::host {

namespace {

using complex = std::complex<double>;
using photonics::PHASES;
using photonics::PI;

/// 20 % to 80 % of a Gaussian step, over its edge parameter; IEEE Std 802.3 93A.1.4.1.
constexpr double GAUSSIAN_EDGE = 1.6832;
constexpr complex J{0.0, 1.0};

double decibels(double ratio_db) { return std::pow(10.0, ratio_db / 20.0); }

/// Skin and dielectric parts of the loss, dB per sqrt(GHz) and per GHz.
struct loss_slopes {
    double skin, dielectric;
};

loss_slopes slopes_of(const host_trace& trace) {
    const double ghz = trace.loss_frequency_hz * 1e-9;
    const double rising_db = trace.loss_db - trace.rest_loss_db;
    return {trace.skin_share * rising_db / std::sqrt(ghz),
            (1.0 - trace.skin_share) * rising_db / ghz};
}

/// Response to a Gaussian edge and a symbol of `symbol_s`, 1 at rest.
double transmitter_response(const host_transmitter& transmitter, double symbol_s, double f) {
    const double edge = PI * f * transmitter.transition_time_s / GAUSSIAN_EDGE;
    const double x = PI * f * symbol_s;
    return std::exp(-2.0 * edge * edge) * (x == 0.0 ? 1.0 : std::sin(x) / x);
}

complex tap_response(const transmit_taps& taps, double turns) {
    const auto delayed = [turns](int tap, int symbols) {
        return static_cast<double>(tap) / transmit_taps::ONE *
               std::exp(-J * (2.0 * PI * turns * symbols));
    };
    return delayed(taps.pre3, -3) + delayed(taps.pre2, -2) + delayed(taps.pre1, -1) +
           delayed(taps.main, 0) + delayed(taps.post1, 1);
}

/// Fourth-order Butterworth low-pass of -3 dB bandwidth `bandwidth_hz`.
complex noise_filter(double bandwidth_hz, double f) {
    const complex s = J * (f / bandwidth_hz);
    const auto section = [&](double quarter) {
        return s * s + 2.0 * std::cos(quarter * PI / 8.0) * s + 1.0;
    };
    return 1.0 / (section(1.0) * section(3.0));
}

complex receiver_response(const host_receiver& receiver, unsigned code, double baud, double f) {
    return noise_filter(receiver.noise_bandwidth_per_baud * baud, f) *
           ctle_response(receiver, code, baud, f);
}

}  // namespace

bool transmit_taps::legal() const {
    return main >= 0 &&
           std::abs(pre3) + std::abs(pre2) + std::abs(pre1) + main + std::abs(post1) <= ONE;
}

double trace_loss_db(const host_trace& trace, double frequency_hz) {
    const double ghz = frequency_hz * 1e-9;
    const auto [skin, dielectric] = slopes_of(trace);
    return trace.rest_loss_db + skin * std::sqrt(ghz) + dielectric * ghz;
}

complex trace_response(const host_trace& trace, double frequency_hz) {
    if (frequency_hz <= 0.0)
        return decibels(-trace.rest_loss_db);
    const double ghz = frequency_hz * 1e-9;
    const auto [skin, dielectric] = slopes_of(trace);
    const complex loss_db = trace.rest_loss_db + skin * std::sqrt(ghz) * (1.0 + J) +
                            dielectric * ghz * (1.0 - J * (2.0 / PI) * std::log(ghz));
    return std::exp(-loss_db * (std::log(10.0) / 20.0));
}

complex ctle_response(const host_receiver& receiver, unsigned code, double symbol_rate_bd,
                      double frequency_hz) {
    const double at_rest = decibels(-receiver.peaking_step_db * code);
    const double below = decibels(-receiver.low_peaking_step_db * code);
    const complex x = J * (2.5 * frequency_hz / symbol_rate_bd);
    const complex low = J * (80.0 * frequency_hz / symbol_rate_bd);
    return (at_rest + x) / ((1.0 + x) * (1.0 + J * (frequency_hz / symbol_rate_bd))) *
           (below + low) / (1.0 + low);
}

lane_pulse::lane_pulse(const host_serdes_settings& settings, const transmit_taps& taps,
                       unsigned ctle_code, double excess_loss_db) {
    const double baud = settings.symbol_rate_bd();
    host_trace trace = settings.trace;
    trace.loss_db += excess_loss_db;
    // The low-pass filters leave nothing beyond two symbol rates.
    constexpr std::size_t used = 2 * SYMBOLS;
    std::vector<complex> spectrum(SAMPLES / 2 + 1);
    for (std::size_t k = 0; k < used; ++k) {
        const double turns = static_cast<double>(k) / SYMBOLS;
        const double f = turns * baud;
        spectrum[k] = static_cast<double>(PHASES) *
                      transmitter_response(settings.transmitter, 1.0 / baud, f) *
                      tap_response(taps, turns) * trace_response(trace, f) *
                      receiver_response(settings.receiver, ctle_code, baud, f);
    }
    Eigen::FFT<double> transform;
    transform.SetFlag(Eigen::FFT<double>::HalfSpectrum);
    std::vector<double> samples;
    transform.inv(samples, spectrum, SAMPLES);
    std::ranges::copy(samples, gain_.begin());
    peak_ = static_cast<std::size_t>(std::ranges::max_element(gain_) - gain_.begin());
    integrate_noise(settings, ctle_code);
}

void lane_pulse::integrate_noise(const host_serdes_settings& settings, unsigned ctle_code) {
    const host_receiver& receiver = settings.receiver;
    const double baud = settings.symbol_rate_bd();
    // Crosstalk is given over the Nyquist band.
    const double density = receiver.noise_density_v2_per_hz + settings.trace.crosstalk_rms_v *
                                                                  settings.trace.crosstalk_rms_v /
                                                                  (0.5 * baud);
    constexpr std::size_t steps_per_baud = 64, steps = 2 * steps_per_baud;
    std::array<double, dsp::NOISE_LAGS> lagged{};
    double power = 0.0;
    for (std::size_t k = 0; k < steps; ++k) {
        const double turns = (static_cast<double>(k) + 0.5) / steps_per_baud;
        const double part = std::norm(receiver_response(receiver, ctle_code, baud, turns * baud));
        power += part;
        for (std::size_t lag = 0; lag < lagged.size(); ++lag)
            lagged[lag] += part * std::cos(2.0 * PI * turns * static_cast<double>(lag + 1));
    }
    noise_v2_ = density * power * baud / steps_per_baud;
    for (std::size_t lag = 0; lag < lagged.size(); ++lag)
        correlation_[lag] = lagged[lag] / power;
}

photonics::phase_response lane_pulse::phases(std::size_t main) const {
    photonics::phase_response out{};
    for (std::size_t p = 0; p < PHASES; ++p) {
        const std::size_t centre = SAMPLES + main + p - PHASES / 2;
        double beyond = 0.0;
        for (std::size_t s = 0; s < SYMBOLS; ++s) {
            const double tap = gain(centre - dsp::PRE_CURSORS * PHASES + s * PHASES);
            if (s < out.pulse[p].size())
                out.pulse[p][s] = tap;
            else
                beyond += tap * tap;
        }
        out.residual[p] = std::sqrt(beyond);
    }
    return out;
}

}  // namespace luxlane::host
