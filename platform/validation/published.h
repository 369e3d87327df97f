#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace luxlane::validation {

/// The table of published figures cannot be read: the text names file, line and what would be
/// right.
struct table_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// One published figure.
struct published_row {
    std::string id;
    std::string use;  ///< calibrate: a parameter may be chosen on it; sanity; peer: another product
    std::string quantity;
    std::string condition;
    std::string value;  ///< as printed: a number, a range "a .. b" or text
    std::string unit;
    std::string bound;  ///< "=", "<", ">", "about", "slightly above"
    std::string source;
    std::string confidence;
};

/// Reads comma-separated text with a header line and RFC 4180 quotes; `name` stands for it in
/// messages. Throws table_error.
std::vector<published_row> read_published(std::string_view text, const std::string& name);

/// The rows that were built into the program: testbenches/vectors/published.csv.
const std::vector<published_row>& published();

/// The first number in `text` that is followed by `unit` and the end of a word: ("5 um at 4 Gb/s",
/// "Gb/s") -> 4.
std::optional<double> number_before(std::string_view text, std::string_view unit);

/// "a .. b" -> both; a single number -> it twice; nothing for text.
struct value_range {
    double low, high;
};
std::optional<value_range> numbers_of(std::string_view text);

}  // namespace luxlane::validation
