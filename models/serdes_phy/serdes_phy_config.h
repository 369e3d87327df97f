#pragma once

#include <cstdint>
#include <string>

#include "models/coding/fec_kind.h"
#include "models/coding/gearbox_mode.h"
#include "models/serdes_phy/retry_config.h"
#include "models/transport/fidelity.h"

namespace luxlane {

/// State of the link; the values are those of STATUS.LINK_STATE.
enum class link_state : std::uint8_t { reset, tx_on, lanes, deskew, up, repair, down };

/// Where the receiver's clocks come from: `per_lane` recovers one from each lane's bits; with
/// `forwarded` all lanes sample with the clock of the first clock lane that is locked. Modelled:
/// who locks and who loses lock with whom; what each does to jitter is the receiver array's
/// business.
enum class line_clocking : std::uint8_t { per_lane, forwarded };

/// How far the host is: on the same package (CPO) or behind a connector (pluggable module).
enum class host_reach : std::uint8_t { cpo, pluggable };

/// What the PHY brings to a board beyond the link that it serves.
/// Where the values come from stands in platform/config, for `luxlane describe`.
struct serdes_phy_settings {
    coding::fec_kind fec = coding::fec_kind::kp4;
    unsigned interleave = 2;  ///< codewords whose symbols alternate on the line: 1, 2 or 4
    coding::gearbox_mode gearbox = coding::gearbox_mode::aligned;
    line_clocking clocking = line_clocking::per_lane;
    unsigned clock_lanes = 2;  ///< forwarded: physical lanes 0 .. n - 1 bring the clock

    wide_link::retry_settings retry;

    unsigned transmit_fifo_flits = 1280;
    unsigned management_fifo_words = 64;
    unsigned supervision_superframes = 64;

    double host_interface_s = 5e-9;  ///< between the clocks of host and core, each way
    double fec_encode_s = 12.8e-9;
    double gearbox_s = 4e-9;          ///< each way
    double line_crossing_s = 2e-9;    ///< between the clocks of core and line, each way
    double fec_decode_s = 75e-9;      ///< of KP4; see wide_link::decode_latency_s
    unsigned deskew_fifo_words = 64;  ///< of 20 bits
    unsigned deskew_margin_words = 2;

    double cdr_lock_limit_s = 5e-6;
    unsigned search_superframes = 10;
    double spare_test_s = 1e-3;
    double spare_test_ber = 1e-4;

    /// Limits of the link's states; what takes longer ends in DOWN. UCIe 3.0 gives each of its
    /// training states 8 ms. The far end may be switched on any time: LANES counts from the first
    /// lane that has a frame.
    double lanes_limit_s = 8e-3;
    double deskew_limit_s = 8e-3;
    double repair_limit_s = 8e-3;

    /// At full rate in both directions.
    double back_end_power_w = 0.4;
    double host_power_cpo_w = 0.2;
    double host_power_pluggable_w = 2.4;
    double power_rate_bps = 800e9;     ///< payload rate that these powers belong to
    double idle_power_fraction = 0.5;  ///< drawn without payload, by clocks and framing
};

/// Parameters of a SerDes PHY. Lane counts: 1 .. 544 data lanes, at most 672 physical ones.
struct serdes_phy_config : serdes_phy_settings {
    unsigned physical_lanes = 460;  ///< 400 data and 60 spare lanes: MOSAIC has 460 and more
    unsigned data_lanes = 400;
    double lane_rate_bps = 2.125e9;  ///< coded payload of one lane: 400 x 2.125 = 850 Gb/s
    fidelity kind = fidelity::statistical;
    std::uint64_t seed = 1;
    std::uint32_t direction = 0;  ///< tells the two ends of a link apart in random streams
    host_reach host_interface = host_reach::cpo;
};

/// std::invalid_argument that names `name`, the setting and what would be right, if no PHY can be
/// built to `config`.
void check(const serdes_phy_config& config, const std::string& name);

}  // namespace luxlane
