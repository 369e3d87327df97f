#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/dsp/error_counter.h"
#include "testbenches/system/program.h"

namespace luxlane::test {
namespace {

/// What the guest counted.
struct measurement {
    std::uint64_t bits = 0;
    std::uint64_t errors = 0;
};

/// One run of the guest program diagnostics.elf.
struct diagnosis {
    reported_run run;
    std::string console[2];  ///< [board]
    std::map<std::pair<std::string, unsigned>, measurement> found[2];

    /// Lanes on which the board measured `what`.
    std::vector<unsigned> lanes(unsigned board, const std::string& what) const {
        std::vector<unsigned> result;
        for (const auto& [key, value] : found[board]) {
            if (key.first == what) {
                result.push_back(key.second);
            }
        }
        return result;
    }
    const measurement& at(unsigned board, const std::string& what, unsigned lane) const {
        return found[board].at({what, lane});
    }
    /// The physical model's own ratio of a lane that ends at `board`.
    double line_ber(unsigned board, unsigned lane) const {
        return run.report.at("link")[1 - board].at("lane_ber")[lane];
    }
    double host_ber(unsigned board, unsigned lane) const {
        return run.report.at("host")[board].at("lane_ber")[lane];
    }
};

/// 34 + 6 lanes over 24.5 m, where most lanes err at 1e-5 to 1e-4: spares beyond that fail the
/// PHY's test.
diagnosis diagnose(const std::vector<std::string>& options) {
    const scratch_directory directory;
    const auto json = directory.file("report.json");
    const auto uart = directory.file("uart");
    diagnosis result;
    result.run.program =
        luxlane(joined({"run", "--firmware", LUXLANE_FIRMWARE "/diagnostics.elf", "--json", json,
                        "--uart", "file:" + uart, "--set", "collective.enabled=false", "--set",
                        "link.data_lanes=34", "--set", "link.spare_lanes=6", "--set",
                        "lane.length_m=24.5 m", "--set", "simulation.maximum_time_s=0.4"},
                       options),
                directory);
    result.run.report = nlohmann::json::parse(content_of(json), nullptr, false);
    for (unsigned board = 0; board < 2; ++board) {
        auto& console = result.console[board];
        console = content_of(uart + (board == 0 ? ".a" : ".b"));
        for (std::size_t at = 0; (at = console.find("measure ", at)) != std::string::npos; ++at) {
            char what[32] = "";
            unsigned lane = 0;
            unsigned long bits = 0, errors = 0;
            if (std::sscanf(console.c_str() + at, "measure %31s lane %u bits %lu errors %lu", what,
                            &lane, &bits, &errors) == 4) {
                result.found[board][{what, lane}] = {bits, errors};
            }
        }
    }
    return result;
}

/// A model that gives `ratio` is inside the 99 % interval of what was counted.
void check_agrees(const measurement& counted, double ratio) {
    INFO(counted.errors << " errors in " << counted.bits << ", model " << ratio);
    REQUIRE(counted.bits > 0);
    const auto interval = dsp::clopper_pearson(counted.errors, counted.bits, 0.99);
    CHECK(interval.low <= ratio);
    CHECK(ratio <= interval.high);
}

/// Wrong after one passage or the other, not after both.
double either(double first, double second) { return first + second - 2.0 * first * second; }

void check_ended(const diagnosis& result) {
    INFO(result.run.program.err << result.console[0] << result.console[1]);
    REQUIRE(result.run.program.status == 0);
    REQUIRE(result.run.report.is_object());
    for (const auto& console : result.console) {
        CHECK(console.find("failed") == std::string::npos);
        CHECK(console.find("diagnostics: done") != std::string::npos);
    }
}

const diagnosis& direct() {
    static const diagnosis result = diagnose({});
    return result;
}

/// With reflections that make the electrical lanes err measurably, too.
const diagnosis& with_host_lanes() {
    static const diagnosis result = diagnose(
        {"--set", "link.host_interface=800gaui-8", "--set", "host.signal_to_reflections_db=20 dB"});
    return result;
}

void check_line(const diagnosis& result) {
    check_ended(result);
    for (unsigned board = 0; board < 2; ++board) {
        const auto lanes = result.lanes(board, "line-prbs31");
        CHECK(lanes.size() == 4);
        for (const unsigned lane : lanes) {
            INFO("board " << board << ", lane " << lane);
            const double ratio = result.line_ber(board, lane);
            CHECK(ratio > 1e-6);
            const auto& counted = result.at(board, "line-prbs31", lane);
            CHECK(counted.bits == 4096 * 1024);
            check_agrees(counted, ratio);
            const auto& centre = result.at(board, "line-eye-centre", lane);
            CHECK(centre.bits == 1u << 22);
            check_agrees(centre, ratio);
            CHECK(result.at(board, "line-eye-late", lane).errors > 10 * centre.errors);
            CHECK(result.at(board, "line-eye-high", lane).errors > 10 * centre.errors);
            // On the outer level itself noise decides half of the ones, a quarter of the bits.
            const auto& one = result.at(board, "line-eye-one", lane);
            CHECK(double(one.errors) / double(one.bits) == Approx(0.25).margin(0.03));
        }
    }
}

}  // namespace

TEST_CASE("the guest's patterns and eyes of the line agree with each lane's error law") {
    check_line(direct());
}

TEST_CASE("near loopback leaves the fibre out, far loopback of the line has its errors twice") {
    const auto& result = direct();
    check_ended(result);
    for (unsigned board = 0; board < 2; ++board) {
        REQUIRE(result.lanes(board, "near").size() == 2);
        for (const unsigned lane : result.lanes(board, "near")) {
            CHECK(result.at(board, "near", lane).errors == 0);
        }
        REQUIRE(result.lanes(board, "far-line").size() == 2);
        for (const unsigned lane : result.lanes(board, "far-line")) {
            INFO("board " << board << ", lane " << lane);
            check_agrees(result.at(board, "far-line", lane),
                         either(result.line_ber(0, lane), result.line_ber(1, lane)));
        }
    }
}

TEST_CASE("far loopback behind the FEC returns every word, with the errors of the way back only") {
    const auto& result = direct();
    check_ended(result);
    constexpr unsigned all = 0xFFFF;
    const auto& words = result.at(0, "far-fec-words", all);
    CHECK(words.bits == 4096);
    CHECK(words.errors == 0);
    // RS(544,514) in turn over 34 lanes: 16 symbols of 10 bits of each codeword on every lane.
    REQUIRE(result.run.report.at("link")[1].at("lanes").at("swapped") == 0);
    double right = 1.0;
    for (unsigned lane = 0; lane < 34; ++lane) {
        right *= std::pow(1.0 - result.line_ber(0, lane), 160.0);
    }
    check_agrees(result.at(0, "far-fec-codewords", all), 1.0 - right);
}

TEST_CASE("the line is measured likewise where the host has lanes of its own") {
    check_line(with_host_lanes());
}

TEST_CASE("the guest's patterns, eyes and loopbacks of the host lanes agree with their law") {
    const auto& result = with_host_lanes();
    check_ended(result);
    for (unsigned board = 0; board < 2; ++board) {
        const auto lanes = result.lanes(board, "host-prbs31");
        CHECK(lanes == std::vector<unsigned>{0, 8});
        for (const unsigned lane : lanes) {
            INFO("board " << board << ", host lane " << lane);
            const double ratio = result.host_ber(board, lane);
            CHECK(ratio > 1e-7);
            check_agrees(result.at(board, "host-prbs31", lane), ratio);
            double wrong = 0.0, symbols = 0.0;
            for (const char* eye : {"host-eye-0", "host-eye-1", "host-eye-2"}) {
                const auto& counted = result.at(board, eye, lane);
                wrong += double(counted.errors);
                symbols = double(counted.bits);
            }
            // A wrong symbol is one wrong bit of two. Law and sampler integrate jitter on grids of
            // their own, 3 % apart; 4 standard deviations of the count beside that.
            const double expected = 2.0 * symbols * ratio;
            CHECK(wrong == Approx(expected).margin(0.05 * expected + 4.0 * std::sqrt(expected)));
            const auto lowest = result.at(board, "host-eye-0", lane).errors;
            CHECK(result.at(board, "host-eye-0-late", lane).errors > 10 * lowest);
            CHECK(result.at(board, "host-eye-0-high", lane).errors > 10 * lowest);
        }
        CHECK(result.at(board, "host-near", 0).errors == 0);
        check_agrees(result.at(board, "host-far", 8),
                     either(result.host_ber(board, 0), result.host_ber(board, 8)));
    }
}

}  // namespace luxlane::test
