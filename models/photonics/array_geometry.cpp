#include "models/photonics/array_geometry.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

namespace luxlane::photonics {

namespace {

// Ranges of lane_parameters' spot and offsets.
constexpr double LARGEST_OFFSET_M = 1e-3;
constexpr double LARGEST_SPOT_M = 1e-3;

void in_range(const char* name, double value, const char* unit, double low, double high,
              const char* reason) {
    if (value >= low && value <= high)
        return;
    throw std::out_of_range(std::string("array geometry: ") + name + " = " + std::to_string(value) +
                            " " + unit + " lies outside " + std::to_string(low) + " .. " +
                            std::to_string(high) + " (" + reason + ")");
}

/// Place of a lane's photodiode, and of its spot, in the array's own axes, m from its centre.
struct place_of_lane {
    std::size_t row, column;
    double x_m, y_m;
    double spot_x_m, spot_y_m;
};

place_of_lane place_lane(const array_geometry& array, std::size_t lane) {
    place_of_lane out{};
    out.row = lane / array.columns;
    out.column = lane % array.columns;
    const auto centred = [&](std::size_t index, std::size_t count) {
        return (static_cast<double>(index) - 0.5 * static_cast<double>(count - 1)) * array.pitch_m;
    };
    out.x_m = centred(out.column, array.columns);
    out.y_m = -centred(out.row, array.rows());
    const array_alignment& a = array.alignment;
    const double scale = 1.0 + a.magnification_error;
    const double cosine = std::cos(a.rotation_rad), sine = std::sin(a.rotation_rad);
    out.spot_x_m = scale * (cosine * out.x_m - sine * out.y_m) + a.lateral_x_m;
    out.spot_y_m = scale * (sine * out.x_m + cosine * out.y_m) + a.lateral_y_m;
    return out;
}

/// A Gaussian beam's growth in quadrature; its Rayleigh length is the waist over the divergence.
double defocused_radius(const array_geometry& array) {
    const double slope =
        array.divergence_na / std::sqrt(1.0 - array.divergence_na * array.divergence_na);
    return std::hypot(array.spot_radius_m, array.alignment.axial_m * slope);
}

bool on_outermost_ring(const array_geometry& array, const place_of_lane& at) {
    return at.row == 0 || at.column == 0 || at.column + 1 == array.columns ||
           at.row + 1 == array.rows();
}

/// Parts of a spot in the strips of the grid's columns, or of its rows from the top.
std::vector<double> strips(const array_geometry& array, std::size_t count, double spot_m,
                           bool downwards, double radius_m) {
    std::vector<double> part(count);
    for (std::size_t k = 0; k < count; ++k) {
        const double along =
            (static_cast<double>(k) - 0.5 * static_cast<double>(count - 1)) * array.pitch_m;
        const double middle_m = (downwards ? -along : along) - spot_m;
        part[k] = between_lines(radius_m, middle_m - array.half_aperture_m,
                                middle_m + array.half_aperture_m);
    }
    return part;
}

/// Parts of one lane's light in every column and row of photodiodes.
struct light_grid {
    std::vector<double> column, row;

    light_grid(const array_geometry& array, const place_of_lane& at, double radius_m)
        : column(strips(array, array.columns, at.spot_x_m, false, radius_m)),
          row(strips(array, array.rows(), at.spot_y_m, true, radius_m)) {}
};

/// Calls `visit(row, column)` for each photodiode at most one pitch away from that of `at`.
template <class visitor>
void around(const array_geometry& array, const place_of_lane& at, visitor visit) {
    for (std::size_t row = at.row - (at.row > 0 ? 1 : 0); row <= at.row + 1; ++row)
        for (std::size_t column = at.column - (at.column > 0 ? 1 : 0);
             column <= at.column + 1 && column < array.columns; ++column)
            if (row * array.columns + column < array.lanes)
                visit(row, column);
}

double inside_outline(const array_geometry& array, const place_of_lane& at, double radius_m) {
    const double half_width_m = 0.5 * static_cast<double>(array.columns) * array.pitch_m;
    const double half_height_m = 0.5 * static_cast<double>(array.rows()) * array.pitch_m;
    return between_lines(radius_m, -half_width_m - at.spot_x_m, half_width_m - at.spot_x_m) *
           between_lines(radius_m, -half_height_m - at.spot_y_m, half_height_m - at.spot_y_m);
}

}  // namespace

array_geometry geometry_of(const lane_parameters& nominal, std::size_t lanes, std::size_t columns,
                           const array_alignment& alignment) {
    return {.lanes = lanes,
            .columns = columns,
            .pitch_m = nominal.lane_pitch_m,
            .half_aperture_m = nominal.half_aperture_m,
            .spot_radius_m = nominal.spot_radius_m,
            .alignment = alignment};
}

void check(const array_geometry& array) {
    in_range("lanes", static_cast<double>(array.lanes), "lanes", 1.0, 1e6, "an array has lanes");
    in_range("columns", static_cast<double>(array.columns), "columns", 1.0,
             static_cast<double>(array.lanes), "rows are not empty");
    in_range("pitch_m", array.pitch_m, "m", 1e-6, 1e-3, "distance of two lanes");
    in_range("half_aperture_m", array.half_aperture_m, "m", 1e-7, 0.5 * array.pitch_m,
             "photodiodes do not overlap");
    in_range("spot_radius_m", array.spot_radius_m, "m", 1e-7, LARGEST_SPOT_M, "1/e^2 radius");
    in_range("divergence_na", array.divergence_na, "", 0.0, 0.95, "sine of an angle below 90 deg");
    in_range("edge_loss_db", array.edge_loss_db, "dB", 0.0, 20.0, "a loss is positive");
    const array_alignment& a = array.alignment;
    in_range("lateral_x_m", a.lateral_x_m, "m", -1e-2, 1e-2, "larger than any array");
    in_range("lateral_y_m", a.lateral_y_m, "m", -1e-2, 1e-2, "larger than any array");
    in_range("rotation_rad", a.rotation_rad, "rad", -3.2, 3.2, "half a turn either way");
    in_range("axial_m", a.axial_m, "m", -1e-2, 1e-2, "distance from the focus");
    in_range("magnification_error", a.magnification_error, "", -0.5, 0.5, "image scale - 1");
}

std::vector<lane_landing> landings(const array_geometry& array) {
    check(array);
    const double radius_m = defocused_radius(array);
    std::vector<lane_landing> out(array.lanes);
    for (std::size_t lane = 0; lane < array.lanes; ++lane) {
        const place_of_lane at = place_lane(array, lane);
        const light_grid light(array, at, radius_m);
        lane_landing& landing = out[lane];
        landing.offset_x_m = at.spot_x_m - at.x_m;
        landing.offset_y_m = at.spot_y_m - at.y_m;
        landing.radius_m = radius_m;
        landing.own = light.column[at.column] * light.row[at.row];
        double near = 0.0;
        around(array, at, [&](std::size_t row, std::size_t column) {
            near += light.column[column] * light.row[row];
        });
        landing.neighbours = near - landing.own;
        const double all_columns = std::accumulate(light.column.begin(), light.column.end(), 0.0);
        const std::size_t last_row = array.rows() - 1;
        const double full_rows = std::accumulate(
            light.row.begin(), light.row.begin() + static_cast<long>(last_row), 0.0);
        const auto last_lanes = static_cast<long>(array.lanes - last_row * array.columns);
        const double on_photodiodes =
            all_columns * full_rows +
            light.row[last_row] *
                std::accumulate(light.column.begin(), light.column.begin() + last_lanes, 0.0);
        const double inside = inside_outline(array, at, radius_m);
        landing.farther = std::max(on_photodiodes - near, 0.0);
        landing.gaps = inside - on_photodiodes;
        landing.outside = 1.0 - inside;
        landing.loss_db = -10.0 * std::log10(landing.own) +
                          (on_outermost_ring(array, at) ? array.edge_loss_db : 0.0);
    }
    return out;
}

std::vector<std::vector<landed_part>> crosstalk_matrix(const array_geometry& array) {
    check(array);
    const double radius_m = defocused_radius(array);
    std::vector<std::vector<landed_part>> matrix(array.lanes);
    for (std::size_t lane = 0; lane < array.lanes; ++lane) {
        const place_of_lane at = place_lane(array, lane);
        const light_grid light(array, at, radius_m);
        around(array, at, [&](std::size_t row, std::size_t column) {
            matrix[lane].push_back(
                {row * array.columns + column, light.column[column] * light.row[row]});
        });
    }
    return matrix;
}

std::vector<lane_parameters> place(const array_geometry& array, const lane_parameters& nominal) {
    check(array);
    const double radius_m = std::min(defocused_radius(array), LARGEST_SPOT_M);
    const auto limited = [](double offset_m) {
        return std::clamp(offset_m, -LARGEST_OFFSET_M, LARGEST_OFFSET_M);
    };
    std::vector<lane_parameters> lanes(array.lanes, nominal);
    for (std::size_t lane = 0; lane < array.lanes; ++lane) {
        const place_of_lane at = place_lane(array, lane);
        lane_parameters& placed = lanes[lane];
        placed.offset_x_m = limited(placed.offset_x_m + at.spot_x_m - at.x_m);
        placed.offset_y_m = limited(placed.offset_y_m + at.spot_y_m - at.y_m);
        placed.spot_radius_m = radius_m;
        if (on_outermost_ring(array, at))
            placed.excess_loss_db += array.edge_loss_db;
    }
    return lanes;
}

}  // namespace luxlane::photonics
