#include "platform/workload/tensor_table.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <string_view>

namespace luxlane::workload {

extern const char* const resnet50_text;  // made from examples/resnet50.csv by the build

namespace {

constexpr std::string_view header = "name,kind,shape,elements";
/// A half tensor's bytes must fit a descriptor's 32-bit length.
constexpr std::uint64_t largest_tensor = std::numeric_limits<std::uint32_t>::max() / 2;

class table_parser {
public:
    explicit table_parser(const std::string& name) : name_(name) {}

    void line(std::string_view text) {
        ++number_;
        if (!text.empty() && text.back() == '\r') {
            text.remove_suffix(1);
        }
        if (text.empty() || text.front() == '#') {
            return;
        }
        if (!seen_header_) {
            if (text != header) {
                fail(fmt::format("'{}' instead of the heading '{}'", text, header));
            }
            seen_header_ = true;
            return;
        }
        add(split(text, ','));
    }

    std::vector<tensor> finish() {
        if (tensors_.empty()) {
            throw workload_error(name_ + ": no tensors; a file has the heading '" +
                                 std::string(header) + "' and one line for each tensor");
        }
        return std::move(tensors_);
    }

private:
    [[noreturn]] void fail(const std::string& text) const {
        throw workload_error(fmt::format("{}:{}: {}", name_, number_, text));
    }

    static std::vector<std::string_view> split(std::string_view text, char at) {
        std::vector<std::string_view> parts;
        for (std::size_t begin = 0; begin <= text.size();) {
            const std::size_t end = std::min(text.find(at, begin), text.size());
            parts.push_back(text.substr(begin, end - begin));
            begin = end + 1;
        }
        return parts;
    }

    std::uint64_t number(std::string_view text, const char* what) const {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size() || value == 0 ||
            value > largest_tensor) {
            fail(fmt::format("{} '{}' is not a whole number within 1..{}", what, text,
                             largest_tensor));
        }
        return value;
    }

    void add(const std::vector<std::string_view>& columns) {
        if (columns.size() != 4) {
            fail(fmt::format("{} columns instead of the 4 of '{}'", columns.size(), header));
        }
        tensor next;
        next.name = columns[0];
        next.kind = columns[1];
        if (next.name.empty()) {
            fail("a tensor without a name");
        }
        if (!names_.insert(next.name).second) {
            fail(fmt::format("a second tensor named '{}'", next.name));
        }
        std::uint64_t product = 1;
        for (const auto extent : split(columns[2], 'x')) {
            next.shape.push_back(number(extent, "extent"));
            if (product > largest_tensor / next.shape.back()) {
                fail(fmt::format("shape {} has more than {} elements", columns[2], largest_tensor));
            }
            product *= next.shape.back();
        }
        next.elements = number(columns[3], "number of elements");
        if (next.elements != product) {
            fail(fmt::format("{} elements, but the shape {} has {}", next.elements, columns[2],
                             product));
        }
        if (!tensors_.empty()) {
            next.offset = tensors_.back().offset + tensors_.back().elements;
        }
        tensors_.push_back(std::move(next));
    }

    std::string name_;
    std::uint64_t number_ = 0;
    bool seen_header_ = false;
    std::set<std::string> names_;
    std::vector<tensor> tensors_;
};

}  // namespace

std::vector<tensor> parse_tensor_table(const std::string& text, const std::string& name) {
    table_parser parser(name);
    const std::string_view whole = text;
    for (std::size_t begin = 0; begin < whole.size();) {
        const std::size_t end = std::min(whole.find('\n', begin), whole.size());
        parser.line(whole.substr(begin, end - begin));
        begin = end + 1;
    }
    return parser.finish();
}

std::vector<tensor> read_tensor_table(const std::string& name_or_file) {
    if (name_or_file == "resnet50") {
        return parse_tensor_table(resnet50_text, "resnet50 (built in)");
    }
    std::ifstream file(name_or_file, std::ios::binary);
    std::string text;
    if (std::filesystem::is_regular_file(name_or_file)) {
        text.assign(std::istreambuf_iterator<char>(file), {});
    } else {
        file.setstate(std::ios::failbit);
    }
    if (!file) {
        throw workload_error(fmt::format(
            "workload '{}': cannot read this file; built in is only resnet50", name_or_file));
    }
    return parse_tensor_table(text, name_or_file);
}

}  // namespace luxlane::workload
