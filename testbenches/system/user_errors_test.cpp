#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "testbenches/system/program.h"

// Bad input answers with one clear message that names the place and what would be right, exit
// status 2, and leaves nothing half done.

namespace luxlane::test {
namespace {

const std::string HELLO = LUXLANE_FIRMWARE "/hello.elf";

constexpr std::size_t PROGRAM_HEADERS = 32;  // of e_phoff, e_machine and e_phnum in an ELF64 header
constexpr std::size_t MACHINE = 18;
constexpr std::size_t PROGRAM_HEADER_COUNT = 56;
constexpr std::size_t PROGRAM_HEADER_BYTES = 56;
constexpr std::size_t PHYSICAL_ADDRESS = 24;

/// The whole message on standard error, without its line end; the program must not have done
/// anything else.
std::string message_of(const std::vector<std::string>& arguments,
                       const scratch_directory& directory) {
    const auto result = luxlane(arguments, directory);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    return result.err.substr(0, result.err.find('\n'));
}

template <class number>
number field(const std::string& elf, std::size_t at) {
    number value;
    std::memcpy(&value, elf.data() + at, sizeof value);
    return value;
}

/// The file of an image that message_of() cannot take, and what is said about it.
std::string firmware_message(const std::string& content) {
    const scratch_directory directory;
    directory.write("bad.elf", content);
    const auto message = message_of(
        {"run", "--firmware", "bad.elf", "--json", "report.json", "--uart", "file:console"},
        directory);
    CHECK_FALSE(std::filesystem::exists(directory.file("report.json")));
    CHECK_FALSE(std::filesystem::exists(directory.file("console.a")));
    return message;
}

/// What `check` and `run` say about a board description, which must be the same.
std::string description_message(const std::string& text) {
    const scratch_directory directory;
    directory.write("board.toml", text);
    const auto message = message_of({"check", "board.toml"}, directory);
    CHECK(message_of({"run", "board.toml"}, directory) == message);
    return message;
}

std::string run_message(const std::vector<std::string>& options) {
    const scratch_directory directory;
    return message_of(joined({"run"}, options), directory);
}

std::string workload_message(const std::string& table) {
    const scratch_directory directory;
    directory.write("table.csv", table);
    return message_of({"run", "--set", "collective.workload=table.csv"}, directory);
}

}  // namespace

TEST_CASE("firmware that is no ELF file for this board") {
    auto elf = content_of(HELLO);
    REQUIRE(elf.size() > 4096);
    SECTION("no ELF file at all") {
        CHECK(firmware_message("#!/bin/sh\n") ==
              "luxlane: bad.elf: not an ELF file: it does not begin with 7f 45 4c 46");
    }
    SECTION("empty") {
        CHECK(firmware_message("") == "luxlane: bad.elf: is empty or cannot be read");
    }
    SECTION("cut within its header") {
        CHECK(
            firmware_message(elf.substr(0, 40)) ==
            "luxlane: bad.elf: truncated: ELF header needs 64 bytes at offset 0, the file has 40");
    }
    SECTION("cut within a segment") {
        const auto message = firmware_message(elf.substr(0, 2000));
        CHECK(message.find("luxlane: bad.elf: truncated: segment ") == 0);
        CHECK(message.find("the file has 2000") != std::string::npos);
    }
    SECTION("for another machine") {
        constexpr std::uint16_t x86_64 = 62;
        std::memcpy(elf.data() + MACHINE, &x86_64, sizeof x86_64);
        CHECK(firmware_message(elf) == "luxlane: bad.elf: e_machine is 62, needed is 243 (RISC-V)");
    }
    SECTION("linked to where the board has no memory") {
        const auto table = field<std::uint64_t>(elf, PROGRAM_HEADERS);
        for (unsigned i = 0; i < field<std::uint16_t>(elf, PROGRAM_HEADER_COUNT); ++i) {
            const auto at = table + i * PROGRAM_HEADER_BYTES;
            const std::uint64_t address =
                field<std::uint64_t>(elf, at + PHYSICAL_ADDRESS) + 0x10000000;
            std::memcpy(elf.data() + at + PHYSICAL_ADDRESS, &address, sizeof address);
        }
        const auto message = firmware_message(elf);
        CHECK(message.find("luxlane: bad.elf: a segment of ") == 0);
        CHECK(message.find(" at 0x90000000 lies outside the board's memories; programs go to DRAM "
                           "at 0x80000000 (64 MiB) or SRAM at 0x8000000 (128 KiB)") !=
              std::string::npos);
    }
}

TEST_CASE("firmware that is missing") {
    CHECK(run_message({"--firmware", "missing.elf"}) ==
          "luxlane: missing.elf: is empty or cannot be read");
}

TEST_CASE("a mistake in a board description is named with file, line, column and key") {
    SECTION("unknown key") {
        CHECK(description_message("[link]\nspare_lanes = 60\ndata_lane = 4\n") ==
              "luxlane: board.toml:3:1: unknown key 'link.data_lane'; did you mean "
              "'link.data_lanes'?");
    }
    SECTION("unknown section") {
        const auto message = description_message("[cable]\nlength_m = 4\n");
        CHECK(message.find(
                  "luxlane: board.toml:2:1: unknown key 'cable.length_m'; did you mean ") == 0);
        CHECK(message.find("lane.length_m") != std::string::npos);
    }
    SECTION("value out of range") {
        CHECK(
            description_message("[link]\ndata_lanes = 4000\n") ==
            "luxlane: board.toml:2:14: link.data_lanes = 4000 is out of range; allowed: 1 .. 544");
    }
    SECTION("value between whole numbers") {
        CHECK(description_message("[link]\ndata_lanes = 1.5\n") ==
              "luxlane: board.toml:2:14: link.data_lanes = 1.5 is not a whole number");
    }
    SECTION("wrong unit") {
        CHECK(description_message("[lane]\nlength_m = \"10 kg\"\n") ==
              "luxlane: board.toml:2:12: lane.length_m: unit 'kg' of '10 kg' is unknown here; "
              "expected a number in m, e.g. '2 m' or '2 mm'");
    }
    SECTION("unknown choice") {
        CHECK(description_message("[simulation]\nfidelity = \"spice\"\n") ==
              "luxlane: board.toml:2:12: simulation.fidelity = \"spice\" is unknown; allowed: "
              "statistical, symbol, waveform");
    }
    SECTION("key outside any section") {
        CHECK(description_message("seed = 3\n") ==
              "luxlane: board.toml:1:1: 'seed' stands outside any section; write it as section.key "
              "or below a [section]");
    }
    SECTION("fault without time") {
        CHECK(description_message("[[fault]]\nkill_lanes = \"3,17\"\n") ==
              "luxlane: board.toml:2:14: '3,17' has no time; write it as in 3,17,200-210@100us");
    }
    SECTION("unknown kind of fault") {
        CHECK(description_message("[[fault]]\nkill_lane = \"3@1us\"\n") ==
              "luxlane: board.toml:2:1: unknown key 'fault.kill_lane'; did you mean "
              "'fault.kill_lanes'?");
    }
    SECTION("a fault that lasts too long") {
        CHECK(description_message("[[fault]]\nkind = \"loss_of_signal\"\nduration_s = \"1s\"\n") ==
              "luxlane: board.toml:3:14: fault.duration_s = 1 s is out of range; allowed: 1 us .. "
              "10 ms");
    }
    SECTION("a fault that does not say what its kind needs") {
        CHECK(description_message("[[fault]]\nkind = \"skew_step\"\nlanes = \"3\"\n"
                                  "after_link_up_s = \"1us\"\n") ==
              "luxlane: board.toml:1:1: a fault of kind skew_step needs skew_s");
    }
    SECTION("a switch to no fidelity") {
        CHECK(description_message("[[switch]]\nfidelity = \"spice@1us\"\n") ==
              "luxlane: board.toml:2:12: 'spice' in 'spice@1us' is no fidelity; allowed: "
              "statistical, symbol, waveform");
    }
    SECTION("a lane that the link does not have") {
        CHECK(description_message("[link]\ndata_lanes = 34\nspare_lanes = 6\n[[fault]]\n"
                                  "kill_lanes = \"40@1us\"\n") ==
              "luxlane: board.toml: a fault names lane 40; the link has lanes 0 .. 39");
    }
    SECTION("more lanes than the devices have") {
        CHECK(
            description_message("[link]\ndata_lanes = 500\nspare_lanes = 200\n") ==
            "luxlane: board.toml: link.data_lanes + link.spare_lanes = 700; the devices have room "
            "for 672");
    }
    SECTION("an interleave that no stream has") {
        CHECK(description_message("[link]\ninterleave = 3\n") ==
              "luxlane: board.toml: link.interleave = 3: codewords alternate by 1, 2 or 4");
    }
    SECTION("no TOML") {
        const auto message = description_message("[link\ndata_lanes = 4\n");
        CHECK(message.find("luxlane: board.toml:1:6: ") == 0);
    }
}

TEST_CASE("a board description that is missing") {
    const scratch_directory directory;
    CHECK(message_of({"check", "none.toml"}, directory) == "luxlane: none.toml: no such file");
    CHECK(message_of({"run", "none.toml"}, directory) == "luxlane: none.toml: no such file");
}

TEST_CASE("bad lanes or times in --kill-lanes") {
    const auto message = [](const char* value) { return run_message({"--kill-lanes", value}); };
    CHECK(message("3,17") ==
          "luxlane: --kill-lanes: '3,17' has no time; write it as in 3,17,200-210@100us");
    CHECK(message("3@") == "luxlane: --kill-lanes: '' is not a number in s, e.g. '2 s' or '2 ms'");
    CHECK(message("3@5kg") ==
          "luxlane: --kill-lanes: unit 'kg' of '5kg' is unknown here; expected a number in s, e.g. "
          "'2 s' or '2 ms'");
    CHECK(message("3@-1us") ==
          "luxlane: --kill-lanes: '3@-1us': the time counts from LINK UP, from 0 s");
    CHECK(message("999@1us") ==
          "luxlane: --kill-lanes: '999' in '999@1us' is not a lane; lanes are 0 .. 671");
    CHECK(message("5-2@1us") == "luxlane: --kill-lanes: '5-2' in '5-2@1us' runs backwards");
    CHECK(message("c:3@1us") ==
          "luxlane: --kill-lanes: 'c:3' in 'c:3@1us' is not a lane; lanes are 0 .. 671");
    CHECK(message("470@1us") ==
          "luxlane: command line: a fault names lane 470; the link has lanes 0 .. 459");
}

TEST_CASE("bad kinds, arguments or times in --fault, and seeds of --random-faults") {
    const auto message = [](const char* value) { return run_message({"--fault", value}); };
    CHECK(message("flood@1us") ==
          "luxlane: --fault: 'flood' in 'flood@1us' is no kind of fault; allowed: death, burst, "
          "skew_step, loss_of_signal, pll_loss, far_end_reset");
    CHECK(message("loss_of_signal:b@1us") ==
          "luxlane: --fault: 'loss_of_signal:b@1us': write loss_of_signal:[a:|b:]DURATION@TIME, "
          "e.g. loss_of_signal:b:1ms@100us");
    CHECK(message("loss_of_signal:11ms@1us") ==
          "luxlane: --fault: fault.duration_s = 11 ms is out of range; allowed: 1 us .. 10 ms");
    CHECK(message("burst:470:3dB:1us@1us") ==
          "luxlane: command line: a fault names lane 470; the link has lanes 0 .. 459");
    CHECK(message("pll_loss:1ms@1us") ==
          "luxlane: command line: a fault of kind pll_loss needs host lanes; link.host_interface = "
          "\"direct\" has none");
    CHECK(run_message({"--random-faults", "one"}) ==
          "luxlane: --random-faults: 'one' is not a seed, a whole number from 0");
}

TEST_CASE("bad --set, --seed and --fidelity") {
    const auto message = [](const char* value) { return run_message({"--set", value}); };
    CHECK(message("link.data_lanes") ==
          "luxlane: --set link.data_lanes: write it as section.key=value");
    CHECK(message("link.data_lane=4") ==
          "luxlane: --set link.data_lane=4: unknown key 'link.data_lane'; did you mean "
          "'link.data_lanes'?");
    CHECK(message("link.data_lanes=x") ==
          "luxlane: --set link.data_lanes: 'x' is not a number without unit");
    CHECK(message("link.data_lanes=0") ==
          "luxlane: --set link.data_lanes = 0 is out of range; allowed: 1 .. 544");
    CHECK(message("collective.enabled=maybe") ==
          "luxlane: --set collective.enabled = \"maybe\" is neither true nor false");
    CHECK(run_message({"--seed", "-1"}) ==
          "luxlane: --seed: simulation.seed = -1 is out of range; allowed: 0 .. 1000000000000000");
    CHECK(run_message({"--seed", "one"}) ==
          "luxlane: --seed: simulation.seed: 'one' is not a number without unit");
    CHECK(run_message({"--fidelity", "spice"}) ==
          "luxlane: --fidelity: simulation.fidelity = \"spice\" is unknown; allowed: "
          "statistical, symbol, waveform");
}

TEST_CASE("a report that cannot be written is refused before the run") {
    CHECK(run_message({"--json", "no-such-directory/report.json"}) ==
          "luxlane: --json no-such-directory/report.json: cannot write this file");
}

TEST_CASE("a bad workload is named with file and line") {
    CHECK(run_message({"--set", "collective.workload=none.csv"}) ==
          "luxlane: workload 'none.csv': cannot read this file; built in is only resnet50");
    CHECK(workload_message("layer,4\n") ==
          "luxlane: table.csv:1: 'layer,4' instead of the heading 'name,kind,shape,elements'");
    const std::string heading = "# a comment\nname,kind,shape,elements\n";
    CHECK(workload_message(heading).find("luxlane: table.csv: no tensors; ") == 0);
    CHECK(workload_message(heading + "a,fc,3x3,10\n") ==
          "luxlane: table.csv:3: 10 elements, but the shape 3x3 has 9");
    CHECK(workload_message(heading + "a,fc,3x3\n") ==
          "luxlane: table.csv:3: 3 columns instead of the 4 of 'name,kind,shape,elements'");
    CHECK(workload_message(heading + "a,fc,4,4\na,fc,4,4\n") ==
          "luxlane: table.csv:4: a second tensor named 'a'");
    CHECK(workload_message(heading + "a,fc,0,0\n").find("luxlane: table.csv:3: extent '0' ") == 0);
    // The device's memory is 1 GiB, and a tensor's halves need scratch.
    CHECK(workload_message(heading + "a,fc,1000000000,1000000000\n")
              .find("do not fit into 1024 MiB of memory") != std::string::npos);
}

TEST_CASE("a console that cannot be had") {
    for (const std::string choice : {"bogus", "tcp:0", "tcp:65535", "tcp:x", "file:"}) {
        CHECK(run_message({"--uart", choice}) ==
              "luxlane: --uart " + choice + ": write terminal, none, file:PREFIX or tcp:PORT");
    }
    CHECK(
        run_message({"--uart", "file:no-such-directory/console"}) ==
        "luxlane: --uart file:no-such-directory/console: no-such-directory/console.a: No such file "
        "or directory");
}

TEST_CASE("a console port that another program uses") {
    const int taken = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    REQUIRE(bind(taken, reinterpret_cast<sockaddr*>(&address), length) == 0);
    REQUIRE(listen(taken, 1) == 0);
    REQUIRE(getsockname(taken, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    const auto choice = "tcp:" + std::to_string(ntohs(address.sin_port));
    const auto message = run_message({"--uart", choice});
    CHECK(message.find("luxlane: --uart " + choice + ": ") == 0);
    CHECK(message.find("Address already in use") != std::string::npos);
    close(taken);
}

TEST_CASE("a command line that is no command") {
    const scratch_directory directory;
    CHECK(message_of({"simulate"}, directory) ==
          "luxlane: unknown subcommand 'simulate'; there are run, led, receiver, link, "
          "array, describe, check, validate, version");
    CHECK(message_of({}, directory) ==
          "luxlane: say what to do: run, led, receiver, link, array, describe, check, validate, "
          "version; --help tells more");
    CHECK(message_of({"describe", "nothing"}, directory)
              .find("luxlane: describe: no key begins with 'nothing'; did you mean ") == 0);
    const auto option = luxlane({"run", "--quiet"}, directory);
    CHECK(option.status == 2);
    CHECK(option.err.find("--quiet") != std::string::npos);
    const auto level = luxlane({"run", "--log", "loud"}, directory);
    CHECK(level.status == 2);
    CHECK(level.err.find("warning") != std::string::npos);
}

}  // namespace luxlane::test
