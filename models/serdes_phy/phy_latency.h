#pragma once

#include <string>
#include <vector>

#include "models/serdes_phy/line_geometry.h"
#include "models/serdes_phy/serdes_phy_config.h"

namespace luxlane::wide_link {

/// One stage of a flit's way and the time that it adds, s.
struct latency_stage {
    std::string name;
    double seconds;
};

/// Encoder's pipeline, s: none without a code. Parity follows the message, so that no kind of code
/// has to wait for its whole message.
double encode_latency_s(const serdes_phy_settings& settings);

/// Decoder's pipeline behind the last symbol of a group, s: `fec_decode_s` is KP4's; for the others
/// the steps of the key equation and of the correction shrink with the number of check symbols
/// (Berlekamp-Massey takes one step each; an assumption for what surrounds it).
double decode_latency_s(const serdes_phy_settings& settings);

/// Stages from the accelerator to the line, of a flit that finds the line idle.
/// `host_lanes_s`: one way through the electrical lanes, 0 on package.
std::vector<latency_stage> transmit_stages(const serdes_phy_settings& settings,
                                           double host_lanes_s);
/// The block that has to be through before its group can be decoded, by format and interleave.
latency_stage block_stage(const line_geometry& geometry);
/// Stages from the line to the accelerator. `deskew_s`: how long the lanes wait for the latest one.
std::vector<latency_stage> receive_stages(const serdes_phy_settings& settings, double host_lanes_s,
                                          double deskew_s);

double sum_of(const std::vector<latency_stage>& stages);

}  // namespace luxlane::wide_link
