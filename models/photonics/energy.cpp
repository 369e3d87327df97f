#include "models/photonics/energy.h"

#include "models/photonics/driver.h"

namespace luxlane::photonics {

double driver_power_w(const lane_parameters& lane, const driver_supply& supply) {
    driver_supply switching = supply;
    if (lane.format == modulation::pam4)
        switching.transition_density = 0.75;
    return driver_power_w(switching, drive_of(lane).average_a, lane.symbol_rate_bd());
}

}  // namespace luxlane::photonics
