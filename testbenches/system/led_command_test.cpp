#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "testbenches/system/program.h"

// `luxlane led` as users call it.

namespace luxlane::test {
namespace {

nlohmann::json sheet(std::vector<std::string> arguments) {
    const scratch_directory directory;
    const auto result =
        luxlane(joined({"led"}, joined(std::move(arguments), {"--json"})), directory);
    INFO(result.err);
    REQUIRE(result.status == 0);
    return nlohmann::json::parse(result.out);
}

}  // namespace

TEST_CASE("A MicroLED's operating point", "[led]") {
    // 5 um at 100 uA: 509 A/cm2; 80 fJ/bit at 4 Gb/s were quoted for 3.2 V at 400 A/cm2.
    const auto found = sheet({"--preset", "fast_doped", "--current", "100uA", "--diameter", "5um",
                              "--set", "node_capacitance_f=1fF"});
    const auto& point = found["operating_point"];
    CHECK(point["current_density_a_per_cm2"].get<double>() == Approx(509.3).epsilon(1e-4));
    const double electrical = point["electrical_bandwidth_hz"],
                 optical = point["optical_bandwidth_hz"];
    CHECK(optical / electrical == Approx(std::sqrt(3.0)));
    CHECK(optical == Approx(1.7e9).epsilon(0.05));
    CHECK(point["driven_optical_bandwidth_hz"].get<double>() == Approx(optical).epsilon(0.001));
    const double watt = point["optical_power_w"], volt = point["forward_voltage_v"];
    CHECK(point["wall_plug_efficiency"].get<double>() == Approx(watt / (100e-6 * volt)));
    CHECK(found["spectrum"]["centre_m"].get<double>() == Approx(430e-9));
    CHECK(found["relative_intensity_noise_db_per_hz"].get<double>() < -150.0);
    CHECK(found["table"].size() == 7);
    for (const auto& parameter : found["parameters"])
        CHECK_FALSE(parameter["source"].get<std::string>().empty());
}

TEST_CASE("Heat dims, speeds and reddens a MicroLED", "[led]") {
    const auto cold = sheet({"--current", "1mA"});
    const auto hot = sheet({"--current", "1mA", "--temperature", "358K"});
    const auto of = [](const nlohmann::json& found, const char* name) {
        return found["operating_point"][name].get<double>();
    };
    CHECK(of(hot, "optical_power_w") < of(cold, "optical_power_w"));
    CHECK(of(hot, "optical_bandwidth_hz") > of(cold, "optical_bandwidth_hz"));
    CHECK(hot["spectrum"]["centre_m"].get<double>() > cold["spectrum"]["centre_m"].get<double>());
}

TEST_CASE("Measured I-V tables, built in and from a file", "[led]") {
    const auto yellow =
        sheet({"--current", "10uA", "--diameter", "20um", "--iv", "yellow_diamond_20um"});
    CHECK(yellow["operating_point"]["forward_voltage_v"].get<double>() == Approx(3.119));
    const scratch_directory directory;
    const auto table = directory.write("mine.csv", "# A, V\n1e-6,2.0\n1e-4,3.0\n");
    const auto mine = sheet({"--current", "10uA", "--iv", table});
    CHECK(mine["operating_point"]["forward_voltage_v"].get<double>() == Approx(2.5));
}

TEST_CASE("A MicroLED's curves as a picture and in words", "[led]") {
    const scratch_directory directory;
    const auto picture = directory.file("led.svg");
    const auto result = luxlane({"led", "--current", "100uA", "--plot", picture}, directory);
    CHECK(result.status == 0);
    for (const char* word : {"IQE", "WPE", "electrical", "optical", "RIN", "RLM", "FWHM"})
        CHECK(result.out.find(word) != std::string::npos);
    CHECK(content_of(picture).find("<svg") != std::string::npos);
}

TEST_CASE("A MicroLED that cannot be is refused with its range", "[led]") {
    const scratch_directory directory;
    const auto broken = directory.write("broken.csv", "1e-6,2.0\n1e-4,nan\n");
    const auto falling = directory.write("falling.csv", "1e-6,2.0\n1e-4,1.9\n");
    struct mistake {
        std::vector<std::string> arguments;
        std::string named;
    };
    const mistake mistakes[] = {{{"--current", "-1uA"}, "current = -1 uA"},
                                {{"--current", "nan"}, "current = nan"},
                                {{"--current", "2"}, "1 nA .. 100 mA"},
                                {{"--current", "50mA", "--diameter", "1um"}, "A/cm2"},
                                {{"--diameter", "0"}, "emitter_diameter_m"},
                                {{"--temperature", "5K"}, "233 K .. 473 K"},
                                {{"--preset", "laser"}, "fast_doped"},
                                {{"--set", "extraction_efficiency=1.5"}, "extraction_efficiency"},
                                {{"--set", "linewidth"}, "PARAMETER=VALUE"},
                                {{"--iv", broken}, "row 2"},
                                {{"--iv", falling}, "row 2"},
                                {{"--iv", "red"}, "yellow_diamond_20um"},
                                {{"--plot", "picture.gif"}, ".svg"}};
    for (const auto& [arguments, named] : mistakes) {
        const auto result = luxlane(joined({"led"}, arguments), directory);
        INFO(arguments.front() << " " << arguments.back() << ": " << result.err);
        CHECK(result.status == 2);
        CHECK(result.err.find(named) != std::string::npos);
        CHECK(result.out.empty());
    }
}

}  // namespace luxlane::test
