#include "models/photonics/driver.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace luxlane::photonics;

namespace {

lane_parameters plain_lane() {
    lane_parameters lane;
    lane.on_current_a = 100e-6;
    lane.current_extinction_ratio = 10.0;
    lane.transmit_post_tap = 0.0;
    return lane;
}

}  // namespace

TEST_CASE("Without taps a lane drives its on and off current", "[driver]") {
    lane_parameters lane = plain_lane();
    lane.drive_factor = 0.5;
    const drive_levels drive = drive_of(lane);
    CHECK(drive.long_one_a == Approx(50e-6));
    CHECK(drive.long_zero_a == Approx(5e-6));
    CHECK(drive.average_a == Approx(27.5e-6));
    CHECK(drive.peak_a == Approx(50e-6));
    CHECK(drive.swing_a == Approx(45e-6));
    lane.drive_factor = 0.0;
    CHECK(drive_of(lane).peak_a == 0.0);
}

TEST_CASE("Taps weigh neighbouring symbols", "[driver]") {
    lane_parameters lane = plain_lane();
    lane.transmit_pre_tap = 0.05;
    lane.transmit_post_tap = 0.2;
    lane.transmit_post2_tap = -0.1;
    lane.transmit_post3_tap = 0.025;
    lane.transmit_overdrive = 0.1;
    const double main = 1.0 + 0.1 - 0.05 - 0.2 - 0.1 - 0.025;
    CHECK(lane.transmit_main_tap() == Approx(main));
    // Third last .. next symbol; I = 55 uA + 45 uA sum c x.
    const std::vector<float> symbols = {0, 1, 1, 0, 1, 0};
    std::vector<float> current(2);
    drive_currents(lane, symbols, current);
    const double first = -0.05 * 1 - main - 0.2 * 1 + 0.1 * 1 - 0.025 * -1;
    const double second = -0.05 * -1 + main - 0.2 * -1 + 0.1 * 1 - 0.025 * 1;
    CHECK(current[0] == Approx(std::max(0.0, 55e-6 + 45e-6 * first)).margin(1e-11));
    CHECK(current[1] == Approx(55e-6 + 45e-6 * second));
    const drive_levels drive = drive_of(lane);
    const double settled = main - 0.05 - 0.2 + 0.1 - 0.025;
    CHECK(drive.long_one_a == Approx(55e-6 + 45e-6 * settled));
    CHECK(drive.long_zero_a == Approx(55e-6 - 45e-6 * settled));
    CHECK(drive.peak_a == Approx(55e-6 + 45e-6 * 1.1));
    CHECK_THROWS_AS(drive_currents(lane, symbols, std::span(current).first(1)),
                    std::invalid_argument);
}

TEST_CASE("The driver cannot draw current out of the emitter", "[driver]") {
    lane_parameters lane = plain_lane();
    lane.current_extinction_ratio = 1e6;
    lane.transmit_post_tap = 0.25;
    lane.transmit_overdrive = 0.5;
    // Main tap 1.25: currents 50 uA (1 +- 1.25 -+ 0.25) = 0 (of -25), 0, 100 and 125 uA.
    const drive_levels drive = drive_of(lane);
    CHECK(drive.long_zero_a == Approx(0.0).margin(1e-9));
    CHECK(drive.peak_a == Approx(125e-6).epsilon(1e-5));
    CHECK(drive.average_a == Approx((0.0 + 0.0 + 100e-6 + 125e-6) / 4.0).epsilon(1e-5));
    const std::vector<float> falling = {1, 1, 1, 0, 0};
    std::vector<float> current(1);
    drive_currents(lane, falling, current);
    CHECK(current[0] == 0.0f);
}

TEST_CASE("The driver cannot drive beyond its supply", "[driver]") {
    lane_parameters lane = plain_lane();
    lane.on_current_a = 2e-3;
    const drive_levels drive = drive_of(lane);
    CHECK(drive.long_one_a == drive.peak_a);
    CHECK(drive.peak_a < 1e-3);
    const led_device led = emitter_of(lane);
    CHECK(forward_voltage(led, drive.peak_a / led_area(led)) ==
          Approx(lane.led_supply_v).epsilon(1e-7));
    CHECK(drive.long_zero_a == Approx(0.2e-3));
    CHECK(drive.average_a == Approx(0.5 * (drive.peak_a + 0.2e-3)));
    const std::vector<float> ones(5, 1.0f);
    std::vector<float> current(1);
    drive_currents(lane, ones, current);
    CHECK(current[0] == Approx(drive.peak_a).epsilon(1e-6));
    lane.led_supply_v = 20.0;
    CHECK(drive_of(lane).peak_a == Approx(2e-3));
}

TEST_CASE("Four levels are equally spaced, and average over all patterns", "[driver]") {
    lane_parameters lane = plain_lane();
    lane.format = modulation::pam4;
    const std::vector<float> symbols = {0, 0, 0, 0, 1.0f / 3, 2.0f / 3, 1, 1};
    std::vector<float> current(4);
    drive_currents(lane, symbols, current);
    for (std::size_t k = 0; k < 4; ++k)
        CHECK(current[k] == Approx(10e-6 + 30e-6 * static_cast<double>(k)));
    lane.current_extinction_ratio = 1e6;
    lane.transmit_post_tap = 0.25;
    lane.transmit_overdrive = 0.5;
    double mean = 0.0;
    for (int now = 0; now < 4; ++now)
        for (int last = 0; last < 4; ++last) {
            const double x = 2.0 * now / 3.0 - 1.0, before = 2.0 * last / 3.0 - 1.0;
            mean += std::max(0.0, 50e-6 * (1.0 + 1.25 * x - 0.25 * before)) / 16.0;
        }
    CHECK(drive_of(lane).average_a == Approx(mean).epsilon(1e-5));
}
