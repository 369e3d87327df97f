#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "platform/cli/command.h"
#include "platform/cli/json_output.h"
#include "platform/cli/receiver_input.h"
#include "platform/config/quantity.h"
#include "platform/config/reader.h"
#include "platform/plot/plot.h"

namespace luxlane::cli {
namespace {

using link::described_receiver;
using link::receiver_figures;

using photonics::noise_parts;

double dbm(double power_w) { return 10.0 * std::log10(power_w / 1e-3); }

std::string rounded(double value, std::string_view unit) {
    if (value == 0.0)
        return config::format_quantity(0.0, unit);
    const double unit_of_last = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 3.0);
    return config::format_quantity(std::round(value / unit_of_last) * unit_of_last, unit);
}

double average_density(double noise_a, const receiver_figures& figures) {
    return noise_a / std::sqrt(figures.noise_bandwidths.white_hz);
}

void print_noise(const receiver_figures& figures) {
    fmt::print("Noise at the amplifier's input, {:.2f} dBm of light: highest level, lowest level\n",
               dbm(figures.light_w));
    const auto line = [&](const char* name, double noise_parts::*part) {
        fmt::print("  {:<22} {:>9.3g} nA, {:>9.3g} nA rms   {:>8.3g}, {:>8.3g} pA/rtHz\n", name,
                   figures.noise_highest.*part * 1e9, figures.noise_lowest.*part * 1e9,
                   average_density(figures.noise_highest.*part, figures) * 1e12,
                   average_density(figures.noise_lowest.*part, figures) * 1e12);
    };
    line("amplifier, white", &noise_parts::thermal_a);
    line("amplifier, f^2", &noise_parts::channel_a);
    line("shot", &noise_parts::shot_a);
    line("dark current", &noise_parts::dark_a);
    line("intensity (RIN)", &noise_parts::intensity_a);
    fmt::print("  {:<22} {:>9.3g} nA, {:>9.3g} nA rms   {:>8.3g}, {:>8.3g} pA/rtHz\n", "together",
               figures.noise_highest.total_a() * 1e9, figures.noise_lowest.total_a() * 1e9,
               average_density(figures.noise_highest.total_a(), figures) * 1e12,
               average_density(figures.noise_lowest.total_a(), figures) * 1e12);
    fmt::print("  supply noise {:.3g} nA rms, baseline wander {:.3g} nA rms\n",
               figures.supply_noise_a * 1e9, figures.wander_a * 1e9);
    fmt::print("  correlation 1 .. 4 symbols apart: {:.3f}, {:.3f}, {:.3f}, {:.3f}\n",
               figures.noise_correlation[0], figures.noise_correlation[1],
               figures.noise_correlation[2], figures.noise_correlation[3]);
}

void print_sensitivity(const described_receiver& receiver, const receiver_figures& figures) {
    fmt::print("Sensitivity, {}, extinction ratio {}, no intersymbol interference\n",
               receiver.lane.lane().format == photonics::modulation::pam4 ? "PAM4" : "NRZ",
               figures.extinction_ratio >= 1e6 ? std::string("infinite")
                                               : fmt::format("{:g}", figures.extinction_ratio));
    for (const auto& light : figures.sensitivity) {
        if (!light.average_w) {
            fmt::print("  BER {:g}: unreachable, noise that grows with the light forbids it\n",
                       light.error_ratio);
            continue;
        }
        const double amplitude_w =
            photonics::modulation_amplitude_w(*light.average_w, figures.extinction_ratio);
        fmt::print(
            "  BER {:g} (Q {:.3f}): average {:.2f} dBm ({}), OMA {:.2f} dBm, average photocurrent "
            "{}\n",
            light.error_ratio, light.q, dbm(*light.average_w), rounded(*light.average_w, "W"),
            dbm(amplitude_w), rounded(*light.average_w * figures.device.responsivity_a_per_w, "A"));
    }
    fmt::print("  four lit neighbours, electrical crosstalk, worst pattern: {:.3f} dB more\n",
               figures.crosstalk_penalty_db);
}

void print_text(const described_receiver& receiver, const receiver_figures& figures) {
    const auto& lane = receiver.lane.lane();
    fmt::print("{}: {}\n", receiver.lane.from().name, receiver.lane.from().summary);
    fmt::print("  {} at {:g} nm, {:g} K\n", rounded(lane.rate_bps, "bit/s"),
               lane.wavelength_m * 1e9, lane.temperature_k);
    fmt::print("Photodiode\n  responsivity {:.4g} A/W (quantum efficiency {:.3g})\n",
               figures.device.responsivity_a_per_w, figures.quantum_efficiency);
    fmt::print("  capacitance {}, dark current {}\n", rounded(receiver.diode.capacitance_f, "F"),
               rounded(photonics::dark_current_a(figures.device), "A"));
    fmt::print(
        "Bandwidth, -3 dB electrical\n  photodiode {}, amplifier {} (damping {:.3g}), {} {}\n",
        rounded(figures.chain.photodiode_hz, "Hz"), rounded(figures.chain.amplifier_hz, "Hz"),
        figures.chain.amplifier_damping,
        figures.chain.ctle_peaking == 1.0 ? "together" : "together with the equaliser",
        rounded(figures.signal_bandwidth_hz, "Hz"));
    fmt::print("  noise bandwidth {} for white noise, {} for the amplifier's with its f^2 part\n",
               rounded(figures.noise_bandwidths.white_hz, "Hz"),
               rounded(figures.noise_bandwidths.rising_hz, "Hz"));
    if (figures.amplifier)
        fmt::print("  from parts: transimpedance {}, noise {:.3g} pA/rtHz at rest, f^2 corner {}\n",
                   rounded(figures.amplifier->transimpedance_ohm, "ohm"),
                   figures.amplifier->noise_density_a_per_rthz * 1e12,
                   rounded(figures.amplifier->noise_corner_hz, "Hz"));
    print_noise(figures);
    print_sensitivity(receiver, figures);
    fmt::print("Parameters of the receiver\n");
    for (const auto& entry : receiver.lane.entries()) {
        if (!link::concerns_receiver(entry.name))
            continue;
        // Sources of derived and assumed values begin with that word.
        const bool measured = entry.status == link::knowledge::measured;
        fmt::print("  {} = {} ({}{})\n", entry.name, entry.text, measured ? "measured: " : "",
                   entry.source);
    }
}

nlohmann::ordered_json json_of(const noise_parts& noise, const receiver_figures& figures) {
    return {{"thermal_a", noise.thermal_a},
            {"channel_a", noise.channel_a},
            {"shot_a", noise.shot_a},
            {"dark_a", noise.dark_a},
            {"intensity_a", noise.intensity_a},
            {"total_a", noise.total_a()},
            {"total_a_per_rthz", average_density(noise.total_a(), figures)}};
}

nlohmann::ordered_json json_of(const described_receiver& receiver,
                               const receiver_figures& figures) {
    const auto& lane = receiver.lane.lane();
    nlohmann::ordered_json out = {
        {"preset", receiver.lane.from().name},
        {"rate_bps", lane.rate_bps},
        {"wavelength_m", lane.wavelength_m},
        {"temperature_k", lane.temperature_k},
        {"responsivity_a_per_w", figures.device.responsivity_a_per_w},
        {"quantum_efficiency", figures.quantum_efficiency},
        {"capacitance_f", receiver.diode.capacitance_f},
        {"dark_current_a", photonics::dark_current_a(figures.device)},
        {"bandwidth",
         {{"photodiode_hz", figures.chain.photodiode_hz},
          {"amplifier_hz", figures.chain.amplifier_hz},
          {"amplifier_damping", figures.chain.amplifier_damping},
          {"together_hz", figures.signal_bandwidth_hz},
          {"noise_white_hz", figures.noise_bandwidths.white_hz},
          {"noise_amplifier_hz", figures.noise_bandwidths.rising_hz}}},
        {"average_power_w", figures.light_w},
        {"photocurrent", {{"highest_a", figures.highest_a}, {"lowest_a", figures.lowest_a}}},
        {"noise",
         {{"highest", json_of(figures.noise_highest, figures)},
          {"lowest", json_of(figures.noise_lowest, figures)},
          {"supply_a", figures.supply_noise_a},
          {"baseline_wander_a", figures.wander_a},
          {"correlation", figures.noise_correlation}}},
        {"extinction_ratio", figures.extinction_ratio},
        {"crosstalk_penalty_db", std::isfinite(figures.crosstalk_penalty_db)
                                     ? nlohmann::ordered_json(figures.crosstalk_penalty_db)
                                     : nlohmann::ordered_json()}};
    if (figures.amplifier)
        out["amplifier"] = {
            {"transimpedance_ohm", figures.amplifier->transimpedance_ohm},
            {"noise_density_a_per_rthz", figures.amplifier->noise_density_a_per_rthz},
            {"noise_corner_hz", figures.amplifier->noise_corner_hz}};
    auto& sensitivity = out["sensitivity"] = nlohmann::ordered_json::array();
    for (const auto& light : figures.sensitivity) {
        nlohmann::ordered_json entry = {
            {"ber", light.error_ratio}, {"q", light.q}, {"average_w", nullptr}};
        entry["average_dbm"] = nullptr;
        entry["oma_dbm"] = nullptr;
        if (light.average_w) {
            entry["average_w"] = *light.average_w;
            entry["average_dbm"] = dbm(*light.average_w);
            entry["oma_dbm"] =
                dbm(photonics::modulation_amplitude_w(*light.average_w, figures.extinction_ratio));
        }
        sensitivity.push_back(entry);
    }
    auto& parameters = out["parameters"] = nlohmann::ordered_json::array();
    for (const auto& entry : receiver.lane.entries())
        if (link::concerns_receiver(entry.name))
            parameters.push_back({{"name", entry.name},
                                  {"value", entry.number},
                                  {"unit", entry.unit},
                                  {"status", link::to_text(entry.status)},
                                  {"source", entry.source}});
    return out;
}

}  // namespace

int receiver(const receiver_options& options) {
    try {
        json_output json(options.json);
        const described_receiver described = describe_receiver(options);
        const receiver_figures figures = link::figures_of(described);
        if (!options.plot.empty())
            link::plot_receiver(described, figures, options.plot);
        if (json.wanted())
            json.write(json_of(described, figures).dump(2) + "\n");
        if (!json.takes_stdout())
            print_text(described, figures);
    } catch (const std::invalid_argument& error) {
        throw config::configuration_error(std::string("receiver: ") + error.what());
    } catch (const std::out_of_range& error) {
        throw config::configuration_error(std::string("receiver: ") + error.what());
    } catch (const plot::plot_error& error) {
        throw config::configuration_error(std::string("receiver: --plot: ") + error.what());
    }
    return success;
}

}  // namespace luxlane::cli
