#include "platform/config/reader.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "platform/config/parameter.h"

using namespace luxlane::config;

namespace {

std::string refusal(const std::string& text) {
    try {
        read_text(text, "board.toml");
    } catch (const configuration_error& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("a file sets what it mentions and leaves the rest") {
    const auto values = read_text(R"(
[link]
data_lanes = 272
lane_rate_bps = "3.125 Gb/s"
[lane]
length_m = 20
[collective]
enabled = false
[[fault]]
kill_lanes = "b:3,17,200-202@100us"
)",
                                  "board.toml");
    CHECK(values.link.data_lanes == 272);
    CHECK(values.link.spare_lanes == 60);
    CHECK(values.link.lane_rate_bps == 3.125e9);
    CHECK(values.lane.length_m == 20.0);
    CHECK_FALSE(values.collective.enabled);
    REQUIRE(values.faults.size() == 1);
    CHECK(values.faults[0].board == 1);
    CHECK(values.faults[0].lanes == std::vector<std::uint32_t>{3, 17, 200, 201, 202});
    CHECK(values.faults[0].after_link_up_s == Approx(1e-4));
}

TEST_CASE("mistakes name file, line, column and key, and say what would be right") {
    CHECK(refusal("[link]\ndata_lines = 3\n") ==
          "board.toml:2:1: unknown key 'link.data_lines'; did you mean 'link.data_lanes'?");
    CHECK(refusal("[link]\ndata_lanes = 600\n") ==
          "board.toml:2:14: link.data_lanes = 600 is out of range; allowed: 1 .. 544");
    CHECK(refusal("[link]\ndata_lanes = 2.5\n").find("not a whole number") != std::string::npos);
    CHECK(
        refusal("[lane]\nlength_m = \"10 s\"\n").find("board.toml:2:12: lane.length_m: unit 's'") !=
        std::string::npos);
    CHECK(refusal("[lane]\nlength_m = -1\n").find("out of range; allowed: 0 m .. 100 m") !=
          std::string::npos);
    CHECK(refusal("[lane]\nlength_m = nan\n").find("out of range") != std::string::npos);
    CHECK(refusal("[simulation]\nfidelity = \"spice\"\n").find("allowed: statistical, symbol") !=
          std::string::npos);
    CHECK(refusal("seed = 1\n").find("outside any section") != std::string::npos);
    CHECK(refusal("[link\n").find("board.toml:1:") != std::string::npos);
    CHECK(refusal("[[fault]]\nkill_lane = \"3@1us\"\n").find("unknown key 'fault.kill_lane'") !=
          std::string::npos);
    CHECK(refusal("[[fault]]\nkill_lanes = \"3\"\n").find("has no time") != std::string::npos);
    CHECK(refusal("[[fault]]\nkill_lanes = \"9-3@1us\"\n").find("runs backwards") !=
          std::string::npos);
    CHECK(refusal("[[fault]]\nkill_lanes = \"460@1us\"\n").find("lanes 0 .. 459") !=
          std::string::npos);
    CHECK(refusal("[link]\ndata_lanes = 500\nspare_lanes = 173\n").find("room for 672") !=
          std::string::npos);
    CHECK_THROWS_WITH(read_file("/nowhere.toml"), Catch::Contains("/nowhere.toml: no such file"));
}

TEST_CASE("the command line overrides with the same checks") {
    configuration values;
    override_with(values, "lane.length_m=20m");
    CHECK(values.lane.length_m == 20.0);
    CHECK_THROWS_WITH(override_with(values, "lane.length=3"), Catch::Contains("did you mean"));
    CHECK_THROWS_WITH(override_with(values, "lane.length_m"), Catch::Contains("section.key=value"));
    CHECK_THROWS_WITH(override_with(values, "lane.length_m=1km"), Catch::Contains("out of range"));
}

TEST_CASE("the blocks' own settings are parameters: set, checked and related") {
    configuration values;
    override_with(values, "transmitter.thermal_resistance_k_per_w=40");
    override_with(values, "photodiodes.gain_step_db=3dB");
    override_with(values, "receiver.cdr_lock_time_s=4us");
    override_with(values, "phy.fec_decode_s=100ns");
    override_with(values, "phy.transmit_fifo_flits=640");
    override_with(values, "accelerator.compute_chunk_bytes=32768");
    override_with(values, "node.memory_bandwidth=1 TB/s");
    CHECK(values.transmitter.thermal_resistance_k_per_w == 40.0);
    CHECK(values.photodiodes.gain_step_db == 3.0);
    CHECK(values.receiver.cdr_lock_time_s == 4e-6);
    CHECK(values.phy.fec_decode_s == Approx(100e-9));
    CHECK(values.phy.transmit_fifo_flits == 640);
    CHECK(values.accelerator.compute_chunk_bytes == 32768);
    CHECK(values.accelerator.memory_bandwidth_bytes_per_s == 1e12);

    CHECK(refusal("[phy]\nfec_decode_s = -1\n").find("out of range; allowed: 0 s .. 1 us") !=
          std::string::npos);
    CHECK(refusal("[phy]\ntransmit_fifo_flits = 100.5\n").find("not a whole number") !=
          std::string::npos);
    CHECK(refusal("[phy]\ndeskew_fifo_words = 16\ndeskew_margin_words = 8\n")
              .find("less than half of it") != std::string::npos);
    CHECK(refusal("[accelerator]\ncredit_return_flits = 4096\n")
              .find("must be less than accelerator.receive_buffer_flits = 4096") !=
          std::string::npos);
    CHECK(refusal("[accelerator]\ncompute_chunk_bytes = 30\n").find("not a multiple of 4") !=
          std::string::npos);
}

TEST_CASE("the equaliser has taps that the board's registers can hold") {
    CHECK(refusal("[lane]\nfeed_forward_taps = 1\n") == "accepted");
    CHECK(refusal("[lane]\nfeed_forward_taps = 5\n") ==
          "board.toml: lane.feed_forward_taps = 5: the board's receiver has registers for three "
          "taps; allowed: 1 (off), 3 (luxlane link analyses 5)");
    CHECK(refusal("[lane]\nfeed_forward_taps = 2\n").find("allowed: 1 (off), 3") !=
          std::string::npos);
    CHECK(refusal("[lane]\nfeedback_taps = 1.5\n").find("not a whole number") != std::string::npos);
    CHECK(refusal("[lane]\namplifier_bandwidth_hz = 1e12\n").find("amplifier") !=
          std::string::npos);
    for (const char* figures : {"amplifier_bandwidth_hz = 1e7", "amplifier_bandwidth_hz = 1e11",
                                "amplifier_damping = 0.3", "amplifier_damping = 2"}) {
        INFO(figures);
        CHECK(refusal(std::string("[photodiodes]\ngain_step_db = 4\n[lane]\n") + figures + '\n') ==
              "accepted");
    }
}

TEST_CASE("electrical host lanes carry what the link does, at a rate that they can have") {
    const std::string lanes = "[link]\nhost_interface = \"800gaui-8\"\n";
    CHECK(refusal(lanes) == "accepted");
    CHECK(refusal(lanes + "[host]\nlanes = 4\n") == "accepted");
    CHECK(refusal(lanes + "[host]\nlanes = 2\n").find("host.lanes = 2 would carry") !=
          std::string::npos);
    CHECK(refusal("[host]\nlanes = 2\n") == "accepted");  // there are none
    CHECK(refusal(lanes + "[host]\nfeed_forward_taps = 4\n").find("allowed: 1, 3, 5") !=
          std::string::npos);
    CHECK(refusal("[link]\nhost_interface = \"pluggable\"\n").find("800gaui-8") !=
          std::string::npos);
}

TEST_CASE("every parameter is described, unique, and its default is allowed") {
    std::set<std::string> keys;
    configuration values;
    for (const auto& entry : parameters()) {
        INFO(entry.key);
        CHECK(keys.insert(entry.key).second);
        CHECK_FALSE(entry.meaning.empty());
        CHECK_FALSE(entry.source.empty());
        if (const auto* real = std::get_if<real_place>(&entry.place)) {
            CHECK_NOTHROW(assign(entry, values, (*real)(values)));
        } else if (const auto* integer = std::get_if<integer_place>(&entry.place)) {
            CHECK_NOTHROW(assign(entry, values, double((*integer)(values))));
        } else if (const auto* count = std::get_if<count_place>(&entry.place)) {
            CHECK_NOTHROW(assign(entry, values, double((*count)(values))));
        } else if (const auto* text = std::get_if<text_place>(&entry.place)) {
            CHECK_NOTHROW(assign(entry, values, (*text)(values)));
        }
    }
}
