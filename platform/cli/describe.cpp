#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "platform/cli/command.h"
#include "platform/config/configuration.h"
#include "platform/config/parameter.h"
#include "platform/config/reader.h"

namespace luxlane::cli {
namespace {

struct options {
    std::string section;
    bool json = false;
};

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

void add_describe(CLI::App& app, int& status) {
    auto* command = app.add_subcommand(
        "describe", "Every parameter of a board: unit, default, range, meaning, source");
    auto chosen = std::make_shared<options>();
    command->add_option("section", chosen->section, "only keys that begin so, e.g. lane");
    command->add_flag("--json", chosen->json, "as JSON");
    command->callback([chosen, &status] {
        if (!is_known(chosen->section)) {
            throw config::configuration_error(
                fmt::format("describe: no key begins with '{}'; did you mean '{}'?",
                            chosen->section, config::nearest_key(chosen->section)));
        }
        chosen->json ? print_json(chosen->section) : print_text(chosen->section);
        status = success;
    });
}

}  // namespace luxlane::cli
