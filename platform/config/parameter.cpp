#include "platform/config/parameter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "platform/config/configuration.h"
#include "platform/config/quantity.h"

namespace luxlane::config {
namespace {

bool is_text(const parameter& entry) {
    return std::holds_alternative<text_place>(entry.place) ||
           std::holds_alternative<choice_place>(entry.place);
}

/// Index of `text` among the choices.
std::size_t chosen(const parameter& entry, const std::string& text) {
    const auto found = std::find(entry.choices.begin(), entry.choices.end(), text);
    if (found == entry.choices.end()) {
        throw std::invalid_argument(
            fmt::format("{} = \"{}\" is unknown; allowed: {}", entry.key, text, range_text(entry)));
    }
    return static_cast<std::size_t>(found - entry.choices.begin());
}

[[noreturn]] void out_of_range(const parameter& entry, const std::string& found) {
    throw std::invalid_argument(
        fmt::format("{} = {} is out of range; allowed: {}", entry.key, found, range_text(entry)));
}

}  // namespace

const parameter* find_parameter(const std::string& key) {
    const auto all = parameters();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const parameter& p) { return p.key == key; });
    return found == all.end() ? nullptr : &*found;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = above;
        }
    }
    return row.back();
}

std::string nearest_key(const std::string& key) {
    const auto all = parameters();
    return std::min_element(all.begin(), all.end(),
                            [&](const parameter& a, const parameter& b) {
                                return edit_distance(a.key, key) < edit_distance(b.key, key);
                            })
        ->key;
}

std::string value_text(const parameter& entry, const configuration& from) {
    auto& values = const_cast<configuration&>(from);  // places are accessors; nothing is written
    struct printer {
        configuration& values;
        const parameter& entry;
        std::string operator()(const real_place& at) const {
            return format_quantity(at(values), entry.unit);
        }
        std::string operator()(const integer_place& at) const {
            return std::to_string(at(values)) + (entry.unit == "1" ? "" : " " + entry.unit);
        }
        std::string operator()(const count_place& at) const {
            return std::to_string(at(values)) + (entry.unit == "1" ? "" : " " + entry.unit);
        }
        std::string operator()(const flag_place& at) const { return at(values) ? "true" : "false"; }
        std::string operator()(const text_place& at) const { return '"' + at(values) + '"'; }
        std::string operator()(const choice_place& at) const {
            return '"' + entry.choices[at.get(values)] + '"';
        }
    };
    return std::visit(printer{values, entry}, entry.place);
}

std::string range_text(const parameter& entry) {
    if (std::holds_alternative<flag_place>(entry.place)) {
        return "true, false";
    }
    if (is_text(entry)) {
        return entry.choices.empty() ? "any text"
                                     : fmt::format("{}", fmt::join(entry.choices, ", "));
    }
    if (std::holds_alternative<integer_place>(entry.place) ||
        std::holds_alternative<count_place>(entry.place)) {
        return fmt::format("{:.0f} .. {:.0f}", entry.minimum, entry.maximum);
    }
    return format_quantity(entry.minimum, entry.unit) + " .. " +
           format_quantity(entry.maximum, entry.unit);
}

void assign(const parameter& entry, configuration& into, double number) {
    if (std::holds_alternative<flag_place>(entry.place) || is_text(entry)) {
        throw std::invalid_argument(
            fmt::format("{} = {} is a number; expected {}", entry.key, number, range_text(entry)));
    }
    number = snapped(number, entry.minimum, entry.maximum);
    if (!(number >= entry.minimum && number <= entry.maximum)) {
        out_of_range(entry, format_quantity(number, entry.unit));
    }
    if (const auto* real = std::get_if<real_place>(&entry.place)) {
        (*real)(into) = number;
        return;
    }
    if (number != std::floor(number)) {
        throw std::invalid_argument(
            fmt::format("{} = {} is not a whole number", entry.key, number));
    }
    if (const auto* count = std::get_if<count_place>(&entry.place)) {
        (*count)(into) = static_cast<unsigned>(number);
        return;
    }
    std::get<integer_place>(entry.place)(into) = static_cast<std::uint64_t>(number);
}

void assign(const parameter& entry, configuration& into, const std::string& text) {
    if (const auto* at = std::get_if<text_place>(&entry.place)) {
        if (!entry.choices.empty()) {
            chosen(entry, text);
        }
        (*at)(into) = text;
        return;
    }
    if (const auto* at = std::get_if<choice_place>(&entry.place)) {
        at->set(into, chosen(entry, text));
        return;
    }
    if (const auto* at = std::get_if<flag_place>(&entry.place)) {
        if (text != "true" && text != "false") {
            throw std::invalid_argument(
                fmt::format("{} = \"{}\" is neither true nor false", entry.key, text));
        }
        (*at)(into) = text == "true";
        return;
    }
    try {
        assign(entry, into, parse_quantity(text, entry.unit));
    } catch (const std::invalid_argument& error) {
        const std::string what = error.what();
        throw std::invalid_argument(what.starts_with(entry.key) ? what : entry.key + ": " + what);
    }
}

}  // namespace luxlane::config
