#include "models/photonics/offset_loop.h"

#include <cmath>

#include "models/photonics/constants.h"

namespace luxlane::photonics {

double residual_offset_a(const offset_loop& loop) {
    return 0.5 * std::ldexp(loop.range_a, -static_cast<int>(loop.converter_bits));
}

double settling_time_s(const offset_loop& loop, double fraction) {
    return -std::log(fraction) / (2.0 * PI * loop.corner_hz);
}

double run_droop(const offset_loop& loop, double symbol_s, double symbols) {
    return -std::expm1(-2.0 * PI * loop.corner_hz * symbol_s * symbols);
}

}  // namespace luxlane::photonics
