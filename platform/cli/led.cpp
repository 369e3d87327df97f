#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "models/photonics/constants.h"
#include "platform/cli/command.h"
#include "platform/cli/json_output.h"
#include "platform/config/quantity.h"
#include "platform/config/reader.h"
#include "platform/link/led_sheet.h"
#include "platform/link/parameters.h"
#include "platform/plot/plot.h"

namespace luxlane::cli {
namespace {

using link::led_row;
using link::led_sheet;

using config::format_quantity;

/// Four significant digits, as a table holds them.
std::string short_quantity(double value, std::string_view unit) {
    if (value == 0.0 || !std::isfinite(value)) {
        return format_quantity(value, unit);
    }
    const double step = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 3.0);
    return format_quantity(std::round(value / step) * step, unit);
}

/// A/m^2 per A/cm^2.
constexpr double PER_CM2 = 1e4;

/// What the user described: a lane whose emitter is looked at, and the way to its voltage.
struct chosen_emitter {
    link::described_lane lane;
    std::optional<photonics::iv_curve> table;
    photonics::led_device device;
    double current_a;
};

/// A published design, or the default one with the emitter set of that name.
link::described_lane preset_called(const std::string& name) {
    for (const auto& set : photonics::led_sets()) {
        if (set.name == name) {
            link::described_lane lane(link::find_preset("default-800g"));
            lane.set("emitter", name, "--preset " + name);
            return lane;
        }
    }
    try {
        return link::described_lane(link::find_preset(name));
    } catch (const std::invalid_argument& error) {
        std::string sets;
        for (const auto& set : photonics::led_sets()) {
            sets += fmt::format(", {}", set.name);
        }
        throw std::invalid_argument(
            fmt::format("--preset: {}; emitter sets{}", error.what(), sets));
    }
}

void set_parameters(link::described_lane& lane, const led_options& options) {
    if (!options.temperature.empty()) {
        lane.set("temperature_k", options.temperature, "--temperature");
    }
    if (!options.diameter.empty()) {
        lane.set("emitter_diameter_m", options.diameter, "--diameter");
    }
    for (const auto& setting : options.settings) {
        lane.set(setting);
    }
}

std::optional<photonics::iv_curve> voltage_table(const std::string& name, double diameter_m) {
    if (name.empty()) {
        return std::nullopt;
    }
    if (name.find('.') == std::string::npos && name.find('/') == std::string::npos) {
        return photonics::iv_curve_named(name);
    }
    std::ifstream in(name);
    if (!in) {
        throw std::invalid_argument(fmt::format("--iv {}: cannot read this file", name));
    }
    return photonics::read_iv_curve(in, name, diameter_m);
}

double current_of(const std::string& text) {
    try {
        return config::parse_quantity(text, "A");
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(std::string("--current: ") + error.what());
    }
}

chosen_emitter choose(const led_options& options) {
    auto lane = preset_called(options.preset);
    set_parameters(lane, options);
    const auto& p = lane.lane();
    return {.lane = lane,
            .table = voltage_table(options.iv, p.emitter_diameter_m),
            .device = photonics::emitter_of(p),
            .current_a = options.current.empty() ? p.on_current_a : current_of(options.current)};
}

std::string percent(double ratio) { return fmt::format("{:.2f} %", 100.0 * ratio); }

void print_table(const led_sheet& sheet) {
    fmt::print("{:>12} {:>11} {:>8} {:>10} {:>8} {:>8} {:>10} {:>21} {:>21}\n", "", "", "", "", "",
               "", "lifetime", "bandwidth of device", "with driver's pole");
    fmt::print("{:>12} {:>11} {:>8} {:>10} {:>8} {:>8} {:>10} {:>10} {:>10} {:>10} {:>10}\n",
               "current", "A/cm2", "voltage", "light", "IQE", "WPE", "(diff.)", "electrical",
               "optical", "electrical", "optical");
    for (const auto& row : sheet.table) {
        const auto& state = row.state;
        fmt::print(
            "{}{:>11} {:>11.4g} {:>6.3f} V {:>10} {:>8} {:>8} {:>10} {:>10} {:>10} {:>10} "
            "{:>10}\n",
            row.current_a == sheet.point.current_a ? '>' : ' ', short_quantity(row.current_a, "A"),
            state.current_density_a_per_m2 / PER_CM2, state.forward_voltage_v,
            short_quantity(state.optical_power_w, "W"), percent(state.internal_efficiency),
            percent(row.wall_plug_efficiency), short_quantity(state.differential_lifetime_s, "s"),
            short_quantity(row.device.electrical_hz, "Hz"),
            short_quantity(row.device.optical_hz, "Hz"),
            short_quantity(row.driven.electrical_hz, "Hz"),
            short_quantity(row.driven.optical_hz, "Hz"));
    }
    if (sheet.voltage_extrapolated) {
        fmt::print("voltages above {:.4g} A/cm2 are extrapolated; --iv takes a measured table\n",
                   link::anchored_density(sheet.device) / PER_CM2);
    }
    fmt::print("electrical: photocurrent falls to 1/sqrt 2; optical: light falls to 1/2\n");
}

void print_text(const chosen_emitter& chosen, const led_sheet& sheet) {
    const auto& device = sheet.device;
    fmt::print("emitter {}, {} across, {} ({})\n", device.material.name,
               short_quantity(device.diameter_m, "m"), short_quantity(device.temperature_k, "K"),
               device.material.source);
    fmt::print("I-V: {}\n\n", chosen.table
                                  ? chosen.table->name() + " (" + chosen.table->source() + ")"
                                  : "diode with series resistance");
    print_table(sheet);
    const double peak_w_per_m =
        photonics::spectral_power_w_per_m(sheet.point.state.optical_power_w, device.wavelength_m,
                                          sheet.linewidth_m, device.wavelength_m);
    fmt::print("\nat {}:\n", short_quantity(sheet.point.current_a, "A"));
    fmt::print("  spectrum            centre {:.2f} nm, FWHM {:.1f} nm, peak {:.4g} uW/nm\n",
               device.wavelength_m * 1e9, sheet.linewidth_m * 1e9, peak_w_per_m * 1e-3);
    fmt::print("  intensity noise     {:.1f} dB/Hz relative (RIN)\n",
               10.0 * std::log10(sheet.intensity_noise_per_hz));
    fmt::print("  driver's pole       {} ({})\n", short_quantity(sheet.point.driver_s, "s"),
               short_quantity(1.0 / (2.0 * photonics::PI * sheet.point.driver_s), "Hz"));
    fmt::print("  droop               {} below the peak IQE of {}\n", percent(sheet.droop),
               percent(sheet.peak.internal_efficiency));
    fmt::print("  between {} and {}: extinction {:.2f} dB, PAM4 level mismatch (RLM) {:.4f}\n",
               short_quantity(sheet.zero_a, "A"), short_quantity(sheet.one_a, "A"),
               10.0 * std::log10(sheet.extinction_ratio), sheet.level_mismatch);
}

nlohmann::ordered_json json_of(const photonics::led_device& device, const led_row& row) {
    const auto& state = row.state;
    return {
        {"current_a", row.current_a},
        {"current_density_a_per_cm2", state.current_density_a_per_m2 / PER_CM2},
        {"forward_voltage_v", state.forward_voltage_v},
        {"voltage_extrapolated", state.current_density_a_per_m2 > link::anchored_density(device)},
        {"optical_power_w", state.optical_power_w},
        {"internal_efficiency", state.internal_efficiency},
        {"wall_plug_efficiency", row.wall_plug_efficiency},
        {"carrier_density_per_cm3", state.carrier_density_per_m3 * 1e-6},
        {"differential_lifetime_s", state.differential_lifetime_s},
        {"driver_time_constant_s", row.driver_s},
        {"electrical_bandwidth_hz", row.device.electrical_hz},
        {"optical_bandwidth_hz", row.device.optical_hz},
        {"driven_electrical_bandwidth_hz", row.driven.electrical_hz},
        {"driven_optical_bandwidth_hz", row.driven.optical_hz}};
}

/// The parameters that the emitter and its driver hear.
bool is_of_emitter(const std::string& name) {
    constexpr std::array names = {"emitter",
                                  "temperature_k",
                                  "current_extinction_ratio",
                                  "driver_resistance_ohm",
                                  "node_capacitance_f",
                                  "emitter_diameter_m",
                                  "wavelength_m",
                                  "linewidth_m",
                                  "extraction_efficiency",
                                  "intensity_noise_modes",
                                  "defect_growth"};
    return std::ranges::find(names, name) != names.end();
}

nlohmann::ordered_json json_of(const chosen_emitter& chosen, const led_sheet& sheet) {
    nlohmann::ordered_json out;
    out["preset"] = chosen.lane.from().name;
    out["emitter"] = sheet.device.material.name;
    out["iv"] = chosen.table ? chosen.table->name() : "diode with series resistance";
    out["temperature_k"] = sheet.device.temperature_k;
    out["diameter_m"] = sheet.device.diameter_m;
    out["operating_point"] = json_of(sheet.device, sheet.point);
    out["spectrum"] = {{"centre_m", sheet.device.wavelength_m}, {"fwhm_m", sheet.linewidth_m}};
    out["relative_intensity_noise_db_per_hz"] = 10.0 * std::log10(sheet.intensity_noise_per_hz);
    out["droop"] = sheet.droop;
    out["peak_internal_efficiency"] = sheet.peak.internal_efficiency;
    out["one_current_a"] = sheet.one_a;
    out["zero_current_a"] = sheet.zero_a;
    out["extinction_ratio_db"] = 10.0 * std::log10(sheet.extinction_ratio);
    out["pam4_level_mismatch"] = sheet.level_mismatch;
    out["table"] = nlohmann::ordered_json::array();
    for (const auto& row : sheet.table) {
        out["table"].push_back(json_of(sheet.device, row));
    }
    out["parameters"] = nlohmann::ordered_json::array();
    for (const auto& entry : chosen.lane.entries()) {
        if (is_of_emitter(entry.name)) {
            out["parameters"].push_back({{"name", entry.name},
                                         {"value", entry.text},
                                         {"status", link::to_text(entry.status)},
                                         {"source", entry.source}});
        }
    }
    return out;
}

/// Two decades below the point to one above it, inside the sheet's limits.
std::vector<led_row> curve(const chosen_emitter& chosen, const led_sheet& sheet) {
    const double greatest_a =
        std::min({10.0 * chosen.current_a, link::GREATEST_LED_CURRENT_A,
                  link::GREATEST_LED_DENSITY_A_PER_M2 * photonics::led_area(sheet.device)});
    const double least_a = std::max(0.01 * chosen.current_a, link::LEAST_LED_CURRENT_A);
    std::vector<led_row> rows;
    for (const double current_a : link::logarithmic_currents(least_a, greatest_a, 121)) {
        rows.push_back(link::led_row_at(chosen.lane.lane(), sheet.device, current_a));
    }
    return rows;
}

void draw(const chosen_emitter& chosen, const led_sheet& sheet, const std::string& file) {
    const auto rows = curve(chosen, sheet);
    const plot::axis current{.label = "current, mA", .logarithmic = true};
    const auto line = [&](const std::string& label, auto value, bool dashed = false) {
        plot::series one{.label = label, .dashed = dashed};
        for (const auto& row : rows) {
            one.x.push_back(row.current_a * 1e3);
            one.y.push_back(value(row));
        }
        return one;
    };
    const auto point = [&](double y) {
        return plot::marker{sheet.point.current_a * 1e3, y,
                            format_quantity(sheet.point.current_a, "A")};
    };
    const auto light = [](const led_row& row) { return row.state.optical_power_w * 1e6; };
    const auto voltage = [](const led_row& row) { return row.state.forward_voltage_v; };
    const auto internal = [](const led_row& row) { return 100.0 * row.state.internal_efficiency; };
    const auto wall_plug = [](const led_row& row) { return 100.0 * row.wall_plug_efficiency; };
    const auto optical = [](const led_row& row) { return row.device.optical_hz * 1e-9; };
    const auto electrical = [](const led_row& row) { return row.device.electrical_hz * 1e-9; };
    const auto driven = [](const led_row& row) { return row.driven.optical_hz * 1e-9; };
    const auto driven_electrical = [](const led_row& row) {
        return row.driven.electrical_hz * 1e-9;
    };
    const std::string subject = fmt::format("{}, {}, {}", sheet.device.material.name,
                                            format_quantity(sheet.device.diameter_m, "m"),
                                            format_quantity(sheet.device.temperature_k, "K"));
    const plot::line_chart panels[] = {
        {.title = "Light over current",
         .subtitle = subject,
         .x = current,
         .y = {.label = "light out of the chip, µW", .logarithmic = true},
         .lines = {line("", light)},
         .markers = {point(light(sheet.point))}},
        {.title = "Voltage over current",
         .subtitle = chosen.table ? chosen.table->name() : "diode with series resistance",
         .x = current,
         .y = {.label = "forward voltage, V"},
         .lines = {line("", voltage)},
         .markers = {point(voltage(sheet.point))}},
        {.title = "Efficiency",
         .x = current,
         .y = {.label = "%", .minimum = 0.0},
         .lines = {line("internal", internal), line("wall plug", wall_plug)},
         .note =
             fmt::format("extraction efficiency {}", percent(sheet.device.extraction_efficiency))},
        {.title = "-3 dB bandwidth",
         .x = current,
         .y = {.label = "GHz", .minimum = 0.0},
         .lines = {line("optical, device", optical), line("electrical, device", electrical),
                   line("optical, with driver", driven, true),
                   line("electrical, with driver", driven_electrical, true)},
         .note = "optical: light falls to 1/2; electrical: photocurrent falls to 1/√2"}};
    plot::write(panels, 2, file);
}

}  // namespace

int led(const led_options& options) {
    try {
        json_output json(options.json);
        auto chosen = choose(options);
        if (chosen.table) {
            chosen.device.characteristic = &*chosen.table;
        }
        const auto sheet =
            link::make_led_sheet(chosen.lane.lane(), chosen.device, chosen.current_a);
        if (!options.plot.empty()) {
            draw(chosen, sheet, options.plot);
        }
        if (json.wanted()) {
            json.write(json_of(chosen, sheet).dump(2) + "\n");
        }
        if (!json.takes_stdout()) {
            print_text(chosen, sheet);
        }
    } catch (const std::invalid_argument& error) {
        throw config::configuration_error(error.what());
    } catch (const plot::plot_error& error) {
        throw config::configuration_error("--plot " + options.plot + ": " + error.what());
    }
    return success;
}

}  // namespace luxlane::cli
