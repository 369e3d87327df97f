#include "platform/plot/plot.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace luxlane::plot;
using Catch::Contains;

namespace {

/// An own directory that vanishes with the test.
struct work_folder {
    std::filesystem::path path;

    work_folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "luxlane-plot-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no temporary directory");
        path = name;
    }
    ~work_folder() { std::filesystem::remove_all(path); }
    std::filesystem::path operator/(const char* name) const { return path / name; }
    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(path), {}));
    }
};

std::string contents(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Whether tags are balanced and attributes closed: enough to notice text that was not escaped.
bool well_formed(std::string_view xml) {
    std::vector<std::string_view> open;
    for (std::size_t at = 0; (at = xml.find('<', at)) != std::string_view::npos;) {
        const std::size_t end = xml.find('>', at);
        if (end == std::string_view::npos)
            return false;
        const std::string_view tag = xml.substr(at + 1, end - at - 1);
        const std::string_view name = tag.substr(0, tag.find_first_of(" \t\n"));
        at = end;
        if (tag.starts_with('?') || tag.starts_with('!') || tag.ends_with('/'))
            continue;
        if (!tag.starts_with('/')) {
            open.push_back(name);
        } else {
            if (open.empty() || open.back() != name.substr(1))
                return false;
            open.pop_back();
        }
    }
    return open.empty();
}

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t k = 0; k < 4; ++k)
        value = value << 8 | static_cast<unsigned char>(bytes[at + k]);
    return value;
}

line_chart waterfall() {
    series measured{.label = "measured, 100 µA/cm^2", .points = true};
    series model{.label = "model_1 & <bounds>"};
    for (int k = 0; k < 40; ++k) {
        const double power = -30.0 + 0.25 * k;
        const double ratio = 0.5 * std::erfc(std::pow(10.0, (power + 24.0) / 10.0) * 2.5);
        measured.x.push_back(power);
        measured.y.push_back(ratio);
        model.x.push_back(power);
        model.y.push_back(k == 7 ? NAN : ratio);
        model.low.push_back(0.3 * ratio);
        model.high.push_back(3.0 * ratio);
    }
    return {
        .title = "Bit error ratio's fall",
        .subtitle = "2 Gb/s, 10 m",
        .x = {.label = "received power [dBm]"},
        .y = {.label = "bit error ratio", .logarithmic = true, .minimum = 1e-15, .maximum = 1.0},
        .lines = {measured, model},
        .markers = {{-24.0, 2e-4, "KP4 limit"}},
        .note = "Dots: a note"};
}

heat_map corner_loss() {
    heat_map map{.title = "Loss per lane",
                 .x = {.label = "column"},
                 .y = {.label = "row"},
                 .colour_label = "loss [dB]",
                 .columns = 3,
                 .rows = 2,
                 .values = {0.0, 1.0, 2.0, 3.0, 4.0, NAN},
                 .left = -0.5,
                 .right = 2.5,
                 .bottom = -0.5,
                 .top = 1.5,
                 .square = true,
                 .note = "blank: no lane"};
    return map;
}

}  // namespace

TEST_CASE("plot: an SVG chart is well formed and shows every text as it is", "[plot]") {
    const work_folder folder;
    write(waterfall(), folder / "chart.svg");
    const std::string svg = contents(folder / "chart.svg");
    CHECK(well_formed(svg));
    for (const char* text :
         {"Bit error ratio's fall", "2 Gb/s, 10 m", "received power [dBm]", "bit error ratio",
          "measured, 100 µA/cm^2", "model_1 &amp; &lt;bounds", "KP4 limit", "Dots: a note"})
        CHECK_THAT(svg, Contains(text));
    CHECK_THAT(svg, Contains("width=\"1280\" height=\"720\""));
    CHECK_THAT(svg, Contains("-14</tspan>"));  // 10^-14 on the logarithmic axis
    CHECK_THAT(svg, Contains("sans-serif\" font-weight=\"bold\""));
    CHECK_THAT(svg, !Contains("\"DejaVu Sans\"") && !Contains(":Bold"));
    CHECK(folder.files() == 1);
}

TEST_CASE("plot: a PNG picture has the size of a slide", "[plot]") {
    const work_folder folder;
    write(waterfall(), folder / "chart.png");
    const std::string png = contents(folder / "chart.png");
    REQUIRE(png.size() > 10000);
    CHECK(png.substr(1, 3) == "PNG");
    CHECK(big_endian(png, 16) == 1280);
    CHECK(big_endian(png, 20) == 720);
}

TEST_CASE("plot: a map has one colour for each value and none for NaN", "[plot]") {
    const work_folder folder;
    write(corner_loss(), folder / "map.svg");
    const std::string svg = contents(folder / "map.svg");
    CHECK(well_formed(svg));
    for (const char* text : {"Loss per lane", "column", "row", "loss [dB]", "blank: no lane"})
        CHECK_THAT(svg, Contains(text));
    // Both ends of viridis are in use: the smallest and the greatest value.
    CHECK_THAT(svg, Contains("rgb( 68,   1,  84)") || Contains("#440154"));
    CHECK_THAT(svg, Contains("rgb(253, 231,  37)") || Contains("#FDE725") || Contains("#fde725"));
}

TEST_CASE("plot: a map carries lines and markers, and its rows may count downwards", "[plot]") {
    const work_folder folder;
    heat_map map = corner_loss();
    map.bottom = 1.5;
    map.top = -0.5;
    map.lines = {{.label = "threshold", .x = {-0.5, 2.5}, .y = {0.5, 0.5}}};
    map.markers = {{1.0, 1.0, "sampling instant"}};
    write(map, folder / "map.svg");
    const std::string svg = contents(folder / "map.svg");
    CHECK(well_formed(svg));
    CHECK_THAT(svg, Contains("sampling instant"));
    // The axis runs the other way, so its labels come in the other order.
    map.bottom = -0.5;
    map.top = 1.5;
    write(map, folder / "upright.svg");
    CHECK(svg != contents(folder / "upright.svg"));
}

TEST_CASE("plot: logarithmic axes of few decades are labelled at 1, 2 and 5", "[plot]") {
    const work_folder folder;
    line_chart chart{.title = "narrow",
                     .y = {.logarithmic = true},
                     .lines = {{.label = "a", .x = {0.0, 1.0, 2.0}, .y = {0.0015, 0.003, 0.04}}}};
    write(chart, folder / "narrow.svg");
    const std::string svg = contents(folder / "narrow.svg");
    CHECK(well_formed(svg));
    for (const char* tick : {">0.002<", ">0.005<", ">0.01<", ">0.02<"})
        CHECK_THAT(svg, Contains(tick));
}

TEST_CASE("plot: the same input gives the same bytes, in any locale", "[plot]") {
    const work_folder folder;
    const std::vector<line_chart> charts{waterfall(), waterfall(), waterfall()};
    const std::vector<heat_map> maps{corner_loss(), corner_loss()};
    std::set<std::string> svg, png, map;
    for (const char* locale : {"C", "de_DE.UTF-8"}) {
        setenv("LC_ALL", locale, 1);
        setenv("GNUTERM", "dumb", 1);
        write(charts, 2, folder / "panels.svg");
        write(charts, 2, folder / "panels.png");
        write(maps, 2, folder / "maps.png");
        svg.insert(contents(folder / "panels.svg"));
        png.insert(contents(folder / "panels.png"));
        map.insert(contents(folder / "maps.png"));
    }
    unsetenv("LC_ALL");
    unsetenv("GNUTERM");
    CHECK(svg.size() == 1);
    CHECK(png.size() == 1);
    CHECK(map.size() == 1);
    CHECK(big_endian(*map.begin(), 16) == 1920);
}

TEST_CASE("plot: data that leave an axis without extent are drawn all the same", "[plot]") {
    const work_folder folder;
    line_chart flat{.title = "flat", .lines = {{.label = "one point", .x = {1.0}, .y = {2.0}}}};
    CHECK_NOTHROW(write(flat, folder / "flat.svg"));
    flat.lines[0].y = {NAN};
    CHECK_NOTHROW(write(flat, folder / "flat.svg"));
    flat.y.minimum = 7.0;  // above all data
    flat.lines[0].y = {2.0};
    CHECK_NOTHROW(write(flat, folder / "flat.svg"));
    flat.y.logarithmic = true;
    flat.lines[0].y = {0.0};
    CHECK_NOTHROW(write(flat, folder / "flat.svg"));
    heat_map map = corner_loss();
    map.values.assign(6, NAN);
    CHECK_NOTHROW(write(map, folder / "map.svg"));
    map.values.assign(6, 1.0);
    map.logarithmic_colour = true;
    CHECK_NOTHROW(write(map, folder / "map.png"));
}

TEST_CASE("plot: wrong input is refused and nothing is written", "[plot]") {
    const work_folder folder;
    CHECK_THROWS_WITH(write(waterfall(), folder / "chart.pdf"), Contains(".svg or .png"));
    CHECK_THROWS_AS(write(waterfall(), folder / "chart"), std::invalid_argument);
    line_chart chart = waterfall();
    chart.lines[0].y.pop_back();
    CHECK_THROWS_AS(write(chart, folder / "chart.svg"), std::invalid_argument);
    chart = waterfall();
    chart.lines[1].low.pop_back();
    CHECK_THROWS_AS(write(chart, folder / "chart.svg"), std::invalid_argument);
    chart = waterfall();
    chart.y.minimum = 0.0;
    CHECK_THROWS_AS(write(chart, folder / "chart.svg"), std::invalid_argument);
    chart.lines.clear();
    CHECK_THROWS_AS(write(chart, folder / "chart.svg"), std::invalid_argument);
    heat_map map = corner_loss();
    map.columns = 4;
    CHECK_THROWS_AS(write(map, folder / "map.svg"), std::invalid_argument);
    map = corner_loss();
    map.right = map.left;
    CHECK_THROWS_AS(write(map, folder / "map.svg"), std::invalid_argument);
    CHECK_THROWS_AS(write(std::span<const line_chart>{}, 1, folder / "none.svg"),
                    std::invalid_argument);
    CHECK(folder.files() == 0);
}

TEST_CASE("plot: a picture that cannot be made says why", "[plot]") {
    const work_folder folder;
    CHECK_THROWS_AS(write(waterfall(), folder / "missing/chart.svg"), plot_error);
    CHECK_THROWS_WITH(write(waterfall(), folder / "missing/chart.svg"),
                      Contains("missing/chart.svg") && Contains("No such file"));
    const std::string path = std::getenv("PATH");
    setenv("PATH", folder.path.c_str(), 1);
    CHECK_THROWS_AS(write(waterfall(), folder / "chart.svg"), plot_error);
    CHECK_THROWS_WITH(write(waterfall(), folder / "chart.svg"), Contains("gnuplot-nox"));
    CHECK(folder.files() == 0);
    // A Gnuplot that fails is quoted.
    std::ofstream(folder / "gnuplot") << "#!/bin/sh\necho 'no such terminal' >&2\nexit 1\n";
    std::filesystem::permissions(folder / "gnuplot", std::filesystem::perms::owner_all);
    CHECK_THROWS_WITH(write(waterfall(), folder / "chart.svg"), Contains("no such terminal"));
    setenv("PATH", path.c_str(), 1);
    CHECK_NOTHROW(write(waterfall(), folder / "chart.svg"));
}
