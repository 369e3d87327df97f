#include "platform/cli/receiver_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "platform/config/quantity.h"

namespace luxlane::cli {
namespace {

using link::described_receiver;
using photonics::lane_parameters;
using photonics::photodiode;

struct diode_part {
    std::string_view name;
    double photodiode::*member;
    std::string_view unit;
    double minimum, maximum;
    std::string_view meaning;
};

constexpr std::array DIODE_PARTS = {
    diode_part{"qe", &photodiode::quantum_efficiency, "1", 0.001, 1.0,
               "quantum efficiency: no photon frees two electrons"},
    diode_part{"rs", &photodiode::series_resistance_ohm, "ohm", 0.01, 1e6,
               "series resistance of the photodiode"},
    diode_part{"drift", &photodiode::drift_length_m, "m", 1e-8, 1e-3,
               "drift length of the photodiode"},
};

const link::preset& preset_called(const std::string& name) {
    try {
        return link::find_receiver_preset(name);
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(std::string("--preset: ") + error.what());
    }
}

std::pair<std::string, std::string> assignment(const std::string& option, const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        throw std::invalid_argument(
            fmt::format("{}: '{}' is not NAME=VALUE, e.g. {}", option, text,
                        option == "--parts" ? "rf=10kohm" : "ctle_peaking_db=6"));
    return {text.substr(0, equals), text.substr(equals + 1)};
}

double quantity(const std::string& option, std::string_view name, const std::string& text,
                std::string_view unit, double minimum, double maximum, std::string_view reason) {
    const auto refuse = [&](const std::string& found) {
        throw std::invalid_argument(fmt::format("{}: {} = {}; allowed: {} .. {} ({})", option, name,
                                                found, config::format_quantity(minimum, unit),
                                                config::format_quantity(maximum, unit), reason));
    };
    // Engineers write 10k and 5f for resistors and capacitors; 5m of a length are metres.
    constexpr std::string_view prefixes = "fpnumkMGT";
    const bool bare_prefix =
        !text.empty() && prefixes.find(text.back()) != prefixes.npos && unit.back() != text.back();
    double value = 0.0;
    try {
        value = config::parse_quantity(bare_prefix ? text + std::string(unit) : text, unit);
    } catch (const std::invalid_argument& error) {
        refuse(error.what());
    }
    if (!(value >= minimum && value <= maximum))
        refuse(text);
    return value;
}

void set_part(described_receiver& receiver, const std::string& text) {
    const auto [name, value] = assignment("--parts", text);
    const auto diode = std::ranges::find(DIODE_PARTS, name, &diode_part::name);
    if (diode != DIODE_PARTS.end()) {
        receiver.diode.*diode->member = quantity("--parts", name, value, diode->unit,
                                                 diode->minimum, diode->maximum, diode->meaning);
        return;
    }
    const auto notes = photonics::tia_part_notes();
    const auto note = std::ranges::find(notes, name, &photonics::tia_part_note::name);
    if (note == notes.end() || name == "temperature") {
        std::string names = "qe, rs, drift";
        for (const auto& each : notes)
            names += each.name == "temperature" ? "" : ", " + std::string(each.name);
        throw std::invalid_argument(
            fmt::format("--parts: no part is called '{}'; there are {}", name, names));
    }
    if (!receiver.amplifier)
        receiver.amplifier.emplace();
    (*receiver.amplifier).*note->member =
        quantity("--parts", name, value, note->unit, note->minimum, note->maximum, note->meaning);
}

/// What the parts make of the lane.
void apply_parts(described_receiver& receiver, const std::vector<std::string>& parts) {
    const auto given = [&](std::initializer_list<std::string_view> names) {
        return std::ranges::any_of(parts, [&](const std::string& text) {
            return std::ranges::find(names, std::string_view(text).substr(0, text.find('='))) !=
                   names.end();
        });
    };
    const auto set = [&](const char* name, double value) {
        receiver.lane.set(name, fmt::format("{}", value), "--parts");
    };
    if (given({"qe"}))
        set("responsivity_a_per_w",
            photonics::responsivity_a_per_w(receiver.diode, receiver.lane.lane().wavelength_m));
    if (receiver.amplifier) {
        receiver.amplifier->temperature_k = receiver.lane.lane().temperature_k;
        receiver.diode.capacitance_f = receiver.amplifier->photodiode_f;
        const lane_parameters made =
            photonics::with_amplifier(receiver.lane.lane(), *receiver.amplifier);
        set("amplifier_bandwidth_hz", made.amplifier_bandwidth_hz);
        set("amplifier_damping", made.amplifier_damping);
        set("noise_density_a_per_rthz", made.noise_density_a_per_rthz);
        set("noise_corner_hz", made.noise_corner_hz);
    }
    if (given({"rs", "drift", "cpd"}))
        set("photodiode_bandwidth_hz", photonics::bandwidth_hz(receiver.diode));
}

}  // namespace

described_receiver describe_receiver(const receiver_options& options) {
    described_receiver receiver{.lane = link::described_lane(preset_called(options.preset)),
                                .diode = {},
                                .amplifier = {},
                                .error_ratios = {},
                                .power_w = {}};
    if (!options.rate.empty())
        receiver.lane.set("rate_bps", options.rate, "--rate");
    if (!options.temperature.empty())
        receiver.lane.set("temperature_k", options.temperature, "--temperature");
    for (const auto& part : options.parts)
        set_part(receiver, part);
    apply_parts(receiver, options.parts);
    for (const auto& setting : options.settings)
        receiver.lane.set(setting);
    for (const auto& text : options.error_ratios)
        receiver.error_ratios.push_back(quantity("--ber", "bit error ratio", text, "1", 1e-30, 0.4,
                                                 "above, hardly anything is received"));
    if (!options.power.empty()) {
        // Powers are said in dBm as often as in watts.
        const bool decibels = options.power.ends_with("dBm");
        const std::string number =
            decibels ? options.power.substr(0, options.power.size() - 3) : options.power;
        receiver.power_w =
            decibels ? 1e-3 * std::pow(10.0, quantity("--power", "average power in dBm", number,
                                                      "1", -90.0, 30.0,
                                                      "a receiver's input is a few microwatts") /
                                                 10.0)
                     : quantity("--power", "average power", number, "W", 1e-12, 1.0,
                                "a receiver's input is a few microwatts; or say it in dBm");
    }
    const lane_parameters& lane = receiver.lane.lane();
    photonics::check(lane);
    const double most = photonics::ideal_responsivity(lane.wavelength_m);
    if (const double found = photonics::receiver_of(lane).responsivity_a_per_w; found > most)
        throw std::out_of_range(fmt::format(
            "responsivity_a_per_w = {:.4g} A/W lies above {:.4g} A/W, one electron a photon of "
            "{:g} nm (responsivity_factor {:g} included)",
            found, most, lane.wavelength_m * 1e9, lane.responsivity_factor));
    return receiver;
}

}  // namespace luxlane::cli
