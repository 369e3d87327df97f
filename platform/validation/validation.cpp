#include "platform/validation/validation.h"

#include <fmt/format.h>

#include <cmath>

namespace luxlane::validation {

namespace {

/// What a published figure leaves open: readings off a plot, rounding, samples that differ.
constexpr double TOLERANCE = 0.10;
constexpr double TOLERANCE_ABOUT = 0.25;
/// "Slightly above": up to twice.
constexpr double SLIGHTLY = 1.0;

double tolerance_of(const std::string& bound) {
    return bound == "about" ? TOLERANCE_ABOUT : TOLERANCE;
}

/// How far `model` is outside `low` .. `high`, relative to the nearer end.
double outside(double model, double low, double high) {
    if (model < low)
        return (model - low) / std::abs(low);
    if (model > high)
        return (model - high) / std::abs(high);
    return 0.0;
}

}  // namespace

std::optional<double> validated_row::distance() const {
    const auto figure = numbers_of(published.value);
    if (!figure || !model || !model->text.empty())
        return std::nullopt;
    if (published.bound == "<")
        return std::max(0.0, model->model.high / figure->low - 1.0);
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
    const double down = outside(model->model.low, low, high);
    const double up = outside(model->model.high, low, high);
    return std::abs(down) > std::abs(up) ? down : up;
}

bool validated_row::passes() const {
    if (published.use == "peer" || !model)
        return true;
    const auto off = distance();
    if (!off)
        return model->text == published.value;
    if (published.bound == "<" || published.bound == "slightly above")
        return *off == 0.0;
    return std::abs(*off) <= tolerance_of(published.bound);
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
    const auto distance =
        std::abs(*off) < 0.005
            ? std::string()
            : fmt::format("{:.0f} % {}", std::abs(*off) * 100.0, *off > 0.0 ? "above" : "below");
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
