#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "models/dsp/baud_channel.h"

namespace luxlane::dsp {

/// Codes of the three-tap feed-forward equaliser, in 1/64:
/// z[k] = (pre y[k+1] + main y[k] + post y[k-1]) / 64.
struct equaliser_taps {
    static constexpr int ONE = 64;
    std::int8_t pre = 0;
    std::int8_t main = ONE;
    std::int8_t post = 0;

    double pre_gain() const { return pre / double{ONE}; }
    double main_gain() const { return main / double{ONE}; }
    double post_gain() const { return post / double{ONE}; }
    double sum() const { return (pre + main + post) / double{ONE}; }
    bool operator==(const equaliser_taps&) const = default;
};

/// Minimum mean square error taps for the channel's intersymbol interference, crosstalk and noise
/// at mid level, scaled to main = 64 and rounded to codes.
equaliser_taps mmse_taps(const baud_channel& channel);

/// Pulse response after the equaliser, taps -4 .. +9.
inline constexpr int EQUALISED_TAPS = PULSE_TAPS + 2;
inline constexpr int EQUALISED_PRE_CURSORS = PRE_CURSORS + 1;
std::array<double, EQUALISED_TAPS> equalised_pulse(const baud_channel& channel,
                                                   const equaliser_taps& taps);

/// Filters [n + 2] samples, of which the first and last belong to the symbols before and after,
/// into [n] outputs. Sizes that do not fit: std::invalid_argument.
void equalise(std::span<const float> samples, const equaliser_taps& taps, std::span<float> out);

}  // namespace luxlane::dsp
