#pragma once

#include <string>
#include <vector>

namespace luxlane::cli {

/// Exit statuses of every subcommand.
enum exit_status : int {
    success = 0,
    failed = 1,     ///< the simulation ended, and its verdict is not `pass`
    bad_input = 2,  ///< the user's file, ELF or command line
    interrupted = 130,
};

struct run_options {
    std::string file;
    std::vector<std::string> settings;
    std::vector<std::string> kill_lanes;
    std::string seed;
    std::string fidelity;
    std::string firmware;
    std::string json;
    std::string uart = "terminal";
    std::string log = "warning";
    bool statistics = false;
};

struct describe_options {
    std::string section;
    bool json = false;
};

/// The subcommands; each returns an exit status. The user's mistakes are thrown as
/// config::configuration_error. Only main.cpp knows how the options are written.
int run(const run_options& options);
int describe(const describe_options& options);
int check(const std::string& file);
int validate(bool markdown);
int version();

}  // namespace luxlane::cli
