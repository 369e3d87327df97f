#include "platform/validation/calibration.h"

#include <algorithm>
#include <cmath>

#include "platform/link/lane_law.h"
#include "platform/validation/published.h"

namespace luxlane::validation {

namespace {

using photonics::lane_parameters;

struct target {
    std::string_view id;
    double length_m;
    double ber;
};

/// A row of the built-in table. "Slightly above" is taken as a tenth.
target target_of(std::string_view id) {
    const auto& rows = published();
    const auto row = std::ranges::find(rows, id, &published_row::id);
    const auto ber = numbers_of(row->value);
    const auto length_m = number_before(row->condition, "m");
    return {id, length_m.value(), ber.value().low * (row->bound == "slightly above" ? 1.1 : 1.0)};
}

const std::array<target, 2>& targets() {
    static const std::array rows = {target_of("M-2"), target_of("M-3")};
    return rows;
}

struct knob {
    std::string_view name;
    std::string_view unit;
    double lane_parameters::*member;
};
constexpr std::array<knob, 2> KNOBS = {
    {{"noise_density_a_per_rthz", "A/rtHz", &lane_parameters::noise_density_a_per_rthz},
     {"transmit_post_tap", "1", &lane_parameters::transmit_post_tap}}};

double ber_of(const lane_parameters& lane) { return link::lane_law(lane, 4).rates(0.0).ber; }

using pair_of = std::array<double, 2>;

/// log10 of the model's BER over the published one, at both lengths.
pair_of misfit(lane_parameters lane) {
    pair_of out{};
    for (std::size_t i = 0; i < targets().size(); ++i) {
        lane.length_m = targets()[i].length_m;
        lane.rate_bps = 2e9;
        out[i] = std::log10(ber_of(lane) / targets()[i].ber);
    }
    return out;
}

/// d misfit[i] / d ln knob[j], by central differences of 2 %.
std::array<pair_of, 2> slopes(const lane_parameters& lane) {
    constexpr double step = 0.02;
    std::array<pair_of, 2> out{};
    for (std::size_t j = 0; j < KNOBS.size(); ++j) {
        auto up = lane, down = lane;
        up.*KNOBS[j].member *= std::exp(step);
        down.*KNOBS[j].member *= std::exp(-step);
        const auto above = misfit(up), below = misfit(down);
        for (std::size_t i = 0; i < 2; ++i)
            out[i][j] = (above[i] - below[i]) / (2.0 * step);
    }
    return out;
}

/// Singular values of a 2 x 2 matrix, the greater over the lesser.
double condition_of(const std::array<pair_of, 2>& m) {
    const double squares =
        m[0][0] * m[0][0] + m[0][1] * m[0][1] + m[1][0] * m[1][0] + m[1][1] * m[1][1];
    const double determinant = std::abs(m[0][0] * m[1][1] - m[0][1] * m[1][0]);
    const double split =
        std::sqrt(std::max(0.0, squares * squares - 4.0 * determinant * determinant));
    return std::sqrt((squares + split) / std::max(squares - split, 1e-300));
}

/// Least squares in decades of both figures.
lane_parameters with_fitted_noise(lane_parameters lane) {
    constexpr int steps = 8;
    for (int step = 0; step < steps; ++step) {
        const auto error = misfit(lane);
        const auto slope = slopes(lane);
        const double squares = slope[0][0] * slope[0][0] + slope[1][0] * slope[1][0];
        lane.noise_density_a_per_rthz *=
            std::exp(-(slope[0][0] * error[0] + slope[1][0] * error[1]) / squares);
    }
    return lane;
}

}  // namespace

calibration calibrate(const lane_parameters& start) {
    constexpr int most_steps = 30;
    constexpr double largest_change = 0.3;  // of ln knob in one step
    constexpr double closeness = 1e-3;      // decades
    const double factor_two = std::log10(2.0);
    calibration out{};
    lane_parameters lane = with_fitted_noise(start);
    const auto alone = misfit(lane);
    const auto alone_slope = slopes(lane);
    out.noise_alone = {KNOBS[0].name, KNOBS[0].unit, lane.*KNOBS[0].member,
                       factor_two / std::hypot(alone_slope[0][0], alone_slope[1][0])};
    for (std::size_t i = 0; i < targets().size(); ++i)
        out.model_ber_alone[i] = targets()[i].ber * std::pow(10.0, alone[i]);
    auto error = misfit(lane);
    auto slope = slopes(lane);
    for (int step = 0; step < most_steps && !out.converged; ++step) {
        const double determinant = slope[0][0] * slope[1][1] - slope[0][1] * slope[1][0];
        if (!(std::abs(determinant) > 0.0))
            break;
        const pair_of change = {(-error[0] * slope[1][1] + error[1] * slope[0][1]) / determinant,
                                (-error[1] * slope[0][0] + error[0] * slope[1][0]) / determinant};
        for (std::size_t j = 0; j < KNOBS.size(); ++j)
            lane.*KNOBS[j].member *=
                std::exp(std::clamp(change[j], -largest_change, largest_change));
        error = misfit(lane);
        slope = slopes(lane);
        out.converged = std::abs(error[0]) < closeness && std::abs(error[1]) < closeness;
    }
    const double determinant = std::abs(slope[0][0] * slope[1][1] - slope[0][1] * slope[1][0]);
    for (std::size_t j = 0; j < KNOBS.size(); ++j) {
        const double spread =
            std::hypot(slope[0][1 - j], slope[1][1 - j]) * factor_two / determinant;
        out.parameters.push_back({KNOBS[j].name, KNOBS[j].unit, lane.*KNOBS[j].member, spread});
    }
    for (std::size_t i = 0; i < targets().size(); ++i)
        out.figures.push_back({targets()[i].id, targets()[i].length_m, targets()[i].ber,
                               targets()[i].ber * std::pow(10.0, error[i]), slope[i]});
    out.condition = condition_of(slope);
    return out;
}

}  // namespace luxlane::validation
