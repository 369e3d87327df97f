#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <string>
#include <vector>

#include "platform/cli/command.h"
#include "platform/config/reader.h"

namespace {

std::string names(const CLI::App& app) {
    std::vector<std::string> all;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        all.push_back(command->get_name());
    }
    return fmt::format("{}", fmt::join(all, ", "));
}

void add_run(CLI::App& app, luxlane::cli::run_options& options) {
    auto* command = app.add_subcommand(
        "run", "Two boards, one cable: boot, train the link, all-reduce, report");
    command->add_option("FILE", options.file, "board description (TOML); without it, the defaults");
    command->add_option("--set", options.settings, "section.key=value, over the file's");
    command->add_option("--kill-lanes", options.kill_lanes,
                        "[a:|b:]LANES@TIME after LINK UP, e.g. 3,17,200-210@100us");
    command->add_option("--seed", options.seed, "seed of all random streams");
    command->add_option("--fidelity", options.fidelity, "statistical or symbol");
    command->add_option("--firmware", options.firmware, "ELF file for both harts");
    command->add_option(
        "--json", options.json,
        "also write the report to this file (-: to stdout, and nothing else there)");
    command->add_option("--uart", options.uart,
                        "consoles: terminal, none, file:PREFIX or tcp:PORT (and PORT+1)");
    command->add_option("--log", options.log, "trace, debug, info, warning, error or off")
        ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "off"}));
    command->add_flag("--statistics", options.statistics, "print every block's figures at the end");
}

}  // namespace

int main(int argc, char** argv) {
    using namespace luxlane;
    auto logger = spdlog::stderr_color_mt("luxlane");
    logger->set_pattern("%^%l%$ %v");
    spdlog::set_default_logger(logger);
    spdlog::set_level(spdlog::level::warn);

    CLI::App app("LuxLane: a virtual board for MicroLED optical interconnects", "luxlane");
    app.require_subcommand(0, 1);
    cli::run_options run;
    add_run(app, run);
    cli::describe_options describe;
    auto* describe_command = app.add_subcommand(
        "describe", "Every parameter of a board: unit, default, range, meaning, source");
    describe_command->add_option("section", describe.section, "only keys that begin so, e.g. lane");
    describe_command->add_flag("--json", describe.json, "as JSON");
    std::string file;
    app.add_subcommand("check", "Validates a configuration file")
        ->add_option("FILE", file, "board description (TOML)")
        ->required();
    bool markdown = false;
    app.add_subcommand("validate", "The models beside published figures")
        ->add_flag("--markdown", markdown, "as a table for the documentation");
    app.add_subcommand("version", "Versions of LuxLane and of SystemC");
    try {
        app.parse(argc, argv);
        if (app.get_subcommands().empty()) {
            fmt::print(stderr, "luxlane: say what to do: {}; --help tells more\n", names(app));
            return cli::bad_input;
        }
        const auto name = app.get_subcommands().front()->get_name();
        return name == "run"        ? cli::run(run)
               : name == "describe" ? cli::describe(describe)
               : name == "check"    ? cli::check(file)
               : name == "validate" ? cli::validate(markdown)
                                    : cli::version();
    } catch (const CLI::ExtrasError& error) {
        if (app.get_subcommands().empty()) {
            fmt::print(stderr, "luxlane: unknown subcommand '{}'; there are {}\n", argv[1],
                       names(app));
            return cli::bad_input;
        }
        app.exit(error);
        return cli::bad_input;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? cli::success : cli::bad_input;
    } catch (const config::configuration_error& error) {
        fmt::print(stderr, "luxlane: {}\n", error.what());
        return cli::bad_input;
    } catch (const std::exception& error) {
        fmt::print(stderr, "luxlane: internal error: {}\n", error.what());
        return cli::failed;
    }
}
