#include "platform/config/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace luxlane::config {
namespace {

struct prefix {
    std::string_view symbol;
    double factor;
};
constexpr std::array PREFIXES{prefix{"f", 1e-15}, prefix{"p", 1e-12}, prefix{"n", 1e-9},
                              prefix{"u", 1e-6},  prefix{"µ", 1e-6},  prefix{"m", 1e-3},
                              prefix{"k", 1e3},   prefix{"M", 1e6},   prefix{"G", 1e9},
                              prefix{"T", 1e12}};
constexpr std::array<std::string_view, 13> SCALED{"m", "s", "bit/s", "B/s", "B", "Hz", "A",
                                                  "W", "F", "J",     "ohm", "S", "rad"};
constexpr double RAD_PER_DEGREE = 3.14159265358979323846 / 180.0;
/// Other spellings of a bit rate.
constexpr std::array<std::string_view, 2> BIT_RATES{"bps", "b/s"};

bool takes_prefix(std::string_view unit) {
    return std::find(SCALED.begin(), SCALED.end(), unit) != SCALED.end();
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// The factor that `symbol` stands for in front of (a spelling of) `unit`.
std::optional<double> scale_of(std::string_view symbol, std::string_view unit) {
    if (symbol == unit) {
        return 1.0;
    }
    for (const auto spelling : BIT_RATES) {
        if (unit == "bit/s" && symbol.ends_with(spelling)) {
            return scale_of(
                std::string(symbol.substr(0, symbol.size() - spelling.size())) + "bit/s", unit);
        }
    }
    if (unit == "rad" && (symbol == "deg" || symbol == "°")) {
        return RAD_PER_DEGREE;
    }
    if (!takes_prefix(unit) || !symbol.ends_with(unit)) {
        return std::nullopt;
    }
    const auto front = symbol.substr(0, symbol.size() - unit.size());
    for (const auto& [name, factor] : PREFIXES) {
        if (front == name) {
            return factor;
        }
    }
    return std::nullopt;
}

}  // namespace

double parse_quantity(std::string_view text, std::string_view unit) {
    const auto whole = trim(text);
    double number = 0.0;
    const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), number);
    const bool in_unit = unit != "1";
    const std::string expected =
        in_unit
            ? fmt::format("a number in {}{}", unit,
                          takes_prefix(unit)
                              ? fmt::format(", e.g. '2 {0}' or '2 {1}{0}'", unit,
                                            unit == "bit/s" || unit.starts_with('B') ? 'k' : 'm')
                              : "")
            : "a number without unit";
    if (error != std::errc{}) {
        throw std::invalid_argument(fmt::format("'{}' is not {}", text, expected));
    }
    const auto symbol = trim(whole.substr(static_cast<std::size_t>(end - whole.data())));
    if (symbol.empty()) {
        return number;
    }
    const auto scale = in_unit ? scale_of(symbol, unit) : std::nullopt;
    if (!scale) {
        throw std::invalid_argument(
            fmt::format("unit '{}' of '{}' is unknown here; expected {}", symbol, text, expected));
    }
    return number * *scale;
}

double snapped(double value, double minimum, double maximum) {
    constexpr double rounding = 1e-12;
    for (const double end : {minimum, maximum})
        if (std::abs(value - end) <= rounding * std::abs(end))
            return end;
    return value;
}

std::string format_quantity(double value, std::string_view unit) {
    if (unit == "1") {
        return fmt::format("{:.6g}", value);
    }
    if (!takes_prefix(unit) || value == 0.0 || !std::isfinite(value)) {
        return fmt::format("{:.6g} {}", value, unit);
    }
    std::string_view symbol;
    double factor = 1.0;
    // Three significant places before the next prefix; 'µ' is the same as 'u'.
    if (const double size = std::abs(value); size < 1.0 || size >= 1000.0) {
        for (const auto& candidate : PREFIXES) {
            if (candidate.symbol != "µ" && size >= 0.9999999 * candidate.factor) {
                symbol = candidate.symbol;
                factor = candidate.factor;
            }
        }
        if (size < 1.0 && factor > 1e-3) {
            factor = 1.0;
        }
    }
    return fmt::format("{:.6g} {}{}", value / factor, symbol, unit);
}

}  // namespace luxlane::config
