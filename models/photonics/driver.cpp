#include "models/photonics/driver.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

namespace luxlane::photonics {

namespace {

constexpr std::size_t TAPS = 5;
constexpr std::size_t PAST = 3;    // symbols before the current one that have a tap
constexpr std::size_t MARGIN = 4;  // those, and the next one

/// I = middle + half swing * sum taps[i] x[k + 1 - i], from the next symbol to the third last,
/// within 0 .. limit.
struct drive_law {
    double middle_a, half_swing_a;
    double limit_a;
    std::array<double, TAPS> taps;

    explicit drive_law(const lane_parameters& lane) {
        const double on_a = lane.on_current_a * lane.drive_factor;
        const double off_a = on_a / lane.current_extinction_ratio;
        middle_a = 0.5 * (on_a + off_a);
        half_swing_a = 0.5 * (on_a - off_a);
        taps = {-lane.transmit_pre_tap, lane.transmit_main_tap(), -lane.transmit_post_tap,
                -lane.transmit_post2_tap, -lane.transmit_post3_tap};
        const led_device led = emitter_of(lane);
        limit_a = middle_a + half_swing_a * greatest_sum();
        if (forward_voltage(led, limit_a / led_area(led)) > lane.led_supply_v)
            limit_a = compliance_current_a(led, lane.led_supply_v);
    }

    double greatest_sum() const {
        double sum = 0.0;
        for (const double tap : taps)
            sum += std::abs(tap);
        return sum;
    }

    double current_a(double tap_sum) const {
        return std::clamp(middle_a + half_swing_a * tap_sum, 0.0, limit_a);
    }
};

/// Mean of the clipped current over all patterns of the taps from `tap` on.
double mean_current(const drive_law& law, std::size_t tap, double tap_sum, int levels) {
    if (tap == TAPS)
        return law.current_a(tap_sum);
    if (law.taps[tap] == 0.0)
        return mean_current(law, tap + 1, tap_sum, levels);
    double sum_a = 0.0;
    for (int level = 0; level < levels; ++level) {
        const double x = 2.0 * level / (levels - 1) - 1.0;
        sum_a += mean_current(law, tap + 1, tap_sum + law.taps[tap] * x, levels);
    }
    return sum_a / levels;
}

}  // namespace

drive_levels drive_of(const lane_parameters& lane) {
    const drive_law law(lane);
    const double settled = std::accumulate(law.taps.begin(), law.taps.end(), 0.0);
    return {.long_one_a = law.current_a(settled),
            .long_zero_a = law.current_a(-settled),
            .average_a = mean_current(law, 0, 0.0, 1 << lane.bits_per_symbol()),
            .peak_a = law.limit_a,
            .swing_a = 2.0 * law.half_swing_a};
}

void drive_currents(const lane_parameters& lane, std::span<const float> symbols,
                    std::span<float> current_a) {
    if (symbols.size() != current_a.size() + MARGIN)
        throw std::invalid_argument("drive_currents: " + std::to_string(symbols.size()) +
                                    " symbols for " + std::to_string(current_a.size()) +
                                    " currents; four more symbols than currents are needed");
    // In v = (x + 1) / 2: one constant and five gains, so that the loop is a plain filter.
    const drive_law law(lane);
    std::array<float, TAPS> gain;
    double rest_a = law.middle_a;
    for (std::size_t tap = 0; tap < TAPS; ++tap) {
        gain[tap] = static_cast<float>(2.0 * law.half_swing_a * law.taps[tap]);
        rest_a -= law.half_swing_a * law.taps[tap];
    }
    const auto rest = static_cast<float>(rest_a);
    const auto limit = static_cast<float>(law.limit_a);
    for (std::size_t k = 0; k < current_a.size(); ++k) {
        const float* next = &symbols[k + PAST + 1];
        float sum = rest;
        for (std::size_t tap = 0; tap < TAPS; ++tap)
            sum = std::fma(gain[tap], *(next - tap), sum);
        current_a[k] = std::clamp(sum, 0.0f, limit);
    }
}

}  // namespace luxlane::photonics
