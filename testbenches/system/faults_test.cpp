#include <catch2/catch.hpp>
#include <string>

#include "testbenches/system/program.h"

namespace luxlane::test {
namespace {

/// 400 + 60 lanes with a workload of 12 MB: its all-reduce takes longer than the 100 us after which
/// the lanes die.
std::vector<std::string> wide_link(const scratch_directory& directory) {
    const auto table = directory.write("medium.csv", workload_table(6, 1000000));
    return {"--set", "collective.workload=" + table};
}

std::vector<std::string> wide_link_with(const scratch_directory& directory,
                                        const std::string& fault) {
    return joined(wide_link(directory), {"--kill-lanes", fault});
}

std::uint64_t figure(const reported_run& run, unsigned direction, const char* group,
                     const char* name) {
    return run.report.at("link")[direction].at(group).at(name);
}

std::uint64_t lost_flits(const reported_run& run, unsigned direction) {
    return run.report.at("link")[direction].at("lost_flits");
}

void check_nothing_was_lost(const reported_run& run) {
    for (unsigned direction = 0; direction < 2; ++direction) {
        CHECK(figure(run, direction, "codewords", "uncorrectable") == 0);
        CHECK(lost_flits(run, direction) == 0);
    }
    CHECK(run.report.at("collective").at("correct") == true);
    CHECK(run.report.at("verdict") == "pass");
    CHECK(run.program.status == 0);
}

/// The run without faults.
const reported_run& healthy() {
    static const scratch_directory directory;
    static const auto run = run_with_report(wide_link(directory), directory);
    return run;
}

}  // namespace

TEST_CASE("three lanes die in the main job: the FEC bridges, the firmware repairs") {
    const scratch_directory directory;
    const auto without = run_with_report({}, directory);
    const auto run = run_with_report({"--kill-lanes", "3,17,200@100us"}, directory);
    REQUIRE(without.report.is_object());
    REQUIRE(run.report.is_object());
    check_nothing_was_lost(run);
    CHECK(figure(run, 0, "codewords", "corrected") > 0);
    CHECK(figure(run, 0, "lanes", "swapped") == figure(without, 0, "lanes", "swapped") + 3);
    CHECK(figure(run, 0, "lanes", "dead") == figure(without, 0, "lanes", "dead") + 3);
    // The other direction has nothing to do with it.
    CHECK(figure(run, 1, "lanes", "swapped") == figure(without, 1, "lanes", "swapped"));
    CHECK(figure(run, 1, "lanes", "dead") == figure(without, 1, "lanes", "dead"));

    SECTION("the same from the TOML file gives the same report") {
        const auto from_file = run_with_report({LUXLANE_SOURCE "/examples/faults.toml"}, directory);
        CHECK(from_file.text == run.text);
    }
}

TEST_CASE("lanes of the other direction die") {
    const scratch_directory directory;
    const auto run = run_with_report(wide_link_with(directory, "b:3,17,200@100us"), directory);
    REQUIRE(run.report.is_object());
    check_nothing_was_lost(run);
    CHECK(figure(run, 1, "codewords", "corrected") > 0);
    CHECK(figure(run, 1, "lanes", "swapped") == figure(healthy(), 1, "lanes", "swapped") + 3);
    CHECK(figure(run, 0, "lanes", "swapped") == figure(healthy(), 0, "lanes", "swapped"));
}

TEST_CASE("lanes of both directions die, at different times") {
    const scratch_directory directory;
    const auto run = run_with_report(
        joined(wide_link_with(directory, "5@40us"), {"--kill-lanes", "b:6,7@90us"}), directory);
    REQUIRE(run.report.is_object());
    check_nothing_was_lost(run);
    CHECK(figure(run, 0, "lanes", "swapped") == figure(healthy(), 0, "lanes", "swapped") + 1);
    CHECK(figure(run, 1, "lanes", "swapped") == figure(healthy(), 1, "lanes", "swapped") + 2);
}

TEST_CASE("lanes die in the moment of LINK UP") {
    const scratch_directory directory;
    const auto run = run_with_report(wide_link_with(directory, "3,17,200@0us"), directory);
    REQUIRE(run.report.is_object());
    check_nothing_was_lost(run);
    CHECK(figure(run, 0, "lanes", "swapped") == figure(healthy(), 0, "lanes", "swapped") + 3);
}

TEST_CASE("a spare that dies unused changes nothing") {
    const scratch_directory directory;
    // Spares are chosen for logical lanes from 400 on; of the last ten, most are unused.
    const auto run = run_with_report(wide_link_with(directory, "459@100us"), directory);
    REQUIRE(run.report.is_object());
    check_nothing_was_lost(run);
    CHECK(figure(run, 0, "lanes", "dead") == figure(healthy(), 0, "lanes", "dead") + 1);
}

TEST_CASE("more lanes die than there are spares: LINK DOWN with its cause, on both boards") {
    const scratch_directory directory;
    const auto run = run_with_report(wide_link_with(directory, "0-120@100us"), directory);
    REQUIRE_FALSE(run.program.timed_out);
    REQUIRE(run.report.is_object());
    CHECK(run.program.status == 1);
    const std::string verdict = run.report.at("verdict");
    INFO(verdict);
    CHECK(verdict.find("board a: LINK DOWN") != std::string::npos);
    CHECK(verdict.find("board b: LINK DOWN") != std::string::npos);
    CHECK(verdict.find("spares exhausted") != std::string::npos);
    CHECK(verdict.find("did not end") == std::string::npos);
    CHECK(run.report.at("collective").at("correct") == false);
    CHECK(run.program.out.find("verdict: " + verdict) != std::string::npos);
    const auto uncorrectable = double(figure(run, 0, "codewords", "uncorrectable"));
    CHECK(uncorrectable > 0.0);
    // What crossed before the lanes died was good: a codeword lasts 5440 bit at 850 Gb/s.
    constexpr double good_codewords = 100e-6 * 850e9 / 5440.0;
    CHECK(double(figure(run, 0, "codewords", "total")) - uncorrectable > 0.95 * good_codewords);
}

TEST_CASE("more lanes die than the FEC bridges, fewer than there are spares: no wrong sums") {
    // 20 of 400 lanes are 27 of a codeword's 544 symbols; RS(544,514) corrects 15.
    const scratch_directory directory;
    const auto run = run_with_report(wide_link_with(directory, "0-19@100us"), directory);
    REQUIRE_FALSE(run.program.timed_out);
    REQUIRE(run.report.is_object());
    const std::string verdict = run.report.at("verdict");
    INFO(verdict);
    CHECK(verdict.find("wrong sums") == std::string::npos);
    CHECK(verdict.find("did not end") == std::string::npos);
    if (run.program.status == 0) {
        CHECK(verdict == "pass");
        CHECK(run.report.at("collective").at("correct") == true);
    } else {
        CHECK(run.program.status == 1);
        CHECK(verdict.find("board ") != std::string::npos);
        CHECK(lost_flits(run, 0) > 0);
        CHECK(run.report.at("collective").at("correct") == false);
    }
}

TEST_CASE("every sample of every lane: the symbol fidelity agrees with the statistical one") {
    const scratch_directory directory;
    const auto options = small_link(directory);
    const auto statistical = run_with_report(options, directory);
    const auto symbol = run_with_report(joined(options, {"--fidelity", "symbol"}), directory);
    REQUIRE(symbol.report.is_object());
    check_nothing_was_lost(symbol);
    CHECK(symbol.report.at("fidelity") == "symbol");
    for (unsigned direction = 0; direction < 2; ++direction) {
        const auto& a = symbol.report.at("link")[direction];
        const auto& b = statistical.report.at("link")[direction];
        CHECK(a.at("lanes") == b.at("lanes"));
        CHECK(a.at("latency_s") == b.at("latency_s"));
        // At these bit error ratios no run of this length sees an error, so time passes alike.
        CHECK(a.at("up_time_s") == b.at("up_time_s"));
    }
    CHECK(symbol.report.at("collective") == statistical.report.at("collective"));
}

TEST_CASE("the symbol fidelity repairs a lane too, and gives the same report twice") {
    const scratch_directory directory;
    // Lane 39 is a spare: its death costs nothing, and lane 2's is more than the FEC bridges on
    // this narrow link, where one lane is 16 symbols of a codeword.
    const auto options =
        joined(small_link(directory), {"--fidelity", "symbol", "--kill-lanes", "2,39@5us"});
    const auto run = run_with_report(options, directory);
    REQUIRE_FALSE(run.program.timed_out);
    REQUIRE(run.report.is_object());
    CHECK(run.report.at("verdict").get<std::string>().find("wrong sums") == std::string::npos);
    CHECK(figure(run, 0, "lanes", "dead") >= 2);
    CHECK(run_with_report(options, directory).text == run.text);
}

TEST_CASE("a run changes its fidelity while it runs, and replays") {
    const scratch_directory directory;
    const auto options =
        joined(small_link(directory), {"--switch-fidelity", "waveform@2us", "--switch-fidelity",
                                       "symbol@6us", "--switch-fidelity", "statistical@20us"});
    const auto run = run_with_report(options, directory);
    REQUIRE(run.report.is_object());
    check_nothing_was_lost(run);
    CHECK(run.report.at("unreached_events").empty());
    CHECK(run_with_report(options, directory).text == run.text);
}

}  // namespace luxlane::test
