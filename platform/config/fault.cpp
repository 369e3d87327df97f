#include "platform/config/fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "platform/config/moment.h"
#include "platform/config/parameter.h"
#include "platform/config/quantity.h"

namespace luxlane::config {
namespace {

constexpr std::uint32_t MAXIMUM_LANE = 671;
constexpr std::string_view ALL_LANES = "all";

/// A number of a fault: its key in files, where it stands, and what may stand there.
struct figure {
    std::string_view key;
    double fault::*value;
    std::string_view unit;
    double minimum, maximum;
};
constexpr std::array FIGURES{
    figure{"after_link_up_s", &fault::after_link_up_s, "s", 0.0, 100.0},
    figure{"duration_s", &fault::duration_s, "s", 1e-6, 10e-3},
    figure{"loss_db", &fault::loss_db, "dB", 0.1, 60.0},
    figure{"error_ratio", &fault::error_ratio, "1", 1e-9, 0.5},
    // Cables creep by picoseconds, connectors jump by nanoseconds.
    figure{"skew_s", &fault::skew_s, "s", -10e-9, 10e-9},
};
constexpr std::array<std::string_view, 3> WORDS{"kind", "board", "lanes"};

/// What each kind is made of, beside kind, board and time. A burst's strength is one of two.
struct kind_form {
    bool lanes, strength, duration, skew;
    std::string_view arguments;  ///< on the command line
    std::string_view example;
};
constexpr std::array<kind_form, FAULT_NAMES.size()> FORMS{{
    {true, false, false, false, "LANES", "death:b:3,17,200-210@100us"},
    {true, true, true, false, "LANES:LOSS_OR_RATIO:DURATION", "burst:b:all:6dB:20us@100us"},
    {true, false, false, true, "LANES:SKEW", "skew_step:b:3,17:200ps@100us"},
    {false, false, true, false, "DURATION", "loss_of_signal:b:1ms@100us"},
    {false, false, true, false, "DURATION", "pll_loss:b:1ms@100us"},
    {false, false, false, false, "", "far_end_reset:b@100us"},
}};

const kind_form& form_of(fault_kind kind) { return FORMS[static_cast<std::size_t>(kind)]; }

std::uint32_t lane_number(std::string_view text, const std::string& whole) {
    std::uint32_t lane = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), lane);
    if (error != std::errc{} || end != text.data() + text.size() || lane > MAXIMUM_LANE) {
        throw std::invalid_argument(fmt::format("'{}' in '{}' is not a lane; lanes are 0 .. {}",
                                                text, whole, MAXIMUM_LANE));
    }
    return lane;
}

/// "3,17,200-210"; `whole` is what the user wrote.
std::vector<std::uint32_t> lane_list(std::string_view rest, const std::string& whole) {
    std::vector<std::uint32_t> lanes;
    while (true) {
        const auto comma = rest.find(',');
        const auto item = rest.substr(0, comma);
        const auto dash = item.find('-');
        const auto first = lane_number(item.substr(0, dash), whole);
        const auto last =
            dash == std::string_view::npos ? first : lane_number(item.substr(dash + 1), whole);
        if (last < first) {
            throw std::invalid_argument(fmt::format("'{}' in '{}' runs backwards", item, whole));
        }
        for (auto lane = first; lane <= last; ++lane) {
            lanes.push_back(lane);
        }
        if (comma == std::string_view::npos) {
            return lanes;
        }
        rest.remove_prefix(comma + 1);
    }
}

/// A time that reads back as the same number, with a prefix where that is as exact.
std::string time_text(double seconds) {
    constexpr std::size_t readable = 10;
    constexpr std::array<std::string_view, 4> units{"ms", "us", "ns", "ps"};
    double factor = 1.0;
    for (const auto unit : units) {
        factor *= 1e3;
        auto text = fmt::format("{} {}", seconds * factor, unit);
        if (std::abs(seconds) * factor >= 1.0 && text.size() <= readable &&
            parse_quantity(text, "s") == seconds) {
            return text;
        }
    }
    return fmt::format("{} s", seconds);
}

std::string lane_text(const std::vector<std::uint32_t>& lanes) {
    std::string text;
    for (std::size_t i = 0; i < lanes.size();) {
        std::size_t last = i;
        while (last + 1 < lanes.size() && lanes[last + 1] == lanes[last] + 1) {
            ++last;
        }
        text += fmt::format("{}{}", text.empty() ? "" : ",", lanes[i]);
        text += last > i ? fmt::format("-{}", lanes[last]) : "";
        i = last + 1;
    }
    return text.empty() ? std::string(ALL_LANES) : text;
}

std::optional<fault_kind> kind_called(std::string_view name) {
    const auto found = std::find(FAULT_NAMES.begin(), FAULT_NAMES.end(), name);
    if (found == FAULT_NAMES.end()) {
        return std::nullopt;
    }
    return static_cast<fault_kind>(found - FAULT_NAMES.begin());
}

void assign_figure(fault& entry, const figure& which, const std::string& text) {
    double number = 0.0;
    try {
        number = parse_quantity(text, which.unit);
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(fmt::format("fault.{}: {}", which.key, error.what()));
    }
    number = snapped(number, which.minimum, which.maximum);
    if (!(number >= which.minimum && number <= which.maximum)) {
        throw std::invalid_argument(fmt::format("fault.{} = {} is out of range; allowed: {} .. {}",
                                                which.key, format_quantity(number, which.unit),
                                                format_quantity(which.minimum, which.unit),
                                                format_quantity(which.maximum, which.unit)));
    }
    entry.*which.value = number;
}

[[noreturn]] void unknown_key(std::string_view key) {
    std::string_view nearest;
    const auto consider = [&](std::string_view candidate) {
        if (nearest.empty() || edit_distance(key, candidate) < edit_distance(key, nearest)) {
            nearest = candidate;
        }
    };
    consider("kill_lanes");
    std::for_each(WORDS.begin(), WORDS.end(), consider);
    for (const auto& each : FIGURES) {
        consider(each.key);
    }
    throw std::invalid_argument(
        fmt::format("unknown key 'fault.{}'; did you mean 'fault.{}'?", key, nearest));
}

/// The keys that `entry`'s kind wants, with alternatives separated by '|'.
std::vector<std::string> wanted_keys(fault_kind kind) {
    const auto& form = form_of(kind);
    std::vector<std::string> keys{"after_link_up_s"};
    const auto add = [&](bool used, const char* key) {
        if (used) {
            keys.emplace_back(key);
        }
    };
    add(form.lanes, "lanes");
    add(form.strength, "loss_db|error_ratio");
    add(form.duration, "duration_s");
    add(form.skew, "skew_s");
    return keys;
}

bool is_one_of(std::string_view key, std::string_view alternatives) {
    const auto bar = alternatives.find('|');
    return key == alternatives.substr(0, bar) ||
           (bar != std::string_view::npos && key == alternatives.substr(bar + 1));
}

[[noreturn]] void wrong_form(const std::string& text, fault_kind kind) {
    const auto& form = form_of(kind);
    throw std::invalid_argument(
        fmt::format("'{}': write {}{}@TIME, e.g. {}", text, name_of(kind),
                    form.arguments.empty() ? "[:a|:b]" : ":[a:|b:]" + std::string(form.arguments),
                    form.example));
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto colon = text.find(':');
        parts.emplace_back(text.substr(0, colon));
        text = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    }
    return parts;
}

}  // namespace

void assign(fault& entry, std::string_view key, const std::string& text) {
    if (key == "kind") {
        const auto kind = kind_called(text);
        if (!kind) {
            throw std::invalid_argument(fmt::format("fault.kind = \"{}\" is unknown; allowed: {}",
                                                    text, fmt::join(FAULT_NAMES, ", ")));
        }
        entry.kind = *kind;
        return;
    }
    if (key == "board") {
        if (text != "a" && text != "b") {
            throw std::invalid_argument(
                fmt::format("fault.board = \"{}\" is unknown; allowed: a, b", text));
        }
        entry.board = text == "b" ? 1 : 0;
        return;
    }
    if (key == "lanes") {
        entry.lanes = text == ALL_LANES ? std::vector<std::uint32_t>{} : lane_list(text, text);
        return;
    }
    const auto which = std::find_if(FIGURES.begin(), FIGURES.end(),
                                    [&](const figure& each) { return each.key == key; });
    if (which == FIGURES.end()) {
        unknown_key(key);
    }
    assign_figure(entry, *which, text);
}

void check(const fault& entry, std::span<const std::string> keys) {
    const auto given = [&](std::string_view alternatives) {
        return std::count_if(keys.begin(), keys.end(),
                             [&](const auto& key) { return is_one_of(key, alternatives); });
    };
    const auto wanted = wanted_keys(entry.kind);
    for (const auto& alternatives : wanted) {
        if (given(alternatives) != 1) {
            throw std::invalid_argument(
                fmt::format("a fault of kind {} needs {}{}", name_of(entry.kind),
                            alternatives.find('|') != std::string::npos ? "one of " : "",
                            alternatives.find('|') != std::string::npos ? "loss_db and error_ratio"
                                                                        : alternatives));
        }
    }
    for (const auto& key : keys) {
        const bool used = key == "kind" || key == "board" ||
                          std::any_of(wanted.begin(), wanted.end(), [&](const auto& alternatives) {
                              return is_one_of(key, alternatives);
                          });
        if (!used) {
            throw std::invalid_argument(
                fmt::format("a fault of kind {} has no {}", name_of(entry.kind), key));
        }
    }
    if (entry.lanes.empty() && form_of(entry.kind).lanes && entry.kind != fault_kind::burst) {
        throw std::invalid_argument(
            fmt::format("a {} names its lanes; only a burst hits all", name_of(entry.kind)));
    }
}

fault parse_fault(const std::string& text) {
    const auto name = std::string_view(text).substr(0, text.find_first_of(":@"));
    const auto kind = kind_called(name);
    if (!kind) {
        throw std::invalid_argument(fmt::format("'{}' in '{}' is no kind of fault; allowed: {}",
                                                name, text, fmt::join(FAULT_NAMES, ", ")));
    }
    fault entry;
    entry.kind = *kind;
    const auto& form = form_of(*kind);
    const auto when = split_moment(text, form.example);
    auto parts = split(when.what.substr(std::min(name.size() + 1, when.what.size())));
    if (!parts.empty() && (parts.front() == "a" || parts.front() == "b")) {
        assign(entry, "board", parts.front());
        parts.erase(parts.begin());
    }
    std::vector<std::string> keys{"after_link_up_s"};
    assign(entry, keys.front(), fmt::format("{} s", when.after_link_up_s));
    for (const auto& wanted : wanted_keys(*kind)) {
        if (wanted == "after_link_up_s") {
            continue;
        }
        if (parts.empty()) {
            wrong_form(text, *kind);
        }
        const bool in_db = parts.front().ends_with("dB");
        keys.push_back(wanted == "loss_db|error_ratio" ? (in_db ? "loss_db" : "error_ratio")
                                                       : wanted);
        assign(entry, keys.back(), parts.front());
        parts.erase(parts.begin());
    }
    if (!parts.empty()) {
        wrong_form(text, *kind);
    }
    check(entry, keys);
    return entry;
}

fault parse_lane_deaths(const std::string& text) {
    fault entry;
    std::string_view rest = text;
    if (rest.starts_with("a:") || rest.starts_with("b:")) {
        entry.board = rest[0] == 'b' ? 1 : 0;
        rest.remove_prefix(2);
    }
    const auto when = split_moment(rest, "3,17,200-210@100us");
    entry.after_link_up_s = when.after_link_up_s;
    entry.lanes = lane_list(when.what, text);
    return entry;
}

std::string to_toml(const fault& entry) {
    const auto& form = form_of(entry.kind);
    auto text = fmt::format("[[fault]]\nkind = \"{}\"\nboard = \"{}\"\nafter_link_up_s = \"{}\"\n",
                            name_of(entry.kind), entry.board == 0 ? 'a' : 'b',
                            time_text(entry.after_link_up_s));
    if (form.lanes) {
        text += fmt::format("lanes = \"{}\"\n", lane_text(entry.lanes));
    }
    if (form.strength && entry.loss_db != 0.0) {
        text += fmt::format("loss_db = \"{} dB\"\n", entry.loss_db);
    } else if (form.strength) {
        text += fmt::format("error_ratio = \"{}\"\n", entry.error_ratio);
    }
    if (form.duration) {
        text += fmt::format("duration_s = \"{}\"\n", time_text(entry.duration_s));
    }
    if (form.skew) {
        text += fmt::format("skew_s = \"{}\"\n", time_text(entry.skew_s));
    }
    return text;
}

std::string describe(const fault& entry) {
    const char board = entry.board == 0 ? 'a' : 'b';
    const auto lanes =
        entry.lanes.empty() ? std::string("all") : fmt::format("{}", entry.lanes.size());
    const auto for_time = format_quantity(entry.duration_s, "s");
    switch (entry.kind) {
        case fault_kind::death:
            return fmt::format("death of {} lanes of board {}", lanes, board);
        case fault_kind::burst:
            return fmt::format("burst on {} lanes of board {} for {}", lanes, board, for_time);
        case fault_kind::skew_step:
            return fmt::format("skew step of {} on {} lanes of board {}",
                               format_quantity(entry.skew_s, "s"), lanes, board);
        case fault_kind::loss_of_signal:
            return fmt::format("loss of all light of board {} for {}", board, for_time);
        case fault_kind::pll_loss:
            return fmt::format("loss of the host PLL of board {} for {}", board, for_time);
        case fault_kind::far_end_reset:
            return fmt::format("reset of the PHY of board {}", board);
    }
    return {};
}

}  // namespace luxlane::config
