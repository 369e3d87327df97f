#pragma once

#include "models/serdes_phy/payload_format.h"

namespace luxlane::link {

/// What error correction makes of a link. Errors of bits count as independent.
struct fec_figures {
    wide_link::payload_format format;
    double limit_ber;         ///< at which codewords fail with TARGET_FAILURE
    double codeword_failure;  ///< at the link's own BER
    double decoded_ber;
    unsigned bridged_lanes;  ///< dead ones of the module that it corrects on clean lanes

    /// Of KP4 at 850 Gb/s one codeword in 1.8 hours.
    static constexpr double TARGET_FAILURE = 1e-12;
};

/// `ber` 0 .. 0.5 of a lane, `data_lanes` of the module. For fec_kind::none a codeword fails with
/// its first wrong bit.
fec_figures fec_figures_of(const wide_link::payload_format& format, double ber,
                           unsigned data_lanes);

}  // namespace luxlane::link
