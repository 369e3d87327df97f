#include <array>
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "platform/config/random_faults.h"
#include "platform/config/reader.h"

using namespace luxlane::config;

namespace {

std::string refusal(const std::string& text) {
    try {
        read_text("[[fault]]\n" + text, "board.toml");
    } catch (const configuration_error& error) {
        return error.what();
    }
    return "accepted";
}

std::string option_refusal(const std::string& text) {
    try {
        parse_fault(text);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

bool same(const fault& x, const fault& y) {
    return x.kind == y.kind && x.board == y.board && x.lanes == y.lanes &&
           x.after_link_up_s == y.after_link_up_s && x.duration_s == y.duration_s &&
           x.loss_db == y.loss_db && x.error_ratio == y.error_ratio && x.skew_s == y.skew_s;
}

constexpr std::array EVERY_KIND{fault_kind::death,     fault_kind::burst,
                                fault_kind::skew_step, fault_kind::loss_of_signal,
                                fault_kind::pll_loss,  fault_kind::far_end_reset};

}  // namespace

TEST_CASE("every kind of fault is read from a table") {
    const auto values = read_text(R"(
[[fault]]
kind = "death"
after_link_up_s = "100us"
lanes = "3,17,200-202"
[[fault]]
kind = "burst"
board = "b"
after_link_up_s = 1e-6
lanes = "all"
loss_db = "6 dB"
duration_s = "20us"
[[fault]]
kind = "burst"
after_link_up_s = 0
lanes = "5"
error_ratio = 1e-3
duration_s = "1ms"
[[fault]]
kind = "skew_step"
after_link_up_s = "2us"
lanes = "0-1"
skew_s = "-200ps"
[[fault]]
kind = "loss_of_signal"
after_link_up_s = "3us"
duration_s = "10ms"
[[fault]]
kind = "far_end_reset"
board = "b"
after_link_up_s = "4us"
)",
                                  "board.toml");
    REQUIRE(values.faults.size() == 6);
    CHECK(values.faults[0].kind == fault_kind::death);
    CHECK(values.faults[0].board == 0);
    CHECK(values.faults[0].lanes == std::vector<std::uint32_t>{3, 17, 200, 201, 202});
    CHECK(values.faults[0].after_link_up_s == Approx(1e-4));
    CHECK(values.faults[1].kind == fault_kind::burst);
    CHECK(values.faults[1].board == 1);
    CHECK(values.faults[1].lanes.empty());
    CHECK(values.faults[1].loss_db == 6.0);
    CHECK(values.faults[1].duration_s == Approx(20e-6));
    CHECK(values.faults[2].error_ratio == 1e-3);
    CHECK(values.faults[2].loss_db == 0.0);
    CHECK(values.faults[3].skew_s == Approx(-200e-12));
    CHECK(values.faults[4].kind == fault_kind::loss_of_signal);
    CHECK(values.faults[4].duration_s == 10e-3);
    CHECK(values.faults[5].kind == fault_kind::far_end_reset);
}

TEST_CASE("the command line says the same in a line") {
    const auto burst = parse_fault("burst:b:3,5-6:6dB:20us@100us");
    CHECK(burst.kind == fault_kind::burst);
    CHECK(burst.board == 1);
    CHECK(burst.lanes == std::vector<std::uint32_t>{3, 5, 6});
    CHECK(burst.loss_db == 6.0);
    CHECK(burst.duration_s == Approx(20e-6));
    CHECK(burst.after_link_up_s == Approx(100e-6));
    CHECK(parse_fault("burst:all:1e-3:20us@0s").error_ratio == 1e-3);
    CHECK(parse_fault("burst:all:1e-3:20us@0s").lanes.empty());
    CHECK(parse_fault("death:7@1us").lanes == std::vector<std::uint32_t>{7});
    CHECK(parse_fault("skew_step:7:1ns@1us").skew_s == Approx(1e-9));
    CHECK(parse_fault("loss_of_signal:10ms@1us").duration_s == 10e-3);
    CHECK(parse_fault("pll_loss:b:1us@1us").board == 1);
    CHECK(parse_fault("far_end_reset@1us").board == 0);
    CHECK(parse_fault("far_end_reset:b@1us").board == 1);
    CHECK(same(parse_fault("death:b:3,17@100us"), parse_lane_deaths("b:3,17@100us")));
}

TEST_CASE("a mistake in a table is named by its place, and what would be right") {
    CHECK(refusal("kind = \"brust\"\n") ==
          "board.toml:2:8: fault.kind = \"brust\" is unknown; allowed: death, burst, skew_step, "
          "loss_of_signal, pll_loss, far_end_reset");
    CHECK(refusal("kind = \"death\"\nbord = \"a\"\n") ==
          "board.toml:3:1: unknown key 'fault.bord'; did you mean 'fault.board'?");
    CHECK(refusal("kill_lane = \"3@1us\"\n") ==
          "board.toml:2:1: unknown key 'fault.kill_lane'; did you mean 'fault.kill_lanes'?");
    CHECK(refusal("board = \"c\"\n") ==
          "board.toml:2:9: fault.board = \"c\" is unknown; allowed: a, b");
    CHECK(refusal("kind = \"loss_of_signal\"\nduration_s = \"20ms\"\n") ==
          "board.toml:3:14: fault.duration_s = 20 ms is out of range; allowed: 1 us .. 10 ms");
    CHECK(
        refusal("duration_s = \"20 kg\"\n").find("board.toml:2:14: fault.duration_s: unit 'kg'") ==
        0);
    CHECK(refusal("kind = \"loss_of_signal\"\nafter_link_up_s = 0\n") ==
          "board.toml:1:1: a fault of kind loss_of_signal needs duration_s");
    CHECK(refusal("kind = \"burst\"\nafter_link_up_s = 0\nlanes = \"1\"\nduration_s = \"1us\"\n") ==
          "board.toml:1:1: a fault of kind burst needs one of loss_db and error_ratio");
    CHECK(refusal("kind = \"burst\"\nafter_link_up_s = 0\nlanes = \"1\"\nduration_s = \"1us\"\n"
                  "loss_db = 3\nerror_ratio = 0.1\n")
              .find("needs one of loss_db and error_ratio") != std::string::npos);
    CHECK(refusal("kind = \"death\"\nafter_link_up_s = 0\nlanes = \"1\"\nduration_s = \"1us\"\n") ==
          "board.toml:1:1: a fault of kind death has no duration_s");
    CHECK(refusal("kind = \"death\"\nafter_link_up_s = 0\nlanes = \"all\"\n") ==
          "board.toml:1:1: a death names its lanes; only a burst hits all");
    CHECK(refusal("kind = \"death\"\nafter_link_up_s = 0\nlanes = \"460\"\n") ==
          "board.toml: a fault names lane 460; the link has lanes 0 .. 459");
    CHECK(refusal("kind = [1]\n") == "board.toml:2:8: fault.kind is neither a text nor a number");
}

TEST_CASE("a mistake on the command line shows the form") {
    CHECK(option_refusal("boom@1us") ==
          "'boom' in 'boom@1us' is no kind of fault; allowed: death, burst, skew_step, "
          "loss_of_signal, pll_loss, far_end_reset");
    CHECK(option_refusal("burst:3@1us") ==
          "'burst:3@1us': write burst:[a:|b:]LANES:LOSS_OR_RATIO:DURATION@TIME, e.g. "
          "burst:b:all:6dB:20us@100us");
    CHECK(option_refusal("far_end_reset:b:3@1us") ==
          "'far_end_reset:b:3@1us': write far_end_reset[:a|:b]@TIME, e.g. far_end_reset:b@100us");
    CHECK(option_refusal("loss_of_signal:1ms") ==
          "'loss_of_signal:1ms' has no time; write it as in loss_of_signal:b:1ms@100us");
    CHECK(option_refusal("loss_of_signal:100ns@1us") ==
          "fault.duration_s = 100 ns is out of range; allowed: 1 us .. 10 ms");
    CHECK(option_refusal("skew_step:1:11ns@1us") ==
          "fault.skew_s = 11 ns is out of range; allowed: -10 ns .. 10 ns");
    CHECK(option_refusal("death:9-3@1us") == "'9-3' in '9-3' runs backwards");
}

TEST_CASE("a drawn schedule depends on its seed alone and reads back unchanged") {
    fault_ranges ranges;
    ranges.kinds = EVERY_KIND;
    ranges.lanes = 460;
    std::set<fault_kind> kinds;
    std::set<std::size_t> sizes;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        const auto schedule = draw_faults(seed, ranges);
        const auto again = draw_faults(seed, ranges);
        std::string text = "[link]\nhost_interface = \"800gaui-8\"\n";
        for (const auto& each : schedule) {
            text += to_toml(each);
            kinds.insert(each.kind);
            CHECK(each.after_link_up_s >= ranges.earliest_s);
            CHECK(each.after_link_up_s <= ranges.latest_s);
        }
        const auto read = read_text(text, "schedule.toml").faults;
        REQUIRE(read.size() == schedule.size());
        REQUIRE(again.size() == schedule.size());
        for (std::size_t i = 0; i < read.size(); ++i) {
            CHECK(same(read[i], schedule[i]));
            CHECK(same(again[i], schedule[i]));
        }
        sizes.insert(schedule.size());
    }
    CHECK(kinds.size() == EVERY_KIND.size());
    CHECK(sizes == std::set<std::size_t>{1, 2, 3, 4});
}
