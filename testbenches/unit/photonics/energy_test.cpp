#include "models/photonics/energy.h"

#include <catch2/catch.hpp>

using namespace luxlane::photonics;

TEST_CASE("Quoted LED energies", "[energy]") {
    CHECK(quoted_led_energy_j(100e-6, 3.2, 4e9) == Approx(80e-15));      // vendor, 2025
    CHECK(quoted_led_energy_j(100e-6, 3.3, 1.5e9) == Approx(0.22e-12));  // OFC 2026 Th1G.3
}

TEST_CASE("Driver power is supply current plus switching", "[energy]") {
    const driver_supply supply{.led_supply_v = 4.0,
                               .switched_capacitance_f = 100e-15,
                               .logic_supply_v = 1.0,
                               .transition_density = 0.5};
    CHECK(driver_power_w(supply, 100e-6, 2e9) == Approx(400e-6 + 100e-6));
    CHECK(driver_power_w(supply, 100e-6, 0.0) == Approx(400e-6));
}

TEST_CASE("A receiver takes half a picojoule a bit at 2 Gb/s", "[energy]") {
    CHECK(receiver_power_w(2e9) / 2e9 == Approx(0.5e-12));  // JSSC May 2024
    CHECK(lane_energy_j_per_bit(1e-3, 1e-3, 0.0, 2e9) == Approx(1e-12));
}
