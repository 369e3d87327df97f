#include "platform/link/report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "platform/config/quantity.h"

namespace luxlane::link {

namespace {

using json = nlohmann::ordered_json;

double dbm(double power_w) { return 10.0 * std::log10(power_w / 1e-3); }

json number_or_null(std::optional<double> value) {
    return value && std::isfinite(*value) ? json(*value) : json(nullptr);
}

json dbm_or_null(std::optional<double> power_w) {
    return power_w && *power_w > 0.0 ? json(dbm(*power_w)) : json(nullptr);
}

json logarithm(const ber_estimate& estimate) {
    return estimate.ber && *estimate.ber > 0.0 ? json(std::log10(*estimate.ber)) : json(nullptr);
}

json interval(const ber_estimate& estimate) {
    return estimate.interval ? json::array({estimate.interval->low, estimate.interval->high})
                             : json(nullptr);
}

/// One value of all three fidelities.
template <class function>
json of_each(const link_answer& answer, function value) {
    return {{"statistical", value(answer.statistical)},
            {"symbol", value(answer.symbol)},
            {"waveform", value(answer.waveform)}};
}

json ber_json(const link_answer& answer) {
    json out = of_each(answer, [](const ber_estimate& e) { return number_or_null(e.ber); });
    out["ci95"] = of_each(answer, interval);
    out["method"] = of_each(answer, [](const ber_estimate& e) { return e.method; });
    out["errors"] = of_each(
        answer, [](const ber_estimate& e) { return e.bits > 0 ? json(e.errors) : json(nullptr); });
    out["bits"] = of_each(
        answer, [](const ber_estimate& e) { return e.bits > 0 ? json(e.bits) : json(nullptr); });
    return out;
}

json parameters_json(const described_lane& lane) {
    json out = json::object();
    for (const auto& entry : lane.entries())
        out[entry.name] = {
            {"value", std::isnan(entry.number) ? json(entry.text) : json(entry.number)},
            {"unit", entry.unit},
            {"status", to_text(entry.status)},
            {"source", entry.source},
            {"meaning", entry.meaning}};
    return out;
}

json fact_json(const module_fact& fact, std::string_view unit) {
    return {{"value", fact.value},
            {"unit", unit},
            {"status", to_text(fact.status)},
            {"source", fact.source}};
}

json module_json(const module_facts& module) {
    json out = {{"data_lanes", fact_json(module.data_lanes, "1")},
                {"spare_lanes", fact_json(module.spare_lanes, "1")},
                {"gearbox_latency_s", fact_json(module.gearbox_latency_s, "s")}};
    for (const shared_block& block : module.blocks)
        out["blocks"][std::string(block.name)] = fact_json(block.power_w, "W");
    return out;
}

json flanks_json(const std::optional<flank_fit>& flanks) {
    if (!flanks)
        return nullptr;
    const auto ci95 = [](const dsp::estimate& e) { return json::array({e.low, e.high}); };
    return {{"from", flanks->from},
            {"dj_ui", flanks->deterministic_ui.value},
            {"rj_ui", flanks->random_ui.value},
            {"tj_ui_at_target", flanks->total_ui.value},
            {"ci95",
             {{"dj_ui", ci95(flanks->deterministic_ui)},
              {"rj_ui", ci95(flanks->random_ui)},
              {"tj_ui_at_target", ci95(flanks->total_ui)}}},
            {"extrapolated", flanks->extrapolated}};
}

std::string heading(std::string_view title) { return fmt::format("\n{}\n", title); }

std::string quantity(std::optional<double> value, std::string_view unit) {
    if (!value)
        return "-";
    // Four digits are what the inputs deserve.
    const double scale =
        *value == 0.0 ? 1.0 : std::pow(10.0, std::floor(std::log10(std::abs(*value))) - 3.0);
    return config::format_quantity(std::round(*value / scale) * scale, unit);
}

std::string decibel(std::optional<double> value, std::string_view none) {
    return value ? fmt::format("{:8.2f} dB", *value == 0.0 ? 0.0 : *value)
                 : fmt::format("{:>11}", none);
}

std::string budget_text(const link_answer& answer) {
    std::string out = heading("Power                            loss      average power");
    for (const power_stage& stage : answer.budget)
        out += fmt::format("  {:<26}{:>7.2f} dB {:>10.2f} dBm  {:>12}\n", stage.name,
                           stage.loss_db == 0.0 ? 0.0 : stage.loss_db, dbm(stage.power_w),
                           quantity(stage.power_w, "W"));
    if (answer.sensitivity_w)
        out += fmt::format("  {:<26}{:>10} {:>10.2f} dBm  {:>12}\n", "needed for the target BER",
                           "", dbm(*answer.sensitivity_w), quantity(answer.sensitivity_w, "W"));
    out +=
        fmt::format("  photocurrent swing {}, extinction ratio {:.1f} dB\n",
                    quantity(answer.modulation_a, "A"), 10.0 * std::log10(answer.extinction_ratio));
    return out;
}

std::string bandwidth_text(const link_answer& answer) {
    std::string out =
        heading("-3 dB bandwidth                                    electrical       optical");
    for (const bandwidth_stage& stage : answer.bandwidth)
        out += fmt::format("  {:<44}{:>15}{:>14}\n", stage.name,
                           quantity(stage.electrical_hz, "Hz"), quantity(stage.optical_hz, "Hz"));
    return out;
}

std::string noise_text(const link_answer& answer) {
    std::string out =
        heading("Noise at the sampler, rms                        of a one     of a zero");
    for (const noise_origin& origin : answer.noise)
        out += fmt::format("  {:<40}{:>15}{:>14}\n", origin.name, quantity(origin.at_one_a, "A"),
                           quantity(origin.at_zero_a, "A"));
    return out;
}

std::string penalty_text(const question& asked, const link_answer& answer) {
    std::string out = heading(
        fmt::format("Penalty: light that BER {:g} would spare without it", asked.target_ber));
    for (const penalty& one : answer.penalties)
        out += fmt::format("  {:<48}{}\n", one.name, decibel(one.loss_db, "-"));
    out += fmt::format("  {:<48}{}\n", "margin", decibel(answer.margin_db, "none"));
    if (!answer.margin_db)
        out += answer.statistical.ber && *answer.statistical.ber > asked.target_ber
                   ? "  (no light would do: interference and jitter alone miss the target)\n"
                   : "  (the target is met without light)\n";
    return out;
}

std::string ber_line(std::string_view name, const ber_estimate& estimate) {
    const std::string value = estimate.ber ? fmt::format("{:.3g}", *estimate.ber) : "-";
    const std::string bounds =
        estimate.interval
            ? fmt::format("{:.3g} .. {:.3g}", estimate.interval->low, estimate.interval->high)
            : "";
    return fmt::format("  {:<14}{:<14}{:<26}{}\n", name, value, bounds, estimate.method);
}

std::string fec_text(const question& asked, const fec_figures& fec) {
    const auto& format = fec.format;
    std::string out =
        heading(fmt::format("FEC {}, {}-way interleaved, gearbox {}", coding::name_of(format.fec),
                            format.interleave, coding::name_of(format.gearbox)));
    const auto row = [&](std::string_view name, const std::string& value, std::string_view note) {
        out += fmt::format("  {:<34}{:>12}   {}\n", name, value, note);
    };
    row("codewords that fail", fmt::format("{:.2g}", fec.codeword_failure),
        "at the statistical BER, independent errors");
    row("BER behind the decoder", fmt::format("{:.2g}", fec.decoded_ber), "");
    row("BER that it takes", fmt::format("{:.3g}", fec.limit_ber),
        fmt::format("for {:g} of the codewords to fail", fec_figures::TARGET_FAILURE));
    row("dead lanes that it bridges", std::to_string(fec.bridged_lanes),
        fmt::format("of {:.0f}, on otherwise clean lanes",
                    asked.lane.from().module.data_lanes.value));
    return out;
}

json fec_json(const fec_figures& fec) {
    return {{"kind", coding::name_of(fec.format.fec)},
            {"interleave", fec.format.interleave},
            {"gearbox", coding::name_of(fec.format.gearbox)},
            {"codeword_failure", fec.codeword_failure},
            {"decoded_ber", fec.decoded_ber},
            {"limit_ber", fec.limit_ber},
            {"limit_codeword_failure", fec_figures::TARGET_FAILURE},
            {"bridged_lanes", fec.bridged_lanes}};
}

std::string sum_text(std::string_view title, const std::vector<share>& shares, double total,
                     double unit, std::string_view format_unit) {
    std::string out = heading(fmt::format("{}", title));
    for (const share& one : shares)
        out += fmt::format("  {:<34}{:>9.3f} {}   {}\n", one.name, one.value / unit, format_unit,
                           one.source);
    return out + fmt::format("  {:<34}{:>9.3f} {}\n", "together", total / unit, format_unit);
}

}  // namespace

std::string eye_text(const question& asked, const link_answer& answer) {
    if (answer.eye.height_a() <= 0.0 || answer.eye.width_ui() <= 0.0)
        return fmt::format("closed at BER {:g}", asked.target_ber);
    return fmt::format("{:.0f} % high and {:.2f} UI wide at BER {:g}",
                       100.0 * answer.eye.height_fraction, answer.eye.width_ui(), asked.target_ber);
}

std::string flanks_text(const question& asked, const flank_fit& flanks) {
    return fmt::format(
        "dual-Dirac of the {}: DJ {:.3f} UI, RJ {:.4f} UI rms, TJ {:.3f} UI at BER "
        "{:g}{}",
        flanks.from, flanks.deterministic_ui.value, flanks.random_ui.value, flanks.total_ui.value,
        asked.target_ber, flanks.extrapolated ? " (extrapolated)" : "");
}

std::string to_text(const question& asked, const link_answer& answer) {
    const auto& lane = asked.lane.lane();
    std::string out =
        fmt::format("{}: {} of {} over {}, {} lit neighbours\n  {}\n", asked.lane.from().name,
                    quantity(lane.rate_bps, "bit/s"),
                    lane.format == photonics::modulation::pam4 ? "PAM4" : "NRZ",
                    quantity(lane.length_m, "m"), asked.neighbours, asked.lane.from().summary);
    out += budget_text(answer) + bandwidth_text(answer) + noise_text(answer) +
           penalty_text(asked, answer);
    out += heading("Bit error ratio               95 % confidence");
    out += ber_line("statistical", answer.statistical) + ber_line("symbol", answer.symbol) +
           ber_line("waveform", answer.waveform);
    out += "  eye: " + eye_text(asked, answer) + "\n";
    if (const auto& flanks = answer.eye.flanks)
        out += "  edges: " + flanks_text(asked, *flanks) + "\n";
    if (answer.fec)
        out += fec_text(asked, *answer.fec);
    out += sum_text("Energy per bit", answer.energy_j_per_bit, answer.total_energy_j_per_bit(),
                    1e-12, "pJ");
    out += fmt::format("  counts {}\n", asked.lane.from().module.energy_boundary);
    out += sum_text("Latency", answer.latency_s, answer.total_latency_s(), 1e-9, "ns");
    if (!answer.fec)
        out += "  without FEC (--fec kp4 adds it)\n";
    return out;
}

std::string to_json(const question& asked, const link_answer& answer, const std::string& version) {
    json out;
    out["version"] = version;
    out["preset"] = asked.lane.from().name;
    out["target_ber"] = asked.target_ber;
    out["neighbours"] = asked.neighbours;
    out["seed"] = asked.seed;
    out["ber"] = ber_json(answer);
    out["log10_ber"] = logarithm(answer.statistical);
    out["log10_ber_by_fidelity"] = of_each(answer, logarithm);
    out["margin_db"] = number_or_null(answer.margin_db);
    out["received_dbm"] = dbm_or_null(answer.received_w);
    out["sensitivity_dbm"] = dbm_or_null(answer.sensitivity_w);
    out["modulation_a"] = answer.modulation_a;
    out["extinction_ratio"] = number_or_null(answer.extinction_ratio);
    out["average_current_a"] = answer.average_current_a;
    out["forward_voltage_v"] = answer.forward_voltage_v;
    out["budget"] = json::array();
    for (const power_stage& stage : answer.budget)
        out["budget"].push_back({{"stage", stage.name},
                                 {"loss_db", stage.loss_db},
                                 {"lost_w", stage.lost_w},
                                 {"power_w", stage.power_w},
                                 {"power_dbm", dbm_or_null(stage.power_w)}});
    out["bandwidth"] = json::array();
    for (const bandwidth_stage& stage : answer.bandwidth)
        out["bandwidth"].push_back({{"stage", stage.name},
                                    {"electrical_hz", number_or_null(stage.electrical_hz)},
                                    {"optical_hz", number_or_null(stage.optical_hz)}});
    out["noise"] = json::array();
    for (const noise_origin& origin : answer.noise)
        out["noise"].push_back({{"origin", origin.name},
                                {"rms_a_at_one", origin.at_one_a},
                                {"rms_a_at_zero", origin.at_zero_a}});
    out["penalties"] = json::array();
    for (const penalty& one : answer.penalties)
        out["penalties"].push_back(
            {{"penalty", one.name}, {"loss_db", number_or_null(one.loss_db)}});
    out["eye"] = {{"height_a", answer.eye.height_a()},
                  {"height_fraction", answer.eye.height_fraction},
                  {"width_ui", answer.eye.width_ui()}};
    if (answer.fec)
        out["fec"] = fec_json(*answer.fec);
    out["bathtub"] = flanks_json(answer.eye.flanks);
    out["equaliser"] = {{"forward", answer.forward_taps}, {"feedback", answer.feedback_taps}};
    out["energy_pj_per_bit"] = answer.total_energy_j_per_bit() * 1e12;
    out["energy_boundary"] = asked.lane.from().module.energy_boundary;
    out["energy"] = json::array();
    for (const share& one : answer.energy_j_per_bit)
        out["energy"].push_back(
            {{"block", one.name}, {"pj_per_bit", one.value * 1e12}, {"source", one.source}});
    out["latency_s"] = answer.total_latency_s();
    out["latency"] = json::array();
    for (const share& one : answer.latency_s)
        out["latency"].push_back(
            {{"stage", one.name}, {"latency_s", one.value}, {"source", one.source}});
    out["module"] = module_json(asked.lane.from().module);
    out["parameters"] = parameters_json(asked.lane);
    return out.dump(2) + "\n";
}

std::string describe_text(const described_lane& lane) {
    std::string out = fmt::format("{}: {}\n\n", lane.from().name, lane.from().summary);
    for (const auto& entry : lane.entries())
        out += fmt::format("{:<28}{:<18}{:<10}{}\n{:<28}{}\n", entry.name, entry.text,
                           to_text(entry.status), entry.source, "", entry.meaning);
    const auto fact = [&](std::string_view name, const module_fact& one, std::string_view unit) {
        out += fmt::format("{:<34}{:<12}{:<10}{}\n", name, config::format_quantity(one.value, unit),
                           to_text(one.status), one.source);
    };
    const module_facts& module = lane.from().module;
    out += "\nThe module\n";
    fact("data lanes", module.data_lanes, "1");
    fact("spare lanes", module.spare_lanes, "1");
    fact("latency of the gearbox", module.gearbox_latency_s, "s");
    for (const shared_block& block : module.blocks)
        fact(block.name, block.power_w, "W");
    return out;
}

std::string describe_json(const described_lane& lane) {
    const json out = {{"preset", lane.from().name},
                      {"summary", lane.from().summary},
                      {"parameters", parameters_json(lane)},
                      {"module", module_json(lane.from().module)}};
    return out.dump(2) + "\n";
}

std::string list_presets() {
    std::string out;
    for (const preset& each : presets())
        out += fmt::format("{:<14}{}\n", each.name, each.summary);
    return out;
}

}  // namespace luxlane::link
