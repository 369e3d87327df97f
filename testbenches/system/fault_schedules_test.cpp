#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "testbenches/system/program.h"

// Whatever happens to a link under full traffic, the run ends: with the right sums, or with a named
// failure of which both boards know. A seed repeats a run to the last byte of its report.

namespace luxlane::test {
namespace {

/// 12 schedules; all 100 of them with LUXLANE_LONG=1.
unsigned schedules() {
    const char* choice = std::getenv("LUXLANE_LONG");
    return choice != nullptr && std::string(choice) == "1" ? 100 : 12;
}

/// 34 + 6 lanes with some 250 us of traffic. Recoveries may follow each other, so the time limit
/// lies beyond all of the firmware's own.
std::vector<std::string> options_for(const scratch_directory& directory, unsigned seed) {
    const auto table = directory.write("traffic.csv", workload_table(4, 250000));
    return {"--set",           "collective.workload=" + table,
            "--set",           "link.data_lanes=34",
            "--set",           "link.spare_lanes=6",
            "--set",           "simulation.maximum_time_s=1s",
            "--random-faults", std::to_string(seed)};
}

/// The lines between the heading of the schedule and the report.
std::string schedule_of(const std::string& out) {
    const std::string heading = "# the faults of this run\n";
    const auto begin = out.find(heading);
    const auto end = out.find("\nlink a->b");
    return begin == std::string::npos || end == std::string::npos ? std::string{}
                                                                  : out.substr(begin, end - begin);
}

bool names_a_failure(const std::string& verdict) {
    return verdict.find("LINK DOWN: ") != std::string::npos ||
           verdict.find("ring stopped at descriptor") != std::string::npos;
}

}  // namespace

TEST_CASE("random faults under traffic: right sums or a named failure, never stuck, and a replay") {
    const scratch_directory directory;
    unsigned passed = 0;
    for (unsigned seed = 1; seed <= schedules(); ++seed) {
        const auto options = options_for(directory, seed);
        const auto run = run_with_report(options, directory);
        INFO("luxlane run --random-faults " << seed << "\n" << schedule_of(run.program.out));
        REQUIRE_FALSE(run.program.timed_out);
        REQUIRE(run.report.is_object());
        const std::string verdict = run.report.at("verdict");
        INFO(verdict);
        if (verdict == "pass") {
            CHECK(run.program.status == 0);
            CHECK(run.report.at("collective").at("correct") == true);
            ++passed;
        } else {
            CHECK(run.program.status == 1);
            CHECK(names_a_failure(verdict));
            CHECK(verdict.find("did not end") == std::string::npos);
            CHECK(verdict.find("wrong sums") == std::string::npos);
            CHECK(verdict.find("no progress") == std::string::npos);
            CHECK(verdict.find("unknown") == std::string::npos);
        }
        CHECK(run_with_report(options, directory).text == run.text);
    }
    // A link that gave up at every fault would pass the rest, too.
    CHECK(passed >= schedules() / 4);
}

TEST_CASE("a printed schedule, read from a file, gives the same report as its seed") {
    const scratch_directory directory;
    const auto options = options_for(directory, 3);
    const auto drawn = run_with_report(options, directory);
    const auto schedule = schedule_of(drawn.program.out);
    REQUIRE(schedule.find("[[fault]]") != std::string::npos);
    auto from_file = std::vector<std::string>(options.begin(), options.end() - 2);
    from_file.insert(from_file.begin(), directory.write("schedule.toml", schedule));
    CHECK(run_with_report(from_file, directory).text == drawn.text);
}

}  // namespace luxlane::test
