#include "platform/validation/validation.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace luxlane::validation {

namespace {

/// What a published figure leaves open: readings off a plot, rounding, samples that differ.
constexpr double TOLERANCE = 0.10;
constexpr double TOLERANCE_ABOUT = 0.25;
/// "Slightly above": up to twice.
constexpr double SLIGHTLY = 1.0;

/// The same of levels, dB.
constexpr double TOLERANCE_DB = 0.5;
constexpr double TOLERANCE_ABOUT_DB = 1.0;

bool is_level(const published_row& row) { return row.unit == "dB" || row.unit == "dBm"; }

double tolerance_of(const published_row& row) {
    const bool about = row.bound == "about";
    return is_level(row) ? (about ? TOLERANCE_ABOUT_DB : TOLERANCE_DB)
                         : (about ? TOLERANCE_ABOUT : TOLERANCE);
}

/// How far `model` is outside `low` .. `high`: relative to the nearer end, or of levels as it is.
double outside(double model, double low, double high, bool level) {
    const double end = model < low ? low : high;
    if (model >= low && model <= high)
        return 0.0;
    return level ? model - end : (model - end) / std::abs(end);
}

}  // namespace

std::optional<double> validated_row::distance() const {
    const auto figure = numbers_of(published.value);
    if (!figure || !model || !model->text.empty())
        return std::nullopt;
    const bool level = is_level(published);
    constexpr double endless = std::numeric_limits<double>::infinity();
    if (published.bound == "<")
        return outside(model->model.high, -endless, figure->low, level);
    if (published.bound == ">")
        return outside(model->model.low, figure->high, endless, level);
    if (published.bound == "slightly above") {
        const double ratio = model->model.low / figure->low;
        return ratio >= 1.0 && ratio <= 1.0 + SLIGHTLY ? 0.0 : ratio - 1.0;
    }
    // A range of the model against a range: the worse end. One number against a range: the nearer
    // end, if it is outside.
    if (figure->low != figure->high && model->model.low != model->model.high) {
        const double low = model->model.low / figure->low - 1.0;
        const double high = model->model.high / figure->high - 1.0;
        return std::abs(low) > std::abs(high) ? low : high;
    }
    const double low = std::min(figure->low, figure->high);
    const double high = std::max(figure->low, figure->high);
    const double down = outside(model->model.low, low, high, level);
    const double up = outside(model->model.high, low, high, level);
    return std::abs(down) > std::abs(up) ? down : up;
}

bool validated_row::passes() const {
    if (published.use == "peer" || !model)
        return true;
    const auto off = distance();
    if (!off)
        return model->text == published.value;
    const auto& bound = published.bound;
    if (bound == "<" || bound == ">" || bound == "slightly above")
        return *off == 0.0;
    return std::abs(*off) <= tolerance_of(published);
}

std::string validated_row::verdict() const {
    if (!model)
        return "no model";
    const auto off = distance();
    if (published.use == "peer") {
        const auto figure = numbers_of(published.value);
        if (!figure || figure->high == 0.0)
            return "peer";
        if (model->model.low == model->model.high)
            return fmt::format("peer, x {:.2f}", model->model.low / figure->high);
        return fmt::format("peer, x {:.2f} .. {:.2f}", model->model.low / figure->high,
                           model->model.high / figure->low);
    }
    if (!off)
        return passes() ? "pass" : "differs";
    const double size = std::abs(*off);
    const auto* side = *off > 0.0 ? "above" : "below";
    auto distance = size < (is_level(published) ? 0.05 : 0.005) ? std::string()
                    : is_level(published) ? fmt::format("{:.1f} dB {}", size, side)
                                          : fmt::format("{:.0f} % {}", size * 100.0, side);
    if (passes())
        return distance.empty() ? "pass" : "pass, " + distance;
    return distance;
}

std::vector<validated_row> validate(std::span<const published_row> rows) {
    std::vector<validated_row> all;
    for (const auto& row : rows)
        all.push_back({row, predict(row)});
    return all;
}

}  // namespace luxlane::validation
