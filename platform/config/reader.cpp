#include "platform/config/reader.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <vector>

#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include "platform/config/parameter.h"

namespace luxlane::config {
namespace {

class file_reader {
public:
    file_reader(const std::string& name) : name_(name) {}

    void read(const toml::table& root) {
        for (const auto& [section, node] : root) {
            const std::string title(section.str());
            if (title == "fault") {
                read_faults(node);
            } else if (title == "switch") {
                read_events(node, "switch", "fidelity", "waveform@100us", [this](const auto& text) {
                    values.fidelity_changes.push_back(parse_fidelity_change(text));
                });
            } else if (const auto* table = node.as_table()) {
                read_section(title, *table);
            } else {
                fail(section.source(), fmt::format("'{}' stands outside any section; write it as "
                                                   "section.key or below a [section]",
                                                   title));
            }
        }
    }

    configuration values;

private:
    [[noreturn]] void fail(const toml::source_region& at, const std::string& text) const {
        throw configuration_error(
            fmt::format("{}:{}:{}: {}", name_, at.begin.line, at.begin.column, text));
    }

    void read_section(const std::string& section, const toml::table& table) {
        for (const auto& [key, node] : table) {
            const std::string full = section + "." + std::string(key.str());
            const auto* entry = find_parameter(full);
            if (entry == nullptr) {
                fail(key.source(),
                     fmt::format("unknown key '{}'; did you mean '{}'?", full, nearest_key(full)));
            }
            try {
                read_value(*entry, node);
            } catch (const std::invalid_argument& error) {
                fail(node.source(), error.what());
            }
        }
    }

    void read_value(const parameter& entry, const toml::node& node) {
        if (const auto* text = node.as_string()) {
            assign(entry, values, text->get());
        } else if (const auto* flag = node.as_boolean()) {
            assign(entry, values, std::string(flag->get() ? "true" : "false"));
        } else if (const auto number = node.value<double>()) {
            assign(entry, values, *number);
        } else {
            throw std::invalid_argument(
                fmt::format("{} is neither a number, a text nor true or "
                            "false; allowed: {}",
                            entry.key, range_text(entry)));
        }
    }

    /// A text, or a number in the key's unit.
    static std::optional<std::string> text_of(const toml::node& node) {
        if (const auto number = node.is_string() ? std::nullopt : node.value<double>()) {
            return fmt::format("{}", *number);
        }
        return node.value<std::string>();
    }

    void read_faults(const toml::node& node) {
        constexpr auto form =
            "write [[fault]] tables, e.g. with kill_lanes = \"3,17@100us\", or with kind and "
            "after_link_up_s";
        const auto* list = node.as_array();
        if (list == nullptr) {
            fail(node.source(), form);
        }
        for (const auto& item : *list) {
            const auto* table = item.as_table();
            if (table == nullptr || table->empty()) {
                fail(item.source(), form);
            }
            read_fault(*table);
        }
    }

    void read_fault(const toml::table& table) {
        fault entry;
        std::vector<std::string> keys;
        for (const auto& [key, value] : table) {
            const std::string name(key.str());
            const auto text = text_of(value);
            if (!text) {
                fail(value.source(), fmt::format("fault.{} is neither a text nor a number", name));
            }
            try {
                if (name == "kill_lanes" && table.size() == 1) {
                    values.faults.push_back(parse_lane_deaths(*text));
                    return;
                }
                assign(entry, name, *text);
            } catch (const std::invalid_argument& error) {
                const bool unknown = std::string_view(error.what()).starts_with("unknown key");
                fail(unknown ? key.source() : value.source(), error.what());
            }
            keys.push_back(name);
        }
        try {
            check(entry, keys);
        } catch (const std::invalid_argument& error) {
            fail(table.source(), error.what());
        }
        values.faults.push_back(std::move(entry));
    }

    /// [[title]] tables of one key each, whose value `take` parses.
    void read_events(const toml::node& node, std::string_view title, std::string_view wanted,
                     std::string_view example,
                     const std::function<void(const std::string&)>& take) const {
        const auto form =
            fmt::format("write [[{}]] tables with {} = \"{}\"", title, wanted, example);
        const auto* list = node.as_array();
        if (list == nullptr) {
            fail(node.source(), form);
        }
        for (const auto& item : *list) {
            const auto* table = item.as_table();
            if (table == nullptr) {
                fail(item.source(), form);
            }
            if (table->empty()) {
                fail(item.source(), fmt::format("this [[{}]] says nothing; {}", title, form));
            }
            for (const auto& [key, value] : *table) {
                if (key.str() != wanted) {
                    fail(key.source(), fmt::format("unknown key '{}.{}'; {}", title,
                                                   std::string_view(key.str()), form));
                }
                const auto text = value.value<std::string>();
                if (!text) {
                    fail(value.source(), fmt::format("{}.{} is a text; {}", title, wanted, form));
                }
                try {
                    take(*text);
                } catch (const std::invalid_argument& error) {
                    fail(value.source(), error.what());
                }
            }
        }
    }

    const std::string& name_;
};

configuration read_parsed(const toml::table& root, const std::string& name) {
    file_reader reader(name);
    reader.read(root);
    check(reader.values, name);
    return reader.values;
}

[[noreturn]] void rethrow(const toml::parse_error& error, const std::string& name) {
    throw configuration_error(fmt::format("{}:{}:{}: {}", name, error.source().begin.line,
                                          error.source().begin.column, error.description()));
}

}  // namespace

configuration read_file(const std::filesystem::path& file) {
    if (!std::filesystem::is_regular_file(file)) {
        throw configuration_error(file.string() + ": no such file");
    }
    try {
        return read_parsed(toml::parse_file(file.string()), file.string());
    } catch (const toml::parse_error& error) {
        rethrow(error, file.string());
    }
}

configuration read_text(const std::string& text, const std::string& name) {
    try {
        return read_parsed(toml::parse(text, name), name);
    } catch (const toml::parse_error& error) {
        rethrow(error, name);
    }
}

void override_with(configuration& values, const std::string& assignment) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos) {
        throw configuration_error("--set " + assignment + ": write it as section.key=value");
    }
    const auto key = assignment.substr(0, equals);
    const auto* entry = find_parameter(key);
    if (entry == nullptr) {
        throw configuration_error(fmt::format("--set {}: unknown key '{}'; did you mean '{}'?",
                                              assignment, key, nearest_key(key)));
    }
    try {
        assign(*entry, values, assignment.substr(equals + 1));
    } catch (const std::invalid_argument& error) {
        throw configuration_error(std::string("--set ") + error.what());
    }
}

}  // namespace luxlane::config
