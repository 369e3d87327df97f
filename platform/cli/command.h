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
    std::vector<std::string> faults;
    std::vector<std::string> kill_lanes;
    std::string random_faults;  ///< seed of a schedule
    std::vector<std::string> switch_fidelity;
    std::string seed;
    std::string fidelity;
    std::string firmware;
    std::string json;
    std::string uart = "terminal";
    std::string log = "warning";
    bool statistics = false;
};

struct validate_options {
    std::string file;
    bool markdown = false;
    bool fit = false;
};

struct array_options {
    std::string preset = "default-800g";
    std::string rate, length;
    std::vector<std::string> settings;
    std::string lanes;
    std::string rotation, lateral_x, lateral_y, axial, magnification;
    std::string seed;
    std::string target_ber;
    std::string show = "ber";
    std::string map;
    std::string json;
};

struct describe_options {
    std::string section;
    bool json = false;
};

struct led_options {
    std::string preset = "default-800g";
    std::string current, temperature, diameter;
    std::string iv;
    std::vector<std::string> settings;
    std::string json;
    std::string plot;
};

struct receiver_options {
    std::string preset = "default-800g";
    std::string rate, temperature, power;
    std::vector<std::string> parts, settings;
    std::vector<std::string> error_ratios = {"1e-12", "2e-4"};
    std::string json;  ///< file, - for standard output
    std::string plot;
};

struct link_options {
    std::string preset = "default-800g";
    std::string rate, length, format, emitter, fibre;
    std::vector<std::string> settings;
    std::string target_ber, seed, neighbours, symbols, target_errors;
    std::string eye, bathtub;  ///< picture files
    std::string json;          ///< file, - for standard output
    std::string fec, interleave, gearbox;
    bool describe = false, presets = false;
};

/// The subcommands; each returns an exit status. The user's mistakes are thrown as
/// config::configuration_error. Only main.cpp knows how the options are written.
int run(const run_options& options);
int describe(const describe_options& options);
int led(const led_options& options);
int link(const link_options& options);
int check(const std::string& file);
int validate(const validate_options& options);
int array(const array_options& options);
int receiver(const receiver_options& options);
int version();

}  // namespace luxlane::cli
