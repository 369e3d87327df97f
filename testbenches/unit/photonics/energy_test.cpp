#include "models/photonics/energy.h"

#include <catch2/catch.hpp>

using namespace luxlane::photonics;

TEST_CASE("Quoted LED energies", "[energy]") {
    CHECK(quoted_led_energy_j(100e-6, 3.2, 4e9) == Approx(80e-15));      // vendor, 2025
    CHECK(quoted_led_energy_j(100e-6, 3.3, 1.5e9) == Approx(0.22e-12));  // OFC 2026 Th1G.3
}

TEST_CASE("Switching takes alpha C V^2 f", "[energy]") {
    const driver_supply supply{
        .switched_capacitance_f = 100e-15, .logic_supply_v = 1.0, .transition_density = 0.5};
    CHECK(switching_power_w(supply, 2e9) == Approx(100e-6));
}

TEST_CASE("A receiver takes half a picojoule a bit at 2 Gb/s", "[energy]") {
    CHECK(receiver_power_w(2e9) / 2e9 == Approx(0.5e-12));  // JSSC May 2024
    CHECK(lane_energy_j_per_bit(1e-3, 1e-3, 0.0, 2e9) == Approx(1e-12));
}

TEST_CASE("A lane's driver draws its mean current at its symbol rate", "[energy]") {
    lane_parameters lane;
    lane.rate_bps = 2e9;
    lane.on_current_a = 100e-6;
    lane.current_extinction_ratio = 10.0;
    lane.transmit_post_tap = 0.0;
    lane.led_supply_v = 4.0;
    const driver_supply supply{
        .switched_capacitance_f = 100e-15, .logic_supply_v = 1.0, .transition_density = 0.5};
    CHECK(driver_power_w(lane, supply) == Approx(4.0 * 55e-6 + 0.5 * 100e-15 * 2e9));
    lane.format = modulation::pam4;
    CHECK(driver_power_w(lane, supply) == Approx(4.0 * 55e-6 + 0.75 * 100e-15 * 1e9));
    // Clipping raises the mean: half of the symbols would ask for less than nothing.
    lane.format = modulation::nrz;
    lane.current_extinction_ratio = 1e6;
    lane.transmit_overdrive = 1.0;
    CHECK(driver_power_w(lane, supply) == Approx(4.0 * 75e-6 + 100e-6).epsilon(1e-5));
}

TEST_CASE("The emitter never takes more than its supply gives", "[energy]") {
    lane_parameters lane;
    for (const double on_a : {100e-6, 750e-6, 1.023e-3, 20e-3}) {
        lane.on_current_a = on_a;
        INFO(on_a << " A");
        CHECK(emitter_power_w(lane) > 0.0);
        CHECK(emitter_power_w(lane) < driver_power_w(lane));
    }
    // One level alone: current x voltage.
    lane.on_current_a = 100e-6;
    lane.current_extinction_ratio = 1e6;
    lane.transmit_post_tap = 0.0;
    const auto led = emitter_of(lane);
    CHECK(emitter_power_w(lane) ==
          Approx(0.5 * 100e-6 * forward_voltage(led, 100e-6 / led_area(led))).epsilon(1e-4));
}
