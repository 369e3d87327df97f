#include "models/host_serdes/lane_receiver.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/dsp/equalised_channel.h"
#include "models/dsp/error_propagation.h"
#include "models/dsp/statistical_eye.h"

namespace luxlane::host {

namespace {

using photonics::PHASES;

/// Samples before and after the pulse's peak between which the timing recovery may settle.
constexpr std::size_t EARLIEST = 8, LATEST = 4;
/// Outer levels over the slicers' full scale that the gain aims at.
constexpr double TARGET_SCALE = 0.8;

double square(double x) { return x * x; }

double power_ratio(double ratio_db) { return std::pow(10.0, ratio_db / 10.0); }

double gain_of(const host_receiver& receiver, unsigned code) {
    return std::pow(10.0, receiver.gain_step_db * code / 20.0);
}

/// Positions of the symbols in 0 .. 1 as sent.
std::array<double, 4> sent_levels(const host_serdes_settings& settings) {
    if (settings.format == photonics::modulation::nrz)
        return {0.0, 1.0, 0.0, 0.0};
    const double inner = 0.5 * (1.0 - settings.transmitter.level_mismatch / 3.0);
    return {0.0, inner, 1.0 - inner, 1.0};
}

dsp::filter_shape shape_of(const host_serdes_settings& settings, unsigned feedback_taps) {
    return {.forward_taps = settings.receiver.feed_forward_taps, .feedback_taps = feedback_taps};
}

lane_view view_of(const host_serdes_settings& settings, const lane_signal& signal,
                  const receiver_setting& setting, const lane_pulse& pulse, std::size_t main) {
    const host_receiver& receiver = settings.receiver;
    const double gain = gain_of(receiver, setting.gain);
    lane_view view;
    dsp::sampled_channel& channel = view.channel;
    channel.format = settings.format;
    channel.level = sent_levels(settings);
    channel.amplitude_a = signal.transmit.amplitude_v * gain;

    view.phases = pulse.phases(main);
    const double spread = channel.level_variance();
    for (double& rest : view.phases.residual)
        rest *= std::sqrt(spread);
    channel.pulse = view.phases.pulse[PHASES / 2];

    // Slicers do not tell levels beyond their full scale apart.
    const double half_swing = 0.5 * channel.amplitude_a * std::abs(channel.pulse[dsp::PRE_CURSORS]);
    const double reach = std::min(0.5, 0.5 * receiver.full_scale_v / std::max(half_swing, 1e-12));
    for (unsigned s = 0; s < channel.levels(); ++s)
        channel.level[s] = 0.5 + std::clamp(channel.level[s] - 0.5, -reach, reach);
    const double sum = std::accumulate(channel.pulse.begin(), channel.pulse.end(), 0.0);
    channel.offset_a = -0.5 * channel.amplitude_a * sum;

    const double energy =
        std::inner_product(channel.pulse.begin(), channel.pulse.end(), channel.pulse.begin(), 0.0);
    const double unit = 1.0 / square(channel.amplitude_a);
    const double filtered = pulse.noise_v2() * square(gain) * unit;
    const double white = square(receiver.slicer_noise_v) * unit +
                         square(view.phases.residual[PHASES / 2]) +
                         spread * energy *
                             (power_ratio(-settings.transmitter.signal_to_noise_db) +
                              power_ratio(-settings.trace.signal_to_reflections_db));
    channel.variance_zero = filtered + white;
    for (std::size_t lag = 0; lag < channel.noise_correlation.size(); ++lag)
        channel.noise_correlation[lag] =
            pulse.noise_correlation()[lag] * filtered / channel.variance_zero;
    return view;
}

double q_of(const dsp::sampled_channel& channel, const dsp::receive_filter& filter) {
    const auto levels = dsp::equalised_levels(channel, filter);
    double least = INFINITY;
    for (unsigned s = 0; s + 1 < channel.levels(); ++s) {
        const double sigma = levels.sigma[s] + levels.sigma[s + 1];
        least = std::min(least, sigma > 0.0 ? (levels.mean[s + 1] - levels.mean[s]) / sigma : 0.0);
    }
    return std::max(least, 0.0);
}

/// The sampling instant with the widest eye; `filter_for(channel)` is what looks at it.
template <class Filter>
equalised_lane settle(const host_serdes_settings& settings, const lane_signal& signal,
                      const receiver_setting& setting, const lane_pulse& pulse, Filter filter_for) {
    equalised_lane best;
    best.q = -1.0;
    const std::size_t first = lane_pulse::SAMPLES + pulse.peak() - EARLIEST;
    for (std::size_t main = first; main <= first + EARLIEST + LATEST; ++main) {
        lane_view view = view_of(settings, signal, setting, pulse, main);
        const dsp::receive_filter filter = filter_for(view.channel);
        const double q = q_of(view.channel, filter);
        if (q > best.q)
            best = {view, filter, q};
    }
    return best;
}

lane_pulse pulse_of(const host_serdes_settings& settings, const lane_signal& signal,
                    unsigned ctle) {
    return {settings, signal.transmit.taps, ctle, signal.excess_loss_db};
}

unsigned gain_for(const host_serdes_settings& settings, const lane_signal& signal,
                  const lane_pulse& pulse) {
    const host_receiver& receiver = settings.receiver;
    const double half_swing =
        0.5 * signal.transmit.amplitude_v * std::max(pulse.gain(pulse.peak()), 1e-9);
    const double wanted_db = 20.0 * std::log10(TARGET_SCALE * receiver.full_scale_v / half_swing);
    return static_cast<unsigned>(
        std::clamp(std::floor(wanted_db / receiver.gain_step_db), 0.0, GAIN_CODES - 1.0));
}

}  // namespace

equalised_lane train_lane(const host_serdes_settings& settings, const lane_signal& signal,
                          const receiver_setting& setting) {
    const auto shape = shape_of(settings, setting.feedback_taps);
    return settle(settings, signal, setting, pulse_of(settings, signal, setting.ctle),
                  [&](const auto& channel) { return dsp::train(channel, shape); });
}

equalised_lane hold_lane(const host_serdes_settings& settings, const lane_signal& signal,
                         const receiver_setting& setting, const dsp::receive_filter& filter) {
    return settle(settings, signal, setting, pulse_of(settings, signal, setting.ctle),
                  [&](const auto& channel) {
                      dsp::receive_filter held = filter;
                      dsp::set_thresholds(channel, held);
                      return held;
                  });
}

adaptation adapt_lane(const host_serdes_settings& settings, const lane_signal& signal,
                      unsigned feedback_taps) {
    const auto shape = shape_of(settings, feedback_taps);
    adaptation best;
    best.lane.q = -1.0;
    for (unsigned ctle = 0; ctle < CTLE_CODES; ++ctle) {
        const lane_pulse pulse = pulse_of(settings, signal, ctle);
        const receiver_setting setting{ctle, gain_for(settings, signal, pulse), feedback_taps};
        equalised_lane lane = settle(settings, signal, setting, pulse, [&](const auto& channel) {
            return dsp::train(channel, shape);
        });
        if (lane.q > best.lane.q)
            best = {setting, lane};
    }
    return best;
}

double input_swing_v(const host_serdes_settings& settings, const lane_signal& signal) {
    const transmit_taps& taps = signal.transmit.taps;
    const int at_rest = taps.pre3 + taps.pre2 + taps.pre1 + taps.main + taps.post1;
    return signal.transmit.amplitude_v * std::abs(at_rest) / transmit_taps::ONE *
           std::pow(10.0, -trace_loss_db(settings.trace, 0.0) / 20.0);
}

error_law law_of(const host_serdes_settings& settings, const equalised_lane& lane) {
    const dsp::sampled_channel& channel = lane.view.channel;
    const double ber =
        dsp::jittered_error_law(channel, lane.view.phases, lane.filter, settings.receiver.jitter)
            .ber;
    const double length =
        dsp::error_propagation(dsp::equalise(channel, channel, lane.filter), channel, lane.filter)
            .all;
    // A step to the neighbouring level is one wrong bit of a Gray-coded symbol.
    const double wrong_symbols = std::min(1.0, ber * settings.bits_per_symbol());
    return {ber, wrong_symbols / length, 1.0 - 1.0 / length};
}

}  // namespace luxlane::host
