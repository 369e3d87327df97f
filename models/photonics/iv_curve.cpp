#include "models/photonics/iv_curve.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <istream>
#include <stdexcept>
#include <utility>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

namespace {

/// Why a row cannot follow the one before it; empty if it can.
std::string fault_of(const iv_point& row, const iv_point* before) {
    if (!std::isfinite(row.current_a) || !std::isfinite(row.voltage_v))
        return "is not a finite number";
    if (!(row.current_a > 0.0))
        return "has a current that is not positive";
    if (before && !(row.current_a > before->current_a))
        return "has a current not above that of the row before";
    if (before && !(row.voltage_v > before->voltage_v))
        return "has a voltage not above that of the row before";
    return {};
}

/// A number that fills `text`, blanks at its ends aside; NaN if it does not.
double number_in(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return std::nan("");
    text = text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : std::nan("");
}

}  // namespace

iv_curve::iv_curve(std::string name, std::string source, double diameter_m,
                   std::vector<iv_point> points)
    : name_(std::move(name)),
      source_(std::move(source)),
      area_m2_(PI / 4.0 * diameter_m * diameter_m),
      points_(std::move(points)) {
    if (!(diameter_m > 0.0) || !std::isfinite(diameter_m))
        throw std::invalid_argument("I-V table '" + name_ + "': the diameter must be positive");
    if (points_.size() < 2)
        throw std::invalid_argument("I-V table '" + name_ + "' needs at least two rows");
    for (std::size_t row = 0; row < points_.size(); ++row) {
        const std::string fault = fault_of(points_[row], row ? &points_[row - 1] : nullptr);
        if (!fault.empty())
            throw std::invalid_argument("I-V table '" + name_ + "': row " +
                                        std::to_string(row + 1) + " (" +
                                        std::to_string(points_[row].current_a) + " A, " +
                                        std::to_string(points_[row].voltage_v) + " V) " + fault);
    }
}

double iv_curve::voltage_v(double current_density_a_per_m2) const {
    const double current_a = current_density_a_per_m2 * area_m2_;
    if (!(current_a > 0.0))
        return 0.0;
    if (current_a > points_.back().current_a) {
        const iv_point &last = points_.back(), &before = points_[points_.size() - 2];
        const double slope_ohm =
            (last.voltage_v - before.voltage_v) / (last.current_a - before.current_a);
        return last.voltage_v + slope_ohm * (current_a - last.current_a);
    }
    const auto above =
        std::find_if(points_.begin() + 1, points_.end() - 1,
                     [current_a](const iv_point& point) { return point.current_a >= current_a; });
    const iv_point &high = *above, &low = *(above - 1);
    const double part =
        std::log(current_a / low.current_a) / std::log(high.current_a / low.current_a);
    return std::max(0.0, std::lerp(low.voltage_v, high.voltage_v, part));
}

std::span<const iv_curve> iv_curves() {
    static const std::array<iv_curve, 1> tables = {
        iv_curve("yellow_diamond_20um",
                 "Lin et al., Nat. Commun. 17, 7674, 2026; data doi 10.5281/zenodo.20034288 "
                 "(CC BY 4.0), six of its points",
                 20e-6,
                 {{0.1e-6, 2.416},
                  {1e-6, 2.684},
                  {10e-6, 3.119},
                  {100e-6, 3.768},
                  {1.01e-3, 4.395},
                  {10.1e-3, 5.350}})};
    return tables;
}

const iv_curve& iv_curve_named(std::string_view name) {
    std::string known;
    for (const iv_curve& table : iv_curves()) {
        if (table.name() == name)
            return table;
        known += (known.empty() ? "" : ", ") + table.name();
    }
    throw std::invalid_argument("no I-V table '" + std::string(name) + "'; known: " + known);
}

namespace {

[[noreturn]] void refuse_row(const std::string& name, std::size_t row, const std::string& line) {
    std::string message = "I-V table '" + name;
    message.append("': row ").append(std::to_string(row)).append(" '").append(line);
    throw std::invalid_argument(message.append("' is not current_a,voltage_v"));
}

}  // namespace

iv_curve read_iv_curve(std::istream& in, std::string name, double diameter_m) {
    std::vector<iv_point> points;
    std::string line;
    while (std::getline(in, line)) {
        if (line.find_first_not_of(" \t\r") == std::string::npos || line.front() == '#')
            continue;
        const std::size_t comma = line.find(',');
        if (comma == std::string::npos)
            refuse_row(name, points.size() + 1, line);
        points.push_back({number_in(std::string_view(line).substr(0, comma)),
                          number_in(std::string_view(line).substr(comma + 1))});
    }
    return iv_curve(std::move(name), "file", diameter_m, std::move(points));
}

}  // namespace luxlane::photonics
