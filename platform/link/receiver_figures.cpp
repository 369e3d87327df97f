#include "platform/link/receiver_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/common/normal.h"
#include "platform/config/quantity.h"
#include "platform/plot/plot.h"

namespace luxlane::link {
namespace {

using photonics::lane_parameters;

/// The receiver that the sensitivity was published of. What light and fibre would be is of no
/// concern to it.
preset published_receiver() {
    preset preset = find_preset("default-800g");
    preset.name = "jsscmay2024";
    preset.summary = "130 nm SOI receiver with blue photodiodes, 2 Gb/s, IEEE JSSC May 2024";
    lane_parameters& lane = preset.lane;
    const auto set = [&](std::string_view name, double lane_parameters::*member, double value,
                         std::string_view source) {
        lane.*member = value;
        preset.sources[name] = source;
    };
    set("rate_bps", &lane_parameters::rate_bps, 2e9, "JSSC May 2024: 2 Gb/s");
    set("wavelength_m", &lane_parameters::wavelength_m, 420e-9, "JSSC May 2024: 420 nm");
    set("responsivity_a_per_w", &lane_parameters::responsivity_a_per_w, 0.17,
        "JSSC May 2024: .17 A/W");
    set("amplifier_bandwidth_hz", &lane_parameters::amplifier_bandwidth_hz, 1.2605e9,
        "derived: noise bandwidth of 1.4 GHz, 1.11 times this");
    set("amplifier_damping", &lane_parameters::amplifier_damping, 0.71, "JSSC May 2024: .71");
    set("noise_density_a_per_rthz", &lane_parameters::noise_density_a_per_rthz, 7.6e-12,
        "derived: 284 nA in 1.4 GHz, from -19.3 dBm at BER 1e-12");
    set("current_extinction_ratio", &lane_parameters::current_extinction_ratio, 1e6,
        "assumption: no light in a zero");
    set("supply_noise_relative", &lane_parameters::supply_noise_relative, 0.0,
        "assumption: contained in the noise that follows from the sensitivity");
    return preset;
}

double worst_crosstalk_penalty_db(double crosstalk) {
    // Each of four neighbours takes its part of half a swing off both edges of the eye.
    const double open = 1.0 - 4.0 * crosstalk;
    return open > 0.0 ? -10.0 * std::log10(open) : INFINITY;
}

/// Where |response| falls to 1 / sqrt 2 for good: the last crossing on a grid of 1 %, refined.
double bandwidth_of(const photonics::linear_chain& chain) {
    const auto passes = [&](double f) { return std::norm(chain.signal(f)) >= 0.5; };
    double low_hz = 1e15;
    while (low_hz > 1e5 && !passes(low_hz))
        low_hz /= 1.01;
    double high_hz = low_hz * 1.01;
    for (int i = 0; i < 40; ++i) {
        const double middle_hz = std::sqrt(low_hz * high_hz);
        (passes(middle_hz) ? low_hz : high_hz) = middle_hz;
    }
    return low_hz;
}

}  // namespace

const preset& find_receiver_preset(const std::string& name) {
    static const preset published = published_receiver();
    if (name == published.name)
        return published;
    try {
        return find_preset(name);
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(std::string(error.what()) + ", " + std::string(published.name));
    }
}

receiver_figures figures_of(const described_receiver& receiver) {
    const lane_parameters& lane = receiver.lane.lane();
    const unsigned levels = lane.format == photonics::modulation::pam4 ? 4 : 2;
    receiver_figures out{};
    out.device = photonics::receiver_of(lane);
    out.chain = photonics::linear_chain_of(lane);
    out.chain.spread_s = 0.0;
    out.noise_bandwidths = photonics::noise_bandwidths_of(out.chain);
    out.quantum_efficiency =
        out.device.responsivity_a_per_w / photonics::ideal_responsivity(lane.wavelength_m);
    out.extinction_ratio = lane.current_extinction_ratio;
    out.signal_bandwidth_hz = bandwidth_of(out.chain);
    out.rin_per_hz = photonics::thermal_rin_per_hz(photonics::emitted_wavelength_m(lane),
                                                   lane.linewidth_m, lane.intensity_noise_modes);
    for (const double ratio : receiver.error_ratios) {
        // A Gray-coded PAM4 symbol has 3/2 as many ways to fail as NRZ, and two bits.
        const double tail = levels == 4 ? ratio * 4.0 / 3.0 : ratio;
        const double q = -normal_quantile(tail);
        out.sensitivity.push_back(
            {ratio, q,
             photonics::sensitivity_w(out.device, out.noise_bandwidths,
                                      {.q = q,
                                       .extinction_ratio = out.extinction_ratio,
                                       .levels = levels,
                                       .rin_per_hz = out.rin_per_hz,
                                       .noise_relative = lane.supply_noise_relative})});
    }
    const auto reachable = std::ranges::find_if(
        out.sensitivity, [](const required_light& light) { return light.average_w.has_value(); });
    constexpr double usual_w = 10e-6;
    out.light_w = receiver.power_w                     ? *receiver.power_w
                  : reachable != out.sensitivity.end() ? *reachable->average_w
                                                       : usual_w;
    const double swing_a = out.device.responsivity_a_per_w *
                           photonics::modulation_amplitude_w(out.light_w, out.extinction_ratio);
    out.highest_a = out.device.responsivity_a_per_w * out.light_w + 0.5 * swing_a;
    out.lowest_a = out.highest_a - swing_a;
    out.noise_highest =
        photonics::noise_at(out.device, out.noise_bandwidths, out.highest_a, out.rin_per_hz);
    out.noise_lowest =
        photonics::noise_at(out.device, out.noise_bandwidths, out.lowest_a, out.rin_per_hz);
    out.supply_noise_a = lane.supply_noise_relative * swing_a;
    out.noise_correlation = photonics::noise_correlation(out.chain, 1.0 / lane.symbol_rate_bd());
    out.crosstalk_penalty_db = worst_crosstalk_penalty_db(lane.electrical_crosstalk);
    out.wander_a = swing_a * std::sqrt(photonics::baseline_wander(lane));
    if (receiver.amplifier)
        out.amplifier = photonics::figures_of(*receiver.amplifier);
    return out;
}

bool concerns_receiver(std::string_view parameter) {
    constexpr std::array names = {
        "format",
        "rate_bps",
        "temperature_k",
        "current_extinction_ratio",
        "wavelength_m",
        "linewidth_m",
        "intensity_noise_modes",
        "responsivity_a_per_w",
        "responsivity_factor",
        "photodiode_bandwidth_hz",
        "amplifier_bandwidth_hz",
        "amplifier_damping",
        "noise_density_a_per_rthz",
        "noise_corner_hz",
        "noise_factor",
        "offset_corner_hz",
        "electrical_crosstalk",
        "supply_noise_relative",
        "dark_current_a",
        "ctle_peaking_db",
        "ctle_zero_hz",
        "ctle_pole_hz",
    };
    return std::ranges::find(names, parameter) != names.end();
}

void plot_receiver(const described_receiver& receiver, const receiver_figures& figures,
                   const std::string& file) {
    constexpr int points = 241;
    constexpr double pico = 1e12;
    const auto& chain = figures.chain;
    plot::series photodiode{.label = "photodiode", .dashed = true};
    plot::series amplifier{.label = "amplifier and equaliser", .dashed = true};
    plot::series together{.label = "together"};
    plot::series thermal{.label = "feedback resistor, white", .dashed = true};
    plot::series channel{.label = "input transistor, f²", .dashed = true};
    plot::series shot{.label = "shot and intensity noise at the highest level", .dashed = true};
    plot::series total{.label = "all, at the input"};
    plot::series output{.label = "all, behind amplifier and equaliser"};
    const double density = figures.device.noise_density_a_per_rthz;
    const double lit =
        (std::pow(figures.noise_highest.shot_a, 2) + std::pow(figures.noise_highest.dark_a, 2) +
         std::pow(figures.noise_highest.intensity_a, 2)) /
        figures.noise_bandwidths.white_hz;
    for (int i = 0; i < points; ++i) {
        const double f = 1e7 * std::pow(10.0, 3.0 * i / (points - 1.0));
        const auto add = [&](plot::series& line, double value) {
            line.x.push_back(f / 1e9);
            line.y.push_back(value);
        };
        const double pole = std::abs(photonics::single_pole(chain.photodiode_hz, f));
        const double all = std::abs(chain.signal(f));
        const double rise = f / chain.noise_corner_hz;
        const double input = std::sqrt(density * density * (1.0 + rise * rise) + lit);
        add(photodiode, 20.0 * std::log10(pole));
        add(amplifier, 20.0 * std::log10(all / pole));
        add(together, 20.0 * std::log10(all));
        add(thermal, density * pico);
        add(channel, density * rise * pico);
        add(shot, std::sqrt(lit) * pico);
        add(total, input * pico);
        add(output, input * all / pole * pico);
    }
    const plot::axis frequency{
        .label = "frequency, GHz", .logarithmic = true, .minimum = 0.01, .maximum = 10.0};
    const std::vector<plot::line_chart> panels = {
        {.title = "Gain over frequency",
         .subtitle = fmt::format(
             "-3 dB electrical at {}, with the photodiode",
             config::format_quantity(std::round(figures.signal_bandwidth_hz / 1e7) * 1e7, "Hz")),
         .x = frequency,
         .y = {.label = "gain over that at rest, dB", .minimum = -40.0, .maximum = 20.0},
         .lines = {photodiode, amplifier, together},
         .markers = {{figures.signal_bandwidth_hz / 1e9, -3.01, "-3 dB"}},
         .note = fmt::format("preset {}", receiver.lane.from().name)},
        {.title = "Noise density over frequency",
         .subtitle = fmt::format("{:.3g} nA rms at the sampler, highest level",
                                 figures.noise_highest.total_a() * 1e9),
         .x = frequency,
         .y = {.label = "current noise, pA/√Hz", .logarithmic = true, .minimum = 0.01},
         .lines = {thermal, channel, shot, total, output},
         .markers = {},
         .note =
             fmt::format("average light {:.2f} dBm", 10.0 * std::log10(figures.light_w / 1e-3))}};
    plot::write(panels, 2, file);
}

}  // namespace luxlane::link
