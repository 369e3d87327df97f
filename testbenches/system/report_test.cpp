#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "testbenches/system/program.h"

namespace luxlane::test {
namespace {

const std::string PAIR = LUXLANE_SOURCE "/examples/pair.toml";
/// bf16 gradients of ResNet-50: 25,557,032 parameters (He et al., arXiv:1512.03385, as torchvision
/// builds it).
constexpr std::uint64_t RESNET50_BYTES = 2 * 25557032ULL;
/// Nothing crosses the fibre faster than this.
constexpr double VACUUM_S_PER_M = 1.0 / 299792458.0;

/// The main job as the README gives it: run once for all test cases.
const reported_run& main_job() {
    static const scratch_directory directory;
    static const reported_run run = run_with_report({PAIR}, directory);
    return run;
}

double sum_of(const nlohmann::json& parts) {
    double sum = 0.0;
    for (const auto& part : parts) {
        sum += part.get<double>();
    }
    return sum;
}

void check_link(const nlohmann::json& link) {
    CHECK(link.at("up_time_s").get<double>() > 0.0);
    const auto& lanes = link.at("lanes");
    CHECK(lanes.at("data") == 400);
    CHECK(lanes.at("spare") == 60);
    CHECK(lanes.at("dead").get<unsigned>() < 60);
    CHECK(lanes.at("swapped").get<unsigned>() <= lanes.at("dead").get<unsigned>());
    const auto& ber = link.at("ber");
    CHECK(ber.at("median").get<double>() > 0.0);
    CHECK(ber.at("worst").get<double>() >= ber.at("median").get<double>());
    // What RS(544,514) still brings to 1e-15 (IEEE 802.3, clause 91 and 119).
    CHECK(ber.at("worst").get<double>() < 2.4e-4);
    const auto& codewords = link.at("codewords");
    CHECK(codewords.at("total").get<std::uint64_t>() > 0);
    CHECK(codewords.at("corrected") <= codewords.at("total"));
    CHECK(codewords.at("uncorrectable") == 0);
    CHECK(link.at("lost_flits") == 0);
    CHECK(link.at("payload_bps").get<double>() > 0.0);
    CHECK(link.at("payload_bps") <= link.at("line_payload_bps"));
    // 400 lanes of 2.125 Gb/s in RS(544,514) codewords of 256b/257b blocks: 800 Gb/s.
    CHECK(link.at("line_payload_bps").get<double>() <= 800e9 * (1.0 + 1e-9));
    const auto& latency = link.at("latency_s");
    const double one_way = latency.at("one_way");
    CHECK(latency.at("parts").size() >= 4);
    CHECK(sum_of(latency.at("parts")) == Approx(one_way));
    CHECK(latency.at("round_trip").get<double>() > one_way);
    CHECK(latency.at("parts").at("fibre").get<double>() > 10.0 * VACUUM_S_PER_M);
    CHECK(one_way < 1e-6);
}

}  // namespace

TEST_CASE("the main job passes, and its report has every figure with a value that can be") {
    const auto& run = main_job();
    INFO(run.program.err);
    REQUIRE_FALSE(run.program.timed_out);
    REQUIRE(run.program.status == 0);
    REQUIRE(run.report.is_object());
    const auto& report = run.report;
    CHECK(report.at("verdict") == "pass");
    const std::string version = report.at("version");
    CHECK_FALSE(version.empty());
    CHECK(luxlane({"version"}, scratch_directory()).out.find("luxlane " + version + ' ') == 0);
    CHECK(report.at("seed") == 1);
    CHECK(report.at("fidelity") == "statistical");
    REQUIRE(report.at("link").size() == 2);
    CHECK(report.at("link")[0].at("name") == "a->b");
    CHECK(report.at("link")[1].at("name") == "b->a");
    for (const auto& link : report.at("link")) {
        INFO(link.at("name"));
        check_link(link);
    }
    const auto& collective = report.at("collective");
    CHECK(collective.at("bytes") == RESNET50_BYTES);
    CHECK(collective.at("correct") == true);
    CHECK(collective.at("time_s") > collective.at("ideal_s"));
    // Every byte crosses the line once in each direction.
    CHECK(collective.at("ideal_s").get<double>() > 8.0 * double(RESNET50_BYTES) / 800e9);
    CHECK(report.at("simulated_s") > collective.at("time_s"));
}

TEST_CASE("the power lies where it was published for both host interfaces") {
    const auto& co_packaged = main_job().report;
    static const scratch_directory directory;
    const auto pluggable =
        run_with_report({PAIR, "--set", "link.host_interface=800gaui-8"}, directory);
    REQUIRE(pluggable.program.status == 0);
    // Row M-11 of testbenches/vectors/published.csv.
    for (const auto* report : {&co_packaged, &pluggable.report}) {
        const auto& energy = report->at("energy");
        const double watts = energy.at("watts_per_end");
        CHECK(watts >= 3.1);
        CHECK(watts <= 5.3);
        CHECK(sum_of(energy.at("parts")) == Approx(watts));
        const double line_bps = report->at("link")[0].at("line_payload_bps");
        CHECK(energy.at("pj_per_bit").get<double>() == Approx(watts / line_bps * 1e12));
    }
    CHECK(pluggable.report.at("energy").at("watts_per_end") >
          co_packaged.at("energy").at("watts_per_end"));
    CHECK(pluggable.report.at("collective").at("correct") == true);
}

TEST_CASE("the same run gives the same report byte for byte, another seed another one") {
    const auto& first = main_job();
    const scratch_directory directory;
    const auto second = run_with_report({PAIR}, directory);
    CHECK(second.text == first.text);
    const auto other = run_with_report({PAIR, "--seed", "2"}, directory);
    CHECK(other.program.status == 0);
    CHECK(other.report.at("seed") == 2);
    CHECK(other.report.at("link") != first.report.at("link"));
    CHECK(other.report.at("collective").at("correct") == true);
}

TEST_CASE("what the terminal shows are the report's figures, the consoles and the progress") {
    const scratch_directory directory;
    const auto options = joined({"run"}, small_link(directory));
    const auto run = luxlane(options, directory);
    REQUIRE(run.status == 0);
    for (const auto* text :
         {"[a] ", "[b] ", "link a->b", "link b->a", "link up at", "BER before FEC", "codewords",
          "latency", "bit for bit", "pJ/bit", "M-11", "verdict: pass", "wall time"}) {
        INFO(text);
        CHECK(run.out.find(text) != std::string::npos);
    }
    // With the report on standard output there is nothing else, so that a pipe can read it.
    const auto piped = luxlane(joined(options, {"--json", "-"}), directory);
    const auto report = nlohmann::json::parse(piped.out, nullptr, false);
    REQUIRE(report.is_object());
    CHECK(report.at("verdict") == "pass");
    CHECK(piped.err.find("verdict: pass") != std::string::npos);
}

TEST_CASE("results do not depend on the quantum, on consoles or on logging") {
    const scratch_directory directory;
    const auto options = small_link(directory);
    const auto reference = run_with_report(options, directory);
    REQUIRE(reference.program.status == 0);
    for (const auto* quantum : {"1", "100", "7777"}) {
        INFO("quantum of " << quantum << " instructions");
        const auto other = run_with_report(
            joined(options, {"--set", std::string("node.quantum_instructions=") + quantum}),
            directory);
        CHECK(other.text == reference.text);
    }
    const auto logged =
        run_with_report(joined(options, {"--log", "trace", "--statistics"}), directory);
    CHECK(logged.text == reference.text);
    const auto file = directory.file("second.json");
    const auto console =
        luxlane(joined(joined({"run"}, options),
                       {"--uart", "file:" + directory.file("console"), "--json", file}),
                directory);
    CHECK(console.status == 0);
    CHECK(content_of(file) == reference.text);
}

TEST_CASE("a fault strikes at the same moment whatever the quantum is") {
    const scratch_directory directory;
    const auto options = joined(small_link(directory), {"--kill-lanes", "36@3us"});
    const auto reference = run_with_report(options, directory);
    const auto other =
        run_with_report(joined(options, {"--set", "node.quantum_instructions=1"}), directory);
    CHECK(other.text == reference.text);
}

}  // namespace luxlane::test
