#include "platform/validation/published.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace luxlane::validation {

extern const char* const published_text;

namespace {

constexpr std::array<std::string published_row::*, 9> COLUMNS = {
    &published_row::id,        &published_row::use,    &published_row::quantity,
    &published_row::condition, &published_row::value,  &published_row::unit,
    &published_row::bound,     &published_row::source, &published_row::confidence};
constexpr std::string_view HEADER = "id,use,quantity,condition,value,unit,bound,source,confidence";

/// Splits one line; a quoted field may hold commas, and quotes written twice.
std::vector<std::string> fields_of(std::string_view line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"') {
            if (quoted && i + 1 < line.size() && line[i + 1] == '"')
                fields.back() += line[++i];
            else
                quoted = !quoted;
        } else if (c == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    return fields;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/'; }

/// The number that begins at `text`, with its length; length 0: there is none.
struct parsed_number {
    double value = 0.0;
    std::size_t length = 0;
};
parsed_number number_at(std::string_view text) {
    parsed_number found;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), found.value);
    found.length = error == std::errc{} ? static_cast<std::size_t>(end - text.data()) : 0;
    return found;
}

constexpr std::array<std::string_view, 5> BOUNDS = {"=", "<", ">", "about", "slightly above"};
constexpr std::array<std::string_view, 3> USES = {"calibrate", "sanity", "peer"};

template <std::size_t N>
void require(const std::array<std::string_view, N>& known, const std::string& found,
             std::string_view column, const std::string& name, std::size_t line) {
    if (std::find(known.begin(), known.end(), found) == known.end())
        throw table_error(fmt::format("{}:{}: {} '{}' is unknown; allowed: {}", name, line, column,
                                      found, fmt::join(known, ", ")));
}

}  // namespace

std::vector<published_row> read_published(std::string_view text, const std::string& name) {
    std::vector<published_row> rows;
    std::size_t number = 0;
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        ++number;
        if (number == 1) {
            if (line != HEADER)
                throw table_error(
                    fmt::format("{}:1: the header is '{}'; it should be '{}'", name, line, HEADER));
            continue;
        }
        if (line.empty())
            continue;
        const auto fields = fields_of(line);
        if (fields.size() != COLUMNS.size())
            throw table_error(fmt::format("{}:{}: {} fields; a row has {}: {}", name, number,
                                          fields.size(), COLUMNS.size(), HEADER));
        published_row row;
        for (std::size_t i = 0; i < COLUMNS.size(); ++i)
            row.*COLUMNS[i] = fields[i];
        require(BOUNDS, row.bound, "bound", name, number);
        require(USES, row.use, "use", name, number);
        if (const auto figure = numbers_of(row.value);
            figure && !(std::isfinite(figure->low) && std::isfinite(figure->high)))
            throw table_error(
                fmt::format("{}:{}: value '{}' is no finite number", name, number, row.value));
        rows.push_back(std::move(row));
    }
    if (number == 0)
        throw table_error(fmt::format("{}: empty; the header should be '{}'", name, HEADER));
    return rows;
}

const std::vector<published_row>& published() {
    static const auto rows = read_published(published_text, "published.csv");
    return rows;
}

std::optional<double> number_before(std::string_view text, std::string_view unit) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = i == 0 || !(is_word(text[i - 1]) || text[i - 1] == '.');
        if (!begins || std::isdigit(static_cast<unsigned char>(text[i])) == 0)
            continue;
        const auto number = number_at(text.substr(i));
        auto rest = text.substr(i + number.length);
        while (rest.starts_with(' '))
            rest.remove_prefix(1);
        if (number.length > 0 && rest.starts_with(unit) &&
            (rest.size() == unit.size() || !is_word(rest[unit.size()])))
            return number.value;
    }
    return std::nullopt;
}

std::optional<value_range> numbers_of(std::string_view text) {
    const auto first = number_at(text);
    if (first.length == 0)
        return std::nullopt;
    auto rest = text.substr(first.length);
    if (rest.empty())
        return value_range{first.value, first.value};
    constexpr std::string_view dots = " .. ";
    if (!rest.starts_with(dots))
        return std::nullopt;
    rest.remove_prefix(dots.size());
    const auto second = number_at(rest);
    if (second.length == 0 || second.length != rest.size())
        return std::nullopt;
    return value_range{first.value, second.value};
}

}  // namespace luxlane::validation
