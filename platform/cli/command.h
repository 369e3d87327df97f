#pragma once

#include <CLI/CLI.hpp>

namespace luxlane::cli {

/// Exit statuses of every subcommand.
enum exit_status : int {
    success = 0,
    failed = 1,     ///< the simulation ended, and its verdict is not `pass`
    bad_input = 2,  ///< the user's file, ELF or command line
    interrupted = 130,
};

/// Each adds its subcommand to `app` and stores its result in `status` when it has run.
void add_run(CLI::App& app, int& status);
void add_describe(CLI::App& app, int& status);
void add_check(CLI::App& app, int& status);
void add_validate(CLI::App& app, int& status);
void add_version(CLI::App& app, int& status);

}  // namespace luxlane::cli
