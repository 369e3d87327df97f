#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

/// Pictures for slides and reports: Gnuplot draws them, in colours that colour-blind readers can
/// tell apart. Texts are UTF-8 and appear as they are. The same input gives the same bytes.
namespace luxlane::plot {

/// The picture cannot be drawn or stored: Gnuplot is missing or fails, the file cannot be written.
struct plot_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Without `minimum` or `maximum` the data decide. Of a logarithmic axis both are positive; values
/// that are not positive stay undrawn.
struct axis {
    std::string label = {};
    bool logarithmic = false;
    std::optional<double> minimum = {}, maximum = {};
};

/// One line through the points (x, y), in order; NaN interrupts it. `low` and `high` are empty or
/// bound a shaded band at each x. Series without a label stay out of the legend.
struct series {
    std::string label = {};
    std::vector<double> x = {}, y = {};
    std::vector<double> low = {}, high = {};
    bool dashed = false;
    bool points = false;  ///< dots at the points instead of a line
};

/// A dot with a text beside it.
struct marker {
    double x, y;
    std::string text;
};

struct line_chart {
    std::string title = {}, subtitle = {};
    axis x = {}, y = {};
    std::vector<series> lines = {};
    std::vector<marker> markers = {};
    std::string note = {};  ///< small, at the bottom: conditions and sources
};

/// values[row * columns + column], row 0 at the bottom; NaN stays blank. The outer edges of the
/// cells are `left`, `right`, `bottom` and `top`; an axis may run downwards (bottom above top). The
/// axes' own limits do not apply.
struct heat_map {
    std::string title = {}, subtitle = {};
    axis x = {}, y = {};
    std::string colour_label = {};
    bool logarithmic_colour = false;
    std::size_t columns = 0, rows = 0;
    std::vector<double> values = {};
    double left = 0.0, right = 1.0, bottom = 0.0, top = 1.0;
    bool square = false;  ///< the same scale on both axes
    std::string note = {};
    std::vector<series> lines = {};  ///< over the map, white, without bands
    std::vector<marker> markers = {};
};

/// Writes an SVG or PNG picture, by the file's extension. std::invalid_argument for another
/// extension, for columns of different length, for a map without cells, and for limits that are
/// not in order; plot_error as above.
void write(const line_chart& chart, const std::filesystem::path& file);
void write(const heat_map& map, const std::filesystem::path& file);

/// Several in one picture, row by row from the top, `columns` side by side (at least 1).
void write(std::span<const line_chart> panels, unsigned columns, const std::filesystem::path& file);
void write(std::span<const heat_map> panels, unsigned columns, const std::filesystem::path& file);

}  // namespace luxlane::plot
