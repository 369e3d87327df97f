#include "models/dsp/bathtub.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/common/normal.h"

namespace luxlane::dsp {

namespace {

constexpr double TWO_SIDED_95 = 1.959963984540054;
/// Above, a flank bends towards its density whatever its jitter.
constexpr double HIGHEST_SHARE = 0.1;
/// Nearer to a bathtub's floor, that and the other flank have a say.
constexpr double ABOVE_FLOOR = 2.0;
constexpr double LEAST_BER = 1e-300;

double quantile(double probability) {
    return -normal_quantile(std::clamp(probability, LEAST_BER, 1.0 - 1e-16));
}

estimate around(double value, double variance) {
    const double reach = TWO_SIDED_95 * std::sqrt(std::max(variance, 0.0));
    return {value, value - reach, value + reach};
}

/// Probability that a level's signal lies above (or below) `value`.
double tail(const interference_law& level, double value, bool above) {
    double sum = 0.0;
    for (std::size_t cell = 0; cell < level.mass.size(); ++cell) {
        const double inwards = above ? value - level.value(cell) : level.value(cell) - value;
        sum += level.mass[cell] * normal_tail(inwards / std::sqrt(level.variance[cell]));
    }
    return sum;
}

/// The value that a level's signal passes upwards (or downwards) with `probability`.
double passed(const interference_law& level, double probability, bool above) {
    const double widest = *std::ranges::max_element(level.variance);
    const double reach = 10.0 * std::sqrt(widest);
    double low = level.first - reach;
    double high = level.value(level.mass.size() - 1) + reach;
    const double resolution = 1e-6 * (high - low);
    while (high - low > resolution) {
        const double middle = 0.5 * (low + high);
        const bool rare = tail(level, middle, above) < probability;
        (rare == above ? high : low) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace

bathtub_point counted_point(double phase_ui, const error_counter& counter) {
    const error_interval interval = counter.interval();
    return {phase_ui, counter.ber(), interval.low, interval.high, false};
}

std::vector<bathtub_point> counted_bathtub(const eye_monitor& monitor, std::size_t eye,
                                           std::size_t step) {
    constexpr double middle = 0.5 * static_cast<double>(eye_monitor::PHASES);
    std::vector<bathtub_point> out;
    for (std::size_t phase = 0; phase < eye_monitor::PHASES; ++phase) {
        error_counter counter;
        counter.add({monitor.errors(eye, phase, step), monitor.symbols()});
        out.push_back(
            counted_point((static_cast<double>(phase) - middle) / eye_monitor::PHASES, counter));
    }
    return out;
}

std::vector<bathtub_point> statistical_bathtub(const statistical_eye& eye) {
    std::vector<bathtub_point> out;
    for (std::size_t p = 0; p < eye.phase_ui.size(); ++p)
        out.push_back({eye.phase_ui[p], eye.ber[p], eye.ber[p], eye.ber[p], false});
    return out;
}

phase_gap gap_of(std::span<const bathtub_point> points) {
    phase_gap out{NAN, NAN};
    double widest = 0.0, narrowest = INFINITY;
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const double step = points[i + 1].phase_ui - points[i].phase_ui;
        narrowest = std::min(narrowest, step);
        if (step > widest) {
            widest = step;
            out = {points[i].phase_ui, points[i + 1].phase_ui};
        }
    }
    return widest > 1.5 * narrowest ? out : phase_gap{NAN, NAN};
}

double dual_dirac::line::variance_at(double quantile) const {
    const double phase = phase_at(quantile);
    return (covariance[0] + phase * (2.0 * covariance[1] + phase * covariance[2])) /
           (slope * slope);
}

std::optional<dual_dirac::line> dual_dirac::fit_line(std::span<const bathtub_point> points,
                                                     double density) {
    if (points.size() < 2)
        return std::nullopt;
    // An exact law has no interval: all its points weigh the same, and its scatter tells the rest.
    const bool exact =
        std::ranges::all_of(points, [](const bathtub_point& p) { return p.low == p.high; });
    double weights = 0.0, x = 0.0, q = 0.0, xx = 0.0, xq = 0.0, qq = 0.0;
    line out{};
    out.lowest_ber = density;
    const double origin = points.front().phase_ui;
    for (const bathtub_point& point : points) {
        const double value = quantile(point.ber / density);
        const double sigma =
            exact
                ? 1.0
                : (quantile(point.low / density) - quantile(std::min(point.high / density, 0.5))) /
                      (2.0 * TWO_SIDED_95);
        const double weight = 1.0 / (sigma * sigma);
        const double place = point.phase_ui - origin;
        weights += weight;
        x += weight * place;
        q += weight * value;
        xx += weight * place * place;
        xq += weight * place * value;
        qq += weight * value * value;
        out.lowest_ber = std::min(out.lowest_ber, point.ber);
    }
    const double determinant = weights * xx - x * x;
    if (!(determinant > 0.0))
        return std::nullopt;
    out.slope = (weights * xq - x * q) / determinant;
    if (!(out.slope > 0.0))
        return std::nullopt;
    out.offset = (q - out.slope * x) / weights;
    // More scatter than the intervals explain: the flank is no straight line.
    const double squares = std::max(qq - out.offset * q - out.slope * xq, 0.0);
    const auto freedom = static_cast<double>(points.size() - 2);
    const double scatter = freedom > 0.0 ? squares / freedom : 0.0;
    const double scale = exact ? scatter : std::max(scatter, 1.0);
    out.covariance = {scale * xx / determinant, -scale * x / determinant,
                      scale * weights / determinant};
    // Back from the first point's place to phase 0.
    out.offset -= out.slope * origin;
    out.covariance[0] += origin * (origin * out.covariance[2] - 2.0 * out.covariance[1]);
    out.covariance[1] -= origin * out.covariance[2];
    return out;
}

std::optional<dual_dirac> dual_dirac::fit(std::span<const bathtub_point> points,
                                          double transition_density) {
    if (!(transition_density > 0.0 && transition_density <= 1.0))
        throw std::out_of_range(fmt::format(
            "dual_dirac: transition density must lie in (0, 1], not {}", transition_density));
    const auto lowest = std::ranges::min_element(points, {}, &bathtub_point::ber);
    if (lowest == points.end())
        return std::nullopt;
    // The middle of the floor, if it has several points.
    double first = lowest->phase_ui, last = lowest->phase_ui;
    for (const bathtub_point& point : points)
        if (point.ber <= lowest->ber) {
            first = std::min(first, point.phase_ui);
            last = std::max(last, point.phase_ui);
        }
    const phase_gap gap = gap_of(points);
    const bool has_floor = std::isnan(gap.left_ui);
    const double middle = 0.5 * (has_floor ? first + last : gap.left_ui + gap.right_ui);
    const double floor = has_floor ? ABOVE_FLOOR * lowest->ber : 0.0;
    std::vector<bathtub_point> left, right;
    for (bathtub_point point : points) {
        if (point.extrapolated || !(point.ber > floor) || !(point.low > 0.0) ||
            point.ber > HIGHEST_SHARE * transition_density)
            continue;
        if (point.phase_ui < middle) {
            left.push_back(point);
        } else {
            point.phase_ui = -point.phase_ui;
            right.push_back(point);
        }
    }
    const auto left_line = fit_line(left, transition_density);
    const auto right_line = fit_line(right, transition_density);
    if (!left_line || !right_line)
        return std::nullopt;
    dual_dirac out;
    out.left_ = *left_line;
    out.right_ = *right_line;
    out.density_ = transition_density;
    return out;
}

double dual_dirac::quantile_of(double ber) const {
    if (!(ber > 0.0 && ber < density_))
        throw std::domain_error(
            fmt::format("dual_dirac: error ratio must lie in (0, {}), not {}", density_, ber));
    return quantile(ber / density_);
}

estimate dual_dirac::deterministic_ui() const {
    return around(1.0 + left_.phase_at(0.0) + right_.phase_at(0.0),
                  left_.variance_at(0.0) + right_.variance_at(0.0));
}

estimate dual_dirac::random_ui() const {
    const auto variance = [](const line& flank) {
        return flank.covariance[2] / std::pow(flank.slope, 4.0);
    };
    return around(0.5 * (1.0 / left_.slope + 1.0 / right_.slope),
                  0.25 * (variance(left_) + variance(right_)));
}

estimate dual_dirac::total_ui(double ber) const {
    const double q = quantile_of(ber);
    return around(1.0 + left_.phase_at(q) + right_.phase_at(q),
                  left_.variance_at(q) + right_.variance_at(q));
}

estimate dual_dirac::width_ui(double ber) const {
    const estimate total = total_ui(ber);
    return {1.0 - total.value, 1.0 - total.high, 1.0 - total.low};
}

bathtub_point dual_dirac::at(double phase_ui) const {
    struct flank_value {
        double ber, low, high;
    };
    const auto of = [&](const line& flank, double phase) -> flank_value {
        const double q = flank.offset + flank.slope * phase;
        const double reach =
            TWO_SIDED_95 * std::sqrt(std::max(flank.variance_at(q), 0.0)) * flank.slope;
        return {density_ * normal_tail(q), density_ * normal_tail(q + reach),
                density_ * normal_tail(q - reach)};
    };
    const flank_value left = of(left_, phase_ui);
    const flank_value right = of(right_, -phase_ui);
    const double fitted = left.ber > right.ber ? left_.lowest_ber : right_.lowest_ber;
    const double ber = left.ber + right.ber;
    return {phase_ui, ber, left.low + right.low, left.high + right.high, ber < fitted};
}

eye_span span_at(std::span<const bathtub_point> points, double ber) {
    if (points.empty())
        return {};
    const auto start = std::ranges::min_element(
        points, {}, [](const bathtub_point& p) { return std::abs(p.phase_ui); });
    const auto main_cursor = start - points.begin();
    if (start->ber > ber)
        return {};
    const auto edge = [&](std::ptrdiff_t step) {
        for (std::ptrdiff_t inner = main_cursor;; inner += step) {
            const bathtub_point& inside = points[static_cast<std::size_t>(inner)];
            const std::ptrdiff_t next = inner + step;
            if (next < 0 || next >= std::ssize(points))
                return inside.phase_ui;
            const bathtub_point& outside = points[static_cast<std::size_t>(next)];
            if (outside.ber > ber) {
                const double floor = std::log(std::max(inside.ber, LEAST_BER));
                const double share = (std::log(ber) - floor) / (std::log(outside.ber) - floor);
                return std::lerp(inside.phase_ui, outside.phase_ui, share);
            }
        }
    };
    return {edge(-1), edge(1)};
}

std::vector<level_gap> gaps_at(std::span<const interference_law> levels, double ber) {
    std::vector<level_gap> out;
    for (std::size_t eye = 0; eye + 1 < levels.size(); ++eye)
        out.push_back({passed(levels[eye], ber, true), passed(levels[eye + 1], ber, false)});
    return out;
}

}  // namespace luxlane::dsp
