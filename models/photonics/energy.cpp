#include "models/photonics/energy.h"

#include <cmath>

#include "models/photonics/driver.h"

namespace luxlane::photonics {

double driver_power_w(const lane_parameters& lane, const driver_supply& supply) {
    driver_supply switching = supply;
    if (lane.format == modulation::pam4)
        switching.transition_density = 0.75;
    return drive_of(lane).average_a * lane.led_supply_v +
           switching_power_w(switching, lane.symbol_rate_bd());
}

double emitter_power_w(const lane_parameters& lane) {
    const led_device led = emitter_of(lane);
    const drive_levels drive = drive_of(lane);
    const unsigned steps = (1u << lane.bits_per_symbol()) - 1;
    double sum_w = 0.0;
    for (unsigned level = 0; level <= steps; ++level) {
        const double current_a =
            std::lerp(drive.long_zero_a, drive.long_one_a, static_cast<double>(level) / steps);
        sum_w += current_a * forward_voltage(led, current_a / led_area(led));
    }
    return sum_w / (steps + 1);
}

}  // namespace luxlane::photonics
