#include "models/photonics/receiver.h"

#include <algorithm>
#include <cmath>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

double square(double x) { return x * x; }

/// (ER - 1) / (ER + 1), also of an infinite ratio.
double modulation_depth(double extinction_ratio) {
    return std::isinf(extinction_ratio) ? 1.0 : (extinction_ratio - 1.0) / (extinction_ratio + 1.0);
}

}  // namespace

std::complex<double> single_pole(double bandwidth_hz, double frequency_hz) {
    return 1.0 / std::complex<double>(1.0, frequency_hz / bandwidth_hz);
}

double natural_frequency_hz(double bandwidth_hz, double damping) {
    const double b = 1.0 - 2.0 * damping * damping;
    return bandwidth_hz / std::sqrt(b + std::sqrt(b * b + 1.0));
}

std::complex<double> second_order(double bandwidth_hz, double damping, double frequency_hz) {
    const double x = frequency_hz / natural_frequency_hz(bandwidth_hz, damping);
    return 1.0 / std::complex<double>(1.0 - x * x, 2.0 * damping * x);
}

double dark_current_a(const receiver_device& receiver) {
    constexpr double doubling_k = 9.0;  // textbook: 8 .. 10 K
    return receiver.dark_current_a *
           std::exp2((receiver.temperature_k - REFERENCE_TEMPERATURE_K) / doubling_k);
}

double noise_parts::total_a() const {
    return std::sqrt(square(thermal_a) + square(channel_a) + square(shot_a) + square(dark_a) +
                     square(intensity_a));
}

noise_parts noise_at(const receiver_device& receiver, const noise_bandwidths& bandwidths,
                     double photocurrent_a, double rin_per_hz) {
    const double amplifier = square(receiver.noise_density_a_per_rthz);
    const double rising_hz = std::max(0.0, bandwidths.rising_hz - bandwidths.white_hz);
    const auto shot_a = [&](double current_a) {
        return std::sqrt(2.0 * ELEMENTARY_CHARGE_C * current_a * bandwidths.white_hz);
    };
    return {.thermal_a = std::sqrt(amplifier * bandwidths.white_hz),
            .channel_a = std::sqrt(amplifier * rising_hz),
            .shot_a = shot_a(photocurrent_a),
            .dark_a = shot_a(dark_current_a(receiver)),
            .intensity_a = photocurrent_a * std::sqrt(rin_per_hz * bandwidths.white_hz)};
}

double thermal_rin_per_hz(double wavelength_m, double linewidth_fwhm_m, double modes) {
    const double linewidth_hz =
        LIGHT_SPEED_M_PER_S * linewidth_fwhm_m / (wavelength_m * wavelength_m);
    return 2.0 * 0.664 / (linewidth_hz * modes);
}

double sensitivity_w(double q, double noise_a, double responsivity_a_per_w,
                     double extinction_ratio) {
    return q * noise_a / responsivity_a_per_w / modulation_depth(extinction_ratio);
}

std::optional<double> sensitivity_w(const receiver_device& receiver,
                                    const noise_bandwidths& bandwidths,
                                    const sensitivity_question& question) {
    const double steps = question.levels - 1.0;
    const auto opens = [&](double average_w) {
        const double swing_a = receiver.responsivity_a_per_w *
                               modulation_amplitude_w(average_w, question.extinction_ratio);
        const double highest_a = receiver.responsivity_a_per_w * average_w + 0.5 * swing_a;
        const auto noise_a = [&](double photocurrent_a) {
            return std::hypot(
                noise_at(receiver, bandwidths, photocurrent_a, question.rin_per_hz).total_a(),
                question.noise_relative * swing_a);
        };
        const double eye_a = swing_a / steps - 2.0 * question.offset_a;
        return eye_a >= question.q * (noise_a(highest_a) + noise_a(highest_a - swing_a / steps));
    };
    double low_w = 1e-15;
    double high_w = 1.0;
    if (!opens(high_w))
        return std::nullopt;
    while (high_w > low_w * (1.0 + 1e-9)) {
        const double middle_w = std::sqrt(low_w * high_w);
        (opens(middle_w) ? high_w : low_w) = middle_w;
    }
    return high_w;
}

double modulation_amplitude_w(double average_w, double extinction_ratio) {
    return 2.0 * average_w * modulation_depth(extinction_ratio);
}

}  // namespace luxlane::photonics
