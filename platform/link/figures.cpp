#include <algorithm>
#include <cmath>
#include <complex>

#include "models/photonics/constants.h"
#include "models/photonics/driver.h"
#include "models/photonics/energy.h"
#include "models/photonics/linear_chain.h"
#include "models/photonics/receiver.h"
#include "models/serdes_phy/phy_latency.h"
#include "platform/link/analysis.h"

namespace luxlane::link {

namespace {

using photonics::lane_parameters;
using photonics::linear_chain;
using complex = std::complex<double>;

constexpr double HIGHEST_HZ = 1e14;
constexpr double LOWEST_HZ = 1e6;

/// Where a falling response passes `level`, to 1e-9; nothing when it stays above.
template <class response>
std::optional<double> crossing(const response& at, double level) {
    // The lowest crossing: peaking would let a bisection over the whole range find another.
    constexpr double ratio = 1.05;
    for (double high = LOWEST_HZ; high < HIGHEST_HZ; high *= ratio) {
        if (std::abs(at(high)) > level)
            continue;
        double low = high / ratio;
        while (high - low > 1e-9 * high) {
            const double middle = 0.5 * (low + high);
            (std::abs(at(middle)) > level ? low : high) = middle;
        }
        return low;
    }
    return std::nullopt;
}

template <class response>
bandwidth_stage stage_of(std::string_view name, const response& at) {
    return {name, crossing(at, 1.0 / std::sqrt(2.0)), crossing(at, 0.5)};
}

/// A chain that passes everything.
linear_chain bare_chain() {
    return {.spread_s = 0.0,
            .photodiode_hz = 1e18,
            .amplifier_hz = 1e18,
            .amplifier_damping = std::sqrt(0.5),
            .noise_corner_hz = 1e18,
            .ctle_peaking = 1.0,
            .ctle_zero_hz = 1e18,
            .ctle_pole_hz = 1e18};
}

}  // namespace

std::vector<bandwidth_stage> bandwidths_of(const lane_parameters& lane) {
    const photonics::led_device device = photonics::emitter_of(lane);
    const photonics::led_state led =
        photonics::steady_state(device, photonics::drive_of(lane).average_a);
    const double driver_s = photonics::driver_time_constant_s(
        device, led, lane.driver_resistance_ohm, lane.node_capacitance_f);
    const auto pole = [](double tau_s, double f) {
        return 1.0 / complex(1.0, 2.0 * photonics::PI * f * tau_s);
    };
    const linear_chain chain = photonics::linear_chain_of(lane);
    const double chromatic_s = photonics::chromatic_sigma_s(photonics::emitted_wavelength_m(lane),
                                                            lane.linewidth_m, lane.length_m);
    const double modal_s = lane.modal_sigma_s_per_m * lane.length_m;
    std::vector<bandwidth_stage> stages = {
        stage_of("emitter, carrier lifetime at the mean current",
                 [&](double f) { return pole(led.differential_lifetime_s, f); }),
        stage_of("driver and junction", [&](double f) { return pole(driver_s, f); }),
        stage_of("chromatic dispersion",
                 [&](double f) { return photonics::gaussian_response(chromatic_s, f); }),
        stage_of("modal dispersion",
                 [&](double f) { return photonics::gaussian_response(modal_s, f); }),
        stage_of("photodiode",
                 [&](double f) { return photonics::single_pole(chain.photodiode_hz, f); }),
        stage_of("amplifier", [&](double f) {
            return photonics::second_order(chain.amplifier_hz, chain.amplifier_damping, f);
        })};
    if (chain.ctle_peaking > 1.0) {
        linear_chain equaliser = bare_chain();
        equaliser.ctle_peaking = chain.ctle_peaking;
        equaliser.ctle_zero_hz = chain.ctle_zero_hz;
        equaliser.ctle_pole_hz = chain.ctle_pole_hz;
        stages.push_back(
            stage_of("continuous-time equaliser", [&](double f) { return equaliser.signal(f); }));
    }
    stages.push_back(stage_of("all of these together", [&](double f) {
        return pole(led.differential_lifetime_s, f) * pole(driver_s, f) * chain.signal(f);
    }));
    return stages;
}

std::vector<noise_origin> noise_of(const lane_law& law) {
    const lane_parameters& lane = law.lane();
    const photonics::lane_response& response = law.response();
    const linear_chain chain = photonics::linear_chain_of(lane);
    const photonics::noise_bandwidths bandwidths = photonics::noise_bandwidths_of(chain);
    const double rin = photonics::thermal_rin_per_hz(photonics::emitted_wavelength_m(lane),
                                                     lane.linewidth_m, lane.intensity_noise_modes);
    const photonics::receiver_device receiver = photonics::receiver_of(lane);
    const auto one = photonics::noise_at(receiver, bandwidths, response.one_a, rin);
    const auto zero = photonics::noise_at(receiver, bandwidths, response.zero_a, rin);
    const double swing_a = response.one_a - response.zero_a;
    const double wander_a = swing_a * std::sqrt(photonics::baseline_wander(lane));
    const auto both = [&](std::string_view name, double of_swing) {
        return noise_origin{name, of_swing * swing_a, of_swing * swing_a};
    };
    std::vector<noise_origin> origins = {
        {"amplifier, white", one.thermal_a, zero.thermal_a},
        {"amplifier, rising with f^2", one.channel_a, zero.channel_a},
        {"shot noise of the light", one.shot_a, zero.shot_a},
        {"shot noise of the dark current", one.dark_a, zero.dark_a},
        {"intensity noise of the emitter", one.intensity_a, zero.intensity_a},
        both("supply", lane.supply_noise_relative),
        both("jitter at the edges", response.jitter_noise),
        {"baseline wander", wander_a, wander_a},
        both("what the extracted taps leave", response.residual)};
    noise_origin all = {"together", 0.0, 0.0};
    for (const noise_origin& origin : origins) {
        all.at_one_a = std::hypot(all.at_one_a, origin.at_one_a);
        all.at_zero_a = std::hypot(all.at_zero_a, origin.at_zero_a);
    }
    origins.push_back(all);
    return origins;
}

std::vector<share> energy_of(const question& asked, const lane_law& law) {
    const lane_parameters& lane = law.lane();
    const module_facts& module = asked.lane.from().module;
    const double led_w = photonics::emitter_power_w(lane);
    const double driver_w = photonics::driver_power_w(lane) - led_w;
    std::vector<share> parts = {
        {"emitter", led_w / lane.rate_bps, "current x forward voltage, mean over the levels"},
        {"driver", driver_w / lane.rate_bps,
         "current from the supply (led_supply_v) less the emitter's part, and C V^2 f"},
        {"receiver", photonics::receiver_power_w(lane.rate_bps) / lane.rate_bps,
         "JSSC May 2024: 1 mW at 2 Gb/s; how it divides over rate is an assumption"}};
    const double module_bps = module.data_lanes.value * lane.rate_bps;
    for (const shared_block& block : module.blocks)
        parts.push_back({std::string(block.name), block.power_w.value / module_bps,
                         std::string(block.power_w.source)});
    return parts;
}

std::vector<share> latency_of(const question& asked, const lane_law& law) {
    const lane_parameters& lane = law.lane();
    const module_facts& module = asked.lane.from().module;
    const double symbol_s = 1.0 / lane.symbol_rate_bd();
    const double lookahead = 0.5 * (lane.feed_forward_taps - 1.0);
    const std::vector<share> optics = {
        {"driver, emitter and receiver", law.response().sampling_phase_ui * symbol_s,
         "derived: from a symbol's start to its sample, without the fibre"},
        {"fibre", law.response().group_delay_s, "derived: group index of silica x length"},
        {"equaliser", lookahead * symbol_s, "derived: later samples that it waits for"}};
    std::vector<share> parts;
    if (!asked.payload) {
        parts = {{"gearbox, both ends", module.gearbox_latency_s.value,
                  std::string(module.gearbox_latency_s.source)}};
        parts.insert(parts.end(), optics.begin(), optics.end());
        return parts;
    }
    serdes_phy_settings phy;
    phy.fec = asked.payload->fec;
    const auto lanes = static_cast<std::uint32_t>(module.data_lanes.value);
    const wide_link::line_geometry geometry = {lanes, lanes, lane.rate_bps, *asked.payload};
    const auto add = [&](const wide_link::latency_stage& stage, const char* source) {
        if (stage.seconds > 0.0)
            parts.push_back({stage.name, stage.seconds, source});
    };
    constexpr const char* described = "a PHY on the package; `luxlane describe phy`";
    for (const auto& stage : wide_link::transmit_stages(phy, 0.0))
        add(stage, described);
    parts.insert(parts.end(), optics.begin(), optics.end());
    add(wide_link::block_stage(geometry),
        "derived: symbols that must be in before decoding begins");
    const double margin_s = phy.deskew_margin_words * double(coding::lane_frame::word_bits) *
                            geometry.unit_interval_s();
    for (const auto& stage : wide_link::receive_stages(phy, 0.0, margin_s))
        add(stage, stage.name == "deskew" ? "derived: its margin; lanes without skew" : described);
    return parts;
}

}  // namespace luxlane::link
