#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

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

}  // namespace

int main(int argc, char** argv) {
    using namespace luxlane;
    auto logger = spdlog::stderr_color_mt("luxlane");
    logger->set_pattern("%^%l%$ %v");
    spdlog::set_default_logger(logger);
    spdlog::set_level(spdlog::level::warn);

    CLI::App app("LuxLane: a virtual board for MicroLED optical interconnects", "luxlane");
    app.require_subcommand(0, 1);
    int status = cli::success;
    cli::add_run(app, status);
    cli::add_describe(app, status);
    cli::add_check(app, status);
    cli::add_validate(app, status);
    cli::add_version(app, status);
    try {
        app.parse(argc, argv);
        if (app.get_subcommands().empty()) {
            fmt::print(stderr, "luxlane: say what to do: {}; --help tells more\n", names(app));
            return cli::bad_input;
        }
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
    return status;
}
