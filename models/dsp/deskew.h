#pragma once

#include <cmath>
#include <cstdint>

namespace luxlane::dsp {

/// Skew in unit intervals.
constexpr double skew_ui(double skew_s, double rate_bps) { return skew_s * rate_bps; }

/// Words that a lane's elastic FIFO must hold to absorb `skew_s` >= 0: the skew, and one word on
/// either side for the crossing of clock domains.
inline std::uint32_t fifo_depth(double skew_s, double rate_bps) {
    return static_cast<std::uint32_t>(std::ceil(skew_ui(skew_s, rate_bps))) + 2;
}

/// Whole unit intervals that a lane waits for the slowest one; the fraction is the sampling
/// phase's business.
inline std::uint32_t deskew_delay_ui(double lane_delay_s, double slowest_delay_s, double rate_bps) {
    return static_cast<std::uint32_t>(
        std::lround(skew_ui(slowest_delay_s - lane_delay_s, rate_bps)));
}

}  // namespace luxlane::dsp
