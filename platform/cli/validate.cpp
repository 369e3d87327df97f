#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "platform/cli/command.h"
#include "platform/config/reader.h"
#include "platform/validation/calibration.h"
#include "platform/validation/validation.h"

namespace luxlane::cli {
namespace {

using validation::validated_row;

std::string model_text(const validated_row& row) {
    if (!row.model) {
        return "-";
    }
    const auto& model = *row.model;
    if (!model.text.empty()) {
        return model.text;
    }
    return model.model.low == model.model.high
               ? fmt::format("{:.3g}", model.model.low)
               : fmt::format("{:.3g} .. {:.3g}", model.model.low, model.model.high);
}

std::string published_text(const validated_row& row) {
    const auto& bound = row.published.bound;
    return (bound.empty() || bound == "=" ? "" : bound + " ") + row.published.value;
}

void print_markdown(const std::vector<validated_row>& rows) {
    fmt::print(
        "| row | use | quantity | condition | published | model | unit | verdict | asked of the "
        "model | source |\n|---|---|---|---|---|---|---|---|---|---|\n");
    for (const auto& row : rows) {
        const auto& p = row.published;
        fmt::print("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", p.id, p.use, p.quantity,
                   p.condition, published_text(row), model_text(row), p.unit, row.verdict(),
                   row.model ? row.model->basis : "", p.source);
    }
}

void print_text(const std::vector<validated_row>& rows) {
    for (const auto& row : rows) {
        const auto& p = row.published;
        fmt::print("{:<6} {:<10} {}, {}\n", p.id, p.use, p.quantity, p.condition);
        fmt::print("       published {} {}; model {}; {}", published_text(row), p.unit,
                   model_text(row), row.verdict());
        fmt::print("{}\n", row.model ? " (" + row.model->basis + ")" : "");
    }
    const auto count = [&](auto which) { return std::count_if(rows.begin(), rows.end(), which); };
    fmt::print(
        "{} rows: {} pass, {} differ, {} peers, {} without model\n", rows.size(),
        count([](const auto& r) { return r.published.use != "peer" && r.model && r.passes(); }),
        count([](const auto& r) { return !r.passes(); }),
        count([](const auto& r) { return r.published.use == "peer"; }),
        count([](const auto& r) { return r.published.use != "peer" && !r.model; }));
}

void print_fit() {
    const auto fit = validation::calibrate(photonics::default_800g());
    fmt::print(
        "fitted on M-2 and M-3 alone, all else frozen; +- if each figure is known to a factor of "
        "two\n  {} = {:.4g} {}, +-{:.1f} %; BER at 20 m {:.3g}, at 30 m {:.3g} (this sets the "
        "default)\n",
        fit.noise_alone.name, fit.noise_alone.value, fit.noise_alone.unit,
        fit.noise_alone.relative_uncertainty * 100.0, fit.model_ber_alone[0],
        fit.model_ber_alone[1]);
    fmt::print("together with the bandwidth of driver and emitter{}:\n",
               fit.converged ? "" : "; this fit does NOT converge");
    for (const auto& parameter : fit.parameters) {
        fmt::print("  {} = {:.4g} {}, +-{:.1f} %\n", parameter.name, parameter.value,
                   parameter.unit, parameter.relative_uncertainty * 100.0);
    }
    for (const auto& figure : fit.figures) {
        fmt::print(
            "  {}: {} m, published {:.2g}, model {:.3g}; decades of BER per e-fold: {} "
            "{:.2f}, {} {:.2f}\n",
            figure.id, figure.length_m, figure.published_ber, figure.model_ber,
            fit.parameters[0].name, figure.sensitivity[0], fit.parameters[1].name,
            figure.sensitivity[1]);
    }
    fmt::print("  condition of the fit {:.0f}: {}\n", fit.condition,
               fit.condition > 30.0
                   ? "the figures do not determine the second, it keeps its derived value"
                   : "both are determined");
}

std::vector<validation::published_row> rows_of(const std::string& file) {
    if (file.empty()) {
        return validation::published();
    }
    std::ifstream in(file);
    if (!in) {
        throw config::configuration_error(file + ": no such file");
    }
    std::ostringstream text;
    text << in.rdbuf();
    try {
        return validation::read_published(text.str(), file);
    } catch (const validation::table_error& error) {
        throw config::configuration_error(error.what());
    }
}

}  // namespace

int validate(const validate_options& options) {
    if (options.fit) {
        print_fit();
        return success;
    }
    const auto rows = validation::validate(rows_of(options.file));
    options.markdown ? print_markdown(rows) : print_text(rows);
    return std::ranges::all_of(rows, &validated_row::passes) ? success : failed;
}

}  // namespace luxlane::cli
