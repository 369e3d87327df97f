#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "testbenches/system/program.h"

// What a guest does wrong is answered as silicon would, said once, and never ends the simulation.

namespace luxlane::test {
namespace {

struct guest_run {
    program_result program;
    std::string console;  ///< of board a
    std::string verdict;

    std::size_t warnings(const std::string& text) const {
        std::size_t count = 0;
        for (auto at = program.err.find(text); at != std::string::npos;
             at = program.err.find(text, at + 1)) {
            ++count;
        }
        return count;
    }
};

/// Runs a guest program on both boards without a collective.
guest_run run_guest(const std::string& name, const std::vector<std::string>& options = {}) {
    const scratch_directory directory;
    guest_run run;
    run.program = luxlane(joined({"run", "--set", "collective.enabled=false", "--firmware",
                                  LUXLANE_GUESTS "/" + name + ".elf", "--uart", "file:console"},
                                 options),
                          directory);
    run.console = content_of(directory.file("console.a"));
    CHECK(content_of(directory.file("console.b")) == run.console);
    const auto at = run.program.out.rfind("verdict: ");
    if (at != std::string::npos) {
        run.verdict = run.program.out.substr(at + 9, run.program.out.find('\n', at) - at - 9);
    }
    CHECK_FALSE(run.program.timed_out);
    return run;
}

/// What stands behind the colon of the console's line that begins with `what`.
std::string line_of(const guest_run& run, const std::string& what) {
    const auto at = run.console.find(what + ": ");
    if (at == std::string::npos) {
        return "";
    }
    const auto begin = at + what.size() + 2;
    return run.console.substr(begin, run.console.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("a write of a reserved bit warns once with register, value and program counter") {
    const auto run = run_guest("reserved_bit", {"--statistics"});
    INFO(run.program.err);
    CHECK(run.warnings("pair.a.uart: write of 0x80 to register IER sets reserved bits 0x80: "
                       "ignored (pc 0x80") == 1);
    CHECK(run.warnings("pair.b.uart: ") == 1);
    CHECK(run.console == "reserved bit reads as 0\n");
    // Said once, counted three times.
    CHECK(run.program.out.find("pair.a.uart.guest_warnings = 3") != std::string::npos);
    CHECK(run.verdict == "pass");
    CHECK(run.program.status == 0);
}

TEST_CASE("a firmware engineer's own trap handler sees every refused access") {
    const auto run = run_guest("access_faults");
    INFO(run.console);
    // Causes of table 3.6 of the privileged specification: 5 load, 7 store access fault.
    CHECK(line_of(run, "store to the boot ROM") == "mcause 7, mtval 0x1000, precise");
    CHECK(line_of(run, "load from nowhere") == "mcause 5, mtval 0x40000008, precise");
    CHECK(line_of(run, "store to nowhere") == "mcause 7, mtval 0x40000001, precise");
    CHECK(line_of(run, "misaligned register") == "mcause 5, mtval 0x10025002, precise");
    CHECK(line_of(run, "one byte of a register") == "mcause 7, mtval 0x10025018, precise");
    CHECK(line_of(run, "store to a read-only register") == "mcause 7, mtval 0x10025000, precise");
    CHECK(run.console.find("end of the program\n") != std::string::npos);
    for (const auto* warning :
         {"pair.a.boot_rom: store of 4 bytes at offset 0x0 of read-only memory",
          "pair.a.bus: read of 8 bytes at 0x40000008, where nothing is mapped (pc 0x80",
          "pair.a.bus: write of 1 bytes at 0x40000001, where nothing is mapped (pc 0x80",
          "pair.a.compute: 4-byte read at offset 0x2; register ID takes aligned accesses of 4 "
          "bytes",
          "pair.a.compute: 1-byte write at offset 0x18; register IRQ_MASK takes aligned accesses",
          "pair.a.compute: write of read-only register ID (pc 0x80"}) {
        INFO(warning);
        CHECK(run.warnings(warning) == 1);
    }
    CHECK(run.verdict == "pass");
    CHECK(run.program.status == 0);
}

TEST_CASE("a jump to nowhere is an instruction access fault that ends the run with a verdict") {
    const auto run = run_guest("jump_nowhere");
    CHECK(run.console ==
          "jumping\nfault: instruction access fault (mcause 0x1) at pc 0x40000000, address "
          "0x40000000\n");
    CHECK(run.warnings("pair.a.bus: read of 2 bytes at 0x40000000, where nothing is mapped (pc "
                       "0x40000000)") == 1);
    // The status that the firmware's handler exits with.
    CHECK(run.verdict == "board a: the firmware exits with 6; board b: the firmware exits with 6");
    CHECK(run.program.status == 1);
}

TEST_CASE("a jump to nowhere without a trap handler locks the hart up, and the run ends") {
    const auto run = run_guest("locked_up", {"--set", "simulation.maximum_time_s=100"});
    CHECK(run.verdict ==
          "board a: the hart is locked up: its trap handler traps; "
          "board b: the hart is locked up: its trap handler traps");
    CHECK(run.warnings("pair.a.hart: locked up: the trap handler at 0x0 cannot be executed") == 1);
    CHECK(run.program.status == 1);
}

TEST_CASE("a descriptor beyond the accelerator's memory stops its ring with an interrupt") {
    const auto run = run_guest("dma_beyond");
    // IRQ_STATUS.ERROR of ring 2 (COMPUTE); RING_ERROR.CODE 2 is BAD_ADDRESS.
    CHECK(run.console ==
          "interrupts 1, error rings 4, done rings 0\n"
          "error 1: code 2 at descriptor 0, completed 0\n");
    CHECK(run.verdict == "pass");
    CHECK(run.program.status == 0);
}

TEST_CASE("a program's exit status is in the verdict") {
    const auto run = run_guest("exits");
    CHECK(run.verdict ==
          "board a: the firmware exits with 42; board b: the firmware exits with 42");
    CHECK(run.program.status == 1);
}

TEST_CASE("a program that never ends is given up at the simulated time that was allowed") {
    const auto run = run_guest("spin", {"--set", "simulation.maximum_time_s=1ms"});
    CHECK(run.verdict ==
          "board a: did not end within 1 ms (simulation.maximum_time_s); "
          "board b: did not end within 1 ms (simulation.maximum_time_s)");
    CHECK(run.program.status == 1);
}

TEST_CASE("firmware that ends without doing the job it was given does not pass") {
    const scratch_directory directory;
    const auto run = run_with_report(
        joined(small_link(directory), {"--firmware", LUXLANE_FIRMWARE "/hello.elf"}), directory);
    CHECK(run.program.status == 1);
    REQUIRE(run.report.is_object());
    const std::string verdict = run.report.at("verdict");
    CHECK(verdict.find("board a: the firmware ended without doing the job") == 0);
}

}  // namespace luxlane::test
