#include "platform/plot/plot.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>

#include "platform/plot/gnuplot.h"
#include "platform/plot/script.h"

namespace luxlane::plot {

namespace {

picture_format format_of(const std::filesystem::path& file) {
    const auto extension = file.extension();
    if (extension == ".svg")
        return picture_format::svg;
    if (extension == ".png")
        return picture_format::png;
    throw std::invalid_argument("picture '" + file.string() +
                                "': the name must end in .svg or .png");
}

void check_axis(const axis& one, const std::string& which) {
    const auto bad = [&](double limit) {
        return !std::isfinite(limit) || (one.logarithmic && limit <= 0.0);
    };
    if ((one.minimum && bad(*one.minimum)) || (one.maximum && bad(*one.maximum)))
        throw std::invalid_argument(which +
                                    " axis: limits must be finite, and positive if the "
                                    "axis is logarithmic");
    if (one.minimum && one.maximum && !(*one.minimum < *one.maximum))
        throw std::invalid_argument(which + " axis: minimum must be below maximum");
}

void check(const series& line) {
    const std::size_t n = line.x.size();
    if (n == 0 || line.y.size() != n)
        throw std::invalid_argument("series '" + line.label +
                                    "': x and y must have the same length, at least 1");
    const bool band = !line.low.empty() || !line.high.empty();
    if (band && (line.low.size() != n || line.high.size() != n))
        throw std::invalid_argument("series '" + line.label +
                                    "': low and high must be empty or as long as x");
}

void check(const line_chart& chart) {
    check_axis(chart.x, "x");
    check_axis(chart.y, "y");
    if (chart.lines.empty())
        throw std::invalid_argument("chart '" + chart.title + "': no lines");
    for (const series& line : chart.lines)
        check(line);
}

void check(const heat_map& map) {
    if (map.columns == 0 || map.rows == 0 || map.values.size() != map.columns * map.rows)
        throw std::invalid_argument("map '" + map.title +
                                    "': needs columns x rows values, at least 1");
    for (const double edge : {map.left, map.right, map.bottom, map.top})
        if (!std::isfinite(edge) || map.left == map.right || map.bottom == map.top)
            throw std::invalid_argument("map '" + map.title +
                                        "': edges must be finite, left unlike right and bottom "
                                        "unlike top");
    for (const series& line : map.lines)
        check(line);
}

void replace_all(std::string& text, std::string_view old_part, std::string_view new_part) {
    for (std::size_t at = 0; (at = text.find(old_part, at)) != std::string::npos;
         at += new_part.size())
        text.replace(at, old_part.size(), new_part);
}

/// Says bold as SVG does, and names fonts of nearly the same widths for readers that lack
/// Gnuplot's.
void translate_fonts(std::string& svg) {
    replace_all(svg, "font-family=\"DejaVu Sans:Bold\"",
                "font-family=\"DejaVu Sans, Verdana, sans-serif\" font-weight=\"bold\"");
    replace_all(svg, "font-family=\"DejaVu Sans\"",
                "font-family=\"DejaVu Sans, Verdana, sans-serif\"");
}

template <class panel>
void write_panels(std::span<const panel> panels, unsigned columns,
                  const std::filesystem::path& file) {
    const picture_format format = format_of(file);
    if (panels.empty() || columns == 0)
        throw std::invalid_argument("picture '" + file.string() +
                                    "': needs at least one panel and one column");
    for (const panel& one : panels)
        check(one);
    std::string picture = run_gnuplot(script_of(panels, columns, format));
    if (format == picture_format::svg)
        translate_fonts(picture);
    std::ofstream out(file, std::ios::binary);
    out << picture;
    out.close();
    if (!out)
        throw plot_error("cannot write '" + file.string() + "': " + std::strerror(errno));
}

}  // namespace

void write(const line_chart& chart, const std::filesystem::path& file) {
    write_panels(std::span(&chart, 1), 1, file);
}

void write(const heat_map& map, const std::filesystem::path& file) {
    write_panels(std::span(&map, 1), 1, file);
}

void write(std::span<const line_chart> panels, unsigned columns,
           const std::filesystem::path& file) {
    write_panels(panels, columns, file);
}

void write(std::span<const heat_map> panels, unsigned columns, const std::filesystem::path& file) {
    write_panels(panels, columns, file);
}

}  // namespace luxlane::plot
