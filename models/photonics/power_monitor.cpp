#include "models/photonics/power_monitor.h"

#include <stdexcept>
#include <string>

namespace luxlane::photonics {

std::uint32_t monitor_code(const power_monitor& monitor, double value) {
    constexpr unsigned most_bits = 24;
    if (monitor.bits < 1 || monitor.bits > most_bits)
        throw std::out_of_range("power monitor of " + std::to_string(monitor.bits) +
                                " bits: 1 .. 24 are possible");
    if (!(monitor.full_scale > 0.0))
        throw std::out_of_range("power monitor: the full scale must be above 0");
    const double steps = value / monitor.step();
    if (!(steps > 0.0))
        return 0;
    return steps >= monitor.largest_code() ? monitor.largest_code()
                                           : static_cast<std::uint32_t>(steps);
}

bool saturated(const power_monitor& monitor, std::uint32_t code) {
    return code >= monitor.largest_code();
}

double monitored_value(const power_monitor& monitor, std::uint32_t code) {
    return (code + 0.5) * monitor.step();
}

}  // namespace luxlane::photonics
