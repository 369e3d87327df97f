#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "platform/cli/command.h"
#include "platform/config/configuration.h"
#include "platform/config/parameter.h"
#include "platform/config/reader.h"

namespace luxlane::cli {
namespace {

void print_json(const std::string& section) {
    const config::configuration defaults;
    auto list = nlohmann::ordered_json::array();
    for (const auto& entry : config::parameters()) {
        if (!entry.key.starts_with(section)) {
            continue;
        }
        list.push_back({{"key", entry.key},
                        {"unit", entry.unit},
                        {"default", config::value_text(entry, defaults)},
                        {"range", config::range_text(entry)},
                        {"meaning", entry.meaning},
                        {"source", entry.source}});
    }
    fmt::print("{}\n", list.dump(2));
}

void print_text(const std::string& section) {
    const config::configuration defaults;
    std::string current;
    for (const auto& entry : config::parameters()) {
        if (!entry.key.starts_with(section)) {
            continue;
        }
        const auto dot = entry.key.find('.');
        if (const auto title = entry.key.substr(0, dot); title != current) {
            fmt::print("{}[{}]\n", current.empty() ? "" : "\n", title);
            current = title;
        }
        fmt::print("{} = {}   # {}\n", entry.key.substr(dot + 1),
                   config::value_text(entry, defaults), entry.meaning);
        fmt::print("    unit {}; allowed {}; source: {}\n",
                   entry.unit.empty() ? "none" : entry.unit, config::range_text(entry),
                   entry.source);
    }
}

bool is_known(const std::string& section) {
    for (const auto& entry : config::parameters()) {
        if (entry.key.starts_with(section)) {
            return true;
        }
    }
    return false;
}

}  // namespace

int describe(const describe_options& options) {
    if (!is_known(options.section)) {
        throw config::configuration_error(
            fmt::format("describe: no key begins with '{}'; did you mean '{}'?", options.section,
                        config::nearest_key(options.section)));
    }
    options.json ? print_json(options.section) : print_text(options.section);
    return success;
}

}  // namespace luxlane::cli
