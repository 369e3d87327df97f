#include "platform/link/parameters.h"

#include <catch2/catch.hpp>

using namespace luxlane;

namespace {

link::described_lane default_lane() {
    return link::described_lane(link::find_preset("default-800g"));
}

const link::described_lane::entry& entry_of(const std::vector<link::described_lane::entry>& entries,
                                            const std::string& name) {
    for (const auto& one : entries)
        if (one.name == name)
            return one;
    throw std::runtime_error("no entry " + name);
}

}  // namespace

TEST_CASE("Parameters are set with units, and say that the user gave them") {
    auto lane = default_lane();
    lane.set("length_m", "30m", "--length");
    lane.set("on_current_a", "100uA", "--set");
    lane.set("format", "pam4", "--format");
    lane.set("emitter", "nonpolar_rashidi", "--emitter");
    CHECK(lane.lane().length_m == 30.0);
    CHECK(lane.lane().on_current_a == Approx(100e-6));
    CHECK(lane.lane().format == photonics::modulation::pam4);
    CHECK(lane.lane().emitter.name == "nonpolar_rashidi");
    const auto entries = lane.entries();
    CHECK(entry_of(entries, "length_m").status == link::knowledge::given);
    CHECK(entry_of(entries, "length_m").source == "command line, --length");
    CHECK(entry_of(entries, "rate_bps").status == link::knowledge::measured);
    CHECK(entries.size() == photonics::parameter_notes().size() + 2);
}

TEST_CASE("A kind of fibre brings its loss and its modes") {
    auto lane = default_lane();
    lane.set_fibre("borosilicate");
    CHECK(lane.lane().attenuation_db_per_m == Approx(0.2));  // physics of the bundle: 0.2 dB/m
    CHECK(entry_of(lane.entries(), "attenuation_db_per_m").source.find("borosilicate") !=
          std::string::npos);
    CHECK_THROWS_WITH(lane.set_fibre("glass"),
                      Catch::Contains("--fibre") && Catch::Contains("silica_imaging"));
}

TEST_CASE("Nonsense is refused with parameter, finding, range and reason") {
    struct mistake {
        const char *parameter, *text, *found, *reason;
    };
    const mistake mistakes[] = {
        {"length_m", "-5m", "-5m is out of range; allowed: 0 m .. 100 m", "negative length"},
        {"rate_bps", "50Gbps", "50Gbps is out of range; allowed: 100 Mbit/s .. 8 Gbit/s",
         "16 samples a symbol"},
        {"extraction_efficiency", "1.2", "1.2 is out of range", "than is made"},
        {"responsivity_a_per_w", "0.9", "0.9 is out of range", "quantum efficiency"},
        {"connector_db", "-1", "-1 is out of range", "positive"},
        {"temperature_k", "nan", "NaN is not a number", "characterised"},
        {"length_m", "far", "'far' is not a number in m", "negative length"},
        {"length_m", "3 Hz", "unit 'Hz'", "negative length"},
        {"feed_forward_taps", "4", "4 is even", "taps"},
        {"feedback_taps", "1.5", "not a whole number", "taps"},
    };
    for (const mistake& one : mistakes) {
        INFO(one.parameter << " = " << one.text);
        auto lane = default_lane();
        CHECK_THROWS_WITH(lane.set(one.parameter, one.text, "--set"),
                          Catch::Contains("--set") && Catch::Contains(one.parameter) &&
                              Catch::Contains(one.found) && Catch::Contains(one.reason));
    }
}

TEST_CASE("An unknown parameter is answered with the nearest one") {
    auto lane = default_lane();
    CHECK_THROWS_WITH(lane.set("lenght_m", "3", "--set"), Catch::Contains("'length_m'"));
    CHECK_THROWS_WITH(lane.set("format", "pam8", "--format"), Catch::Contains("nrz, pam4"));
    CHECK_THROWS_WITH(lane.set("emitter", "red", "--emitter"), Catch::Contains("fast_doped"));
}
