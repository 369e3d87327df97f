#include "models/serdes_phy/serdes_phy_config.h"

#include <stdexcept>

namespace luxlane {
namespace {

constexpr unsigned most_physical_lanes = 672;
constexpr unsigned most_data_lanes = 544;

}  // namespace

void check(const serdes_phy_config& config, const std::string& name) {
    const auto require = [&](bool right, const std::string& what) {
        if (!right) {
            throw std::invalid_argument(name + ": " + what);
        }
    };
    require(config.data_lanes >= 1 && config.data_lanes <= most_data_lanes &&
                config.physical_lanes >= config.data_lanes &&
                config.physical_lanes <= most_physical_lanes,
            "1 to " + std::to_string(most_data_lanes) + " data lanes on as many or more, at most " +
                std::to_string(most_physical_lanes) + ", physical lanes");
    require(config.lane_rate_bps > 0.0, "the lane rate is positive");
    require(config.interleave == 1 || config.interleave == 2 || config.interleave == 4,
            "1, 2 or 4 codewords are interleaved, not " + std::to_string(config.interleave));
    require(config.clocking == line_clocking::per_lane ||
                (config.clock_lanes >= 1 && config.clock_lanes <= config.physical_lanes),
            "a forwarded clock comes on 1 to " + std::to_string(config.physical_lanes) + " lanes");
    wide_link::check(config.retry);
    require(config.deskew_margin_words < config.deskew_fifo_words,
            "the deskew margin is smaller than the deskew FIFO");
    require(config.lanes_limit_s > 0.0 && config.deskew_limit_s > 0.0 &&
                config.repair_limit_s > 0.0 && config.cdr_lock_limit_s > 0.0,
            "every time limit is positive");
}

}  // namespace luxlane
