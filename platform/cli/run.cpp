#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <systemc>
#include <vector>

#include "models/riscv/elf.h"
#include "models/soc/uart_backend.h"
#include "models/soc/uart_tcp_backend.h"
#include "platform/cli/command.h"
#include "platform/cli/json_output.h"
#include "platform/config/parameter.h"
#include "platform/config/random_faults.h"
#include "platform/config/reader.h"
#include "platform/fabric/pair.h"
#include "platform/workload/gradients.h"

namespace luxlane::cli {
namespace {

constexpr const char* DEFAULT_FIRMWARE = "collective.elf";

std::atomic<bool> stop_requested{false};

/// The image that was built or installed with this program.
std::filesystem::path default_firmware() {
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    for (const auto& place : {here / "firmware", here / "../share/luxlane/firmware"}) {
        if (std::filesystem::exists(place / DEFAULT_FIRMWARE)) {
            return place / DEFAULT_FIRMWARE;
        }
    }
    throw config::configuration_error(fmt::format(
        "no firmware image beside the program ({0}/firmware/{1}): build the target `firmware`, or "
        "name an ELF file by --firmware",
        here.string(), DEFAULT_FIRMWARE));
}

/// Sets a parameter that has an option of its own.
void set(config::configuration& values, const char* option, const char* key,
         const std::string& text) {
    if (text.empty()) {
        return;
    }
    try {
        config::assign(*config::find_parameter(key), values, text);
    } catch (const std::invalid_argument& error) {
        throw config::configuration_error(fmt::format("{}: {}", option, error.what()));
    }
}

void add_faults(config::configuration& values, const char* option,
                const std::vector<std::string>& texts, config::fault (*parse)(const std::string&)) {
    for (const auto& text : texts) {
        try {
            values.faults.push_back(parse(text));
        } catch (const std::invalid_argument& error) {
            throw config::configuration_error(fmt::format("{}: {}", option, error.what()));
        }
    }
}

/// The schedule of --random-faults, of every kind that this board can meet.
std::vector<config::fault> random_faults(const config::configuration& values,
                                         const std::string& text) {
    using config::fault_kind;
    // The last one only where there are host lanes.
    static constexpr std::array KINDS{fault_kind::death,         fault_kind::burst,
                                      fault_kind::skew_step,     fault_kind::loss_of_signal,
                                      fault_kind::far_end_reset, fault_kind::pll_loss};
    if (text.empty()) {
        return {};
    }
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (error != std::errc{} || end != text.data() + text.size()) {
        throw config::configuration_error(
            fmt::format("--random-faults: '{}' is not a seed, a whole number from 0", text));
    }
    config::fault_ranges ranges;
    ranges.kinds = std::span(KINDS).first(KINDS.size() - (values.has_host_lanes() ? 0 : 1));
    ranges.lanes = static_cast<std::uint32_t>(values.physical_lanes());
    return config::draw_faults(seed, ranges);
}

config::configuration configuration_of(const run_options& chosen) {
    auto values = chosen.file.empty() ? config::configuration{} : config::read_file(chosen.file);
    for (const auto& setting : chosen.settings) {
        config::override_with(values, setting);
    }
    set(values, "--seed", "simulation.seed", chosen.seed);
    set(values, "--fidelity", "simulation.fidelity", chosen.fidelity);
    set(values, "--firmware", "firmware.image", chosen.firmware);
    add_faults(values, "--kill-lanes", chosen.kill_lanes, config::parse_lane_deaths);
    add_faults(values, "--fault", chosen.faults, config::parse_fault);
    for (auto& each : random_faults(values, chosen.random_faults)) {
        values.faults.push_back(std::move(each));
    }
    for (const auto& change : chosen.switch_fidelity) {
        try {
            values.fidelity_changes.push_back(config::parse_fidelity_change(change));
        } catch (const std::invalid_argument& error) {
            throw config::configuration_error(std::string("--switch-fidelity: ") + error.what());
        }
    }
    config::check(values, "command line");
    return values;
}

/// "terminal", "none", "file:PREFIX" (PREFIX.a and PREFIX.b) or "tcp:PORT" (PORT and PORT + 1).
/// std::runtime_error if it is none of these, or the file or port cannot be had.
std::shared_ptr<soc::uart_backend> uart_backend_of(const std::string& choice, unsigned index) {
    const std::string name(1, index == 0 ? 'a' : 'b');
    if (choice == "terminal") {
        return std::make_shared<soc::uart_terminal_backend>("[" + name + "] ", false);
    }
    if (choice == "none") {
        return nullptr;
    }
    if (choice.starts_with("file:") && choice.size() > 5) {
        return std::make_shared<soc::uart_file_backend>(choice.substr(5) + "." + name);
    }
    if (choice.starts_with("tcp:")) {
        unsigned port = 0;
        const auto [end, error] =
            std::from_chars(choice.data() + 4, choice.data() + choice.size(), port);
        if (error == std::errc{} && end == choice.data() + choice.size() && port > 0 &&
            port < 65535) {
            return std::make_shared<soc::uart_tcp_backend>(
                static_cast<std::uint16_t>(port + index));
        }
    }
    throw std::runtime_error("write terminal, none, file:PREFIX or tcp:PORT");
}

/// Before the run, so that a run which fails can be repeated.
void print_faults(std::FILE* out, const config::configuration& values) {
    fmt::print(out, "# the faults of this run\n");
    for (const auto& each : values.faults) {
        fmt::print(out, "{}\n", config::to_toml(each));
    }
    std::fflush(out);
}

void print_statistics(const pair& boards) {
    for (const auto* end : {&boards.a, &boards.b}) {
        for (const auto* each : end->devices()) {
            for (const auto& entry : each->stats().entries()) {
                fmt::print("{}.{} = {:.6g} {}\n", each->name(), entry.name, entry.value(),
                           entry.unit);
            }
        }
    }
}

void attach_consoles(pair& boards, const std::string& choice) {
    try {
        boards.a.uart.attach(uart_backend_of(choice, 0));
        boards.b.uart.attach(uart_backend_of(choice, 1));
    } catch (const std::runtime_error& error) {  // of the file or the port
        throw config::configuration_error(fmt::format("--uart {}: {}", choice, error.what()));
    }
}

}  // namespace

int run(const run_options& chosen) {
    const auto values = configuration_of(chosen);
    spdlog::set_level(spdlog::level::from_str(chosen.log));
    const auto firmware = values.firmware.empty() ? default_firmware().string() : values.firmware;
    const auto program = [&] {
        try {
            return riscv::load_elf(firmware);
        } catch (const riscv::elf_error& error) {
            throw config::configuration_error(error.what());
        }
    }();
    std::optional<workload::gradient_set> gradients;
    if (values.collective.enabled) {
        try {
            gradients = workload::load(values.collective.workload, values.simulation.seed);
        } catch (const workload::workload_error& error) {
            throw config::configuration_error(error.what());
        }
    }

    const auto started = std::chrono::steady_clock::now();
    pair boards("pair", values, gradients ? &*gradients : nullptr);
    try {
        boards.load(program, firmware);
    } catch (const riscv::elf_error& error) {
        throw config::configuration_error(error.what());
    }
    json_output json(chosen.json);
    attach_consoles(boards,
                    json.takes_stdout() && chosen.uart == "terminal" ? "none" : chosen.uart);
    // With the JSON on standard output, people read standard error.
    std::FILE* const out = json.takes_stdout() ? stderr : stdout;
    if (!chosen.random_faults.empty()) {
        print_faults(out, values);
    }
    std::signal(SIGINT, [](int) { stop_requested = true; });
    const auto end = boards.run(stop_requested);
    auto report = boards.report(end);
    report.version = LUXLANE_VERSION;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started;

    if (chosen.statistics) {
        print_statistics(boards);
    }
    fmt::print(out, "\n{}", report::to_text(report));
    fmt::print(out, "simulated {:.3f} ms in {:.2f} s of wall time ({:.1f} M instructions)\n",
               report.simulated_s * 1e3, wall.count(), double(report.instructions) * 1e-6);
    json.write(report::to_json(report));
    if (end == run_end::interrupted) {
        return interrupted;
    }
    return report.verdict == "pass" ? success : failed;
}

}  // namespace luxlane::cli
