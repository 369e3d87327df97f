#include <fmt/format.h>

#include <systemc>

#include "platform/cli/command.h"

namespace luxlane::cli {

void add_version(CLI::App& app, int& status) {
    auto* command = app.add_subcommand("version", "Versions of LuxLane and of SystemC");
    command->callback([&status] {
        fmt::print("luxlane {} ({})\n{}\n", LUXLANE_VERSION, LUXLANE_COMMIT, sc_core::sc_release());
        status = success;
    });
}

}  // namespace luxlane::cli
