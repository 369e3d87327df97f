#include <fmt/format.h>

#include <memory>
#include <string>

#include "platform/cli/command.h"
#include "platform/config/reader.h"

namespace luxlane::cli {

void add_check(CLI::App& app, int& status) {
    auto* command = app.add_subcommand("check", "Validates a configuration file");
    auto file = std::make_shared<std::string>();
    command->add_option("FILE", *file, "board description (TOML)")->required();
    command->callback([file, &status] {
        const auto values = config::read_file(*file);
        fmt::print("{}: valid: {} data + {} spare lanes, {} fault(s)\n", *file,
                   values.link.data_lanes, values.link.spare_lanes, values.faults.size());
        status = success;
    });
}

}  // namespace luxlane::cli
