#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "platform/cli/command.h"
#include "platform/cli/json_output.h"
#include "platform/config/quantity.h"
#include "platform/config/reader.h"
#include "platform/link/array_map.h"
#include "platform/link/parameters.h"
#include "platform/plot/plot.h"

namespace luxlane::cli {
namespace {

constexpr double MOST_LANES = 10000.0;

double quantity(const char* option, const std::string& text, std::string_view unit,
                double otherwise) {
    if (text.empty()) {
        return otherwise;
    }
    try {
        return config::parse_quantity(text, unit);
    } catch (const std::invalid_argument& error) {
        throw config::configuration_error(fmt::format("{}: {}", option, error.what()));
    }
}

/// A number that is whole and lies in `low` .. `high`.
std::uint64_t whole(const char* option, const std::string& text, double low, double high,
                    double otherwise) {
    const double value = quantity(option, text, "1", otherwise);
    if (!(value >= low && value <= high) || value != std::floor(value)) {
        throw config::configuration_error(
            fmt::format("{}: {} is no whole number in {:.0f} .. {:.0f}", option, value, low, high));
    }
    return static_cast<std::uint64_t>(value);
}

link::array_question question_of(const array_options& chosen) {
    link::array_question asked;
    try {
        link::described_lane lane(link::find_preset(chosen.preset));
        if (!chosen.rate.empty()) {
            lane.set("rate_bps", chosen.rate, "--rate");
        }
        if (!chosen.length.empty()) {
            lane.set("length_m", chosen.length, "--length");
        }
        for (const auto& setting : chosen.settings) {
            lane.set(setting);
        }
        asked.nominal = lane.lane();
    } catch (const std::invalid_argument& error) {
        throw config::configuration_error(error.what());
    }
    asked.lanes = whole("--lanes", chosen.lanes, 1.0, MOST_LANES, double(asked.lanes));
    auto& alignment = asked.alignment;
    alignment.rotation_rad = quantity("--rotation", chosen.rotation, "rad", 0.0);
    alignment.lateral_x_m = quantity("--lateral-x", chosen.lateral_x, "m", 0.0);
    alignment.lateral_y_m = quantity("--lateral-y", chosen.lateral_y, "m", 0.0);
    alignment.axial_m = quantity("--axial", chosen.axial, "m", 0.0);
    alignment.magnification_error = quantity("--magnification", chosen.magnification, "1", 0.0);
    if (!chosen.seed.empty()) {
        asked.seed = whole("--seed", chosen.seed, 0.0, 1e15, 0.0);
    }
    return asked;
}

/// What a map shows of each lane.
struct view {
    std::string_view name;
    const char* label;
    bool logarithmic;
    double (*value)(const link::mapped_lane&);
};
constexpr std::array VIEWS = {
    view{"ber", "bit error ratio", true, [](const link::mapped_lane& l) { return l.ber; }},
    view{"loss", "loss by alignment, dB", false,
         [](const link::mapped_lane& l) { return l.landing.loss_db; }},
    view{"crosstalk", "neighbours' photocurrent over own", true,
         [](const link::mapped_lane& l) { return l.crosstalk; }},
    view{"power", "received power, dBm", false,
         [](const link::mapped_lane& l) { return 10.0 * std::log10(l.received_w / 1e-3); }},
};

const view& view_called(const std::string& name) {
    const auto found = std::ranges::find(VIEWS, name, &view::name);
    if (found == VIEWS.end()) {
        throw config::configuration_error("--show " + name +
                                          ": allowed: ber, loss, crosstalk, power");
    }
    return *found;
}

std::string alignment_text(const photonics::array_alignment& alignment) {
    constexpr double degrees_per_rad = 180.0 / 3.14159265358979323846;
    std::string text = fmt::format("rotation {:.3g} deg", alignment.rotation_rad * degrees_per_rad);
    const auto add = [&](const char* name, double value_m) {
        if (value_m != 0.0) {
            text += fmt::format(", {} {}", name, config::format_quantity(value_m, "m"));
        }
    };
    add("lateral x", alignment.lateral_x_m);
    add("lateral y", alignment.lateral_y_m);
    add("defocus", alignment.axial_m);
    if (alignment.magnification_error != 0.0) {
        text += fmt::format(", magnification {:+.3g}", alignment.magnification_error);
    }
    return text;
}

void draw(const link::array_question& asked, const link::array_map& map, const view& shown,
          const std::string& file) {
    const std::size_t rows = (map.lanes.size() + map.columns - 1) / map.columns;
    plot::heat_map picture;
    picture.title = fmt::format("{} lanes, {}, {}", map.lanes.size(),
                                config::format_quantity(asked.nominal.rate_bps, "bit/s"),
                                config::format_quantity(asked.nominal.length_m, "m"));
    picture.subtitle = alignment_text(asked.alignment);
    picture.x.label = "column";
    picture.y.label = "row, from the bottom";
    picture.colour_label = shown.label;
    picture.logarithmic_colour = shown.logarithmic;
    picture.columns = map.columns;
    picture.rows = rows;
    picture.values.assign(rows * map.columns, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t lane = 0; lane < map.lanes.size(); ++lane) {
        const double value = shown.value(map.lanes[lane]);
        if (std::isfinite(value)) {
            picture.values[(rows - 1 - lane / map.columns) * map.columns + lane % map.columns] =
                value;
        }
    }
    picture.left = picture.bottom = -0.5;
    picture.right = double(map.columns) - 0.5;
    picture.top = double(rows) - 0.5;
    picture.square = true;
    picture.note = asked.seed ? fmt::format("individual lanes of seed {}", *asked.seed)
                              : "nominal lanes: geometry alone; statistical, receivers trained";
    try {
        plot::write(picture, file);
    } catch (const std::runtime_error& error) {
        throw config::configuration_error(fmt::format("--map {}: {}", file, error.what()));
    } catch (const std::invalid_argument& error) {
        throw config::configuration_error(fmt::format("--map {}: {}", file, error.what()));
    }
}

std::string json_of(const link::array_question& asked, const link::array_map& map,
                    double target_ber) {
    nlohmann::ordered_json out;
    out["lanes"] = map.lanes.size();
    out["columns"] = map.columns;
    out["rate_bps"] = asked.nominal.rate_bps;
    out["length_m"] = asked.nominal.length_m;
    out["rotation_rad"] = asked.alignment.rotation_rad;
    out["lateral_x_m"] = asked.alignment.lateral_x_m;
    out["lateral_y_m"] = asked.alignment.lateral_y_m;
    out["axial_m"] = asked.alignment.axial_m;
    out["magnification_error"] = asked.alignment.magnification_error;
    out["target_ber"] = target_ber;
    out["median_ber"] = map.median_ber();
    out["worst_ber"] = map.worst_ber();
    out["lanes_beyond_target"] = map.beyond(target_ber);
    for (const auto& lane : map.lanes) {
        const auto& landing = lane.landing;
        auto& row = out["lane"].emplace_back();
        row["offset_x_m"] = landing.offset_x_m;
        row["offset_y_m"] = landing.offset_y_m;
        row["spot_radius_m"] = landing.radius_m;
        row["own"] = landing.own;
        row["neighbours"] = landing.neighbours;
        row["farther"] = landing.farther;
        row["gaps"] = landing.gaps;
        row["outside"] = landing.outside;
        row["received_w"] = lane.received_w;
        row["crosstalk"] = lane.crosstalk;
        row["ber"] = lane.ber;
    }
    return out.dump(2) + "\n";
}

void print_summary(const link::array_question& asked, const link::array_map& map,
                   double target_ber) {
    const auto worst = std::ranges::max_element(map.lanes, {}, &link::mapped_lane::ber);
    const auto index = static_cast<std::size_t>(worst - map.lanes.begin());
    fmt::print("{} lanes of {} over {}; {}\n", map.lanes.size(),
               config::format_quantity(asked.nominal.rate_bps, "bit/s"),
               config::format_quantity(asked.nominal.length_m, "m"),
               alignment_text(asked.alignment));
    fmt::print(
        "BER: median {:.2e}, worst {:.2e} (lane {}: row {}, column {}, crosstalk {:.2g}, {} "
        "received)\n",
        map.median_ber(), worst->ber, index, index / map.columns, index % map.columns,
        worst->crosstalk, config::format_quantity(worst->received_w, "W"));
    fmt::print("{} lanes beyond {:.0e}\n", map.beyond(target_ber), target_ber);
}

}  // namespace

int array(const array_options& chosen) {
    const auto asked = question_of(chosen);
    json_output json(chosen.json);
    const auto& shown = view_called(chosen.show);
    const double target_ber = quantity("--target-ber", chosen.target_ber, "1", 2e-4);
    if (!(target_ber > 0.0 && target_ber < 0.5)) {
        throw config::configuration_error(
            fmt::format("--target-ber: {} is no bit error ratio between 0 and 0.5", target_ber));
    }
    const auto map = [&] {
        try {
            return link::map_array(asked);
        } catch (const std::out_of_range& error) {
            throw config::configuration_error(error.what());
        }
    }();
    if (!chosen.map.empty()) {
        draw(asked, map, shown, chosen.map);
    }
    if (json.wanted()) {
        json.write(json_of(asked, map, target_ber));
    }
    if (!json.takes_stdout()) {
        print_summary(asked, map, target_ber);
    }
    return success;
}

}  // namespace luxlane::cli
