#include "platform/plot/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace luxlane::plot {

namespace {

// Okabe and Ito's palette without its yellow, which white paper swallows.
constexpr std::array<std::string_view, 7> LINE_COLOURS = {
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"};
constexpr std::string_view VIRIDIS =
    "(0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', 5 '#1f9e89', "
    "6 '#35b779', 7 '#6ece58', 8 '#b5de2b', 9 '#fde725')";

constexpr std::string_view OVER_MAPS = "#ffffff";

constexpr std::string_view FONT = "DejaVu Sans";

/// Above this many cells a map is one bitmap, below it sharp rectangles.
constexpr std::size_t MOST_RECTANGLES = 10000;

/// Text as Gnuplot's single-quoted string, in which nothing but the quote is special.
std::string literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += "''";
        else
            out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    return out + "'";
}

/// Characters, not bytes, of UTF-8 text.
double characters(std::string_view text) {
    return static_cast<double>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string number(double value) {
    return std::isfinite(value) ? fmt::format("{:.9g}", value) : "NaN";
}

/// Pixels; the origin is the picture's lower left corner, as Gnuplot has it.
struct rectangle {
    double left, right, bottom, top;
};

/// What one picture looks like: its size and type sizes in pixels, and where its panels stand.
struct page {
    double width, height;
    double title_size, text_size, note_size;
    double point_size, tick_scale;
    unsigned columns, rows;

    page(std::size_t panels, unsigned wanted_columns, picture_format format) {
        columns = std::min<unsigned>(wanted_columns, static_cast<unsigned>(panels));
        rows = static_cast<unsigned>((panels + columns - 1) / columns);
        const bool alone = panels == 1;
        width = columns == 1 ? 1280.0 : 1920.0;
        const double panel_width = width / columns;
        height = rows * (alone ? 720.0 : std::clamp(panel_width * 9.0 / 16.0, 480.0, 540.0));
        title_size = alone ? 30.0 : 24.0;
        text_size = alone ? 22.0 : 18.0;
        note_size = alone ? 16.0 : 14.0;
        // Gnuplot's SVG scales points and ticks with the type, its bitmaps do not.
        const bool scaled = format == picture_format::svg;
        point_size = scaled ? 9.0 / text_size : 1.2;
        tick_scale = scaled ? 13.0 / text_size : 1.0;
    }

    rectangle panel(std::size_t index) const {
        const double w = width / columns, h = height / rows;
        const std::size_t whole_rows = index / columns;
        const auto column = static_cast<double>(index % columns);
        const auto row = static_cast<double>(whole_rows);
        return {column * w, (column + 1.0) * w, height - (row + 1.0) * h, height - row * h};
    }
    std::string x(double pixel) const { return fmt::format("screen {:.5f}", pixel / width); }
    std::string y(double pixel) const { return fmt::format("screen {:.5f}", pixel / height); }
    std::string at(double px, double py) const { return x(px) + "," + y(py); }
};

std::string page_start(const page& sheet, picture_format format) {
    // Gnuplot's bitmaps take type sizes as points of 4/3 pixels, its SVG as pixels.
    const auto terminal = format == picture_format::svg ? "svg enhanced standalone fontscale 1"
                                                        : "pngcairo enhanced fontscale 0.75";
    return fmt::format(
        "set terminal {} size {:.0f},{:.0f} background '#ffffff' font '{},{}'\n"
        "set encoding utf8\n"
        "set multiplot\n",
        terminal, sheet.width, sheet.height, FONT, sheet.text_size);
}

/// Text in lines of at most `width` characters, broken between words.
std::vector<std::string> wrapped(const std::string& text, double width) {
    std::vector<std::string> lines;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find(' ', start), text.size());
        const std::string word = text.substr(start, end - start);
        if (lines.empty() || characters(lines.back()) + 1.0 + characters(word) > width)
            lines.push_back(word);
        else
            lines.back() += ' ' + word;
        start = end + 1;
    }
    return lines;
}

/// One left-aligned line of text whose middle is at `y`.
std::string text_line(const page& sheet, double x, double y, const std::string& text, double size,
                      bool heading) {
    return fmt::format("set label {} at {} left noenhanced front font '{}{},{}' textcolor '{}'\n",
                       literal(text), sheet.at(x, y), FONT, heading ? ":Bold" : "", size,
                       heading ? "#000000" : "#555555");
}

/// Title, subtitle and note of a panel; what they leave for the rest.
rectangle draw_texts(std::string& script, const page& sheet, rectangle box,
                     const std::string& title, const std::string& subtitle,
                     const std::string& note) {
    constexpr double character_width = 0.58;  // over the type size, on average
    const double inset = sheet.text_size;
    const double width = (box.right - box.left - 2.0 * inset) / character_width;
    double top = box.top - 0.5 * inset;
    const auto downwards = [&](const std::string& text, double size, bool heading) {
        for (const std::string& line : wrapped(text, width / size / (heading ? 1.15 : 1.0))) {
            script += text_line(sheet, box.left + inset, top - 0.7 * size, line, size, heading);
            top -= 1.4 * size;
        }
    };
    downwards(title, sheet.title_size, true);
    downwards(subtitle, 0.9 * sheet.text_size, false);
    double bottom = box.bottom;
    auto lines = wrapped(note, width / sheet.note_size);
    std::reverse(lines.begin(), lines.end());
    if (!lines.empty())
        bottom += 0.3 * sheet.note_size;
    for (const std::string& line : lines) {
        script += text_line(sheet, box.left + inset, bottom + 0.7 * sheet.note_size, line,
                            sheet.note_size, false);
        bottom += 1.4 * sheet.note_size;
    }
    return {box.left, box.right, bottom, top};
}

struct limits {
    double low = INFINITY, high = -INFINITY;

    void include(double value, bool logarithmic) {
        if (std::isfinite(value) && (value > 0.0 || !logarithmic)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    bool empty() const { return !(low <= high); }
};

/// Below this a logarithmic axis has too few powers of ten to be read by.
constexpr double FEW_DECADES = 2.5;

/// Labels at 1, 2 and 5 times the powers of ten in and around `range`.
std::string round_ticks(std::string_view name, limits range) {
    std::string list;
    const double last = std::ceil(std::log10(range.high));
    for (double power = std::floor(std::log10(range.low)); power <= last; power += 1.0)
        for (const double step : {1.0, 2.0, 5.0})
            list += fmt::format("{}'{:.4g}' {:.4g}", list.empty() ? "" : ", ",
                                step * std::pow(10.0, power), step * std::pow(10.0, power));
    return fmt::format("set {}tics ({})\nset m{}tics 10\n", name, list, name);
}

/// Range, scale and tick labels of the axis `name` (x, y or cb) over data in `range`.
std::string axis_commands(std::string_view name, const axis& one, limits range) {
    if (one.minimum)
        range.low = *one.minimum;
    if (one.maximum)
        range.high = *one.maximum;
    const bool known = range.low < range.high;
    if (!known) {
        const double middle = one.minimum     ? *one.minimum
                              : one.maximum   ? *one.maximum
                              : range.empty() ? 1.0
                                              : range.low;
        range = {one.logarithmic ? middle / 2.0 : middle - 0.5,
                 one.logarithmic ? middle * 2.0 : middle + 0.5};
    }
    std::string out;
    if (one.logarithmic)
        out += fmt::format("set logscale {}\n", name);
    const double decades = one.logarithmic ? std::log10(range.high / range.low) : 0.0;
    if (one.logarithmic && decades < FEW_DECADES)
        out += round_ticks(name, range);
    else
        out += fmt::format("set format {} '{}'\n", name, one.logarithmic ? "10^{%T}" : "%.10g");
    if (decades > 8.0)
        out += fmt::format("unset m{}tics\n", name);
    const auto limit = [known](const std::optional<double>& fixed, double data) {
        return fixed ? number(*fixed) : known ? std::string("*") : number(data);
    };
    out += fmt::format("set {}range [{}:{}]\n", name, limit(one.minimum, range.low),
                       limit(one.maximum, range.high));
    return out;
}

std::string margins(const page& sheet, rectangle plot) {
    return fmt::format(
        "set lmargin at {}\nset rmargin at {}\nset bmargin at {}\nset tmargin at {}\n",
        sheet.x(plot.left), sheet.x(plot.right), sheet.y(plot.bottom), sheet.y(plot.top));
}

/// Room that tick labels and axis labels need around the data.
rectangle inside_axes(rectangle box, double text_size) {
    return {box.left + 5.8 * text_size, box.right - 1.8 * text_size, box.bottom + 4.1 * text_size,
            box.top - 0.7 * text_size};
}

/// Names of the axes, at fixed distances from the data whatever the width of the tick labels.
std::string axis_labels(const page& sheet, rectangle plot, const axis& x, const axis& y) {
    const double size = sheet.text_size;
    return fmt::format("set label {} at {} center noenhanced\n", literal(x.label),
                       sheet.at(0.5 * (plot.left + plot.right), plot.bottom - 3.2 * size)) +
           fmt::format("set label {} at {} center rotate by 90 noenhanced\n", literal(y.label),
                       sheet.at(plot.left - 4.6 * size, 0.5 * (plot.bottom + plot.top)));
}

std::string panel_start(const page& sheet) {
    return fmt::format("reset\nset pointsize {:.3f}\nset tics scale {:.3f}\n", sheet.point_size,
                       sheet.tick_scale) +
           "set border linewidth 1.2 linecolor '#333333'\n"
           "set tics nomirror\n"
           "set grid back linetype 1 linewidth 0.8 linecolor '#dddddd'\n";
}

/// The legend in rows above the data; takes its height off `plot`.
std::string legend(const line_chart& chart, const page& sheet, rectangle& plot) {
    const double text_size = sheet.text_size;
    double longest = 0.0;
    std::size_t entries = 0;
    for (const series& line : chart.lines) {
        longest = std::max(longest, characters(line.label));
        entries += line.label.empty() ? 0 : 1;
    }
    if (entries == 0)
        return "unset key\n";
    constexpr double character_width = 0.62;  // of the type size, on average
    const double entry_width = (longest * character_width + 4.0) * text_size;
    const auto fitting = static_cast<std::size_t>((plot.right - plot.left) / entry_width);
    const std::size_t columns = std::clamp<std::size_t>(fitting, 1, entries);
    const std::size_t rows = (entries + columns - 1) / columns;
    const double top = plot.top + 0.5 * text_size;
    plot.top -= static_cast<double>(rows) * 1.35 * text_size;
    return fmt::format(
        "set key at {} left top Left reverse horizontal noenhanced samplen 2 maxcols {} maxrows "
        "{}\n",
        sheet.at(plot.left, top), columns, rows);
}

/// The dot and its text, on the side of the dot that has room.
std::string marker_label(const marker& one, const axis& x, limits horizontal, double text_size,
                         std::string_view colour = "#000000") {
    const double low = x.minimum.value_or(horizontal.low);
    const double high = x.maximum.value_or(horizontal.high);
    const double share =
        x.logarithmic ? std::log(one.x / low) / std::log(high / low) : (one.x - low) / (high - low);
    const bool leftwards = share > 0.7;
    return fmt::format(
        "set label {} at first {},{} {} noenhanced front offset {},0.6 "
        "point pointtype 7 linecolor '{}' textcolor '{}' font ',{}'\n",
        literal(one.text), number(one.x), number(one.y), leftwards ? "right" : "left",
        leftwards ? -0.8 : 0.8, colour, colour, text_size * 0.9);
}

void draw_panel(std::string& script, const page& sheet, rectangle box, const line_chart& chart) {
    script += panel_start(sheet);
    box = draw_texts(script, sheet, box, chart.title, chart.subtitle, chart.note);
    rectangle plot = inside_axes(box, sheet.text_size);
    script += legend(chart, sheet, plot);
    script += margins(sheet, plot);
    limits horizontal, vertical;
    std::string data, curves, bands;
    std::size_t index = 0;
    for (const series& line : chart.lines) {
        const bool band = !line.low.empty();
        data += fmt::format("$line{} << END\n", index);
        for (std::size_t k = 0; k < line.x.size(); ++k) {
            horizontal.include(line.x[k], chart.x.logarithmic);
            vertical.include(line.y[k], chart.y.logarithmic);
            data += number(line.x[k]) + ' ' + number(line.y[k]);
            if (band) {
                vertical.include(line.low[k], chart.y.logarithmic);
                vertical.include(line.high[k], chart.y.logarithmic);
                data += ' ' + number(line.low[k]) + ' ' + number(line.high[k]);
            }
            data += '\n';
        }
        data += "END\n";
        const auto colour = LINE_COLOURS[index % LINE_COLOURS.size()];
        const auto title =
            line.label.empty() ? std::string("notitle") : "title " + literal(line.label);
        if (band)
            bands += fmt::format(
                "$line{} using 1:3:4 with filledcurves fillstyle transparent solid 0.22 noborder "
                "linecolor '{}' notitle, ",
                index, colour);
        // A second round through the colours is told from the first by its dots.
        const int dash = line.dashed ? 2 : index >= LINE_COLOURS.size() ? 3 : 1;
        const auto style = line.points ? fmt::format("with points pointtype {}", 7 + index % 4 * 2)
                                       : fmt::format("with lines linewidth 2.6 dashtype {}", dash);
        curves +=
            fmt::format("$line{} using 1:2 {} linecolor '{}' {}, ", index, style, colour, title);
        ++index;
    }
    for (const marker& one : chart.markers) {
        horizontal.include(one.x, chart.x.logarithmic);
        vertical.include(one.y, chart.y.logarithmic);
    }
    for (const marker& one : chart.markers)
        script += marker_label(one, chart.x, horizontal, sheet.text_size);
    script += axis_labels(sheet, plot, chart.x, chart.y);
    script += axis_commands("x", chart.x, horizontal);
    script += axis_commands("y", chart.y, vertical);
    script += "set autoscale xfix\n" + data + "plot " + bands + curves + "\n";
}

void draw_panel(std::string& script, const page& sheet, rectangle box, const heat_map& map) {
    script += panel_start(sheet);
    script +=
        "unset grid\nunset key\nset tics out\nset palette defined " + std::string(VIRIDIS) + "\n";
    box = draw_texts(script, sheet, box, map.title, map.subtitle, map.note);
    rectangle plot = inside_axes(box, sheet.text_size);
    const double bar_width = 1.2 * sheet.text_size;
    plot.right -= bar_width + 7.2 * sheet.text_size;
    if (map.square) {
        const double width = std::abs(map.right - map.left);
        const double height = std::abs(map.top - map.bottom);
        const double scale =
            std::min((plot.right - plot.left) / width, (plot.top - plot.bottom) / height);
        const double slack = plot.right - plot.left - scale * width;
        plot.left += 0.5 * slack;
        plot.right -= 0.5 * slack;
        plot.bottom = plot.top - scale * height;
    }
    script += margins(sheet, plot);
    script += fmt::format("set colorbox user origin {} size {} noborder\n",
                          sheet.at(plot.right + sheet.text_size, plot.bottom),
                          sheet.at(bar_width, plot.top - plot.bottom));
    axis x = map.x, y = map.y, colour;
    x.minimum = map.left;
    x.maximum = map.right;
    y.minimum = map.bottom;
    y.maximum = map.top;
    x.logarithmic = y.logarithmic = false;
    colour.logarithmic = map.logarithmic_colour;
    const double dx = (map.right - map.left) / static_cast<double>(map.columns);
    const double dy = (map.top - map.bottom) / static_cast<double>(map.rows);
    limits range;
    std::string data = "$cells << END\n";
    for (std::size_t row = 0; row < map.rows; ++row) {
        for (std::size_t column = 0; column < map.columns; ++column) {
            const double value = map.values[row * map.columns + column];
            range.include(value, map.logarithmic_colour);
            const bool drawn = value > 0.0 || !map.logarithmic_colour;
            data += number(drawn ? value : NAN) + ' ';
        }
        data += '\n';
    }
    data += "END\n";
    script += axis_labels(sheet, plot, x, y);
    script += axis_commands("x", x, {});
    script += axis_commands("y", y, {});
    script += axis_commands("cb", colour, range);
    script += fmt::format(
        "set label {} at {} center rotate by 90 noenhanced\n", literal(map.colour_label),
        sheet.at(plot.right + bar_width + 6.4 * sheet.text_size, 0.5 * (plot.bottom + plot.top)));
    script += data;
    std::string curves;
    for (std::size_t index = 0; index < map.lines.size(); ++index) {
        const series& line = map.lines[index];
        script += fmt::format("$line{} << END\n", index);
        for (std::size_t k = 0; k < line.x.size(); ++k)
            script += number(line.x[k]) + ' ' + number(line.y[k]) + '\n';
        script += "END\n";
        curves += fmt::format(", $line{} using 1:2 {} linecolor '{}'", index,
                              line.points   ? "with points pointtype 7"
                              : line.dashed ? "with lines linewidth 2 dashtype 2"
                                            : "with lines linewidth 2.6",
                              OVER_MAPS);
    }
    for (const marker& one : map.markers)
        script += marker_label(one, x, {}, sheet.text_size, OVER_MAPS);
    script +=
        fmt::format("plot $cells matrix using ({}+$1*{}):({}+$2*{}):3 with image{}{}\n",
                    number(map.left + 0.5 * dx), number(dx), number(map.bottom + 0.5 * dy),
                    number(dy), map.values.size() <= MOST_RECTANGLES ? " pixels" : "", curves);
}

template <class panel>
std::string script_of_panels(std::span<const panel> panels, unsigned columns,
                             picture_format format) {
    const page sheet(panels.size(), columns, format);
    std::string script = page_start(sheet, format);
    for (std::size_t index = 0; index < panels.size(); ++index)
        draw_panel(script, sheet, sheet.panel(index), panels[index]);
    return script + "unset multiplot\n";
}

}  // namespace

std::string script_of(std::span<const line_chart> panels, unsigned columns, picture_format format) {
    return script_of_panels(panels, columns, format);
}

std::string script_of(std::span<const heat_map> panels, unsigned columns, picture_format format) {
    return script_of_panels(panels, columns, format);
}

}  // namespace luxlane::plot
