#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace luxlane::photonics {

struct iv_point {
    double current_a, voltage_v;
};

/// A measured forward characteristic. Voltages are taken over to devices of other size at equal
/// current density.
class iv_curve {
public:
    /// At least two `points` with rising positive currents and rising voltages, measured on a round
    /// device of `diameter_m` > 0. std::invalid_argument names the row (1 is the first) that is not
    /// a number or does not rise.
    iv_curve(std::string name, std::string source, double diameter_m, std::vector<iv_point> points);

    const std::string& name() const { return name_; }
    const std::string& source() const { return source_; }
    std::span<const iv_point> points() const { return points_; }

    /// Current density of the last point.
    double greatest_density_a_per_m2() const { return points_.back().current_a / area_m2_; }

    /// Linear in the logarithm of the current between points. Extrapolated below the first in the
    /// same way, but not below 0 V; above the last one with that segment's resistance.
    double voltage_v(double current_density_a_per_m2) const;

private:
    std::string name_, source_;
    double area_m2_;
    std::vector<iv_point> points_;
};

/// The built-in tables: `yellow_diamond_20um`.
std::span<const iv_curve> iv_curves();

/// The table called `name`, else std::invalid_argument that lists the names.
const iv_curve& iv_curve_named(std::string_view name);

/// Reads a table: a line `current_a,voltage_v` for each point; empty lines and lines that begin
/// with # are skipped. Throws as the constructor, and for lines that are not two numbers.
iv_curve read_iv_curve(std::istream& in, std::string name, double diameter_m);

}  // namespace luxlane::photonics
