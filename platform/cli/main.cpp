#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <exception>

#include "platform/cli/command.h"
#include "platform/config/reader.h"

int main(int argc, char** argv) {
    using namespace luxlane;
    auto logger = spdlog::stderr_color_mt("luxlane");
    logger->set_pattern("%^%l%$ %v");
    spdlog::set_default_logger(logger);
    spdlog::set_level(spdlog::level::warn);

    CLI::App app("LuxLane: a virtual board for MicroLED optical interconnects", "luxlane");
    app.require_subcommand(1);
    int status = cli::success;
    cli::add_run(app, status);
    cli::add_describe(app, status);
    cli::add_check(app, status);
    cli::add_validate(app, status);
    cli::add_version(app, status);
    try {
        app.parse(argc, argv);
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
