#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace luxlane::config {

struct configuration;

/// Where a parameter's value lives within a configuration, by its type.
using real_place = std::function<double&(configuration&)>;
using integer_place = std::function<std::uint64_t&(configuration&)>;
using count_place = std::function<unsigned&(configuration&)>;
using flag_place = std::function<bool&(configuration&)>;
using text_place = std::function<std::string&(configuration&)>;
/// A value of an enumeration, as its index in `parameter::choices`.
struct choice_place {
    std::function<std::size_t(configuration&)> get;
    std::function<void(configuration&, std::size_t)> set;
};

/// One parameter of a board: everything that `describe` prints and that a file is checked against.
struct parameter {
    std::string key;   ///< section and name, "link.data_lanes"
    std::string unit;  ///< SI unit; "1" for counts and ratios, "" for text
    double minimum = 0.0;
    double maximum = 0.0;
    std::vector<std::string> choices;  ///< the allowed texts; empty means any
    std::string meaning;
    std::string source;  ///< where the default comes from, or "assumption: why"
    std::variant<real_place, integer_place, count_place, flag_place, text_place, choice_place>
        place;
};

/// Every parameter, by section.
std::span<const parameter> parameters();

/// The parameter with this key, or nullptr.
const parameter* find_parameter(const std::string& key);

/// Letters to insert, delete or replace until `a` reads `b` (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known key that is most like `key`, for "did you mean".
std::string nearest_key(const std::string& key);

/// The value as text with its unit, and the allowed range or choices as text.
std::string value_text(const parameter& entry, const configuration& from);
std::string range_text(const parameter& entry);

/// Sets a parameter from text, checking unit and range. std::invalid_argument says what was found
/// and what would be right.
void assign(const parameter& entry, configuration& into, const std::string& text);

/// The same from a number.
void assign(const parameter& entry, configuration& into, double number);

}  // namespace luxlane::config
