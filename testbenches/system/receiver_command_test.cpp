#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "testbenches/system/program.h"

// `luxlane receiver` as users call it.

namespace luxlane::test {
namespace {

nlohmann::json sheet(std::vector<std::string> arguments) {
    const scratch_directory directory;
    const auto result =
        luxlane(joined({"receiver"}, joined(std::move(arguments), {"--json"})), directory);
    INFO(result.err);
    REQUIRE(result.status == 0);
    return nlohmann::json::parse(result.out);
}

}  // namespace

TEST_CASE("The published receiver reaches its published sensitivity", "[receiver]") {
    // JSSC May 2024: -19.3 dBm at 1e-12, .17 A/W; 284 nA and a photocurrent of 2.0 uA follow.
    const auto found = sheet({"--preset", "jsscmay2024", "--ber", "1e-12"});
    REQUIRE(found["sensitivity"].size() == 1);
    const auto& light = found["sensitivity"][0];
    CHECK(light["q"].get<double>() == Approx(7.034).margin(6e-4));
    CHECK(light["average_dbm"].get<double>() == Approx(-19.3).margin(0.05));
    CHECK(light["oma_dbm"].get<double>() == Approx(-16.3).margin(0.05));
    CHECK(found["noise"]["highest"]["thermal_a"].get<double>() == Approx(284e-9).epsilon(0.005));
    CHECK(found["capacitance_f"].get<double>() == Approx(10e-15));
    CHECK(found["quantum_efficiency"].get<double>() == Approx(0.5).margin(0.005));
    CHECK(found["bandwidth"]["noise_white_hz"].get<double>() == Approx(1.4e9).epsilon(0.002));
    for (const auto& parameter : found["parameters"])
        CHECK_FALSE(parameter["source"].get<std::string>().empty());
}

TEST_CASE("The default receiver's bandwidth and noise", "[receiver]") {
    const auto found = sheet({});
    CHECK(found["bandwidth"]["amplifier_hz"].get<double>() == Approx(1.5e9));
    const double together = found["bandwidth"]["together_hz"];
    CHECK(together < 1.5e9);
    CHECK(together > 1.4e9);
    CHECK(found["noise"]["highest"]["thermal_a"].get<double>() ==
          Approx(4.9e-12 * std::sqrt(1.1107 * 1.5e9)).epsilon(1e-3));
    // Butterworth: exp(-x) (cos x + sin x), x = 2 pi 1.5 GHz 500 ps / sqrt 2.
    const double x = 2.0 * M_PI * 1.5e9 * 500e-12 / std::sqrt(2.0);
    CHECK(found["noise"]["correlation"][0].get<double>() ==
          Approx(std::exp(-x) * (std::cos(x) + std::sin(x))).margin(1e-4));
    CHECK(found["sensitivity"].size() == 2);
}

TEST_CASE("A receiver from its parts", "[receiver]") {
    const auto found = sheet({"--parts", "rf=20k,cpd=15f", "--parts", "gm=8mS,qe=0.5"});
    CHECK(found["amplifier"]["noise_density_a_per_rthz"].get<double>() ==
          Approx(0.91e-12).epsilon(0.005));
    CHECK(found["capacitance_f"].get<double>() == Approx(15e-15));
    CHECK(found["responsivity_a_per_w"].get<double>() == Approx(0.347 / 2.0).epsilon(0.002));
    CHECK(found["noise"]["highest"]["channel_a"].get<double>() > 0.0);
}

TEST_CASE("Heat adds noise and dark current to a receiver", "[receiver]") {
    const auto cold = sheet({});
    const auto hot = sheet({"--temperature", "363K"});
    CHECK(hot["dark_current_a"].get<double>() == Approx(128.0 * 10e-12));  // 63 K, seven doublings
    CHECK(hot["noise"]["highest"]["thermal_a"].get<double>() ==
          Approx(1.1 * cold["noise"]["highest"]["thermal_a"].get<double>()));
    CHECK(hot["sensitivity"][0]["average_w"].get<double>() >
          cold["sensitivity"][0]["average_w"].get<double>());
}

TEST_CASE("Noise that grows with the light ends at an error ratio", "[receiver]") {
    const auto found = sheet({"--set", "supply_noise_relative=0.1"});
    CHECK(found["sensitivity"][0]["average_w"].is_null());  // Q 7 needs under 0.07
    CHECK(found["sensitivity"][1]["average_w"].is_number());
}

TEST_CASE("A receiver's curves as a picture and in words", "[receiver]") {
    const scratch_directory directory;
    const auto picture = directory.file("receiver.svg");
    const auto result = luxlane({"receiver", "--power", "-20dBm", "--plot", picture}, directory);
    CHECK(result.status == 0);
    for (const char* word : {"responsivity", "capacitance", "damping", "pA/rtHz", "-20.00 dBm",
                             "OMA", "dark current", "correlation", "assumption"})
        CHECK(result.out.find(word) != std::string::npos);
    CHECK(content_of(picture).find("<svg") != std::string::npos);
}

TEST_CASE("A receiver that cannot be is refused with its range", "[receiver]") {
    const scratch_directory directory;
    struct mistake {
        std::vector<std::string> arguments;
        std::string named;
    };
    const mistake mistakes[] = {
        {{"--preset", "laser"}, "jsscmay2024"},
        {{"--parts", "rf=-3"}, "rf = -3; allowed: 10 ohm .. 10 Mohm (feedback resistor)"},
        {{"--parts", "gm=nan"}, "gm = nan"},
        {{"--parts", "resistor=3"}, "there are qe"},
        {{"--parts", "rf"}, "NAME=VALUE"},
        {{"--parts", "cpd=0,cin=0,cpar=0"}, "cpd + cin + cpar"},
        {{"--set", "responsivity_a_per_w=0.4"}, "one electron a photon"},
        {{"--set", "amplifier_damping=nan"}, "0.3 .. 2"},
        {{"--set", "gain=3"}, "no parameter is called 'gain'"},
        {{"--temperature", "5K"}, "233 K .. 473 K"},
        {{"--rate", "100Gbps"}, "rate_bps"},
        {{"--ber", "0.9"}, "bit error ratio = 0.9"},
        {{"--power", "5W"}, "average power = 5W"},
        {{"--power", "90dBm"}, "-90 .. 30"},
        {{"--plot", "picture.gif"}, ".svg"},
        {{"--json", "nowhere/receiver.json"}, "nowhere/receiver.json"}};
    for (const auto& [arguments, named] : mistakes) {
        const auto result = luxlane(joined({"receiver"}, arguments), directory);
        INFO(arguments.front() << " " << arguments.back() << ": " << result.err);
        CHECK(result.status == 2);
        CHECK(result.err.find(named) != std::string::npos);
        CHECK(result.out.empty());
    }
}

}  // namespace luxlane::test
