#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "testbenches/system/program.h"

namespace luxlane::test {
namespace {

using std::chrono::milliseconds;

sockaddr_in local_address(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

bool is_free(std::uint16_t port) {
    const int probe = socket(AF_INET, SOCK_STREAM, 0);
    const auto address = local_address(port);
    const bool free = bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(probe);
    return free;
}

/// A port that is free together with the next one.
std::uint16_t two_free_ports() {
    for (unsigned port = 20000 + unsigned(getpid()) % 10000; port < 60000; port += 7) {
        const auto first = static_cast<std::uint16_t>(port);
        if (is_free(first) && is_free(static_cast<std::uint16_t>(port + 1))) {
            return first;
        }
    }
    throw std::runtime_error("no two free ports");
}

/// Connects and reads until the far side closes.
std::string console_on(std::uint16_t port) {
    const auto address = local_address(port);
    int client = -1;
    for (int tries = 0; tries < 5000; ++tries) {
        client = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
            break;
        }
        close(client);
        client = -1;
        std::this_thread::sleep_for(milliseconds(2));
    }
    if (client < 0) {
        return "";
    }
    const timeval limit{60, 0};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::string text;
    char buffer[4096];
    for (ssize_t count = 0; (count = read(client, buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(count));
    }
    close(client);
    return text;
}

}  // namespace

TEST_CASE("describe lists every parameter with unit, default, range, meaning and source") {
    const scratch_directory directory;
    const auto json = luxlane({"describe", "--json"}, directory);
    REQUIRE(json.status == 0);
    const auto list = nlohmann::json::parse(json.out, nullptr, false);
    REQUIRE(list.is_array());
    CHECK(list.size() > 40);
    const auto text = luxlane({"describe"}, directory);
    REQUIRE(text.status == 0);
    for (const auto& entry : list) {
        const std::string key = entry.at("key");
        INFO(key);
        CHECK(entry.contains("unit"));
        CHECK_FALSE(entry.at("default").get<std::string>().empty());
        CHECK_FALSE(entry.at("range").get<std::string>().empty());
        CHECK_FALSE(entry.at("meaning").get<std::string>().empty());
        CHECK_FALSE(entry.at("source").get<std::string>().empty());
        CHECK(text.out.find('\n' + key.substr(key.find('.') + 1) + " = ") != std::string::npos);
        CHECK(text.out.find("source: " + entry.at("source").get<std::string>()) !=
              std::string::npos);
    }
    const auto section = luxlane({"describe", "spread"}, directory);
    CHECK(section.status == 0);
    CHECK(section.out.find("[spread]") == 0);
    CHECK(section.out.find("data_lanes") == std::string::npos);
}

TEST_CASE("what describe prints is a board description that check takes") {
    const scratch_directory directory;
    const auto list =
        nlohmann::json::parse(luxlane({"describe", "--json"}, directory).out, nullptr, false);
    REQUIRE(list.is_array());
    std::string description;
    for (const auto& entry : list) {
        const std::string value = entry.at("default");
        const bool is_text = value.front() == '"' || value == "true" || value == "false";
        description += entry.at("key").get<std::string>() + " = " +
                       (is_text ? value : '"' + value + '"') + '\n';
    }
    directory.write("defaults.toml", description);
    const auto result = luxlane({"check", "defaults.toml"}, directory);
    INFO(result.err);
    CHECK(result.status == 0);
}

TEST_CASE("the examples are valid") {
    const scratch_directory directory;
    unsigned examples = 0;
    for (const auto& entry : std::filesystem::directory_iterator(LUXLANE_SOURCE "/examples")) {
        if (entry.path().extension() == ".toml") {
            ++examples;
            const auto result = luxlane({"check", entry.path().string()}, directory);
            INFO(entry.path() << ": " << result.err);
            CHECK(result.status == 0);
            CHECK(result.out.find("valid") != std::string::npos);
        }
    }
    CHECK(examples >= 2);
}

TEST_CASE("validate compares the models with published figures, none of which is off") {
    const scratch_directory directory;
    const auto result = luxlane({"validate"}, directory);
    CHECK(result.status == 0);
    for (const auto* row : {"M-2", "M-3", "X-2"}) {
        CHECK(result.out.find(row) != std::string::npos);
    }
    const auto table = luxlane({"validate", "--markdown"}, directory);
    CHECK(table.status == 0);
    CHECK(table.out.find("| row |") == 0);
}

TEST_CASE("version names the program and SystemC, help names the subcommands") {
    const scratch_directory directory;
    const auto version = luxlane({"version"}, directory);
    CHECK(version.status == 0);
    CHECK(version.out.find("luxlane ") == 0);
    CHECK(version.out.find("2.3.") != std::string::npos);
    const auto help = luxlane({"--help"}, directory);
    CHECK(help.status == 0);
    for (const auto* command :
         {"run", "led", "receiver", "link", "array", "describe", "check", "validate", "version"}) {
        CHECK(help.out.find(command) != std::string::npos);
    }
    CHECK(luxlane({"run", "--help"}, directory).status == 0);
}

TEST_CASE("hello.elf runs as the README says") {
    const scratch_directory directory;
    const auto result = luxlane(
        {"run", "--firmware", LUXLANE_FIRMWARE "/hello.elf", "--set", "collective.enabled=false"},
        directory);
    CHECK(result.out.find("[a] Hello from LuxLane\n") != std::string::npos);
    CHECK(result.out.find("[b] 5 timer interrupts\n") != std::string::npos);
    CHECK(result.out.find("verdict: pass\n") != std::string::npos);
    CHECK(result.status == 0);
}

TEST_CASE("hello.elf runs unchanged on QEMU's virt machine, with the same console") {
    const scratch_directory directory;
    const std::string hello = LUXLANE_FIRMWARE "/hello.elf";
    if (run_program({"qemu-system-riscv64", "--version"}, directory).status != 0) {
        WARN("no qemu-system-riscv64 here: install qemu-system-misc");
        return;
    }
    const auto qemu =
        run_program({"qemu-system-riscv64", "-M", "virt", "-bios", "none", "-display", "none",
                     "-monitor", "none", "-serial", "stdio", "-kernel", hello},
                    directory, 60.0);
    CHECK_FALSE(qemu.timed_out);
    CHECK(qemu.status == 0);
    luxlane(
        {"run", "--firmware", hello, "--set", "collective.enabled=false", "--uart", "file:console"},
        directory);
    CHECK(qemu.out == content_of(directory.file("console.a")));
    CHECK(qemu.out.find("Hello from LuxLane\n") == 0);
}

TEST_CASE("consoles are delivered to socket clients") {
    const scratch_directory directory;
    const auto port = two_free_ports();
    // The program waits for nobody: what was printed before the client came is kept for it.
    running_program board({LUXLANE_PROGRAM, "run", "--uart", "tcp:" + std::to_string(port), "--set",
                           "link.data_lanes=34", "--set", "link.spare_lanes=6"},
                          directory);
    const auto console = console_on(port);
    const auto result = board.wait(LIMIT_S);
    CHECK(result.status == 0);
    CHECK(console.find("LuxLane firmware, board 0 of 2") != std::string::npos);
    CHECK(console.find("link: UP") != std::string::npos);
    CHECK(console.find("collective: done") != std::string::npos);
    CHECK(result.out.find("[a] ") == std::string::npos);
}

TEST_CASE("consoles go to files, and nothing of them to the terminal") {
    const scratch_directory directory;
    const auto result = luxlane(
        joined(joined({"run"}, small_link(directory)), {"--uart", "file:" + directory.file("log")}),
        directory);
    CHECK(result.status == 0);
    CHECK(content_of(directory.file("log.a")).find("board 0 of 2") != std::string::npos);
    CHECK(content_of(directory.file("log.b")).find("board 1 of 2") != std::string::npos);
    CHECK(result.out.find("board 0 of 2") == std::string::npos);
}

TEST_CASE("--statistics prints every block's figures by hierarchical name") {
    const scratch_directory directory;
    const auto result =
        luxlane(joined(joined({"run"}, small_link(directory)), {"--uart", "none", "--statistics"}),
                directory);
    CHECK(result.status == 0);
    const auto lines = '\n' + result.out;
    for (const auto* block : {"uart", "compute", "phy", "driver", "fibre", "photodiodes",
                              "receiver", "watchdog", "i2c", "interrupts", "clint"}) {
        INFO(block);
        CHECK(lines.find(std::string("\npair.a.") + block + ".") != std::string::npos);
        CHECK(lines.find(std::string("\npair.b.") + block + ".") != std::string::npos);
    }
}

TEST_CASE("Ctrl-C ends a run promptly with the report so far") {
    const scratch_directory directory;
    running_program board({LUXLANE_PROGRAM, "run", "--firmware", LUXLANE_GUESTS "/spin.elf",
                           "--set", "simulation.maximum_time_s=100", "--json", "report.json"},
                          directory);
    // The report's file is opened when everything is in place and the run begins.
    for (int tries = 0; tries < 20000 && !std::filesystem::exists(directory.file("report.json"));
         ++tries) {
        std::this_thread::sleep_for(milliseconds(2));
    }
    std::this_thread::sleep_for(milliseconds(300));
    board.send_signal(SIGINT);
    const auto result = board.wait(30.0);
    CHECK_FALSE(result.timed_out);
    CHECK(result.status == 130);
    CHECK(result.out.find("verdict: interrupted") != std::string::npos);
    const auto report =
        nlohmann::json::parse(content_of(directory.file("report.json")), nullptr, false);
    REQUIRE(report.is_object());
    CHECK(report.at("verdict") == "interrupted");
    CHECK(report.at("simulated_s").get<double>() > 0.0);
    CHECK(report.at("collective").at("correct") == false);
}

}  // namespace luxlane::test
