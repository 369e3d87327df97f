#include "models/photonics/drive_dac.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace luxlane::photonics {

namespace {

constexpr unsigned MOST_BITS = 24;
constexpr double GREATEST_EXTINCTION = 1e6;  // the upper end of current_extinction_ratio

unsigned last_code(const drive_dac& dac) { return (1u << dac.bits) - 1; }

void check(const drive_dac& dac) {
    if (dac.bits < 1 || dac.bits > MOST_BITS)
        throw std::invalid_argument("drive DAC: bits must lie in 1 .. 24");
    if (!(dac.full_scale_a > 0.0) || !std::isfinite(dac.full_scale_a))
        throw std::invalid_argument("drive DAC: the full scale must be a positive current");
}

}  // namespace

double step_a(const drive_dac& dac) {
    check(dac);
    return dac.full_scale_a / last_code(dac);
}

unsigned code_of(const drive_dac& dac, double current_a) {
    if (std::isnan(current_a))
        throw std::invalid_argument("drive DAC: the current is not a number");
    const double code = std::round(current_a / step_a(dac));
    return static_cast<unsigned>(std::clamp(code, 0.0, double{1.0} * last_code(dac)));
}

double current_of(const drive_dac& dac, unsigned code) {
    const double nominal_a = step_a(dac) * std::min(code, last_code(dac));
    return std::max(0.0, nominal_a * (1.0 + dac.gain_deviation) + dac.offset_a);
}

lane_parameters quantised_drive(const lane_parameters& lane, const drive_dac& bias,
                                const drive_dac& modulation) {
    const double off_a = lane.on_current_a / lane.current_extinction_ratio;
    const double bias_a = current_of(bias, code_of(bias, off_a));
    const double swing_a = current_of(modulation, code_of(modulation, lane.on_current_a - off_a));
    lane_parameters set = lane;
    set.on_current_a = bias_a + swing_a;
    set.current_extinction_ratio = std::min(
        GREATEST_EXTINCTION, bias_a > 0.0 ? set.on_current_a / bias_a : GREATEST_EXTINCTION);
    return set;
}

}  // namespace luxlane::photonics
