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
    command->add_option("--fault", options.faults,
                        "KIND:[a:|b:]ARGUMENTS@TIME after LINK UP, e.g. death:3,17@100us, "
                        "burst:all:6dB:20us@100us, skew_step:3:200ps@100us, "
                        "loss_of_signal:b:1ms@100us, pll_loss:1ms@100us, far_end_reset:b@100us");
    command->add_option("--random-faults", options.random_faults,
                        "seed of a schedule of faults, which is printed as TOML");
    command->add_option("--kill-lanes", options.kill_lanes,
                        "[a:|b:]LANES@TIME after LINK UP, e.g. 3,17,200-210@100us");
    command->add_option("--seed", options.seed, "seed of all random streams");
    command->add_option("--fidelity", options.fidelity, "statistical, symbol or waveform");
    command->add_option("--switch-fidelity", options.switch_fidelity,
                        "FIDELITY@TIME after LINK UP, e.g. waveform@100us");
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

void add_led(CLI::App& app, luxlane::cli::led_options& options) {
    auto* command = app.add_subcommand(
        "led", "One MicroLED: light, voltage, efficiency and bandwidth over current, spectrum");
    command->add_option("--preset", options.preset, "a published design or an emitter set");
    command->add_option("--current", options.current,
                        "direct current, e.g. 100uA; without it, the preset's on-current");
    command->add_option("--temperature", options.temperature, "e.g. 358K");
    command->add_option("--diameter", options.diameter, "of the round mesa, e.g. 5um");
    command->add_option("--iv", options.iv,
                        "measured I-V: yellow_diamond_20um, or a file of this device's "
                        "current_a,voltage_v lines (its name has a dot)");
    command->add_option("--set", options.settings, "PARAMETER=VALUE, over the preset's");
    command->add_option("--json", options.json, "also write JSON to this file (-: to stdout)")
        ->expected(0, 1)
        ->default_str("-");
    command->add_option("--plot", options.plot, "picture of the curves, FILE.svg or FILE.png");
}

void add_receiver(CLI::App& app, luxlane::cli::receiver_options& options) {
    auto* command =
        app.add_subcommand("receiver", "One receiver: bandwidths, noise by origin, sensitivity");
    command->add_option("--preset", options.preset,
                        "default-800g, jsscmay2024 or a preset of `luxlane link`");
    command->add_option("--rate", options.rate, "bit rate, e.g. 2Gbps");
    command->add_option("--temperature", options.temperature, "e.g. 358K");
    command->add_option("--power", options.power,
                        "average light at which noise is told, e.g. 10uW or -20dBm; without it, "
                        "the first sensitivity");
    command
        ->add_option("--parts", options.parts,
                     "amplifier and photodiode by their parts, e.g. rf=10kohm,gm=0.005: rf, cpd, "
                     "cin, cpar, gm, gamma, fa, a0; qe, rs, drift")
        ->delimiter(',');
    command->add_option("--set", options.settings, "PARAMETER=VALUE, over all others");
    command->add_option("--ber", options.error_ratios, "bit error ratios, e.g. 1e-12,2e-4")
        ->delimiter(',');
    command->add_option("--json", options.json, "also write JSON to this file (-: to stdout)")
        ->expected(0, 1)
        ->default_str("-");
    command->add_option("--plot", options.plot,
                        "picture of gain and noise density, FILE.svg or FILE.png");
}

void add_link(CLI::App& app, luxlane::cli::link_options& options) {
    auto* command = app.add_subcommand(
        "link", "One link: power, bandwidth, noise, penalties, margin, BER, energy, latency");
    command->add_option("--preset", options.preset, "a published design, see --presets");
    command->add_flag("--presets", options.presets, "list the published designs");
    command->add_flag("--describe", options.describe,
                      "list every parameter: value, unit, status, source");
    command->add_option("--rate", options.rate, "bit rate of the lane, e.g. 2Gbps");
    command->add_option("--length", options.length, "of the fibre, e.g. 30m");
    command->add_option("--format", options.format, "nrz or pam4");
    command->add_option("--emitter", options.emitter, "set of coefficients, e.g. fast_doped");
    command->add_option("--fibre", options.fibre, "silica_imaging, borosilicate or pmma");
    command->add_option("--set", options.settings, "PARAMETER=VALUE, over the preset's");
    command->add_option("--neighbours", options.neighbours, "lit adjacent lanes, 0 .. 4");
    command->add_option("--target-ber", options.target_ber, "that the margin is for, e.g. 2e-4");
    command->add_option("--symbols", options.symbols, "count at most so many, e.g. 1e9");
    command->add_option("--target-errors", options.target_errors,
                        "count until so many errors were seen");
    command->add_option("--seed", options.seed, "seed of all random streams");
    auto* fec = command->add_option("--fec", options.fec,
                                    "error correction: none, kr4, kp4 or rs272; what it makes of "
                                    "the BER, dead lanes that it bridges, its latency");
    command->add_option("--interleave", options.interleave, "codewords that alternate: 1, 2 or 4")
        ->needs(fec);
    command->add_option("--gearbox", options.gearbox, "aligned to FEC symbols, or blind")
        ->needs(fec);
    command->add_option("--eye", options.eye, "picture of the eye, FILE.svg or FILE.png");
    command->add_option("--bathtub", options.bathtub, "BER over phase, FILE.svg or FILE.png");
    command->add_option("--json", options.json, "also write JSON to this file (-: to stdout)")
        ->expected(0, 1)
        ->default_str("-");
}

void add_validate(CLI::App& app, luxlane::cli::validate_options& options) {
    auto* command = app.add_subcommand("validate", "The models beside published figures");
    command->add_option("--file", options.file,
                        "another table of figures, with the columns of published.csv");
    command->add_flag("--markdown", options.markdown, "as a table for the documentation");
    command->add_flag("--fit", options.fit,
                      "repeat the calibration and say how well it determines");
}

void add_array(CLI::App& app, luxlane::cli::array_options& options) {
    auto* command = app.add_subcommand(
        "array", "Every lane of the 2-D array under a misalignment: loss, crosstalk, BER");
    command->add_option("--preset", options.preset, "a published design; see link --presets");
    command->add_option("--rate", options.rate, "bit rate of a lane, e.g. 2Gbps");
    command->add_option("--length", options.length, "of the fibre, e.g. 10m");
    command->add_option("--set", options.settings, "parameter=value, as for link");
    command->add_option("--lanes", options.lanes, "how many, on a near-square grid");
    command->add_option("--rotation", options.rotation, "of the bundle, e.g. 1deg or 10mrad");
    command->add_option("--lateral-x", options.lateral_x, "shift along the rows, e.g. 5um");
    command->add_option("--lateral-y", options.lateral_y, "shift along the columns");
    command->add_option("--axial", options.axial, "defocus, e.g. 50um");
    command->add_option("--magnification", options.magnification, "image scale - 1");
    command->add_option("--seed", options.seed,
                        "draw individual lanes as the board of this seed; else all are nominal");
    command->add_option("--target-ber", options.target_ber, "counts the lanes beyond it");
    command->add_option("--map", options.map, "picture of the array, .svg or .png");
    command->add_option("--show", options.show, "in the picture: ber, loss, crosstalk or power");
    command->add_option("--json", options.json, "every lane as JSON to this file (-: stdout)")
        ->expected(0, 1)
        ->default_str("-");
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
    cli::led_options led;
    add_led(app, led);
    cli::receiver_options receiver;
    add_receiver(app, receiver);
    cli::link_options link;
    add_link(app, link);
    cli::array_options array;
    add_array(app, array);
    cli::describe_options describe;
    auto* describe_command = app.add_subcommand(
        "describe", "Every parameter of a board: unit, default, range, meaning, source");
    describe_command->add_option("section", describe.section, "only keys that begin so, e.g. lane");
    describe_command->add_flag("--json", describe.json, "as JSON");
    std::string file;
    app.add_subcommand("check", "Validates a configuration file")
        ->add_option("FILE", file, "board description (TOML)")
        ->required();
    cli::validate_options validate;
    add_validate(app, validate);
    app.add_subcommand("version", "Versions of LuxLane and of SystemC");
    try {
        app.parse(argc, argv);
        if (app.get_subcommands().empty()) {
            fmt::print(stderr, "luxlane: say what to do: {}; --help tells more\n", names(app));
            return cli::bad_input;
        }
        const auto name = app.get_subcommands().front()->get_name();
        return name == "run"        ? cli::run(run)
               : name == "led"      ? cli::led(led)
               : name == "receiver" ? cli::receiver(receiver)
               : name == "link"     ? cli::link(link)
               : name == "array"    ? cli::array(array)
               : name == "describe" ? cli::describe(describe)
               : name == "check"    ? cli::check(file)
               : name == "validate" ? cli::validate(validate)
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
