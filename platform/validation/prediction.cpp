#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "models/photonics/ageing.h"
#include "models/photonics/constants.h"
#include "models/photonics/dispersion.h"
#include "models/photonics/energy.h"
#include "models/photonics/extraction.h"
#include "models/photonics/fibre.h"
#include "models/photonics/led.h"
#include "platform/config/configuration.h"
#include "platform/link/lane_law.h"
#include "platform/link/receiver_figures.h"
#include "platform/validation/module_power.h"
#include "platform/validation/validation.h"

namespace luxlane::validation {

namespace {

using namespace photonics;

constexpr double A_PER_M2_OF_A_PER_CM2 = 1e4;
constexpr double CELSIUS_OFFSET_K = 273.15;

std::optional<prediction> number(double value, std::string basis) {
    return prediction{{value, value}, {}, std::move(basis)};
}
std::optional<prediction> range(double low, double high, std::string basis) {
    return prediction{{low, high}, {}, std::move(basis)};
}
std::optional<prediction> text(std::string value, std::string basis) {
    return prediction{{}, std::move(value), std::move(basis)};
}

/// Bit error ratio among four lit neighbours, behind a trained receiver.
double ber_of(const lane_parameters& lane) { return link::lane_law(lane, 4).rates(0.0).ber; }

/// Where the row says under which condition it holds.
std::string condition_of(const published_row& row) { return row.condition + " " + row.quantity; }

/// The default lane under the row's conditions.
lane_parameters lane_under(const std::string& condition) {
    lane_parameters lane;
    if (const auto rate = number_before(condition, "Gb/s"))
        lane.rate_bps = *rate * 1e9;
    if (const auto length = number_before(condition, "m"))
        lane.length_m = *length;
    if (condition.find("PAM4") != std::string::npos)
        lane.format = modulation::pam4;
    return lane;
}

led_device emitter_under(const std::string& condition) {
    const bool nonpolar = condition.find("non-polar") != std::string::npos;
    led_device led{.material = led_set(nonpolar ? "nonpolar_rashidi" : "fast_doped")};
    if (const auto temperature = number_before(condition, "C"))
        led.temperature_k = *temperature + CELSIUS_OFFSET_K;
    return led;
}

/// Current density of the condition, A/m^2.
std::optional<double> density_under(const std::string& condition) {
    if (const auto density = number_before(condition, "A/cm2"))
        return *density * A_PER_M2_OF_A_PER_CM2;
    if (const auto density = number_before(condition, "kA/cm2"))
        return *density * 1e3 * A_PER_M2_OF_A_PER_CM2;
    return std::nullopt;
}

/// The emitter's state at the condition's current density.
std::optional<led_state> state_under(const std::string& condition) {
    const auto density = density_under(condition);
    if (!density)
        return std::nullopt;
    const auto led = emitter_under(condition);
    return steady_state(led, *density * led_area(led));
}

std::optional<prediction> bit_errors(const published_row& row) {
    const auto lane = lane_under(condition_of(row));
    return number(ber_of(lane), "statistical, default lane, four lit neighbours, trained receiver");
}

/// Which of the fibre's and receiver's limits would help most at 30 m: the two first in order.
std::optional<prediction> main_limits(const published_row&) {
    lane_parameters lane;
    lane.length_m = 30.0;
    const auto exponent = [](const lane_parameters& at) { return std::log10(ber_of(at)); };
    const double now = exponent(lane);
    struct limit {
        std::string name, change;
        double gain;
    };
    const auto with = [&](const char* amount, const std::string& name, auto change) {
        auto better = lane;
        change(better);
        return limit{name, amount + name, now - exponent(better)};
    };
    std::vector<limit> limits = {
        with("half the ", "noise", [](auto& l) { l.noise_factor = 0.5; }),
        with("no ", "chromatic dispersion", [](auto& l) { l.linewidth_m = 0.1e-9; }),
        with("no ", "modal dispersion", [](auto& l) { l.modal_sigma_s_per_m = 0.0; }),
        with("no ", "attenuation", [](auto& l) { l.attenuation_db_per_m = 0.0; }),
        with("no ", "crosstalk",
             [](auto& l) { l.core_coupling_per_m = l.electrical_crosstalk = 0.0; })};
    std::ranges::sort(limits, [](const auto& a, const auto& b) { return a.gain > b.gain; });
    // Attenuation is what noise is compared with; the figure names the noise.
    std::erase_if(limits, [](const auto& l) { return l.name == "attenuation"; });
    std::array<std::string, 2> first = {limits[0].name, limits[1].name};
    std::ranges::sort(first, std::greater{});
    return text(first[0] + " and " + first[1],
                fmt::format("30 m: decades of BER won by {}: {:.1f}, {}: {:.1f}, {}: {:.1f}",
                            limits[0].change, limits[0].gain, limits[1].change, limits[1].gain,
                            limits[2].change, limits[2].gain));
}

std::optional<prediction> lane_counts(const published_row&) {
    const config::configuration board;
    return text(fmt::format("{} / {}+", board.link.data_lanes, board.physical_lanes()),
                "default board");
}

/// The prototype's lanes at its rate: the target is met where the paper says it runs.
std::optional<prediction> prototype(const published_row& row) {
    const auto times = row.value.find(" x ");
    if (times == std::string::npos)
        return std::nullopt;
    lane_parameters lane;
    lane.rate_bps = std::strtod(row.value.c_str() + times + 3, nullptr) * 1e9;
    if (!(lane.rate_bps >= 1e8 && lane.rate_bps <= 8e9))
        return std::nullopt;
    const double ber = ber_of(lane);
    constexpr double fec_limit = 2e-4;
    return text(
        ber < fec_limit ? row.value : "not feasible",
        fmt::format("asked only whether a lane of that rate runs over 10 m: BER {:.1e}", ber));
}

std::optional<prediction> skew(const published_row& row) {
    const auto length_cm = number_before(condition_of(row), "cm");
    if (!length_cm)
        return std::nullopt;
    return number(group_delay_s_per_m(430e-9) * *length_cm * 1e-2 * 1e12,
                  "group index of silica at 430 nm");
}

std::optional<prediction> module_watts(const published_row& row) {
    const auto power = module_power_of(config::configuration{});
    const std::string basis = "400 driving lanes, full rate";
    if (row.quantity.starts_with("power of one end"))
        return range(power.total_w(power.host_cpo_w), power.total_w(power.host_pluggable_w), basis);
    if (row.quantity.find("host interface") != std::string::npos)
        return range(power.host_cpo_w, power.host_pluggable_w, "taken from this figure");
    if (row.quantity.find("back end") != std::string::npos)
        return number(power.back_end_w, "taken from this figure");
    if (row.quantity.find("analogue") != std::string::npos)
        return number(power.driver_w + power.receiver_w, basis);
    if (row.quantity.find("MCU") != std::string::npos)
        return number(power.controller_w + power.converter_w, basis);
    return std::nullopt;
}

/// The vendor's 5 x 5 um device.
std::optional<prediction> led_energy(const published_row& row) {
    const auto condition = condition_of(row);
    const auto current_ua = number_before(condition, "uA");
    const auto rate = number_before(condition, "Gb/s");
    if (!current_ua || !rate)
        return std::nullopt;
    constexpr double area_m2 = 25e-12;
    const double current_a = *current_ua * 1e-6;
    const double volts =
        forward_voltage(led_device{.material = led_set("fast_doped")}, current_a / area_m2);
    const double joules = quoted_led_energy_j(current_a, volts, *rate * 1e9);
    return number(joules * (row.unit == "pJ/bit" ? 1e12 : 1e15),
                  fmt::format("5 x 5 um at {:.2f} V", volts));
}

std::optional<prediction> led_bandwidth(const published_row& row) {
    const auto condition = condition_of(row);
    if (const auto state = state_under(condition))
        return number(state->optical_bandwidth_hz * 1e-9, "fast_doped, optical");
    led_device small{.material = led_set("fast_doped")};
    small.diameter_m = 5e-6;
    return number(steady_state(small, 100e-6).optical_bandwidth_hz * 1e-9,
                  "fast_doped, 5 um at 100 uA, optical");
}

std::optional<prediction> bandwidth_ratio(const published_row& row) {
    const auto state = state_under(condition_of(row));
    if (!state)
        return std::nullopt;
    return number(state->optical_bandwidth_hz / state->electrical_bandwidth_hz,
                  "one pole: square root of 3");
}

std::optional<prediction> lifetime(const published_row& row) {
    const auto state = state_under(condition_of(row));
    if (!state)
        return std::nullopt;
    return number(state->differential_lifetime_s * 1e9,
                  std::string(emitter_under(condition_of(row)).material.name));
}

std::optional<prediction> junction_voltage(const published_row& row) {
    const auto state = state_under(condition_of(row));
    if (!state)
        return std::nullopt;
    return number(state->forward_voltage_v, "diode and series resistance");
}

std::optional<prediction> recombination(const published_row&) {
    const auto& silicon = led_set("cplane_on_silicon");
    const auto& sapphire = led_set("cplane_on_sapphire");
    const auto figures = [](const led_coefficients& set) {
        constexpr double cm6_per_m6 = 1e12;
        return fmt::format("{:.0f} ns {:.0e}", 1e9 / set.a_per_s, set.c_m6_per_s * cm6_per_m6);
    };
    return text(figures(silicon) + " .. " + figures(sapphire),
                "cplane_on_silicon, cplane_on_sapphire");
}

/// The receiver that was published with.
link::described_receiver published_receiver() {
    return {.lane = link::described_lane(link::find_receiver_preset("jsscmay2024")),
            .diode = {},
            .amplifier = {},
            .error_ratios = {},
            .power_w = {}};
}

std::optional<prediction> sensitivity(const published_row& row) {
    const auto condition = condition_of(row);
    const auto at = condition.find("BER ");
    const auto rate = number_before(condition, "Gb/s");
    const auto wavelength = number_before(condition, "nm");
    if (at == std::string::npos || !rate || !wavelength)
        return std::nullopt;
    auto receiver = published_receiver();
    const auto& lane = receiver.lane.lane();
    // Another rate takes a bandwidth in proportion, another wavelength the same quantum efficiency.
    const auto set = [&](const char* name, double value) {
        receiver.lane.set(name, fmt::format("{}", value), "published.csv");
    };
    set("amplifier_bandwidth_hz", lane.amplifier_bandwidth_hz * *rate * 1e9 / lane.rate_bps);
    set("responsivity_a_per_w", lane.responsivity_a_per_w * *wavelength * 1e-9 / lane.wavelength_m);
    set("wavelength_m", *wavelength * 1e-9);
    set("rate_bps", *rate * 1e9);
    receiver.error_ratios = {std::strtod(condition.c_str() + at + 4, nullptr)};
    const auto found = link::figures_of(receiver).sensitivity.at(0).average_w;
    if (!found)
        return std::nullopt;
    return number(10.0 * std::log10(*found / 1e-3),
                  "receiver preset jsscmay2024, whose noise was chosen on R-1");
}

std::optional<prediction> photodiode_figures(const published_row&) {
    const auto receiver = published_receiver();
    constexpr double ff_per_f = 1e15;
    return text(fmt::format("{:.2f} / {:.0f}", receiver.lane.lane().responsivity_a_per_w,
                            receiver.diode.capacitance_f * ff_per_f),
                "receiver preset jsscmay2024, taken from this figure");
}

std::optional<prediction> dispersion_penalty(const published_row& row) {
    const auto condition = condition_of(row);
    const auto rate = number_before(condition, "Gb/s");
    const auto length = number_before(condition, "m");
    if (!rate || !length)
        return std::nullopt;
    const double sigma_s = chromatic_sigma_s(425e-9, 20e-9, *length);
    const double x = 4.0 * *rate * 1e9 * sigma_s;
    return number(-5.0 * std::log10(1.0 - x * x),
                  "-5 log10(1 - (4 B sigma)^2) at 425 nm (Agrawal)");
}

std::optional<prediction> dispersion_spread(const published_row& row) {
    const auto length = number_before(condition_of(row), "m");
    if (!length)
        return std::nullopt;
    return number(std::abs(silica_dispersion(450e-9)) * 25e-9 * *length * 1e12,
                  "Malitson's silica at 450 nm, 25 nm");
}

std::optional<prediction> dispersion(const published_row& row) {
    const auto wavelength = number_before(condition_of(row), "nm");
    if (!wavelength)
        return std::nullopt;
    return number(silica_dispersion(*wavelength * 1e-9) * 1e6, "Malitson's silica");
}

std::optional<prediction> failure_rate(const published_row& row) {
    const auto mtbf = number_before(condition_of(row), "Mh");
    if (!mtbf)
        return std::nullopt;
    return number(annual_failure_rate(*mtbf * 1e6) * 100.0, "1 - exp(-8760 h / MTBF)");
}

/// What this project's link would show in a peer's place: two ends of 800 Gb/s for 1.6T.
std::optional<prediction> beside_peer(const published_row& row) {
    const auto power = module_power_of(config::configuration{});
    const double low_w = power.total_w(power.host_cpo_w);
    const double high_w = power.total_w(power.host_pluggable_w);
    constexpr double pj_per_j = 1e12;
    constexpr double end_bps = 800e9;
    if (row.quantity.find("transmitter") != std::string::npos)
        return number(power.driver_w / end_bps * pj_per_j, "drivers and MicroLEDs");
    if (row.unit == "pJ/bit")
        return range(low_w / end_bps * pj_per_j, high_w / end_bps * pj_per_j,
                     "one end, host and all");
    if (row.quantity.find("1.6T") != std::string::npos)
        return range(2.0 * low_w, 2.0 * high_w, "two ends of 800 Gb/s");
    return std::nullopt;
}

struct model_of {
    std::string_view quantity;  ///< begins so
    std::optional<prediction> (*ask)(const published_row&);
};

constexpr std::array MODELS = {
    model_of{"median BER", bit_errors},
    model_of{"BER", bit_errors},
    model_of{"main reach limits", main_limits},
    model_of{"data lanes / total lanes", lane_counts},
    model_of{"prototype lanes", prototype},
    model_of{"skew", skew},
    model_of{"power", module_watts},
    model_of{"LED drive energy", led_energy},
    model_of{"LED bandwidth", led_bandwidth},
    model_of{"LED E-O bandwidth", led_bandwidth},
    model_of{"ratio of E-O to E-E bandwidth", bandwidth_ratio},
    model_of{"differential lifetime", lifetime},
    model_of{"forward voltage", junction_voltage},
    model_of{"SRH lifetime", recombination},
    model_of{"receiver sensitivity", sensitivity},
    model_of{"responsivity / capacitance", photodiode_figures},
    model_of{"dispersion penalty", dispersion_penalty},
    model_of{"dispersion spread", dispersion_spread},
    model_of{"chromatic dispersion", dispersion},
    model_of{"annual failure rate", failure_rate},
};

}  // namespace

std::optional<prediction> predict(const published_row& row) {
    if (row.use == "peer")
        return beside_peer(row);
    for (const auto& model : MODELS)
        if (row.quantity.starts_with(model.quantity))
            return model.ask(row);
    return std::nullopt;
}

}  // namespace luxlane::validation
