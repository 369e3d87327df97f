#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "testbenches/system/program.h"

// `luxlane array` as users call it.

namespace luxlane::test {
namespace {

nlohmann::json lanes_of(std::vector<std::string> arguments) {
    const scratch_directory directory;
    const auto result =
        luxlane(joined({"array"}, joined(std::move(arguments), {"--json"})), directory);
    INFO(result.err);
    REQUIRE(result.status == 0);
    return nlohmann::json::parse(result.out);
}

std::string refusal(std::vector<std::string> arguments) {
    const scratch_directory directory;
    const auto result = luxlane(joined({"array"}, std::move(arguments)), directory);
    CHECK(result.status == 2);
    return result.err;
}

}  // namespace

TEST_CASE("An aligned array of nominal lanes is uniform but for its rim", "[array]") {
    const auto found = lanes_of({"--lanes", "400"});
    REQUIRE(found["lane"].size() == 400);
    CHECK(found["columns"] == 20);
    // Inner lanes have four neighbours each and are alike.
    CHECK(found["lane"][21]["ber"] == found["lane"][210]["ber"]);
    CHECK(found["lane"][0]["crosstalk"].get<double>() <
          found["lane"][21]["crosstalk"].get<double>());
    CHECK(found["lanes_beyond_target"] == 0);
}

TEST_CASE("One degree dims the corners and spares the centre; all light is accounted for",
          "[array]") {
    const auto found = lanes_of({"--lanes", "400", "--rotation", "1deg"});
    const auto& corner = found["lane"][0];
    const auto& centre = found["lane"][189];
    // Corner of a 20 x 20 grid of 50 um: 672 um from the centre, 11.7 um off.
    const double x = corner["offset_x_m"], y = corner["offset_y_m"];
    CHECK(std::hypot(x, y) == Approx(11.7e-6).epsilon(0.01));
    CHECK(corner["ber"].get<double>() > 10.0 * centre["ber"].get<double>());
    for (const auto& lane : found["lane"]) {
        const double all = lane["own"].get<double>() + lane["neighbours"].get<double>() +
                           lane["farther"].get<double>() + lane["gaps"].get<double>() +
                           lane["outside"].get<double>();
        CHECK(all == Approx(1.0).epsilon(1e-9));
    }
}

TEST_CASE("Individual lanes are those of a seed, the same twice", "[array]") {
    const auto one = lanes_of({"--seed", "1"});
    CHECK(lanes_of({"--seed", "1"}) == one);
    CHECK(lanes_of({"--seed", "2"}) != one);
    CHECK(one["worst_ber"].get<double>() > one["median_ber"].get<double>());
}

TEST_CASE("A map is drawn", "[array]") {
    const scratch_directory directory;
    for (const auto* quantity : {"ber", "loss", "crosstalk", "power"}) {
        const auto file = directory.path() / (std::string(quantity) + ".svg");
        const auto result = luxlane(
            {"array", "--rotation", "10mrad", "--show", quantity, "--map", file}, directory);
        INFO(result.err);
        CHECK(result.status == 0);
        CHECK(std::filesystem::file_size(file) > 1000);
    }
}

TEST_CASE("Nonsense about an array is refused by name", "[array]") {
    CHECK(refusal({"--rotation", "1m"}).find("--rotation") != std::string::npos);
    CHECK(refusal({"--rotation", "nan"}).find("rotation_rad") != std::string::npos);
    CHECK(refusal({"--lanes", "0"}).find("--lanes: 0 is no whole number in 1 .. 10000") !=
          std::string::npos);
    CHECK(refusal({"--length", "-1m"}).find("length_m") != std::string::npos);
    CHECK(refusal({"--show", "colour", "--map", "x.svg"}).find("allowed: ber, loss") !=
          std::string::npos);
    CHECK(refusal({"--map", "map.txt"}).find("--map map.txt") != std::string::npos);
    CHECK(refusal({"--preset", "mosiac"}).find("mosaic") != std::string::npos);
    CHECK(refusal({"--set", "length_m"}).find("PARAMETER=VALUE") != std::string::npos);
    CHECK(refusal({"--target-ber", "2"}).find("--target-ber") != std::string::npos);
}

}  // namespace luxlane::test
