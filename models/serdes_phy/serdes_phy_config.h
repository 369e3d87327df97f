#pragma once

#include <cstdint>

#include "models/transport/lane_frame.h"

namespace luxlane {

/// State of the link; the values are those of STATUS.LINK_STATE.
enum class link_state : std::uint8_t { reset, tx_on, lanes, deskew, up, repair, down };

/// How far the host is: on the same package (CPO) or behind a connector (pluggable module).
enum class host_reach : std::uint8_t { cpo, pluggable };

/// Parameters of a SerDes PHY. Lane counts: 1 .. 510 data lanes, at most 544 physical ones.
struct serdes_phy_config {
    unsigned physical_lanes = 460;  ///< 400 data and 60 spare lanes: MOSAIC has 460 and more
    unsigned data_lanes = 400;
    double lane_rate_bps = 2.125e9;  ///< coded payload of one lane: 400 x 2.125 = 850 Gb/s
    fidelity kind = fidelity::statistical;
    std::uint64_t seed = 1;
    std::uint32_t direction = 0;  ///< tells the two ends of a link apart in random streams

    unsigned transmit_fifo_flits = 1280;    ///< assumption: four blocks of 64 pairs
    unsigned management_fifo_words = 64;    ///< assumption: 300 us of words
    unsigned supervision_superframes = 64;  ///< assumption: one degrade window

    double host_interface_s = 5e-9;  ///< each way; assumption: flits on package, one clock crossing
    double fec_encode_s = 12.8e-9;   ///< assumption: one pair of codewords at 850 Gb/s
    double gearbox_s = 4e-9;         ///< each way; assumption: a few 1.25 GHz cycles
    double fec_decode_s = 75e-9;     ///< assumption: the middle of 50 .. 100 ns
    unsigned deskew_fifo_words =
        64;  ///< of 20 bits; link.md 3.1: ample for the skews of one bundle
    unsigned deskew_margin_words = 2;  ///< assumption: pointer distance

    double cdr_lock_limit_s = 5e-6;    ///< link.md 3.1
    unsigned search_superframes = 10;  ///< link.md 3.1
    double spare_test_s = 1e-3;        ///< link.md 3.1
    double spare_test_ber = 1e-4;      ///< assumption: well below the FEC's limit of 2.4e-4

    /// At full rate in both directions, from MOSAIC's power budget of an 800G module: gearbox and
    /// light error correction 0.4 W; host interface 0.2 W (CPO) or 2.4 W (pluggable).
    double back_end_power_w = 0.4;
    double host_power_cpo_w = 0.2;
    double host_power_pluggable_w = 2.4;
    double power_rate_bps = 800e9;     ///< payload rate that these powers belong to
    double idle_power_fraction = 0.5;  ///< assumption: drawn without payload, by clocks and framing
    host_reach host_interface = host_reach::cpo;
};

}  // namespace luxlane
