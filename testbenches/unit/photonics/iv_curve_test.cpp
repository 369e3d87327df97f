#include "models/photonics/iv_curve.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

#include "models/photonics/led.h"

using namespace luxlane::photonics;

namespace {

constexpr double AREA_20_UM = 3.14159265358979 / 4 * 20e-6 * 20e-6;

std::string refusal(std::vector<iv_point> points) {
    try {
        const iv_curve table("mine", "test", 10e-6, std::move(points));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("The published yellow device on diamond", "[iv_curve]") {
    const iv_curve& table = iv_curve_named("yellow_diamond_20um");
    // Lin et al., Nat. Commun. 17, 7674 (2026).
    CHECK(table.voltage_v(100e-6 / AREA_20_UM) == Approx(3.768));
    CHECK(table.voltage_v(10.1e-3 / AREA_20_UM) == Approx(5.350));
    CHECK(table.voltage_v(0.1e-6 / AREA_20_UM) == Approx(2.416));
    // Halfway on the logarithmic axis.
    CHECK(table.voltage_v(std::sqrt(10.0) * 1e-6 / AREA_20_UM) == Approx(0.5 * (2.684 + 3.119)));
    CHECK(table.greatest_density_a_per_m2() == Approx(10.1e-3 / AREA_20_UM));
    CHECK_THROWS_AS(iv_curve_named("red"), std::invalid_argument);
}

TEST_CASE("Beyond its ends a table goes on", "[iv_curve]") {
    const iv_curve table("two", "test", 20e-6, {{1e-6, 2.0}, {1e-5, 2.5}, {2e-5, 2.6}});
    CHECK(table.voltage_v(1e-7 / AREA_20_UM) == Approx(1.5));
    CHECK(table.voltage_v(1e-12 / AREA_20_UM) == 0.0);
    CHECK(table.voltage_v(0.0) == 0.0);
    CHECK(table.voltage_v(4e-5 / AREA_20_UM) == Approx(2.8));  // 10 kohm
}

TEST_CASE("A table that is no characteristic is refused by row", "[iv_curve]") {
    CHECK(refusal({{1e-6, 2.0}, {1e-5, 2.5}}).empty());
    CHECK(refusal({{1e-6, 2.0}}).find("two rows") != std::string::npos);
    CHECK(refusal({{1e-6, 2.0}, {1e-5, std::nan("")}}).find("row 2") != std::string::npos);
    CHECK(refusal({{1e-6, 2.0}, {1e-5, 2.5}, {1e-4, 2.5}}).find("row 3") != std::string::npos);
    CHECK(refusal({{1e-6, 2.0}, {1e-6, 2.5}}).find("row 2") != std::string::npos);
    CHECK(refusal({{0.0, 2.0}, {1e-6, 2.5}}).find("row 1") != std::string::npos);
}

TEST_CASE("Tables are read from text", "[iv_curve]") {
    std::istringstream good("# I, V\n1e-6, 2.0\n\n1e-5,2.5\r\n");
    CHECK(read_iv_curve(good, "file", 20e-6).points().size() == 2);
    std::istringstream no_number("1e-6,2.0\n1e-5,nan\n");
    CHECK_THROWS_WITH(read_iv_curve(no_number, "file", 20e-6), Catch::Contains("row 2"));
    std::istringstream one_column("1e-6\n");
    CHECK_THROWS_WITH(read_iv_curve(one_column, "file", 20e-6), Catch::Contains("row 1"));
    std::istringstream trailing("1e-6,2.0 V\n");
    CHECK_THROWS_AS(read_iv_curve(trailing, "file", 20e-6), std::invalid_argument);
}

TEST_CASE("An emitter takes its voltage from its table", "[iv_curve]") {
    led_device led{.material = led_set("fast_doped")};
    led.diameter_m = 20e-6;
    led.characteristic = &iv_curve_named("yellow_diamond_20um");
    CHECK(steady_state(led, 1e-6).forward_voltage_v == Approx(2.684));
}
